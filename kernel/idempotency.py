"""Answers kept per key, so that a repeated POST has one effect and one answer.

The row is written in the same transaction as the effect: either both are there or neither.
Source: draft-ietf-httpapi-idempotency-key-header; kept 24 hours.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, LargeBinary, SmallInteger, Text, delete, func, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, Transaction, transaction
from kernel.errors import Invalid

KEPT = timedelta(hours=24)
KEY_LENGTH = 255


class KeyReused(Invalid):
    """The same key came with another body."""

    code = "idempotency_key_reused"


class KeyTooLong(Invalid):
    """A key has at most 255 characters."""

    code = "idempotency_key_too_long"


class IdempotencyRow(Base):
    """One answered POST. `scope` is who asked what (actor and route)."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("ix_idempotency_keys_created_at", "created_at"),)

    scope: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None] = mapped_column(SmallInteger)
    headers: Mapped[dict[str, str] | None] = mapped_column(JSONB)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: enough to answer it again."""

    status: int
    headers: dict[str, str]
    body: bytes


def claim(tx: Transaction, scope: str, key: str, body: bytes) -> Answer | None:
    """Claim the key inside `tx`, or return the answer already given under it.

    Waits for whoever holds the same key at this moment (at most the lock limit).

    Raises: KeyReused, KeyTooLong.
    """
    if len(key) > KEY_LENGTH:
        raise KeyTooLong(limit=KEY_LENGTH)
    body_hash = hashlib.sha256(body).digest()
    claimed = insert(IdempotencyRow).values(scope=scope, key=key, body_hash=body_hash).on_conflict_do_nothing()
    if tx.session.execute(claimed.returning(IdempotencyRow.key)).first() is not None:
        return None
    row = tx.session.get_one(IdempotencyRow, (scope, key), populate_existing=True)
    if row.body_hash != body_hash:
        raise KeyReused()
    return Answer(row.status or 200, row.headers or {}, row.body or b"")


def keep(tx: Transaction, scope: str, key: str, answer: Answer) -> None:
    """Keep the answer with the effect it belongs to."""
    row = (IdempotencyRow.scope == scope, IdempotencyRow.key == key)
    values = {"status": answer.status, "headers": answer.headers, "body": answer.body}
    tx.session.execute(update(IdempotencyRow).where(*row).values(**values))


def forget_old_answers() -> int:
    """Delete answers older than they have to be kept; return how many."""
    with transaction() as tx:
        old = delete(IdempotencyRow).where(IdempotencyRow.created_at < tx.now() - KEPT)
        return len(tx.session.execute(old.returning(IdempotencyRow.key)).all())
