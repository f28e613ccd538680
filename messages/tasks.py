"""The job that delivers: take it, send it, write down what became of it. Nothing is held open while sending."""

import logging
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from flask import current_app
from flask_babel import force_locale
from jinja2 import Environment

from kernel.failpoint import failpoint
from kernel.jobs import task
from messages import services
from messages.domain import Channel
from messages.models import DeliveryRow
from messages.ports import Envelope, Gateway, Gone, Receipt, Refused, Unknown
from messages.queries import is_taken, push_subscriptions_of

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 8


@task("messages.deliver")
def deliver(delivery_id: int, patient: bool = False) -> None:
    """Deliver one message over one channel. Safe to run twice: whoever comes second finds it taken or done."""
    row = services.lease_delivery(delivery_id)
    if row is None:
        return
    gateways: Mapping[str, Gateway] = current_app.extensions["gateways"]
    envelopes = _envelopes(row)
    if not envelopes:
        services.record_outcome(delivery_id, None, error="no_address")
        return
    first, *others = envelopes
    for envelope in others:  # her other devices hear it too; the first one's answer counts
        _also(gateways[row.channel], row, envelope)
    _hand_over(gateways[row.channel], row, first)


def _hand_over(gateway: Gateway, row: DeliveryRow, envelope: Envelope) -> None:
    try:
        receipt = _found(gateway, row, envelope) or gateway.send(envelope)
        failpoint("messages.deliver.after_send")
    except Gone as gone:
        services.end_push(row.message.person_id, envelope.to)
        services.record_outcome(row.id, None, error=str(gone))
    except Refused as refused:
        services.record_outcome(row.id, None, error=str(refused) or "refused")
    except Unknown:
        logger.warning("delivery %s: no answer", row.id)
        services.record_outcome(row.id, None, error=_given_up(row))
    except Exception:
        services.record_outcome(row.id, None, error=_given_up(row))
        raise
    else:
        services.record_outcome(row.id, receipt)


def _given_up(row: DeliveryRow) -> str | None:
    """Return that this channel had its chances, or None: it is tried again."""
    return "gave_up" if row.attempts >= MOST_ATTEMPTS else None


def _also(gateway: Gateway, row: DeliveryRow, envelope: Envelope) -> None:
    """Try one more device; what becomes of it changes nothing."""
    try:
        gateway.send(envelope)
    except Gone:
        services.end_push(row.message.person_id, envelope.to)
    except Exception as error:  # whatever happens to one device, the others are tried
        logger.info("delivery %s: another device could not be reached (%s)", row.id, type(error).__name__)


def _found(gateway: Gateway, row: DeliveryRow, envelope: Envelope) -> Receipt | None:
    """Ask what became of an earlier try whose answer was lost, before trying again."""
    if row.error != "tried_before":
        return None
    receipt = gateway.find(envelope)
    # The same words to the same number may be another delivery's, which has its receipt already.
    taken = receipt is not None and is_taken(row.channel, receipt.provider_id)
    return None if taken else receipt


def _envelopes(row: DeliveryRow) -> list[Envelope]:
    person = row.message.person
    reference = f"d{row.id}"
    if row.channel == Channel.PUSH:
        found = push_subscriptions_of(person.id)
        return [write(row, reference, it.endpoint, {"endpoint": it.endpoint, "keys": it.keys}) for it in found]
    address = person.phone if row.channel == Channel.SMS else person.email
    return [write(row, reference, address, {})] if address else []


def write(row: DeliveryRow, reference: str, to: str, data: dict[str, Any]) -> Envelope:
    """Render a message in the language of its reader: one template per kind, its first line is the subject.

    No names or words of clients are in it: only codes, moments and places of the facts.
    """
    message = row.message
    facts = {name: _revived(name, value) for name, value in message.facts.items()}
    settings = current_app.config["SETTINGS"]
    with current_app.test_request_context(base_url=settings.public_url), force_locale(message.person.locale):
        template = _letters(current_app.jinja_env).get_template(f"messages/{message.kind}.txt")
        text = template.render(url=settings.public_url, request_id=message.request_id, **facts)
    subject, _, body = text.strip().partition("\n")
    short = f"{subject} {settings.public_url}" if row.channel == Channel.SMS else body.strip()
    path = f"/offers#offer-{message.offer_id}" if message.kind == "offer_made" else "/"
    return Envelope(reference=reference, to=to, subject=subject, text=short, data=data, path=path)


@cache
def _letters(pages: Environment) -> Environment:
    """Return where messages are written: as pages are, but a line ends where it ends in the template."""
    return pages.overlay(trim_blocks=False, lstrip_blocks=False)


def _revived(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name.endswith("_at") and isinstance(value, str) else value
