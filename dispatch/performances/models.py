"""Rows of performance records. No behaviour."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.assignments.models import AssignmentRow
from kernel.database import Base, identity


class PerformanceRow(Base):
    """The record of one assignment. Minutes are whole; kilometres are for the way there and back.

    `confirm_by` is when the requester's silence confirms; `confirmed_how` keeps who or what did: `code` is the
    requester's own, typed by the interpreter at the door.
    """

    __tablename__ = "performances"
    __table_args__ = (
        CheckConstraint("status IN ('submitted', 'disputed', 'confirmed')", name="status_known"),
        CheckConstraint("started_at < ended_at", name="not_empty"),
        CheckConstraint("ended_at - started_at <= interval '90 days'", name="length_sane"),
        CheckConstraint("travel_km >= 0 AND travel_km <= 1000", name="travel_km_sane"),
        CheckConstraint("(status = 'confirmed') = (confirmed_at IS NOT NULL)", name="confirmed_has_moment"),
        CheckConstraint("confirmed_how IN ('requester', 'silence', 'coordinator', 'code')", name="confirmed_how_known"),
        Index("ix_performances_confirm_by", "confirm_by", postgresql_where=text("status = 'submitted'")),
        Index("ix_performances_request", "request_id"),
    )

    id: Mapped[int] = identity()
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"), unique=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"))
    status: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    disturbance_minutes: Mapped[int] = mapped_column(Integer, server_default="0")
    disturbance: Mapped[str | None] = mapped_column(Text)
    travel_km: Mapped[float | None] = mapped_column(Float)
    note: Mapped[str | None] = mapped_column(Text)
    fee_cents: Mapped[int] = mapped_column(Integer)
    travel_cents: Mapped[int] = mapped_column(Integer, server_default="0")
    submitted_at: Mapped[datetime]
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    confirm_by: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    confirmed_how: Mapped[str | None] = mapped_column(Text)
    dispute: Mapped[str | None] = mapped_column(Text)

    assignment: Mapped[AssignmentRow] = relationship()


class RatingRow(Base):
    """How one side found a performance, from 1 (bad) to 5 (very good); each side has one, and may change it."""

    __tablename__ = "performance_ratings"
    __table_args__ = (
        CheckConstraint("side IN ('requester', 'interpreter')", name="side_known"),
        CheckConstraint("score BETWEEN 1 AND 5", name="score_known"),
    )

    performance_id: Mapped[int] = mapped_column(ForeignKey("performances.id"), primary_key=True)
    side: Mapped[str] = mapped_column(Text, primary_key=True)
    score: Mapped[int] = mapped_column(Integer)
    note: Mapped[str | None] = mapped_column(Text)
    given_at: Mapped[datetime]


class AbsenceRow(Base):
    """Somebody who did not come: interpreter, client and requester are kept apart."""

    __tablename__ = "absences"
    __table_args__ = (CheckConstraint("who IN ('interpreter', 'client', 'requester')", name="who_known"),)

    id: Mapped[int] = identity()
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"), unique=True)
    who: Mapped[str] = mapped_column(Text)
    reported_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    reported_at: Mapped[datetime]
    note: Mapped[str | None] = mapped_column(Text)
