"""How likely it is that somebody comes: people do not refuse independently of each other.

What makes a job hard (a far corner, a difficult talk) makes it hard for everybody, so a first refusal says something
about the next answer. One unknown number per request, normal with standard deviation `spread` on the logit scale, is
taken into account at three points (Gauss-Hermite).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, sqrt

import numpy as np

from matching.cases import NO, Case, Prospect
from matching.reaction import Reactions

# (how easy the request is, in standard deviations; weight)
_NODE = sqrt(3)
NODES = ((-_NODE, 1 / 6), (0.0, 2 / 3), (_NODE, 1 / 6))
# A logit with normal noise, averaged, is as if divided by the root of 1 + this x variance.
FLATTENING = 3.141592653589793 / 8
_CERTAIN = 1e-4
# From more people than this on, they are reckoned together.
_FEW = 6
_PLACES = np.array([[node] for node, _ in NODES])


@dataclass(frozen=True, slots=True)
class Hunt:
    """What is known of a request by its answers: for each node its weight, and its part without a yes."""

    spread: float
    known: tuple[float, ...] = tuple([weight for _, weight in NODES])
    missed: tuple[float, ...] = tuple([weight for _, weight in NODES])

    @classmethod
    def so_far(cls, case: Case, prospects: Iterable[Prospect], spread: float) -> "Hunt":
        """Return where the answers leave the case: every refusal makes it harder."""
        hunt = cls(spread)
        if not case.asked:
            return hunt
        p_yes = _chances(prospects)
        for offer in case.asked:
            p = p_yes.get((offer.interpreter_id, offer.option))
            if p is not None and offer.answer == NO:
                hunt = hunt.after(p, said_yes=False)
        return hunt

    @classmethod
    def of(cls, case: Case, prospects: Sequence[Prospect], reactions: Reactions, spread: float, left: float) -> "Hunt":
        """Return where the case stands: besides the answers, open offers may still be answered in `left` minutes."""
        hunt = cls.so_far(case, prospects, spread)
        still_open = [it for it in case.asked if it.is_open]
        if not still_open:
            return hunt
        p_yes, missed = _chances(prospects), hunt.missed
        for offer in still_open:
            p = p_yes.get((offer.interpreter_id, offer.option))
            if p is not None:
                curve = reactions.of(offer.channel, case.immediate)
                heard = curve.still(case.awake_between(offer.sent_at, case.now), left)
                missed = hunt._without(missed, p, heard)
        return cls(spread, hunt.known, missed)

    def after(self, p: float, *, said_yes: bool) -> "Hunt":
        """Return what is known after one more answer, of somebody with chance `p`."""
        no = self._without(self.known, p)
        known = tuple([all_ - it for all_, it in zip(self.known, no, strict=True)]) if said_yes else no
        return Hunt(self.spread, known, known)

    def says_yes(self, p: float) -> float:
        """Return the chance that somebody with chance `p` says yes, after the answers that are known."""
        return 1 - sum(self._without(self.known, p)) / sum(self.known)

    def chance(self, p_yes: Iterable[float] = (), heard: float = 1.0) -> float:
        """Return the chance that somebody says yes: of those asked already and of these, whom a share `heard` hears."""
        chances = list(p_yes)
        if len(chances) > _FEW:
            missed = [it * left for it, left in zip(self.missed, self._left(chances, heard), strict=True)]
            return 1 - sum(missed) / sum(self.known)
        still = self.missed
        for p in chances:
            still = self._without(still, p, heard)
        return 1 - sum(still) / sum(self.known)

    def needed(self, p_yes: Sequence[float], heard: float, target: float) -> int:
        """Return how many of these, in order, have to be asked for a chance of `target`; all if that is not enough."""
        missed, limit = self.missed, (1 - target) * sum(self.known)
        for count, p in enumerate(p_yes):
            if sum(missed) <= limit:
                return count
            missed = self._without(missed, p, heard)
        return len(p_yes)

    def _left(self, p_yes: Sequence[float], heard: float) -> list[float]:
        """Return, for each node, the chance that none of many says yes: what `_without` does one by one."""
        p = np.clip(np.array(p_yes), _CERTAIN, 1 - _CERTAIN)
        odds = (p / (1 - p)) ** sqrt(1 + FLATTENING * self.spread * self.spread)
        at = odds * np.exp(self.spread * _PLACES)
        left: list[float] = np.prod(1 - heard * at / (1 + at), axis=1).tolist()
        return left

    def _without(self, weights: tuple[float, ...], p: float, heard: float = 1.0) -> tuple[float, ...]:
        """Return the weights after somebody with chance `p` was asked and did not say yes."""
        p = min(1 - _CERTAIN, max(_CERTAIN, p))
        odds = (p / (1 - p)) ** sqrt(1 + FLATTENING * self.spread * self.spread)
        easier = exp(self.spread * _NODE)
        hard, usual, easy = odds / easier, odds, odds * easier
        first, second, third = weights
        return (
            first * (1 - heard * hard / (1 + hard)),
            second * (1 - heard * usual / (1 + usual)),
            third * (1 - heard * easy / (1 + easy)),
        )


def _chances(prospects: Iterable[Prospect]) -> dict[tuple[int, int], float]:
    return {(it.interpreter_id, it.option): it.p_yes for it in prospects}
