"""The audit trail: append-only rows of who did what when, sealed into a chain that shows any later change.

Nothing here changes an event. The database refuses UPDATE, DELETE and TRUNCATE of events by trigger; a seal hashes
a run of events together with the seal before it, so that a change made around the trigger is found by `verify`.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, Row, Text, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel.database import Base, db, identity, rows, transaction


class EventRow(Base):
    """One fact. `facts` holds ids, codes and moments; never names, free text or contact data."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_request", "request_id", "id", postgresql_where=text("request_id IS NOT NULL")),
        Index("ix_events_subject", "subject", "subject_id", "id"),
        Index("ix_events_actor", "actor_id", "id", postgresql_where=text("actor_id IS NOT NULL")),
        Index("ix_events_at", "at", postgresql_using="brin"),
    )

    id: Mapped[int] = identity()
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    name: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[int | None]
    request_id: Mapped[int | None]
    agency_id: Mapped[int | None]
    actor_id: Mapped[int | None]
    actor_role: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)


class SealRow(Base):
    """The hash over the events up to `last_event_id` since the seal before, chained to that seal's hash."""

    __tablename__ = "event_seals"

    last_event_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("event_seals.last_event_id"), unique=True)
    event_count: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found: `broken_at` is the first seal (its last event id) that no longer fits."""

    sealed: int
    unsealed: int
    broken_at: int | None


_BATCH = 5000
# No transaction lives this long (statement and idle limits are a minute), so no event can still appear below the line.
_SETTLED = "interval '5 minutes'"


def seal_events() -> int:
    """Seal what has settled, at most one batch; return how many events were sealed."""
    with transaction() as tx:
        tx.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('event_seals'))"))
        last = tx.session.scalars(select(SealRow).order_by(SealRow.last_event_id.desc()).limit(1)).first()
        settled = text(f"at < clock_timestamp() - {_SETTLED}")
        rows = _events(tx.session, last.last_event_id if last else 0, settled)
        if not rows:
            return 0
        digest = _digest(last.digest if last else b"", rows)
        previous = last.last_event_id if last else None
        tx.add(SealRow(last_event_id=rows[-1].id, previous_id=previous, event_count=len(rows), digest=digest))
        return len(rows)


def verify() -> Verdict:
    """Recompute every seal from the events as they are now."""
    session, before, digest, sealed = db.session(), 0, b"", 0
    for seal in session.scalars(select(SealRow).order_by(SealRow.last_event_id)):
        until = EventRow.id <= seal.last_event_id
        rows = _events(session, before, until, limit=None)
        digest = _digest(digest, rows)
        if digest != seal.digest or len(rows) != seal.event_count:
            return Verdict(sealed, _count_after(session, before), seal.last_event_id)
        before, sealed = seal.last_event_id, sealed + len(rows)
    return Verdict(sealed, _count_after(session, before), None)


def trail_of(request_id: int) -> Sequence[Row[Any]]:
    """Return what happened around one request, oldest first: moment, name, actor, role, facts. At most 500."""
    return rows(_TRAIL, request_id=request_id)


_TRAIL = (
    select(EventRow.at, EventRow.name, EventRow.actor_id, EventRow.actor_role, EventRow.facts)
    .where(EventRow.request_id == bindparam("request_id"))
    .order_by(EventRow.id)
    .limit(500)
)


def trail_about(**which: int) -> Iterator[EventRow]:
    """Yield every event with this `request_id` or `actor_id`, oldest first, however many."""
    wanted = select(EventRow).filter_by(**which).order_by(EventRow.id)
    return iter(db.session.scalars(wanted.execution_options(yield_per=500)))


def _events(session: Session, after: int, condition: Any, limit: int | None = _BATCH) -> list[Any]:
    columns = EventRow.__table__.columns
    query = select(*columns).where(EventRow.id > after, condition).order_by(EventRow.id).limit(limit)
    return list(session.execute(query))


def _digest(before: bytes, rows: Iterable[Any]) -> bytes:
    chain = hashlib.sha256(before)
    for row in rows:
        chain.update(repr(_canonical(row)).encode())
    return chain.digest()


def _canonical(row: Any) -> tuple[Any, ...]:
    facts = tuple(sorted((key, repr(value)) for key, value in row.facts.items()))
    who = (row.actor_id, row.actor_role)
    return (
        row.id,
        row.at.timestamp(),
        row.name,
        row.subject,
        row.subject_id,
        row.request_id,
        row.agency_id,
        *who,
        facts,
    )


def _count_after(session: Session, event_id: int) -> int:
    return session.scalar(select(func.count()).select_from(EventRow).where(EventRow.id > event_id)) or 0
