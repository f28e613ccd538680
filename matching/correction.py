"""Chances made right by what came of earlier ones."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike

# How strongly the correction is drawn to "none", in observations; with few it hardly moves.
_PULL = 20.0
_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Correction:
    """logit(corrected) = slope x logit(told) + shift. Source: Platt, Advances in Large Margin Classifiers (1999)."""

    slope: float = 1.0
    shift: float = 0.0

    def of(self, chance: float) -> float:
        """Return a chance, corrected; none stays none, and certain stays certain."""
        if not _LEAST < chance < 1 - _LEAST:
            return min(1.0, max(0.0, chance))
        return float(1 / (1 + np.exp(-(self.slope * np.log(chance / (1 - chance)) + self.shift))))

    def to_dict(self) -> dict[str, float]:
        """Return plain values, to store."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, float]) -> "Correction":
        """Return what `to_dict` gave; nothing stored corrects nothing."""
        return cls(float(stored.get("slope", 1.0)), float(stored.get("shift", 0.0)))


def learn_correction(told: ArrayLike, came_true: ArrayLike) -> Correction:
    """Return what makes chances right that were told too high or too low (Newton, drawn to no correction)."""
    chances = np.clip(np.asarray(told, dtype=float), _LEAST, 1 - _LEAST)
    happened = np.asarray(came_true, dtype=float)
    if len(chances) == 0:
        return Correction()
    terms = np.column_stack([np.log(chances / (1 - chances)), np.ones(len(chances))])
    usual = np.array([1.0, 0.0])
    found = usual.copy()
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(terms @ found, -30, 30)))
        w = np.maximum(p * (1 - p), _LEAST)
        slope = terms.T @ (happened - p) - _PULL * (found - usual)
        found = found + np.linalg.solve((terms * w[:, None]).T @ terms + _PULL * np.eye(2), slope)
    return Correction(max(0.05, float(found[0])), float(found[1]))
