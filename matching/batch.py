"""Many requests at once: peaks, days with several jobs a person, and what could have been done at best.

First a short list for each request, then the best pairs one after the other, mended where a request was left out. Where
that may be far from the best: the same by what scarce hours are worth, and the exact answer as a mixed-integer program
(HiGHS) of each group of requests that compete. What is returned says how far from the best it can be at most.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matching.bounds import bound_of, exact
from matching.domain import NEAR_KM, TOUR_WAIT_MINUTES, Need
from matching.edges import Edges, Floats, Ints, edges_of
from matching.pool import Pool
from matching.ranking import USUAL, Weights
from matching.shortlist import shortlists


@dataclass(frozen=True, slots=True)
class Effort:
    """How far to go. `width`: candidates looked at per request, and for how many requests of one hour somebody is
    looked at before others are. Sites within `near_km` are done in one tour, without going home between (0: always by
    way of home). Better is sought while `gap` is larger: with other prices, then exactly, for about `seconds` in all
    and only where a group of competing requests has no more than `exact_pairs` pairs."""

    width: int = 16
    near_km: float = NEAR_KM
    gap: float = 0.001
    seconds: float = 5.0
    exact_pairs: int = 20_000


@dataclass(frozen=True, slots=True)
class Pair:
    """Who goes where."""

    request_id: int
    interpreter_id: int
    cost_minutes: float


@dataclass(frozen=True, slots=True)
class Tour:
    """Jobs at near sites that somebody does one after the other, and the minutes of travel that spares."""

    interpreter_id: int
    request_ids: tuple[int, ...]
    saved_minutes: float


@dataclass(frozen=True, slots=True)
class ManyPlan:
    """A plan for many requests. `value` is minutes won: `filled_minutes` a request, less the cost of who goes.

    No plan among the candidates looked at has more value than `bound`.
    """

    pairs: tuple[Pair, ...]
    unfilled: tuple[int, ...]
    value: float
    bound: float
    tours: tuple[Tour, ...] = ()

    @property
    def gap(self) -> float:
        """Return the share of the bound that is missing at most."""
        return max(0.0, (self.bound - self.value) / self.bound) if self.bound > 0 else 0.0


def plan_many(
    needs: Sequence[Need],
    pool: Pool,
    weights: Weights = USUAL,
    *,
    filled_minutes: float = 600.0,
    effort: Effort = Effort(),
) -> ManyPlan:
    """Return who goes where so that most requests are filled at the least cost.

    The order in which needs are given does not matter. Nobody gets two jobs that overlap, travel included. Meant for
    needs of days or weeks: every hour they touch takes four bytes for everybody in the pool.
    `filled_minutes`: what filling a request is worth; somebody who costs more is not sent.
    """
    needs = sorted(needs, key=lambda it: it.request_id)
    lists = shortlists(needs, pool, weights, width=effort.width, filled_minutes=filled_minutes)
    edges = edges_of(needs, lists, filled_minutes, effort.near_km)
    chosen = _planned(edges, edges.value)
    bound = bound_of(edges, edges.worth(chosen), effort.gap)
    most = bound.most
    if most - edges.worth(chosen) > effort.gap * most:
        chosen = max(chosen, _planned(edges, bound.net), key=edges.worth)
        chosen, most = exact(
            edges, chosen, bound, gap=effort.gap, seconds=effort.seconds, most_pairs=effort.exact_pairs
        )
    pairs = [Pair(needs[edges.request[it]].request_id, int(edges.person[it]), float(edges.cost[it])) for it in chosen]
    filled = {it.request_id for it in pairs}
    unfilled = tuple([it.request_id for it in needs if it.request_id not in filled])
    value = edges.worth(chosen)
    tours = _tours(edges, chosen, needs)
    return ManyPlan(tuple(sorted(pairs, key=lambda it: it.request_id)), unfilled, value, max(most, value), tours)


def _planned(edges: Edges, merit: Floats) -> list[int]:
    """Take the pair of most merit that is still possible, again and again; then mend what was left out."""
    plan = _Plan(edges)
    for it in np.lexsort((edges.person, edges.request, -merit)).tolist():
        if not plan.blocking[it] and edges.request[it] not in plan.filled:
            plan.take(it)
    _mend(plan)
    return sorted(plan.filled.values())


class _Plan:
    """A plan in the making: the pair of each request that is filled, and how many of them each edge clashes with."""

    def __init__(self, edges: Edges) -> None:
        self.edges = edges
        self.filled: dict[int, int] = {}
        self.blocking = np.zeros(len(edges), np.int32)

    def take(self, it: int) -> None:
        self.filled[int(self.edges.request[it])] = it
        self.blocking[self.edges.against(it)] += 1

    def give_back(self, it: int) -> None:
        del self.filled[int(self.edges.request[it])]
        self.blocking[self.edges.against(it)] -= 1

    def in_the_way(self, it: int) -> int:
        """Return the first that clashes with this one."""
        against: list[int] = self.edges.against(it).tolist()
        return next(job for job in against if self.filled.get(int(self.edges.request[job])) == job)


def _mend(plan: _Plan) -> None:
    """Give a request that was left out somebody whose job another can take over, where both together win."""
    edges = plan.edges
    order = np.lexsort((edges.person, -edges.value, edges.request))
    numbers, first = np.unique(edges.request[order], return_index=True)
    options = dict(zip(numbers.tolist(), np.split(order, first[1:]), strict=True)) if len(numbers) else {}
    for request, mine in options.items():
        if request not in plan.filled:
            _make_room(plan, mine[plan.blocking[mine] <= 1].tolist(), options)


def _make_room(plan: _Plan, mine: list[int], options: dict[int, Ints]) -> None:
    edges = plan.edges
    for it in mine:
        if plan.blocking[it]:
            old = plan.in_the_way(it)
            others = options[int(edges.request[old])]
            others = others[(plan.blocking[others] == 0) & (edges.person[others] != edges.person[old])]
            if not len(others) or edges.value[it] + edges.value[others[0]] <= edges.value[old]:
                continue
            plan.give_back(old)
            plan.take(int(others[0]))
        plan.take(it)
        return


def _tours(edges: Edges, chosen: Sequence[int], needs: Sequence[Need]) -> tuple[Tour, ...]:
    """Return who goes straight from one site to the next, and the travel that spares: two ways home less the leg."""
    stops = np.array(chosen, np.intp)
    stops = stops[np.lexsort((stops, edges.arrives[stops], edges.person[stops]))]
    before, after = stops[:-1], stops[1:]
    leg = edges.leg_minutes(before, after)
    wait = (edges.arrives[after] - edges.leaves[before]) / 60
    onward = (edges.person[before] == edges.person[after]) & (leg <= wait) & (wait <= TOUR_WAIT_MINUTES)
    saved = np.where(onward, np.maximum(0.0, (edges.travel[before] + edges.travel[after]) / 60 - leg), 0.0)
    tours = []
    for tour in np.split(np.arange(len(stops)), np.flatnonzero(~onward) + 1):
        if len(tour) > 1:
            ids = tuple([needs[it].request_id for it in edges.request[stops[tour]]])
            tours.append(Tour(int(edges.person[stops[tour[0]]]), ids, float(saved[tour[:-1]].sum())))
    return tuple(tours)
