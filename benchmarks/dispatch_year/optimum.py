"""What could have been done by somebody who knew every answer beforehand: the bound beside every policy.

For each week the largest number of requests that can be filled with the same people, options and channels, when
everybody is asked at the best moment and nobody is tired of being asked. One interpreter per request; an interpreter
does nothing that overlaps, travel included. A job that is cancelled later blocks nobody, and what is moved to another
week is not linked to that week: both make the bound higher than what is possible.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from benchmarks.dispatch_year.observed import Observed, Option, awake_after
from benchmarks.dispatch_year.params import DAY, ON_SITE, TRANSLATION, WEEK
from benchmarks.dispatch_year.reality import Circumstances, Reality
from benchmarks.dispatch_year.world import Requests
from matching.reaction import PUSH, VOICE

GAP = 1e-4
_FAR = 1e8


@dataclass(frozen=True, slots=True)
class Edges:
    """Who could do what: columns of one length. since == until: nobody is blocked."""

    request: np.ndarray
    who: np.ndarray
    since: np.ndarray
    until: np.ndarray

    def rows(self, which: np.ndarray) -> "Edges":
        """Return some of them."""
        return Edges(self.request[which], self.who[which], self.since[which], self.until[which])


def optimum(
    observed: Observed, requests: Requests, reality: Reality, flexible: bool = True, second_channel: bool = True
) -> tuple[np.ndarray, int]:
    """Return which requests are filled, and how many more the proven bound allows (0: this is the optimum)."""
    observed.advance(np.inf)
    edges = _edges(observed, requests, reality, flexible, second_channel)
    return most_filled(edges, (requests.start // WEEK).astype(int))


def most_filled(edges: Edges, week: np.ndarray) -> tuple[np.ndarray, int]:
    """Return which requests are filled at most, and how many more the bound allows; `week` is that of each request."""
    filled = np.zeros(len(week), dtype=bool)
    rest, missing = _without_conflict(edges, filled), 0
    for it in np.unique(week[rest.request]):
        part = rest.rows(week[rest.request] == it)
        for component in _components(part):
            chosen, slack = _solve(part.rows(component))
            filled[chosen] = True
            missing += slack
    return filled, missing


def _edges(observed: Observed, requests: Requests, reality: Reality, flexible: bool, second_channel: bool) -> Edges:
    columns: list[tuple[np.ndarray, ...]] = []
    for number in np.flatnonzero(~requests.other_reason).tolist():
        options = observed.options(number)[: None if flexible else 1]
        first = _willing(observed, requests, reality, number, options[0])
        for option in options:
            who, yes = first if option.number == 0 else _willing(observed, requests, reality, number, option)
            if option.number and not option.moved:
                refuses = np.isin(who, first[0][~first[1]])
                yes = yes & ~(refuses & reality.refusal_carries(number, who, option.number))
            who = who[yes]
            since, until, fits = _stretch(observed, requests, reality, number, option, who, second_channel)
            if reality.cancelled[number]:
                until = since
            columns.append((np.full(fits.sum(), number), who[fits], since[fits], until[fits]))
    return Edges(*[np.concatenate(it) for it in zip(*columns, strict=True)])


def _willing(
    observed: Observed, requests: Requests, reality: Reality, number: int, option: Option
) -> tuple[np.ndarray, np.ndarray]:
    """Return who could come, and whether they would say yes when asked at once and never before."""
    who = observed.eligible(number, option)
    km = observed.pool.km_to[who, requests.town[number]] if option.service == ON_SITE else 0.0
    at = Circumstances(
        service=option.service,
        km=km,
        lead_hours=(option.start - float(requests.created[number])) / 60,
        minutes=option.minutes,
        evening=option.start % DAY >= 18 * 60,
        weekend=option.start // DAY % 7 >= 5,
        load=0.0,
        offers_7d=0.0,
    )
    return who, reality.says_yes(number, who, option.number, at)


def _stretch(  # noqa: PLR0913 - a request, one of its options and some people, in one world
    observed: Observed, requests: Requests, reality: Reality, number: int, option: Option, who: np.ndarray, second: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return from when to when each is kept busy, and whether her answer comes in time."""
    created = float(requests.created[number])
    after = reality.answers_after(number, who, option.number, PUSH, option.immediate)
    if second:
        after = np.minimum(after, reality.answers_after(number, who, option.number, VOICE, option.immediate))
    answers = np.array([awake_after(created, it) if it < _FAR else np.inf for it in after.tolist()])
    if option.immediate:
        hangs_up = created + reality.patience_minutes[number]
        return answers, answers + option.minutes, answers < hangs_up
    travel = observed.travel(number, option, who)
    since, until = option.start - travel, option.start + option.minutes + travel
    if option.service == TRANSLATION:
        until = since
    return since, until, (answers < option.deadline) & (created + travel <= option.start)


