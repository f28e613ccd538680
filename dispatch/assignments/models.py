"""Rows of assignments. No behaviour."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.interpreters.models import InterpreterRow
from dispatch.requests.models import RequestRow
from kernel.database import Base, identity

# Six digits nobody can foretell: the first 32 bits of a random UUID.
_DOOR_CODE = "lpad(((('x' || substr(gen_random_uuid()::text, 1, 8))::bit(32)::bigint) % 1000000)::text, 6, '0')"


class AssignmentRow(Base):
    """`blocked` is the slot with travel before and after: two live ones of one interpreter never overlap.

    Translations block nothing: their `blocked` is empty. `made_by`: by the interpreter's own yes, or by hand.
    Before the appointment both sides are reminded (`remind_at`) and she is asked whether she still comes
    (`reconfirm_at`), until `reconfirm_until`; each moment is emptied when it is done. `door_code` stands on the
    requester's page: whoever types it was there with them.
    """

    __tablename__ = "assignments"
    __table_args__ = (
        ExcludeConstraint(
            (text("int8range(interpreter_id, interpreter_id, '[]')"), "&&"),
            ("blocked", "&&"),
            name="assignments_no_double_booking",
            using="gist",
            where=text("status IN ('booked', 'started', 'performed')"),
        ),
        Index(
            "uq_assignments_live",
            "request_id",
            unique=True,
            postgresql_where=text("status IN ('booked', 'started', 'performed')"),
        ),
        CheckConstraint(
            "status IN ('booked', 'started', 'performed', 'withdrawn', 'cancelled', 'absent')", name="status_known"
        ),
        CheckConstraint("starts_at < ends_at", name="slot_not_empty"),
        CheckConstraint("made_by IN ('offer', 'hand')", name="made_by_known"),
        CheckConstraint("(status IN ('booked', 'started')) = (ended_at IS NULL)", name="ended_has_moment"),
        Index(
            "ix_assignments_notice",
            "starts_at",
            postgresql_where=text(
                "status = 'booked' AND (remind_at IS NOT NULL OR reconfirm_at IS NOT NULL"
                " OR reconfirm_until IS NOT NULL OR reconfirm_missed_at IS NOT NULL)"
            ),
        ),
        Index("ix_assignments_request", "request_id", "id"),
        Index("ix_assignments_interpreter", "interpreter_id", "starts_at"),
        Index("uq_assignments_offer", "offer_id", unique=True, postgresql_where=text("offer_id IS NOT NULL")),
    )

    id: Mapped[int] = identity()
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"))
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offers.id"))
    interpreter_id: Mapped[int] = mapped_column(ForeignKey("interpreters.id"))
    status: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(Text)
    service: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(ForeignKey("languages.iso639_3"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    blocked: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    travel_minutes: Mapped[int] = mapped_column(Integer, server_default="0")
    distance_km: Mapped[float | None] = mapped_column(Float)
    fee_cents: Mapped[int] = mapped_column(Integer)
    travel_cents: Mapped[int] = mapped_column(Integer, server_default="0")
    booked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(Text)
    remind_at: Mapped[datetime | None]
    reconfirm_at: Mapped[datetime | None]
    reconfirm_until: Mapped[datetime | None]
    reconfirmed_at: Mapped[datetime | None]
    reconfirm_missed_at: Mapped[datetime | None]
    door_code: Mapped[str] = mapped_column(Text, server_default=text(_DOOR_CODE))

    request: Mapped[RequestRow] = relationship()
    interpreter: Mapped[InterpreterRow] = relationship()
