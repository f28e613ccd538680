"""One decision: whom to ask now for one request, and why, told so that both sides can read it and it can be made again.

The same values give the same decision, byte for byte.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypedDict

import numpy as np

from matching.acceptance import SERVICES as OFFER_SERVICES
from matching.acceptance import AcceptanceModel, Offers
from matching.cases import Ask, Case, Plan, Policy, Prospect
from matching.domain import ON_SITE, Need, Ranked
from matching.hard import REASONS
from matching.hours import BRUSSELS
from matching.hunt import Hunt
from matching.pool import Pool
from matching.ranking import USUAL, Judgement, Weights, explain_rank, judge
from matching.reaction import PUSH

# More than these, cheapest first, are never asked for one request in any world tried.
MOST_PROSPECTS = 80
# An evening begins here, local time; hours a week somebody wants who never said so (median of the simulated years).
EVENING_HOUR, MORNING_HOUR = 18, 8
USUAL_HOURS_A_WEEK = 7.0
# Being asked before is no rule about her: she stays a prospect, and policies ask nobody twice.
_ANSWERED = np.uint32(1 << REASONS.index("already_answered"))
# Nothing that is changed makes a chance better that is as good as this; and after so many people more change nothing.
_ALMOST_CERTAIN, _ENOUGH_FOR_A_CHANCE = 0.995, 40
# Rules that a requester or the desk can give up, so that exactly these people more could come.
_NEGOTIABLE = ("gender", "is_certified", "within_travel_limit", "is_available", "is_free")


class OptionFacts(TypedDict):
    """What became of everybody, for one way to meet the request: `out` counts each person by her first reason."""

    option: int
    service: str
    language: str
    starts_at: str
    speakers: int
    out: dict[str, int]
    could: int
    chance: float


class ChangeFacts(TypedDict):
    """What would change it: so many people more, and the chance then, in percent points more."""

    change: str
    more: int
    points: int


class Explanation(TypedDict):
    """Why a decision is as it is, as plain values; pages make the sentences."""

    reason: str
    options: list[OptionFacts]
    asked: list[dict[str, Any]]
    next: list[dict[str, Any]]
    chance: float
    changes: list[ChangeFacts]
    policy: str
    model: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """Somebody to ask now: how, in which way to meet the request, and her place among all who could."""

    ask: Ask
    ranked: Ranked
    p_yes: float
    place: int
    group: int

    def facts(self) -> dict[str, Any]:
        """Return why she was asked, for herself: about her alone, and not what she is expected to say."""
        return dict(explain_rank(self.ranked, self.place, self.group))


@dataclass(frozen=True, slots=True)
class Decision:
    """Whom to ask, when to look again (`plan`), and why."""

    plan: Plan
    chosen: tuple[Chosen, ...]
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Mind:
    """What decides beside the people: prices, who says yes, and the way of asking with its name.

    most: so many, cheapest first, are looked at for each way to meet the request; None: everybody.
    """

    policy: Policy
    name: str
    model: AcceptanceModel = AcceptanceModel()
    weights: Weights = USUAL
    most: int | None = MOST_PROSPECTS


@dataclass(frozen=True, slots=True)
class _Way:
    """One option beside its people: who could come, cheapest first, with the chance of a yes."""

    option: int
    judgement: Judgement
    p_yes: tuple[float, ...]  # in the order, as far as it is looked at

    def ids(self) -> list[int]:
        """Return the interpreters, in the order."""
        ids: list[int] = self.judgement.crowd["id"][self.judgement.order[: len(self.p_yes)]].tolist()
        return ids

    def costs(self) -> list[float]:
        """Return what each costs, in the order."""
        costs: list[float] = self.judgement.cost_minutes[: len(self.p_yes)].tolist()
        return costs

    def left(self) -> list[float]:
        """Return the chances of those who have not said no or nothing before, in the order."""
        gone = self.judgement.crowd["already_answered"][self.judgement.order[: len(self.p_yes)]].tolist()
        return [p for p, answered in zip(self.p_yes, gone, strict=True) if not answered]


@dataclass(frozen=True, slots=True)
class _Search:
    """What chances are told from, beside the people: what the answers so far say, and the awake minutes left."""

    mind: Mind
    hunt: Hunt
    minutes: float
    immediate: bool

    def chance(self, p_yes: Sequence[float]) -> float:
        """Return the chance that one of these says yes in time."""
        heard = self.mind.model.reactions.of(PUSH, self.immediate).within(max(0.0, self.minutes))
        return self.hunt.chance(p_yes[:_ENOUGH_FOR_A_CHANCE], heard)


def decide(case: Case, needs: Sequence[Need], pool: Pool, mind: Mind) -> Decision:
    """Return whom to ask now. `needs` are the request as asked (0) and its consented alternatives, best first."""
    ways = [_way(option, need, pool, mind) for option, need in enumerate(needs)]
    prospects = [it for way in ways for it in _prospects(way)]
    plan = mind.policy.plan(case, prospects)
    minutes = case.awake_between(case.now, case.deadline)
    search = _Search(mind, Hunt.so_far(case, prospects, mind.model.spread), minutes, case.immediate)
    chosen = _chosen(plan, ways, search.hunt)
    return Decision(plan, chosen, _explain(case, plan, chosen, ways, pool, search))


def prospects_of(needs: Sequence[Need], pool: Pool, mind: Mind) -> list[Prospect]:
    """Return everybody who may come, for every way to meet the request."""
    return [it for option, need in enumerate(needs) for it in _prospects(_way(option, need, pool, mind))]


def chance_before_asking(need: Need, pool: Pool, mind: Mind, minutes: float) -> float:
    """Return the chance that somebody says yes within so many awake minutes, if everybody is asked in turn."""
    way = _way(0, need, pool, mind)
    return _Search(mind, Hunt(mind.model.spread), minutes, need.immediate).chance(way.left())


def features(judgement: Judgement, option: int, most: int | None = None) -> Offers:
    """Return what is known of each who could come, at the moment of asking, in their order."""
    crowd, who = judgement.crowd, judgement.order[:most]
    need, count = crowd.need, len(who)
    start = need.slot_start.astimezone(BRUSSELS)
    return Offers(
        interpreter_id=crowd["id"][who],
        service=np.full(count, OFFER_SERVICES.index(need.service)),
        immediate=np.full(count, need.immediate),
        lead_hours=np.full(count, (need.slot_start - need.now) / timedelta(hours=1)),
        distance_km=crowd.distance_km[who],
        duration_minutes=np.full(count, (need.slot_end - need.slot_start) / timedelta(minutes=1)),
        evening=np.full(count, is_evening(start)),
        weekend=np.full(count, is_weekend(start)),
        load=load_of(crowd["month"][who]),
        offers_7d=crowd["offers"][who].astype(float),
        option=np.full(count, option),
    )


def load_of(minutes_this_month: Any) -> Any:
    """Return hours of work a week beside the hours somebody usually wants."""
    return minutes_this_month / 60 / (30 / 7) / USUAL_HOURS_A_WEEK


def is_evening(local: datetime) -> bool:
    """Return whether work at this local hour is outside the usual day."""
    return not MORNING_HOUR <= local.hour < EVENING_HOUR


def is_weekend(local: datetime) -> bool:
    """Return whether it is Saturday or Sunday."""
    return local.weekday() >= 5


def _way(option: int, need: Need, pool: Pool, mind: Mind) -> _Way:
    judgement = judge(need, pool, mind.weights, pardoned=_ANSWERED)
    p_yes = mind.model.p_yes(features(judgement, option, mind.most))
    return _Way(option, judgement, tuple(p_yes.tolist()))


def _prospects(way: _Way) -> list[Prospect]:
    people = zip(way.ids(), way.p_yes, way.costs(), strict=True)
    return [Prospect(who, way.option, p_yes, cost) for who, p_yes, cost in people]


def _chosen(plan: Plan, ways: Sequence[_Way], hunt: Hunt) -> tuple[Chosen, ...]:
    if not plan.ask:
        return ()
    places = [{int(it): n for n, it in enumerate(way.ids())} for way in ways]
    found = []
    for ask in plan.ask:
        way, place = ways[ask.option], places[ask.option][ask.interpreter_id]
        [ranked] = way.judgement.ranked_at([place])
        found.append(Chosen(ask, ranked, hunt.says_yes(way.p_yes[place]), place + 1, len(way.judgement.order)))
    return tuple(found)


def _explain(
    case: Case, plan: Plan, chosen: Sequence[Chosen], ways: Sequence[_Way], pool: Pool, search: _Search
) -> Explanation:
    first = ways[0]
    chances = [search.chance(way.left()) for way in ways]
    asked = {it.ask.interpreter_id for it in chosen} | {it.interpreter_id for it in case.asked}
    return Explanation(
        reason=plan.reason,
        options=[_facts(way, chance) for way, chance in zip(ways, chances, strict=True)],
        asked=[_person(it) for it in chosen],
        next=_next(first, asked, search.hunt),
        chance=round(max(plan.fill, max(chances, default=0.0)), 4),
        changes=_changes(first, chances[0], pool, search, {way.judgement.crowd.need.service for way in ways}),
        policy=search.mind.name,
        model=search.mind.model.version,
    )


def _facts(way: _Way, chance: float) -> OptionFacts:
    need = way.judgement.crowd.need
    return OptionFacts(
        option=way.option,
        service=need.service,
        language=need.language,
        starts_at=need.slot_start.isoformat(),
        speakers=len(way.judgement.crowd.members),
        out=way.judgement.first_reasons(),
        could=len(way.judgement.order) - int(way.judgement.crowd["already_answered"][way.judgement.order].sum()),
        chance=round(chance, 4),
    )


def _person(it: Chosen) -> dict[str, Any]:
    facts = {"interpreter_id": it.ask.interpreter_id, "option": it.ask.option, "channel": it.ask.channel}
    return facts | {"position": it.place, "p_yes": round(it.p_yes, 4), "cost_minutes": round(it.ranked.cost_minutes, 1)}


def _next(way: _Way, asked: set[int], hunt: Hunt) -> list[dict[str, Any]]:
    """Return who comes after those who were asked: her place, and how many minutes dearer than the first."""
    ids, costs = way.ids(), way.costs()
    behind = [n for n, who in enumerate(ids) if who not in asked and not way.judgement.has_answered(n)][:5]
    return [
        {"interpreter_id": ids[n], "position": n + 1, "behind_minutes": round(costs[n] - costs[0], 1),
         "p_yes": round(hunt.says_yes(way.p_yes[n]), 4)}
        for n in behind
    ]  # fmt: skip


def _changes(way: _Way, chance: float, pool: Pool, search: _Search, services: set[str]) -> list[ChangeFacts]:
    """Return what would bring more people: a rule given up, or another service; the most helpful first.

    Nothing where somebody is as good as found.
    """
    if chance > _ALMOST_CERTAIN:
        return []
    need, have = way.judgement.crowd.need, len(way.judgement.order)
    found = []
    for name in _NEGOTIABLE:
        only = np.uint32(1 << REASONS.index(name))
        if more := int((way.judgement.broken & ~_ANSWERED == only).sum()):
            found.append(ChangeFacts(change=name, more=more, points=_points(way, more, chance, search)))
    for service in ("video", "telephone"):
        if need.service not in (ON_SITE, "video", "telephone") or service in services:
            continue
        other = _way(1, replace(need, service=service, place=None), pool, search.mind)
        if (more := len(other.judgement.order) - have) > 0:
            then = search.chance(other.left())
            found.append(ChangeFacts(change=service, more=more, points=round(100 * (then - chance))))
    return sorted(found, key=lambda it: (-it["points"], -it["more"], it["change"]))


def _points(way: _Way, more: int, chance: float, search: _Search) -> int:
    """Return how much the chance grows with so many people who say yes as often as the others do."""
    usual = sum(way.p_yes) / len(way.p_yes) if way.p_yes else 0.4
    return round(100 * (search.chance([*way.left(), *[usual] * more]) - chance))
