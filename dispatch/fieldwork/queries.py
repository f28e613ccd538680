"""Offers and assignments as an interpreter reads them. Nothing about the client before her yes. Nothing here writes."""

from typing import Any

from dispatch.assignments.models import AssignmentRow
from dispatch.offers.models import OfferRow


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


def assignment_json(row: AssignmentRow) -> dict[str, Any]:
    """Return an assignment with the facts of its request, for whoever is bound or may see the request."""
    own = ("id", "request_id", "status", "service", "language", "starts_at", "ends_at", "fee_cents", "travel_cents")
    asked = row.request
    facts = ("reference", "street", "postcode", "municipality", "phone", "subject", "client_reference", "note")
    shown = row.status in {"booked", "started", "performed"}
    mine = {name: getattr(row, name) for name in own}
    theirs = {name: getattr(asked, name) if shown or name == "reference" else None for name in facts}
    return mine | theirs | {"organisation": asked.organisation.name}
