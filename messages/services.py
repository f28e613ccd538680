"""What can be done with messages. The only file here that writes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from kernel import clock
from kernel.actor import SYSTEM
from kernel.database import Transaction, transaction
from kernel.errors import Invalid
from messages.domain import KINDS, is_forward, is_push_service
from messages.events import MessageArrived
from messages.models import DeliveryRow, MessageRow, PushSubscriptionRow
from messages.ports import Receipt

# A worker that took a delivery and said nothing for this long is dead. Source: gateway time-outs add up to 20 s.
LEASE = timedelta(seconds=30)
# No sign from a device within this time: the next channel. Source: dispatch terms, silence of a device (60 s).
SILENCE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a message is about: ids, codes and moments as plain values."""

    request_id: int | None = None
    offer_id: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def send_message(person_id: int, kind: str, words: Words) -> int | None:
    """Say something to a person; it leaves after the commit. Nobody writes to a person who was erased.

    Returns the message, or None when there is nobody to reach.
    """
    sent = send_messages([(person_id, kind, words)])
    return sent[0] if sent else None


def send_messages(each: Sequence[tuple[int, str, Words]]) -> list[int]:
    """Say something to many at once (person, kind, words); as many statements as for one.

    Returns the messages to those who can be reached.
    """
    with transaction() as tx:
        later = SILENCE / clock.time_scale() / timedelta(seconds=1)
        values = {"each": json.dumps([_row(*it) for it in each]), "at": clock.frozen_at(), "later": later}
        sent = tx.send(_SEND, values)
        tx.defer_all("messages.deliver", [{"delivery_id": delivery_id} for _, delivery_id in sent])
        return [message_id for message_id, _ in sent]


# Writes messages with the first delivery of each, for those who can be reached: by mail whoever is there, by push
# whoever has a browser that takes it, by SMS whoever has a telephone. What insists tries the next channel later.
_SEND = """
    WITH said AS (
        SELECT nextval(pg_get_serial_sequence('messages', 'id')) AS id, it.*, coalesce(%(at)s, clock_timestamp()) AS at,
            ARRAY(
                SELECT channel FROM unnest(it.ladder) WITH ORDINALITY AS rung (channel, place)
                WHERE channel = 'mail' OR (channel = 'sms' AND coalesce(person.phone, '') <> '')
                    OR (channel = 'push' AND EXISTS (SELECT FROM push_subscriptions browser
                        WHERE browser.person_id = person.id AND browser.ended_at IS NULL))
                ORDER BY place
            ) AS channels
        FROM jsonb_to_recordset(cast(%(each)s AS jsonb)) AS it (person_id bigint, kind text, request_id bigint,
            offer_id bigint, facts jsonb, ladder text[], insists boolean)
        JOIN persons person ON person.id = it.person_id AND person.erased_at IS NULL
    ), kept AS (
        INSERT INTO messages
            (id, person_id, kind, request_id, offer_id, facts, channels, status, created_at, next_channel_at)
        SELECT id, person_id, kind, request_id, offer_id, facts, channels[2:], 'queued', at,
            CASE WHEN insists AND cardinality(channels) > 1 THEN at + make_interval(secs => %(later)s) END
        FROM said
    ), begun AS (
        INSERT INTO deliveries (message_id, channel, status, attempts) SELECT id, channels[1], 'queued', 0 FROM said
        RETURNING id, message_id
    )
    SELECT message_id, id AS delivery_id FROM begun ORDER BY message_id
"""


def _row(person_id: int, kind: str, words: Words) -> dict[str, Any]:
    how = KINDS[kind]
    about = {"request_id": words.request_id, "offer_id": words.offer_id, "facts": words.facts}
    return about | {"person_id": person_id, "kind": kind, "ladder": how.ladder, "insists": how.insists}


def cancel_messages_of(*offer_ids: int) -> None:
    """What was not sent yet about these offers is not sent any more."""
    with transaction() as tx:
        waiting = (MessageRow.offer_id.in_(offer_ids), MessageRow.kind == "offer_made")
        still = MessageRow.status.in_(("queued", "sent", "delivered"))
        tx.session.execute(update(MessageRow).where(*waiting, still).values(status="cancelled", next_channel_at=None))


def mark_seen(offer_id: int) -> None:
    """The person has the offer before her eyes: no other channel has to try."""
    with transaction() as tx:
        values = {"status": "seen", "seen_at": tx.now(), "next_channel_at": None}
        about = (MessageRow.offer_id == offer_id, MessageRow.kind == "offer_made", MessageRow.status != "cancelled")
        tx.session.execute(update(MessageRow).where(*about).values(**values))


def lease_delivery(delivery_id: int) -> DeliveryRow | None:
    """Take a delivery to send it, or None when somebody has it, it is done, or nobody wants it any more."""
    with transaction() as tx:
        row = tx.session.get(DeliveryRow, delivery_id, with_for_update={"of": DeliveryRow}, populate_existing=True)
        if row is None or row.status not in {"queued", "sending", "unknown"}:
            return None
        now = tx.now()
        if row.lease_until is not None and row.lease_until > now:
            return None
        if row.message.status in {"cancelled", "seen"}:
            row.status, row.error = "failed", "no_longer_wanted"
            return None
        row.status = "unknown" if row.status == "sending" else row.status  # whoever had it died: it may be out
        row.attempts, row.lease_until = row.attempts + 1, now + LEASE
        tried_before = row.status == "unknown"
        row.status = "sending"
        row.error = "tried_before" if tried_before else None
        return row


