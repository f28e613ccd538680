"""What the desk reads: board rows and candidates with their reasons. Nothing here writes."""

from datetime import datetime
from typing import Any

from dispatch.desk.domain import urgency
from dispatch.interpreters import queries as interpreters
from dispatch.offers import queries as offers
from dispatch.offers.models import DecisionRow
from dispatch.requests import queries as requests
from dispatch.requests.models import RequestRow
from dispatch.requests.status import UNANSWERED
from kernel import clock
from kernel.actor import Actor


def board_item(request: RequestRow, now: datetime) -> dict[str, Any]:
    """Return a request as a row of the board."""
    return {name: getattr(request, name) for name in _SHOWN} | {
        "urgency": urgency(request.hard_stop_at, now),
        "organisation": request.organisation.name,
    }


_SHOWN = (
    "id", "reference", "status", "service", "language", "starts_at", "ends_at", "hard_stop_at", "municipality",
    "priority", "owner_id", "wave", "immediate",
)  # fmt: skip


def live_row(request_id: int) -> tuple[int, dict[str, Any] | None] | None:
    """Return the agency of a request and its row; no row once it is off the board. None: there is no such request."""
    request = requests.board_row(request_id)
    if request is None:
        return None
    shown = board_item(request, clock.now()) if request.status in UNANSWERED else None
    return request.agency_id, shown


def candidates_of(request_id: int, *, by: Actor) -> dict[str, list[dict[str, Any]]]:
    """Return who may come, in order, with the parts of each price; and who may not, with every reason.

    Raises: NotFound.
    """
    request = requests.find_request(request_id, by=by)
    ways = offers.rankings(request, clock.now())
    names = interpreters.names_of({it.interpreter_id for way in ways for it in way.crowd})
    ranked: dict[int, dict[str, Any]] = {}
    for way in ways:
        for it in way.ranking.ranked:
            who = it.candidate.interpreter_id
            parts = [{"name": name, "minutes": minutes} for name, minutes in it.parts]
            facts = {"cost_minutes": it.cost_minutes, "parts": parts, "distance_km": _rounded(it.distance_km)}
            facts |= {"travel_minutes": it.travel_minutes, "asked": it.candidate.has_open_offer}
            ranked.setdefault(who, names[who] | facts | {"service": way.wish.service, "language": way.wish.language})
    rejected = [
        names[it.candidate.interpreter_id] | {"reasons": list(it.reasons)}
        for it in (ways[0].ranking.rejected if ways else ())
        if it.candidate.interpreter_id not in ranked
    ]
    return {"candidates": list(ranked.values()), "rejected": rejected}


def told_of(decision: DecisionRow) -> dict[str, Any]:
    """Return a decision's explanation with the names of whom it is about, for the desk."""
    told = decision.explanation
    ids = {it["interpreter_id"] for it in (*told["asked"], *told["next"])}
    names = interpreters.names_of(ids)
    return told | {part: [it | names.get(it["interpreter_id"], {"name": "?"}) for it in told[part]]
                   for part in ("asked", "next")}  # fmt: skip


def told_relays(request: RequestRow) -> list[dict[str, Any]]:
    """Return the ways by a third language that a person may choose, with the names of both."""
    found = offers.relays_of(request, clock.now())
    ids = {who.candidate.interpreter_id for it in found for who in (it.first, it.second)}
    names = interpreters.names_of(ids)
    return [
        {"pivot": it.pivot, "minutes": round(it.cost_minutes), "first": names[it.first.candidate.interpreter_id],
         "second": names[it.second.candidate.interpreter_id]}
        for it in found
    ]  # fmt: skip


def told_day(found: offers.DayPlan) -> dict[str, Any]:
    """Return the plan of a day as the desk reads it: per interpreter what she would do in order, and what is left."""
    plan = found.plan
    names = interpreters.names_of({it.interpreter_id for it in plan.pairs})
    saved = {it.interpreter_id: 0.0 for it in plan.tours}
    for it in plan.tours:
        saved[it.interpreter_id] += it.saved_minutes
    days: dict[int, list[RequestRow]] = {}
    for pair in plan.pairs:
        days.setdefault(pair.interpreter_id, []).append(found.requests[pair.request_id])
    people = [
        names[who] | {"jobs": sorted(jobs, key=lambda it: it.starts_at), "saved_minutes": round(saved.get(who, 0.0))}
        for who, jobs in days.items()
    ]
    people.sort(key=lambda it: (it["jobs"][0].starts_at, it["interpreter_id"]))
    left = [found.requests[it] for it in plan.unfilled]
    return {"people": people, "left": left, "gap": plan.gap, "saved": round(sum(saved.values()))}


def _rounded(km: float | None) -> float | None:
    return None if km is None else round(km, 1)
