"""How good a plan can be at most, and the exact answer for each group of requests that compete."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from matching.edges import Edges, Floats, Ints

# Rounds of looking for prices of scarce hours; each brings the bound nearer. More than this gains nothing measurable.
BOUND_ROUNDS = 400


@dataclass(frozen=True, slots=True)
class Bound:
    """No plan has more value than `most`: the prices of scarce hours (`price`, of each group of rivals) and what each
    request (`top`) still wins at these prices. `net`: the value of each edge less the price of its hours."""

    price: Floats
    top: Floats
    net: Floats

    @property
    def most(self) -> float:
        return float(self.price.sum() + self.top.sum())


def bound_of(edges: Edges, value: float, gap: float) -> Bound:
    """Return a bound, and prices, for a plan of this value; nothing nearer is sought once it is within `gap`.

    bound = sum of the prices + sum over requests of max(0, value - price of its hours), for any prices of scarce
    hours; the prices are sought by subgradient steps towards `value`, which a plan is known to have.
    """
    rivals, order = edges.rivals, np.argsort(edges.request, kind="stable")
    requests, first, many = np.unique(edges.request[order], return_index=True, return_counts=True)
    across = rivals.T.tocsr()
    price, stride, since = np.zeros(rivals.shape[0]), 1.0, 0
    best: Bound | None = None
    for _ in range(BOUND_ROUNDS if len(edges) else 0):
        net = edges.value - across @ price
        most = np.maximum.reduceat(net[order], first)
        found = Bound(price, np.maximum(0.0, most), net)
        since += 1
        if best is None or found.most < best.most - 1e-6:
            best, since = found, 0
        elif since >= 8:
            stride, since = stride / 2, 0
        wanted = order[(net[order] >= np.repeat(most, many)) & (net[order] > 0)]
        wanted = wanted[np.unique(edges.request[wanted], return_index=True)[1]]
        taken = np.zeros(len(edges))
        taken[wanted] = 1.0
        excess = rivals @ taken - 1
        steep = float((np.where((price > 0) | (excess > 0), excess, 0.0) ** 2).sum())
        if not steep or found.most - value <= max(gap, 1e-6) * abs(found.most):
            break
        price = np.maximum(0.0, price + stride * (found.most - value) / steep * excess)
    return best or Bound(price, np.zeros(len(requests)), edges.value)


def exact(
    edges: Edges, chosen: list[int], bound: Bound, *, gap: float, seconds: float, most_pairs: int
) -> tuple[list[int], float]:
    """Solve groups of competing requests by themselves, worst first, until the whole is within `gap`.

    One that has more than `most_pairs`, or no time left, keeps what it has.
    """
    label = _groups(edges)
    order = np.argsort(label, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(label[order])) + 1)
    of_rivals = label[edges.rivals.indices[edges.rivals.indptr[:-1]]]
    _, at = np.unique(edges.request, return_index=True)
    kept = np.zeros(len(edges), bool)
    kept[chosen] = True
    have = np.bincount(label[chosen], edges.value[chosen], minlength=len(parts))
    most = np.bincount(of_rivals, bound.price, len(parts)) + np.bincount(label[at], bound.top, len(parts))
    left = seconds
    for n in np.argsort(have - most, kind="stable").tolist():
        if most.sum() - have.sum() <= gap * most.sum() or most[n] - have[n] <= 1e-6:
            break
        which = parts[n]
        if len(which) > most_pairs:
            continue
        part = edges.only(which)
        most[n] = min(most[n], bound_of(part, have[n], gap).most)
        if most[n] - have[n] > gap * max(most[n], 1.0) and left > 0:
            share = left * len(which) / len(edges) + 0.2
            solved, limit = _solve(part, share)
            left -= share if solved is None else 0.0
            most[n] = min(most[n], limit)
            if solved is not None and part.worth(solved) > have[n]:
                kept[which] = False
                kept[which[solved]] = True
                have[n] = part.worth(solved)
    return np.flatnonzero(kept).tolist(), float(most.sum())


def _groups(edges: Edges) -> Ints:
    """Return the number of each edge's group: requests that share somebody, by way of others too."""
    request, person = (np.unique(it, return_inverse=True)[1] for it in (edges.request, edges.person))
    requests = int(request.max(initial=-1)) + 1
    size = requests + int(person.max(initial=-1)) + 1
    links = coo_array((np.ones(len(edges)), (request, requests + person)), shape=(size, size))
    label: Ints = connected_components(links, directed=False)[1][request]
    return label


def _solve(edges: Edges, seconds: float) -> tuple[Ints | None, float]:
    """Return the pairs to take (None: nothing found in time), and what no plan exceeds."""
    requests, which = np.unique(edges.request, return_inverse=True)
    pairs = len(edges)
    once = csr_array((np.ones(pairs), (which, np.arange(pairs))), shape=(len(requests), pairs))
    limits = [LinearConstraint(once, ub=1)] + ([LinearConstraint(edges.rivals, ub=1)] if edges.rivals.shape[0] else [])
    options = {"time_limit": seconds, "mip_rel_gap": 1e-4}
    found = milp(-edges.value, constraints=limits, integrality=np.ones(pairs), bounds=(0, 1), options=options)
    limit = np.inf if found.mip_dual_bound is None else -float(found.mip_dual_bound)
    return (None if found.x is None else np.flatnonzero(found.x > 0.5)), limit
