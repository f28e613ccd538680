"""Rows of offers. No behaviour."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, Integer, Text, text
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


class FunnelRow(Base):
    """The frozen funnel of a request at closure, from which its outcome was derived: counts per stage."""

    __tablename__ = "funnels"

    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"), primary_key=True)
    counts: Mapped[dict[str, int]] = mapped_column(JSONB)
    frozen_at: Mapped[datetime]
