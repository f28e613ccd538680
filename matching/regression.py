"""Logistic regression of answers, where people differ and requests differ in a way nobody sees.

Who refuses leaves the request to the next, so a hard one is asked more often than an easy one: taken for independent,
its refusals make everybody less willing than they are. So the part of each request is averaged out, weighed by its
own answers (expectation-maximisation over `NODES`; McCulloch, JASA 92 (1997) 162).
"""

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from matching.hunt import FLATTENING, NODES

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

# How far interpreters differ from each other (standard deviation on the logit scale), and ridge on the other terms.
INTERPRETERS_DIFFER, RIDGE = 0.8, 1e-2
# How far requests may differ: what is begun with, and the values that are tried.
USUAL_SPREAD = 0.7
SPREADS = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0, 1.2)
# Steps are taken until they are this small; the spread is looked for so often, each time with what the last one gave.
_SMALL, _STEPS, _LOOKS = 1e-3, 40, 6
_NODES, _WEIGHTS = np.array(NODES).T


@dataclass(frozen=True, slots=True)
class Fit:
    """Logits of a request nobody answered yet: `coefficients` per term, `intercepts` per person.

    spread: how far requests differ, standard deviation on the logit scale.
    """

    coefficients: Floats
    intercepts: Floats
    spread: float


def fit(terms: Floats, said_yes: NDArray[np.bool_], who: Places, request: Places) -> Fit:
    """Return what makes the answers likeliest; `who` and `request` are places from 0 on, without gaps.

    maximises log likelihood - RIDGE/2 |b|^2 - |a|^2 / (2 INTERPRETERS_DIFFER^2).
    """
    yes = said_yes.astype(float)
    found = Fit(np.zeros(terms.shape[1]), np.zeros(who.max() + 1), USUAL_SPREAD)
    for _ in range(_LOOKS):
        found = _regression(terms, yes, who, request, found)
        spread = _spread(terms @ found.coefficients + found.intercepts[who], yes, request)
        if spread == found.spread:
            break
        found = replace(found, spread=spread)
    return found


def _regression(terms: Floats, yes: Floats, who: Places, request: Places, start: Fit) -> Fit:
    """Return the best coefficients and intercepts at the spread of `start` (intercepts by block elimination)."""
    steeper = _steeper(start.spread)
    b, a = start.coefficients * steeper, start.intercepts * steeper
    drawn, people = 1 / INTERPRETERS_DIFFER**2, len(a)
    for _ in range(_STEPS):
        at = _at_nodes(terms @ b + a[who], start.spread)
        weights = _weights(at, yes, request)[request]
        p = (weights * at).sum(1)
        w = np.maximum((weights * at * (1 - at)).sum(1), 1e-6)
        g_b = terms.T @ (yes - p) - RIDGE * b
        g_a = np.bincount(who, yes - p, people) - drawn * a
        d = np.bincount(who, w, people) + drawn
        cross = np.stack([np.bincount(who, w * term, people) for term in terms.T])
        left = (terms * w[:, None]).T @ terms + RIDGE * np.eye(len(b)) - (cross / d) @ cross.T
        step_b = np.linalg.solve(left, g_b - cross @ (g_a / d))
        step_a = (g_a - cross.T @ step_b) / d
        b, a = b + step_b, a + step_a
        if max(np.abs(step_b).max(), np.abs(step_a).max(initial=0)) < _SMALL:
            break
    return Fit(b / steeper, a / steeper, start.spread)


def _spread(logits: Floats, yes: Floats, request: Places) -> float:
    """Return how far requests differ: what makes the answers to each, taken together, likeliest."""

    def likelihood(spread: float) -> float:
        each = _of_requests(_at_nodes(logits * _steeper(spread), spread), yes, request)
        most = each.max(1)
        return float((most + np.log(np.exp(each - most[:, None]) @ _WEIGHTS)).sum())

    return max(SPREADS, key=likelihood)


def _steeper(spread: float) -> float:
    """Return how much steeper the logits of one request are than those of all taken together."""
    return sqrt(1 + FLATTENING * spread**2)


def _at_nodes(logits: Floats, spread: float) -> Floats:
    """Return the chance of a yes of each answer, for a hard, a usual and an easy request: (answers, nodes)."""
    at: Floats = 1 / (1 + np.exp(-np.clip(logits[:, None] + spread * _NODES, -20, 20)))
    return at


def _of_requests(at: Floats, yes: Floats, request: Places) -> Floats:
    """Return the log likelihood of all answers to each request, at each node: (requests, nodes)."""
    each = np.log(np.where(yes[:, None] > 0, at, 1 - at))
    return np.stack([np.bincount(request, column) for column in each.T], axis=1)


def _weights(at: Floats, yes: Floats, request: Places) -> Floats:
    """Return how likely each request is at each node, by its own answers: (requests, nodes)."""
    each = _of_requests(at, yes, request)
    weights = np.exp(each - each.max(1)[:, None]) * _WEIGHTS
    shares: Floats = weights / weights.sum(1)[:, None]
    return shares
