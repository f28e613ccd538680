"""What the desk reads about one request: who could come, where people fell out, what helps now. Nothing here writes."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Row

from dispatch.desk.domain import NextAction, best_first, gain_of_call
from dispatch.interpreters import queries as interpreters
from dispatch.offers import queries as offers
from dispatch.offers.models import DecisionRow, OfferRow
from dispatch.offers.status import OPEN, Status
from dispatch.partners import queries as partners
from dispatch.requests import queries as requests
from dispatch.requests.models import RequestRow
from dispatch.requests.status import UNANSWERED
from kernel import clock
from kernel.actor import Actor, Role
from matching.funnel import STAGES
from people import queries as people

Names = dict[int, dict[str, Any]]
# Each partner that is thought of costs a look at its people.
_PARTNERS = 3


class Insight:
    """What is known about finding somebody for one request, each part read when it is asked for first."""

    def __init__(self, request: RequestRow, now: datetime) -> None:
        self.request, self.now = request, now

    @property
    def searching(self) -> bool:
        return self.request.status in UNANSWERED

    @cached_property
    def ways(self) -> list[offers.Way]:
        return offers.rankings(self.request, self.now)

    @cached_property
    def names(self) -> Names:
        asked = {it.interpreter_id for it in self.asked}
        return interpreters.names_of(asked | {it.interpreter_id for way in self.ways for it in way.crowd})

    @cached_property
    def asked(self) -> list[OfferRow]:
        return offers.list_offers_of(self.request.id)

    @cached_property
    def decisions(self) -> list[DecisionRow]:
        return offers.decisions_of(self.request.id)

    @cached_property
    def outlook(self) -> offers.Outlook:
        return offers.outlook(self.request, self.now)

    @property
    def people(self) -> dict[str, list[dict[str, Any]]]:
        """Who may come, in order, with the parts of each price; and who may not, with every reason."""
        return _candidates(self.ways, self.names)

    @property
    def funnel(self) -> list[dict[str, Any]]:
        """At each stage how many are left, and who fell out there, by name and with every reason."""
        agencies = {self.request.agency_id, *partners.handed_to(self.request.id)}
        return _funnel(self, interpreters.count_active(agencies, self.now.date()))

    @property
    def phones(self) -> dict[int, str]:
        """The telephone numbers of those who are worth a call."""
        reached = interpreters.reached_by_phone({it.who for it in self.actions if it.who and it.kind == "call"})
        return {who: it["phone"] for who, it in reached.items() if it["phone"]}

    @cached_property
    def actions(self) -> list[NextAction]:
        """What would help most now, the most helpful first."""
        return next_actions(self)


def insight_of(request: RequestRow) -> Insight:
    return Insight(request, clock.now())


def candidates_of(request_id: int, *, by: Actor) -> dict[str, list[dict[str, Any]]]:
    """Return who may come, in order, with the parts of each price; and who may not, with every reason.

    Raises: NotFound.
    """
    return insight_of(requests.find_request(request_id, by=by)).people


def next_actions(it: Insight) -> list[NextAction]:
    """Return what a person could do now, with what each adds to the chance; the most helpful first.

    From matching's own words: the last decision (calls, rules given up) and the outlook (another service or moment,
    the same with a partner's people).
    """
    chance = it.outlook.asked.chance
    return best_first([*_calls(it, chance), *_proposals(it, chance), *_changes(it), *_partners(it, chance)])


def told_of(decision: DecisionRow) -> dict[str, Any]:
    """Return a decision's explanation with the names of whom it is about, for the desk."""
    told = decision.explanation
    ids = {it["interpreter_id"] for it in (*told["asked"], *told["next"])}
    names = interpreters.names_of(ids)
    return told | {part: [it | names.get(it["interpreter_id"], {"name": "?"}) for it in told[part]]
                   for part in ("asked", "next")}  # fmt: skip


