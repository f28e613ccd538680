"""Many requests at once: peaks, days with several jobs a person, and what could have been done at best.

First the best pairs one after the other, mended where a request was left out; then, where that may be far from the
best, the exact answer as a mixed-integer program (HiGHS) of each group of requests that compete. What is returned says
how far from the best it can be at most.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import isnan

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from matching.domain import NEAR_KM, ON_SITE, TOUR_WAIT_MINUTES, TRANSLATION, Need, Place, road_km, travel_minutes
from matching.pool import Pool, seconds
from matching.ranking import USUAL, Weights, judge

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# Rounds of looking for prices of scarce hours; each brings the bound nearer. More than this gains nothing measurable.
BOUND_ROUNDS = 400


@dataclass(frozen=True, slots=True)
class Effort:
    """How far to go. `width`: candidates looked at per request. Sites within `near_km` are done in one tour, without
    going home between (0: always by way of home). The exact answer is sought while `gap` is larger, for
    at most `seconds` in all, and only where a group of competing requests has no more than `exact_pairs` pairs."""

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


@dataclass(frozen=True, slots=True)
class _Edges:
    """Every pair that is looked at: request x person, the hours it takes her with travel, and its value.

    travel: seconds one way; lat, lon: of the site, not a number where nobody travels or the place is not known.
    """

    request: Ints
    person: Ints
    start: Floats
    end: Floats
    value: Floats
    cost: Floats
    travel: Floats
    lat: Floats
    lon: Floats
    near_km: float

    def only(self, which: Ints) -> "_Edges":
        columns = {name: getattr(self, name)[which] for name in self.__slots__ if name != "near_km"}
        return _Edges(**columns, near_km=self.near_km)

    def leg_minutes(self, one: int, other: int) -> float | None:
        """Return the way from one site to another; None: not near, or not known."""
        here = Place(float(self.lat[one]), float(self.lon[one]))
        there = Place(float(self.lat[other]), float(self.lon[other]))
        if not self.near_km or isnan(here.lat) or isnan(there.lat):
            return None
        km = road_km(here, there)
        return float(travel_minutes(km)) if km <= self.near_km else None

    def clash(self, one: int, other: int) -> bool:
        """Return whether nobody can do both: they overlap with travel, and she cannot go straight from one on."""
        if self.end[one] <= self.start[other] or self.end[other] <= self.start[one]:
            return False
        if self.end[one] <= self.start[one] or self.end[other] <= self.start[other]:
            return False  # a translation takes no hour
        first, second = (
            (one, other)
            if self.start[one] + self.travel[one] <= self.start[other] + self.travel[other]
            else (other, one)
        )
        leg = self.leg_minutes(first, second)
        between = (self.start[second] + self.travel[second]) - (self.end[first] - self.travel[first])
        return leg is None or bool(between < leg * 60)


def plan_many(
    needs: Sequence[Need],
    pool: Pool,
    weights: Weights = USUAL,
    *,
    filled_minutes: float = 600.0,
    effort: Effort = Effort(),
) -> ManyPlan:
    """Return who goes where so that most requests are filled at the least cost.

    The order in which needs are given does not matter. Nobody gets two jobs that overlap, travel included.
    `filled_minutes`: what filling a request is worth; somebody who costs more is not sent.
    """
    needs = sorted(needs, key=lambda it: it.request_id)
    edges = _edges(needs, pool, weights, filled_minutes, effort)
    rivals = _rivals(edges)
    chosen = _mended(edges, _greedy(edges, edges.value), len(needs))
    bound, reduced = _bound(edges, rivals, len(needs), _value(edges, chosen))
    again = _mended(edges, _greedy(edges, reduced), len(needs))
    chosen = max(chosen, again, key=lambda it: _value(edges, it))
    if bound - _value(edges, chosen) > effort.gap * bound:
        chosen, bound = _exact(edges, rivals, chosen, effort)
    pairs = [Pair(needs[edges.request[it]].request_id, int(edges.person[it]), float(edges.cost[it])) for it in chosen]
    filled = {it.request_id for it in pairs}
    unfilled = tuple([it.request_id for it in needs if it.request_id not in filled])
    value = _value(edges, chosen)
    tours = _tours(edges, chosen, needs)
    return ManyPlan(tuple(sorted(pairs, key=lambda it: it.request_id)), unfilled, value, max(bound, value), tours)


def _tours(edges: _Edges, chosen: Sequence[int], needs: Sequence[Need]) -> tuple[Tour, ...]:
    """Return who goes straight from one site to the next, and the travel that spares: two ways home less the leg."""
    found = []
    for person in np.unique(edges.person[list(chosen)]).tolist():
        mine = sorted(
            (it for it in chosen if edges.person[it] == person), key=lambda it: edges.start[it] + edges.travel[it]
        )
        stops, saved = mine[:1], 0.0
        for before, it in pairwise(mine):
            leg = edges.leg_minutes(before, it)
            wait = (edges.start[it] + edges.travel[it] - edges.end[before] + edges.travel[before]) / 60
            if leg is None or not leg <= wait <= TOUR_WAIT_MINUTES:
                found.append((person, stops, saved))
                stops, saved = [], 0.0
            else:
                saved += max(0.0, float(edges.travel[before] + edges.travel[it]) / 60 - leg)
            stops = [*stops, it]
        found.append((person, stops, saved))
    return tuple(
        Tour(person, tuple([needs[edges.request[it]].request_id for it in stops]), saved)
        for person, stops, saved in found
        if len(stops) > 1
    )


def _edges(needs: Sequence[Need], pool: Pool, weights: Weights, filled_minutes: float, effort: Effort) -> _Edges:
    parts: list[tuple[NDArray[np.generic], ...]] = []
    for number, need in enumerate(needs):
        judgement = judge(need, pool, weights)
        who, cost = judgement.order[: effort.width], judgement.cost_minutes[: effort.width]
        takes_hours = need.service != TRANSLATION
        travel = judgement.crowd.travel_minutes[who] * 60
        start = seconds(need.slot_start) - travel
        end = seconds(need.slot_end) + travel if takes_hours else start
        worth = cost < filled_minutes
        site = need.place if need.service == ON_SITE else None
        lat, lon = (
            np.full(len(who), np.nan if site is None else it) for it in ((site.lat, site.lon) if site else (0.0, 0.0))
        )
        ids, value = judgement.crowd["id"][who], filled_minutes - cost
        whole = (np.full(len(who), number), ids, start, end, value, cost, travel, lat, lon)
        parts.append(tuple([column[worth] for column in whole]))
    kinds = (np.intp, np.intp, *[float] * 7)
    columns = list(zip(*parts, strict=True)) or [()] * len(kinds)
    arrays = {
        name: np.concatenate([np.empty(0, kind), *column]).astype(kind)
        for name, column, kind in zip(_Edges.__slots__, columns, kinds, strict=False)
    }
    return _Edges(**arrays, near_km=effort.near_km)


def _greedy(edges: _Edges, merit: Floats) -> list[int]:
    """Take the pair of most merit that is still possible, again and again."""
    diary: dict[int, list[int]] = defaultdict(list)
    taken, filled = [], set()
    for it in _best_first(edges, merit):
        request, person = int(edges.request[it]), int(edges.person[it])
        if request not in filled and not _in_the_way(edges, it, diary[person]):
            filled.add(request)
            diary[person].append(it)
            taken.append(it)
    return taken


def _mended(edges: _Edges, taken: list[int], requests: int) -> list[int]:
    """Give a request that was left out somebody whose job another can take over, where both together win."""
    options: dict[int, list[int]] = defaultdict(list)
    for it in _best_first(edges, edges.value):
        options[int(edges.request[it])].append(it)
    of_request = {int(edges.request[it]): it for it in taken}
    diary: dict[int, list[int]] = defaultdict(list)
    for it in taken:
        diary[int(edges.person[it])].append(it)
    for request in range(requests):
        if request not in of_request:
            _make_room(edges, options, of_request, diary, request)
    return sorted(of_request.values())


def _make_room(
    edges: _Edges, options: dict[int, list[int]], of_request: dict[int, int], diary: dict[int, list[int]], request: int
) -> None:
    for mine in options[request]:
        blocking = _in_the_way(edges, mine, diary[int(edges.person[mine])])
        if len(blocking) > 1:
            continue
        for old in blocking:
            moved = next(
                (it for it in options[int(edges.request[old])]
                 if edges.person[it] != edges.person[old] and not _in_the_way(edges, it, diary[int(edges.person[it])])),
                None,
            )  # fmt: skip
            if moved is None or edges.value[mine] + edges.value[moved] <= edges.value[old]:
                break
            diary[int(edges.person[old])].remove(old)
            diary[int(edges.person[moved])].append(moved)
            of_request[int(edges.request[old])] = moved
        else:
            diary[int(edges.person[mine])].append(mine)
            of_request[request] = mine
            return


def _in_the_way(edges: _Edges, it: int, jobs: Iterable[int]) -> list[int]:
    return [job for job in jobs if edges.clash(it, job)]


def _best_first(edges: _Edges, merit: Floats) -> list[int]:
    order: list[int] = np.lexsort((edges.person, edges.request, -merit)).tolist()
    return order


def _rivals(edges: _Edges) -> csr_array:
    """Return the groups of pairs of which a person can do one at most: group x pair, each as large as can be.

    Stretches that overlap with travel make a group; one in which two can be done in a tour falls apart into couples.
    """
    groups = _Groups(edges)
    order = np.lexsort((edges.start, edges.person))
    active: list[int] = []
    person, grew = -1, False
    for it in order.tolist():
        if edges.person[it] != person:
            groups.keep(active, grew)
            person, active, grew = int(edges.person[it]), [], False
        if edges.end[it] <= edges.start[it]:
            continue
        left = [job for job in active if edges.end[job] > edges.start[it]]
        if len(left) < len(active):
            groups.keep(active, grew)
        active, grew = [*left, it], True
    groups.keep(active, grew)
    kept = list(groups.found)
    rows = np.repeat(np.arange(len(kept)), [len(it) for it in kept]) if kept else np.empty(0, int)
    pairs = np.array([job for group in kept for job in group], int)
    return csr_array((np.ones(len(pairs)), (rows, pairs)), shape=(len(kept), len(edges.request)))


class _Groups:
    """Groups of pairs of which a person can do one at most, each once."""

    def __init__(self, edges: _Edges) -> None:
        self.edges = edges
        self.found: dict[tuple[int, ...], None] = {}

    def keep(self, active: list[int], grew: bool) -> None:
        """Take stretches that all overlap with travel."""
        if not grew or len(active) < 2:
            return
        couples = [it for it in combinations(active, 2) if self.edges.clash(*it)]
        if 2 * len(couples) == len(active) * (len(active) - 1):
            self.found[tuple(active)] = None
        else:
            self.found |= dict.fromkeys(couples)


def _bound(edges: _Edges, rivals: csr_array, requests: int, value: float) -> tuple[float, Floats]:
    """Return a value that no plan exceeds, and each pair's value less the price of its hours.

    bound = sum of the prices + sum over requests of max(0, value - price of its hours), for any prices of scarce
    hours; the prices are sought by subgradient steps towards `value`, which a plan is known to have.
    """
    best, stride, since = np.inf, 1.0, 0
    price = np.zeros(rivals.shape[0])
    reduced = edges.value
    for _ in range(BOUND_ROUNDS):
        net = edges.value - rivals.T @ price
        top = np.zeros(requests)
        np.maximum.at(top, edges.request, net)
        bound = float(price.sum() + top.sum())
        since += 1
        if bound < best - 1e-6:
            best, reduced, since = bound, net, 0
        elif since >= 8:
            stride, since = stride / 2, 0
        excess = rivals @ _first_of_each(edges.request, net, top, requests) - 1
        steep = float((np.where((price > 0) | (excess > 0), excess, 0.0) ** 2).sum())
        if not steep or bound - value <= 1e-6 * abs(bound):
            break
        price = np.maximum(0.0, price + stride * (bound - value) / steep * excess)
    return best, reduced


def _first_of_each(request: Ints, net: Floats, top: Floats, requests: int) -> Floats:
    wanted = np.zeros(len(net))
    winners = np.flatnonzero((net >= top[request] - 1e-9) & (net > 0))
    _, first = np.unique(request[winners], return_index=True)
    wanted[winners[first]] = 1.0
    return wanted


def _value(edges: _Edges, chosen: Sequence[int]) -> float:
    return float(edges.value[list(chosen)].sum())


def _exact(edges: _Edges, rivals: csr_array, chosen: list[int], effort: Effort) -> tuple[list[int], float]:
    """Solve every group of competing requests by itself; one that is too large, or out of time, keeps what it has."""
    pairs = len(edges.request)
    people = np.unique(edges.person, return_inverse=True)[1]
    requests = int(edges.request.max(initial=-1)) + 1
    links = coo_array((np.ones(pairs), (edges.request, requests + people)), shape=(requests + pairs, requests + pairs))
    label = connected_components(links, directed=False)[1][edges.request]
    have = np.zeros(pairs, bool)
    have[chosen] = True
    result, bound, left = [], 0.0, effort.seconds
    order = np.argsort(label, kind="stable")
    for which in np.split(order, np.flatnonzero(np.diff(label[order])) + 1):
        part, mine = edges.only(which), rivals[:, which]
        mine = mine[np.flatnonzero(np.asarray(mine.sum(axis=1)).ravel() > 1)]
        kept = which[have[which]].tolist()
        value = _value(edges, kept)
        most, _ = _bound(part, mine, requests, value)
        if most - value > effort.gap * max(most, 1.0) and len(which) <= effort.exact_pairs and left > 0:
            share = left * len(which) / pairs + 0.2
            solved, limit = _solve(part, mine, share)
            left -= share if solved is None else 0.0
            most = min(most, limit)
            if solved is not None and float(part.value[solved].sum()) > value:
                kept = which[solved].tolist()
        result += kept
        bound += most
    return sorted(result), bound


def _solve(edges: _Edges, rivals: csr_array, seconds: float) -> tuple[Ints | None, float]:
    """Return the pairs to take (None: nothing found in time), and what no plan exceeds."""
    requests, which = np.unique(edges.request, return_inverse=True)
    pairs = len(edges.value)
    once = csr_array((np.ones(pairs), (which, np.arange(pairs))), shape=(len(requests), pairs))
    limits = [LinearConstraint(once, ub=1)] + ([LinearConstraint(rivals, ub=1)] if rivals.shape[0] else [])
    options = {"time_limit": seconds, "mip_rel_gap": 1e-4}
    found = milp(-edges.value, constraints=limits, integrality=np.ones(pairs), bounds=(0, 1), options=options)
    limit = np.inf if found.mip_dual_bound is None else -float(found.mip_dual_bound)
    return (None if found.x is None else np.flatnonzero(found.x > 0.5)), limit
