"""Offers and assignments as an interpreter reads them. Nothing about the client before her yes. Nothing here writes."""

from typing import Any

from dispatch.assignments.models import AssignmentRow
from dispatch.offers.models import OfferRow
from dispatch.performances.models import PerformanceRow
from kernel.actor import Actor, Role


def performance_json(row: PerformanceRow, *, by: Actor) -> dict[str, Any]:
    """Return a performance record; what is paid for it is absent for the requester's side."""
    names = (
        "id", "request_id", "assignment_id", "status", "started_at", "ended_at", "travel_km", "disturbance_minutes",
        "note", "confirm_by", "confirmed_at", *_money(by),
    )  # fmt: skip
    return {name: getattr(row, name) for name in names}


def _money(by: Actor) -> tuple[str, ...]:
    return () if by.role is Role.REQUESTER else ("fee_cents", "travel_cents")


def offer_json(offer: OfferRow) -> dict[str, Any]:
    """Return an offer with all that is needed to decide, and nothing private."""
    names = (
        "id", "request_id", "status", "service", "language", "starts_at", "expires_at", "distance_km",
        "travel_minutes", "fee_cents", "travel_cents",
    )  # fmt: skip
    asked = offer.request
    place = {"municipality": asked.municipality, "postcode": asked.postcode} if offer.service == "on_site" else None
    return {name: getattr(offer, name) for name in names} | {
        "duration_minutes": round((offer.ends_at - offer.starts_at).total_seconds() / 60),
        "place": place,
        "sector": asked.organisation.sector,
        "why": offer.explanation,
    }


def assignment_json(row: AssignmentRow, *, by: Actor) -> dict[str, Any]:
    """Return an assignment with the facts of its request, for whoever is bound or may see the request.

    What the interpreter earns is between her and the agency: for the requester's side it is absent.
    """
    own = ("id", "request_id", "status", "service", "language", "starts_at", "ends_at", *_money(by))
    asked = row.request
    facts = ("reference", "street", "postcode", "municipality", "phone", "subject", "client_reference", "note")
    shown = row.status in {"booked", "started", "performed"}
    mine = {name: getattr(row, name) for name in own}
    theirs = {name: getattr(asked, name) if shown or name == "reference" else None for name in facts}
    return mine | theirs | {"organisation": asked.organisation.name}
