"""Rows of messages and their deliveries. No behaviour."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.database import Base, identity
from people.models import PersonRow


class MessageRow(Base):
    """Something said to a person. `facts` holds ids, codes and moments; `channels` those not tried yet, in order."""

    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint(
            "status IN ('queued', 'sent', 'delivered', 'seen', 'undeliverable', 'cancelled')", name="status_known"
        ),
        Index("ix_messages_offer", "offer_id", postgresql_where=text("offer_id IS NOT NULL")),
        Index("ix_messages_silent", "next_channel_at", postgresql_where=text("next_channel_at IS NOT NULL")),
        Index("ix_messages_person", "person_id", "id"),
    )

    id: Mapped[int] = identity()
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    kind: Mapped[str] = mapped_column(Text)
    request_id: Mapped[int | None]
    offer_id: Mapped[int | None]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    channels: Mapped[list[str]] = mapped_column(ARRAY(Text))
    status: Mapped[str] = mapped_column(Text, server_default="queued")
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    next_channel_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]

    person: Mapped[PersonRow] = relationship()


class DeliveryRow(Base):
    """A message over one channel. `lease_until`: a worker is at it until then."""

    __tablename__ = "deliveries"
    __table_args__ = (
        CheckConstraint("channel IN ('push', 'sms', 'mail')", name="channel_known"),
        CheckConstraint(
            "status IN ('queued', 'sending', 'unknown', 'sent', 'delivered', 'failed')", name="status_known"
        ),
        Index(
            "uq_deliveries_provider",
            "channel",
            "provider_id",
            unique=True,
            postgresql_where=text("provider_id IS NOT NULL"),
        ),
        Index("ix_deliveries_message", "message_id"),
        Index("ix_deliveries_open", "status", postgresql_where=text("status IN ('queued', 'sending', 'unknown')")),
    )

    id: Mapped[int] = identity()
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    channel: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default="queued")
    provider_id: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)

    message: Mapped[MessageRow] = relationship()


class PushSubscriptionRow(Base):
    """A browser that takes push messages for a person."""

    __tablename__ = "push_subscriptions"

    id: Mapped[int] = identity()
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    endpoint: Mapped[str] = mapped_column(Text, unique=True)
    keys: Mapped[dict[str, str]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    ended_at: Mapped[datetime | None]