def _without_conflict(edges: Edges, filled: np.ndarray) -> Edges:
    """Fill what takes nothing from anybody else, again and again; return the edges of the rest."""
    while len(edges.request):
        order = np.lexsort((edges.since, edges.who))
        edges = edges.rows(order)
        offset = edges.who * _FAR
        since, until = edges.since + offset, edges.until + offset
        before = np.concatenate([[-np.inf], np.maximum.accumulate(until)[:-1]])
        after = np.concatenate([since[1:], [np.inf]])
        free = ((before <= since) & (after >= until)) | (edges.since == edges.until)
        if not free.any():
            break
        filled[edges.request[free]] = True
        edges = edges.rows(~filled[edges.request])
    return edges


def _components(edges: Edges) -> list[np.ndarray]:
    """Return the rows of each part that shares neither people nor requests with another."""
    if not len(edges.request):
        return []
    requests, request = np.unique(edges.request, return_inverse=True)
    people, who = np.unique(edges.who, return_inverse=True)
    n = len(requests) + len(people)
    graph = coo_array((np.ones(len(request)), (request, len(requests) + who)), shape=(n, n))
    label = connected_components(graph, directed=False)[1][request]
    order = np.argsort(label, kind="stable")
    return np.split(order, np.cumsum(np.bincount(label))[:-1])


def _solve(edges: Edges) -> tuple[np.ndarray, int]:
    """Return the requests filled at most (mixed integer programme, HiGHS), and how many the bound allows besides."""
    n = len(edges.request)
    requests, request = np.unique(edges.request, return_inverse=True)
    rows, columns = [request], [np.arange(n)]
    count = len(requests)
    for clique in _cliques(edges):
        rows.append(np.full(len(clique), count))
        columns.append(clique)
        count += 1
    row, column = np.concatenate(rows), np.concatenate(columns)
    matrix = coo_array((np.ones(len(row)), (row, column)), shape=(count, n)).tocsr()
    found = milp(
        -np.ones(n),
        constraints=LinearConstraint(matrix, -np.inf, 1.0),
        integrality=np.ones(n),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": GAP, "time_limit": 30.0},
    )
    if found.x is None:
        return np.array([], dtype=int), len(requests)
    chosen = np.unique(edges.request[found.x > 0.5])
    return chosen, max(0, int(np.floor(-found.mip_dual_bound + 1e-6)) - len(chosen))


def _cliques(edges: Edges) -> list[np.ndarray]:
    """Return for each person the largest sets of stretches that all overlap: one of each can be done."""
    found = []
    for who in np.unique(edges.who):
        mine = np.flatnonzero(edges.who == who)
        mine = mine[np.argsort(edges.since[mine], kind="stable")]
        ends = np.sort(edges.until[mine])
        # A set is largest where a stretch begins after which one ends before the next begins.
        for place, it in enumerate(mine):
            following = edges.since[mine[place + 1]] if place + 1 < len(mine) else np.inf
            nearest = ends[np.searchsorted(ends, edges.since[it], side="right")]
            if nearest <= following:
                running = mine[: place + 1]
                running = running[edges.until[running] > edges.since[it]]
                if len(running) > 1:
                    found.append(running)
    return found
