"""Every read of messages. Nothing here writes."""

from sqlalchemy import func, select

from kernel.database import db
from messages.models import DeliveryRow, MessageRow, PushSubscriptionRow


def push_subscriptions_of(person_id: int) -> list[PushSubscriptionRow]:
    """Return the living push subscriptions of a person, newest first."""
    live = (PushSubscriptionRow.person_id == person_id, PushSubscriptionRow.ended_at.is_(None))
    return list(db.session.scalars(select(PushSubscriptionRow).where(*live).order_by(PushSubscriptionRow.id.desc())))


def deliveries_by_status() -> dict[str, dict[str, int]]:
    """Return how many deliveries stand in each status, per channel."""
    query = select(DeliveryRow.channel, DeliveryRow.status, func.count())
    found: dict[str, dict[str, int]] = {}
    for channel, status, number in db.session.execute(query.group_by(DeliveryRow.channel, DeliveryRow.status)):
        found.setdefault(channel, {})[status] = number
    return found


def is_taken(channel: str, provider_id: str) -> bool:
    """Return whether a delivery has this receipt already."""
    same = (DeliveryRow.channel == channel, DeliveryRow.provider_id == provider_id)
    return db.session.scalar(select(DeliveryRow.id).where(*same)) is not None


def deliveries_of(message_id: int) -> list[DeliveryRow]:
    return list(
        db.session.scalars(select(DeliveryRow).where(DeliveryRow.message_id == message_id).order_by(DeliveryRow.id))
    )


def messages_to(person_id: int, limit: int = 50) -> list[MessageRow]:
    query = select(MessageRow).where(MessageRow.person_id == person_id).order_by(MessageRow.id.desc())
    return list(db.session.scalars(query.limit(limit)))
