"""All traffic between modules, in one table: which event makes whom act, inside the same transaction."""

from flask import Flask

from dispatch.assignments import services as assignments
from dispatch.offers import services as offers
from dispatch.requests.events import RequestChanged, RequestClosed, SearchStarted
from dispatch.translations import services as translations
from kernel.actor import Actor
from kernel.database import Transaction
from kernel.events import Event, Subscriber, subscribe


def search_at_once(event: SearchStarted, tx: Transaction, by: Actor) -> None:
    """A search begins: the worker takes its first step as soon as this is committed."""
    tx.defer("offers.advance", request_id=event.request_id)


def offers_end_with_request(event: RequestClosed, tx: Transaction, by: Actor) -> None:
    """A request ended: whoever was asked need not answer any more."""
    offers.withdraw_offers(event.request_id or 0, "cancelled", by=by)


def assignment_ends_with_request(event: RequestClosed, tx: Transaction, by: Actor) -> None:
    """A request was called off: whoever would come is free again."""
    if event.outcome == "cancelled" and event.was_status == "assigned":
        assignments.cancel_assignment_of(event.request_id or 0, by=by, timely=bool(event.timely))


def quote_ends_with_request(event: RequestClosed, tx: Transaction, by: Actor) -> None:
    """A request with an open quote ended."""
    translations.end_quote_of(event.request_id or 0, by=by)


def others_follow_change(event: RequestChanged, tx: Transaction, by: Actor) -> None:
    """A request changed: the assignment moves with it; offers made before are void."""
    if not event.binding:
        return
    offers.withdraw_offers(event.request_id or 0, "changed", by=by)
    assignments.move_assignment_of(event.request_id or 0, event.fields, by=by)


WIRING: list[tuple[type[Event], Subscriber]] = [
    (SearchStarted, search_at_once),
    (RequestClosed, offers_end_with_request),
    (RequestClosed, assignment_ends_with_request),
    (RequestClosed, quote_ends_with_request),
    (RequestChanged, others_follow_change),
]


def register(app: Flask) -> None:
    """Connect every row of the table."""
    for event, subscriber in WIRING:
        subscribe(event, subscriber)