class Trail:
    """Who did what in the course of a request, by name; a yes that somebody gave by telephone has both names."""

    def __init__(self, course: Sequence[tuple[Row[Any], int]], request: RequestRow) -> None:
        acted = {it.actor_id for it, _ in course if it.actor_id}
        about = {int(it.facts["interpreter_id"]) for it, _ in course if it.facts.get("interpreter_id")}
        self._people, self._interpreters = people.names_of(acted), interpreters.names_of(about)
        self._requester = request.requester.name

    def actor(self, event: Row[Any]) -> str:
        """Return the name of who did it."""
        return self._people.get(event.actor_id, "")

    def on_behalf(self, event: Row[Any]) -> str:
        """Return for whom a coordinator did it; nothing where it was her own to do."""
        if event.actor_role != Role.COORDINATOR:
            return ""
        if event.name in _OF_INTERPRETER:
            who = self._interpreters.get(int(event.facts.get("interpreter_id") or 0))
            return str(who["name"]) if who else ""
        return self._requester if event.name in _OF_REQUESTER else ""


_OF_INTERPRETER = frozenset({"offer_accepted", "offer_declined", "assignment_reconfirmed", "performance_submitted"})
_OF_REQUESTER = frozenset({"request_submitted", "proposal_answered", "quote_answered", "performance_confirmed"})


def colleagues_of(request: RequestRow, *, by: Actor) -> list[tuple[int, str]]:
    """Return who else coordinates for the agency of a request, by name."""
    ids = [it for it in people.coordinators_of(request.agency_id) if it != by.person_id]
    return sorted(((it, people.find_person(it).name) for it in ids), key=lambda it: it[1])


def _calls(it: Insight, chance: float) -> list[NextAction]:
    """Return whom to call: asked, still open, and the message never opened."""
    p_yes = {who["interpreter_id"]: who["p_yes"] for row in reversed(it.decisions) for who in row.explanation["asked"]}
    silent = [o for o in it.asked if o.status in OPEN and o.status != Status.SEEN and o.expires_at > it.now]
    return [
        NextAction("call", gain_of_call(chance, p_yes.get(o.interpreter_id, 0.0)), who=o.interpreter_id) for o in silent
    ]


def _proposals(it: Insight, chance: float) -> list[NextAction]:
    if it.request.status == "proposed":
        return []
    return [
        NextAction("propose", o.chance - chance, what=o.wish.service.value, starts_at=o.wish.starts_at)
        for o in it.outlook.better
    ]


def _partners(it: Insight, chance: float) -> list[NextAction]:
    """Return which partners would help when their interpreters are asked too."""
    found, asked = [], it.outlook.asked.wish
    for partner in partners.partners_of(it.request)[:_PARTNERS]:
        if partner.asked_at is None:
            [then] = offers.chances(it.request, [asked], it.now, also={partner.agency_id})
            found.append(NextAction("partner", then.chance - chance, who=partner.agency_id, what=partner.name))
    return found


def _changes(it: Insight) -> list[NextAction]:
    """Return the rules that could be given up, as the last decision counted them."""
    if not it.decisions:
        return []
    told = it.decisions[0].explanation["changes"]
    ours = [change for change in told if change["change"] not in {"video", "telephone"}]
    return [NextAction("change", change["points"] / 100, what=change["change"], more=change["more"]) for change in ours]


def _candidates(ways: Sequence[offers.Way], names: Names) -> dict[str, list[dict[str, Any]]]:
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


def _funnel(it: Insight, registered: int) -> list[dict[str, Any]]:
    """Return the stages as matching counts them, for the request as asked; `out` are those who end there."""
    way, reached = it.ways[0], offers.reached_of(it.request.id)
    asked = set(reached["offered"])
    broken = {who.candidate.interpreter_id: who.reasons for who in way.ranking.rejected}
    left = {who.interpreter_id for who in way.crowd} | asked
    stages = [{"stage": "registered", "left": registered, "out": []}]
    for stage, rules in STAGES.items():
        out = [] if stage == "registered" else sorted(who for who in left - asked if rules & set(broken.get(who, ())))
        left -= set(out)
        if stage != "registered":
            stages.append({"stage": stage, "left": len(left), "out": _named(it, out, broken)})
    before = left
    for stage in ("offered", "seen", "answered"):
        there = set(reached[stage]) if stage == "answered" else set(reached[stage]) | set(reached["answered"])
        out = sorted(before - there) if stage != "offered" else []
        stages.append({"stage": stage, "left": len(there), "out": _named(it, out, {})})
        before = there
    return stages


def _named(it: Insight, ids: Sequence[int], broken: dict[int, tuple[str, ...]]) -> list[dict[str, Any]]:
    return [it.names[who] | {"reasons": list(broken.get(who, ()))} for who in ids]


def _rounded(km: float | None) -> float | None:
    return None if km is None else round(km, 1)


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
