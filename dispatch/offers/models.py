"""Rows of offers. No behaviour."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Float, ForeignKey, Index, Integer, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.interpreters.models import InterpreterRow
from dispatch.requests.models import RequestRow
from kernel.database import Base, identity

_OPEN = "status IN ('queued', 'sent', 'delivered', 'seen')"


class OfferRow(Base):
    """One interpreter asked for one request, as asked or as one of its options (`option_id`).

    `service`, `language`, `starts_at`, `ends_at` are what she would do. `explanation` is the ranking's own account:
    the parts of her price in minutes, her place in the order, and the size of the group. Money in cents.
    """

    __tablename__ = "offers"
    __table_args__ = (
        CheckConstraint(
            "status IN ('queued', 'sent', 'delivered', 'seen', 'accepted', 'declined', 'expired', 'withdrawn')",
            name="status_known",
        ),
        Index("uq_offers_open", "request_id", "interpreter_id", unique=True, postgresql_where=text(_OPEN)),
        Index(
            "uq_offers_accepted",
            "request_id",
            "request_version",
            unique=True,
            postgresql_where=text("status = 'accepted'"),
        ),
        Index("ix_offers_request", "request_id", "id"),
        Index("ix_offers_interpreter", "interpreter_id", "id"),
        Index("ix_offers_expiry", "expires_at", postgresql_where=text(_OPEN)),
    )

    id: Mapped[int] = identity()
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"))
    option_id: Mapped[int | None] = mapped_column(ForeignKey("request_options.id"))
    interpreter_id: Mapped[int] = mapped_column(ForeignKey("interpreters.id"))
    request_version: Mapped[int] = mapped_column(Integer)
    wave: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(Text)
    service: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(ForeignKey("languages.iso639_3"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    distance_km: Mapped[float | None] = mapped_column(Float)
    travel_minutes: Mapped[int] = mapped_column(Integer, server_default="0")
    fee_cents: Mapped[int] = mapped_column(Integer)
    travel_cents: Mapped[int] = mapped_column(Integer, server_default="0")
    explanation: Mapped[dict[str, Any]] = mapped_column(JSONB)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    decline_reason: Mapped[str | None] = mapped_column(Text)
    withdrawn_because: Mapped[str | None] = mapped_column(Text)

    request: Mapped[RequestRow] = relationship()
    interpreter: Mapped[InterpreterRow] = relationship()


class DecisionRow(Base):
    """One decision of matching about one request: whom to ask, and why.

    `chance` is what it told that somebody will say yes in time. `inputs` is everything it was made from (see
    `matching.record`), kept until the term `decision_inputs` is over: until then it can be made again.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        CheckConstraint("chance >= 0 AND chance <= 1", name="chance_is_one"),
        Index("ix_decisions_request", "request_id", "id"),
        Index("ix_decisions_made", "made_at", postgresql_where=text("inputs IS NOT NULL")),
    )

    id: Mapped[int] = identity()
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"))
    made_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    asked: Mapped[int] = mapped_column(Integer)
    chance: Mapped[float] = mapped_column(Float)
    model_id: Mapped[int | None] = mapped_column(ForeignKey("acceptance_models.id"))
    explanation: Mapped[dict[str, Any]] = mapped_column(JSONB)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB)
    inputs: Mapped[bytes | None] = mapped_column(LargeBinary)


class AcceptanceModelRow(Base):
    """What was learned of an agency's offers: the newest decides; the older ones explain older decisions."""

    __tablename__ = "acceptance_models"
    __table_args__ = (Index("ix_acceptance_models_agency", "agency_id", "id"),)

    id: Mapped[int] = identity()
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    learned_at: Mapped[datetime]
    learned: Mapped[bool] = mapped_column(Boolean)
    model: Mapped[dict[str, Any]] = mapped_column(JSONB)
    fill: Mapped[dict[str, Any]] = mapped_column(JSONB)


class PolicyReplayRow(Base):
    """A year tried again with another value of one term, before that value may come into force.

    `result` holds one entry per service (see `matching.replay.ServiceResult`); empty until the work is done.
    """

    __tablename__ = "policy_replays"
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'passed', 'failed', 'nothing')", name="status_known"),
        Index("ix_policy_replays_agency", "agency_id", "id"),
    )

    id: Mapped[int] = identity()
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    asked_at: Mapped[datetime]
    term: Mapped[str] = mapped_column(Text)
    value: Mapped[float] = mapped_column(Float)
    status: Mapped[str] = mapped_column(Text)
    requests: Mapped[int] = mapped_column(Integer, server_default="0")
    result: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    done_at: Mapped[datetime | None]


class FunnelRow(Base):
    """The frozen funnel of a request at closure, from which its outcome was derived: counts per stage."""

    __tablename__ = "funnels"

    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"), primary_key=True)
    counts: Mapped[dict[str, int]] = mapped_column(JSONB)
    frozen_at: Mapped[datetime]
