"""Rows of telephone calls. No behaviour."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.conversations.models import ConversationRow
from kernel.database import Base, identity


class LineRow(Base):
    """The telephone of an agency: `number` is what callers ring, and see when they are rung.

    `desk_number`: where its coordinators pick up. `ceiling_told_on`: the last (local) day whose costs reached the most.
    """

    __tablename__ = "call_lines"

    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(Text, unique=True)
    desk_number: Mapped[str | None] = mapped_column(Text)
    ceiling_told_on: Mapped[date | None] = mapped_column(Date)


class CallRow(Base):
    """The telephone side of one request: who calls or is rung for it meets in `conference`, a name nobody can guess.

    `state` is the call machine of somebody who called us, until an interpreter is bound; from then on `conversation_id`
    says where what happens is told, and `wake_at` is empty. `number` is the caller's, for calling back.
    """

    __tablename__ = "calls"
    __table_args__ = (
        CheckConstraint("direction IN ('in', 'out')", name="direction_known"),
        CheckConstraint("(ended_at IS NULL) = (why IS NULL)", name="ended_has_reason"),
        CheckConstraint("direction = 'out' OR state IS NOT NULL", name="caller_has_state"),
        Index("ix_calls_wake", "wake_at", postgresql_where=text("wake_at IS NOT NULL")),
        Index("ix_calls_agency", "agency_id", "began_at"),
        Index("ix_calls_kept", "ended_at", postgresql_where=text("number IS NOT NULL")),
    )

    id: Mapped[int] = identity()
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    direction: Mapped[str] = mapped_column(Text)
    conference: Mapped[str] = mapped_column(Text, unique=True)
    number: Mapped[str | None] = mapped_column(Text)
    code_id: Mapped[int | None] = mapped_column(ForeignKey("call_codes.id"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("requests.id"), unique=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    state: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    wake_at: Mapped[datetime | None]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    why: Mapped[str | None] = mapped_column(Text)

    code: Mapped["CodeRow | None"] = relationship()
    conversation: Mapped[ConversationRow | None] = relationship()


class LegRow(Base):
    """One telephone connection. `who` names its person to the call machine; `sid` is the carrier's id of it.

    `pressed_at`: somebody pressed a key, so that it is no machine. `in_room`: its sound goes to a room of ours.
    """

    __tablename__ = "call_legs"
    __table_args__ = (
        CheckConstraint("role IN ('requester', 'interpreter', 'client', 'coordinator')", name="role_known"),
        CheckConstraint("status IN ('planned', 'ringing', 'answered', 'ended')", name="status_known"),
        CheckConstraint(
            "result IN ('completed', 'no_answer', 'busy', 'failed', 'canceled', 'machine')", name="result_known"
        ),
        CheckConstraint("(status = 'ended') = (ended_at IS NOT NULL)", name="ended_has_moment"),
        CheckConstraint("(status = 'ended') = (result IS NOT NULL)", name="ended_has_result"),
        Index("uq_call_legs_sid", "sid", unique=True, postgresql_where=text("sid IS NOT NULL")),
        Index("uq_call_legs_offer", "offer_id", unique=True, postgresql_where=text("offer_id IS NOT NULL")),
        Index("ix_call_legs_call", "call_id", "id"),
        Index("ix_call_legs_open", "check_at", postgresql_where=text("status IN ('planned', 'ringing', 'answered')")),
        Index("ix_call_legs_made", "made_at"),
    )

    id: Mapped[int] = identity()
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    role: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(Text)
    number: Mapped[str | None] = mapped_column(Text)
    interpreter_id: Mapped[int | None] = mapped_column(ForeignKey("interpreters.id"))
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offers.id"))
    incoming: Mapped[bool] = mapped_column(server_default="false")
    status: Mapped[str] = mapped_column(Text)
    result: Mapped[str | None] = mapped_column(Text)
    sid: Mapped[str | None] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    made_at: Mapped[datetime]
    check_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    pressed_at: Mapped[datetime | None]
    joined_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    in_room: Mapped[bool] = mapped_column(server_default="false")

    call: Mapped[CallRow] = relationship()


class CodeRow(Base):
    """A customer code: who keys it in asks for this organisation, in this person's name, while it is valid.

    Of the code itself only a derived key is kept; `ends_with` helps people to tell codes apart.
    """

    __tablename__ = "call_codes"
    __table_args__ = (
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="not_empty"),
        Index("uq_call_codes_key", "agency_id", "key", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_call_codes_organisation", "organisation_id", "id"),
    )

    id: Mapped[int] = identity()
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    key: Mapped[bytes] = mapped_column(LargeBinary)
    ends_with: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
