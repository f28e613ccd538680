"""Many requests at once: peaks, days with several jobs a person, and what could have been done at best.

First the best pairs one after the other, mended where a request was left out; then, where that may be far from the
best, the exact answer as a mixed-integer program (HiGHS) of each group of requests that compete. What is returned says
how far from the best it can be at most.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from matching.domain import TRANSLATION, Need
from matching.pool import Pool, seconds
from matching.ranking import USUAL, Weights, judge

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# Rounds of looking for prices of scarce hours; each brings the bound nearer. More than this gains nothing measurable.
BOUND_ROUNDS = 400


@dataclass(frozen=True, slots=True)
class Effort:
    """How far to go. `width`: candidates looked at per request. The exact answer is sought while `gap` is larger, for
    at most `seconds` in all, and only where a group of competing requests has no more than `exact_pairs` pairs."""

    width: int = 16
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
class ManyPlan:
    """A plan for many requests. `value` is minutes won: `filled_minutes` a request, less the cost of who goes.

    No plan among the candidates looked at has more value than `bound`.
    """

    pairs: tuple[Pair, ...]
    unfilled: tuple[int, ...]
    value: float
    bound: float

    @property
    def gap(self) -> float:
        """Return the share of the bound that is missing at most."""
        return max(0.0, (self.bound - self.value) / self.bound) if self.bound > 0 else 0.0


@dataclass(frozen=True, slots=True)
class _Edges:
    """Every pair that is looked at: request x person, the hours it takes her with travel, and its value."""

    request: Ints
    person: Ints
    start: Floats
    end: Floats
    value: Floats
    cost: Floats

    def only(self, which: Ints) -> "_Edges":
        return _Edges(*(getattr(self, name)[which] for name in self.__slots__))


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
    edges = _edges(needs, pool, weights, filled_minutes, effort.width)
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
    return ManyPlan(tuple(sorted(pairs, key=lambda it: it.request_id)), unfilled, value, max(bound, value))


def _edges(needs: Sequence[Need], pool: Pool, weights: Weights, filled_minutes: float, width: int) -> _Edges:
    parts: list[tuple[NDArray[np.generic], ...]] = []
    for number, need in enumerate(needs):
        judgement = judge(need, pool, weights)
        who, cost = judgement.order[:width], judgement.cost_minutes[:width]
        takes_hours = need.service != TRANSLATION
        travel = judgement.crowd.travel_minutes[who] * 60
        start = seconds(need.slot_start) - travel
        end = seconds(need.slot_end) + travel if takes_hours else start
        worth = cost < filled_minutes
        whole = (np.full(len(who), number), judgement.crowd["id"][who], start, end, filled_minutes - cost, cost)
        parts.append(tuple([column[worth] for column in whole]))
    kinds = (np.intp, np.intp, float, float, float, float)
    columns = list(zip(*parts, strict=True)) or [()] * len(kinds)
    return _Edges(
        *(
            np.concatenate([np.empty(0, kind), *column]).astype(kind)
            for column, kind in zip(columns, kinds, strict=True)
        )
    )


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
    start, end = edges.start[it], edges.end[it]
    return [job for job in jobs if edges.start[job] < end and start < edges.end[job]]


def _best_first(edges: _Edges, merit: Floats) -> list[int]:
    order: list[int] = np.lexsort((edges.person, edges.request, -merit)).tolist()
    return order


def _rivals(edges: _Edges) -> csr_array:
    """Return the groups of pairs of which a person can do one at most: group x pair, each as large as can be."""
    groups: list[list[int]] = []
    order = np.lexsort((edges.start, edges.person))
    active: list[int] = []
    person, grew = -1, False
    for it in order.tolist():
        if edges.person[it] != person:
            _keep(groups, active, grew)
            person, active, grew = int(edges.person[it]), [], False
        if edges.end[it] <= edges.start[it]:
            continue
        left = [job for job in active if edges.end[job] > edges.start[it]]
        if len(left) < len(active):
            _keep(groups, active, grew)
        active, grew = [*left, it], True
    _keep(groups, active, grew)
    rows = np.repeat(np.arange(len(groups)), [len(it) for it in groups]) if groups else np.empty(0, int)
    pairs = np.array([job for group in groups for job in group], int)
    return csr_array((np.ones(len(pairs)), (rows, pairs)), shape=(len(groups), len(edges.request)))


def _keep(groups: list[list[int]], active: list[int], grew: bool) -> None:
    if grew and len(active) > 1:
        groups.append(active)


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