def record_outcome(delivery_id: int, outcome: Receipt | None, *, error: str | None = None) -> None:
    """Write down what became of a try: a receipt, a refusal (`error`), or nothing known (both None)."""
    with transaction() as tx:
        row = tx.locked(DeliveryRow, delivery_id)
        row.lease_until = None
        if outcome is not None:
            row.provider_id, row.sent_at = outcome.provider_id, tx.now()
            _arrive(tx, row, "delivered" if outcome.delivered else "sent")
        elif error is not None:
            row.status, row.error = "failed", error[:200]
            _next_channels(tx, [tx.locked(MessageRow, row.message_id)], tx.now())
        else:
            row.status = "unknown"


def record_receipt(channel: str, provider_id: str, status: str) -> bool:
    """Take a provider's later word. Late, doubled and disordered ones change nothing. Returns whether it was news."""
    with transaction() as tx:
        held = select(DeliveryRow).where(DeliveryRow.channel == channel, DeliveryRow.provider_id == provider_id)
        row = tx.session.scalars(held.with_for_update(of=DeliveryRow)).first()
        if row is None or not is_forward(row.status, status):
            return False
        if status == "failed":
            row.status, row.error = "failed", "provider_failed"
            _next_channels(tx, [tx.locked(MessageRow, row.message_id)], tx.now())
        else:
            _arrive(tx, row, status)
        return True


def advance_silent_messages(limit: int = 100) -> int:
    """Bring the next channel for messages whose device stays silent; return how many. Safe beside other workers."""
    with transaction() as tx:
        due = MessageRow.next_channel_at <= func.clock_timestamp()
        held = select(MessageRow).where(due).order_by(MessageRow.next_channel_at).limit(limit)
        rows = list(tx.session.scalars(held.with_for_update(skip_locked=True)))
        _next_channels(tx, rows, tx.now())
        return len(rows)


def requeue_stalled(limit: int = 200) -> int:
    """Give deliveries another job whose worker died or whose outcome is unknown; return how many."""
    with transaction() as tx:
        stalled = (
            DeliveryRow.status.in_(("sending", "unknown")),
            or_(DeliveryRow.lease_until.is_(None), DeliveryRow.lease_until < func.clock_timestamp()),
            DeliveryRow.attempts < 20,
        )
        held = select(DeliveryRow).where(*stalled).limit(limit).with_for_update(skip_locked=True)
        rows = list(tx.session.scalars(held))
        for row in rows:
            row.lease_until = tx.now() + timedelta(seconds=5)  # the job has this long to begin
            tx.defer("messages.deliver", delivery_id=row.id, patient=True)
        return len(rows)


def subscribe_to_push(person_id: int, endpoint: str, keys: dict[str, str]) -> None:
    """Take push messages on this browser from now on.

    Raises: Invalid: not an address of a push service.
    """
    if not is_push_service(endpoint) or set(keys) != {"p256dh", "auth"}:
        raise Invalid(fields={"endpoint": "bad_endpoint"})
    with transaction() as tx:
        row = {"person_id": person_id, "endpoint": endpoint, "keys": keys}
        again = insert(PushSubscriptionRow).values(**row)
        again = again.on_conflict_do_update(index_elements=["endpoint"], set_={**row, "ended_at": None})
        tx.session.execute(again)


def end_push(person_id: int, endpoint: str) -> None:
    """Take no more push messages on this browser."""
    with transaction() as tx:
        this = (PushSubscriptionRow.person_id == person_id, PushSubscriptionRow.endpoint == endpoint)
        tx.session.execute(update(PushSubscriptionRow).where(*this).values(ended_at=tx.now()))


def _next_channels(tx: Transaction, rows: Sequence[MessageRow], now: datetime) -> None:
    """Start the next channel of each ladder, where there is one and anybody still waits for it."""
    begun = []
    for row in rows:
        row.next_channel_at = None
        if row.status in {"seen", "cancelled"}:
            continue
        if not row.channels:
            row.status = "undeliverable" if row.status == "queued" else row.status
            _forget_secret(row)
            continue
        channel, *row.channels = row.channels
        begun.append(DeliveryRow(message=row, channel=channel, status="queued", attempts=0))
        if row.channels and KINDS[row.kind].insists:
            row.next_channel_at = _later(now)
    tx.session.add_all(begun)
    tx.session.flush()
    tx.defer_all("messages.deliver", [{"delivery_id": it.id} for it in begun])


def _later(now: datetime) -> datetime:
    return now + SILENCE / clock.time_scale()


def _arrive(tx: Transaction, row: DeliveryRow, status: str) -> None:
    row.status = status
    if status == "delivered":
        row.delivered_at = tx.now()
    message = tx.locked(MessageRow, row.message_id)
    if message.status in {"queued", "sent"}:
        message.status = status
    _forget_secret(message)
    if message.offer_id is not None:  # whoever waits for an answer wants to know; the others only wait to be read
        ids = {"message_id": message.id, "offer_id": message.offer_id}
        tx.emit(MessageArrived(**ids, kind=message.kind, status=status, channel=row.channel), SYSTEM)


def _forget_secret(message: MessageRow) -> None:
    """The secret of a one-time link stays no longer than it takes to send it."""
    if "secret" in message.facts:
        message.facts = {name: value for name, value in message.facts.items() if name != "secret"}


def forget_person(person_id: int) -> None:
    """A person was erased: what was said to them keeps no facts, and nothing more is sent."""
    with transaction() as tx:
        theirs = MessageRow.person_id == person_id
        tx.session.execute(update(MessageRow).where(theirs).values(facts={}, next_channel_at=None))
        tx.session.execute(delete(PushSubscriptionRow).where(PushSubscriptionRow.person_id == person_id))
