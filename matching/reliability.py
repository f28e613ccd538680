"""Whether chances that were told came true."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import pi, sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class Bin:
    """Chances between `low` and `high`: how many, what was told on average, what came true."""

    low: float
    high: float
    count: int
    told: float
    true: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """How well `count` chances matched what happened.

    calibration_error: average distance between told and true over the bins, weighted by their size; by_chance: what it
    would be for chances that are exactly right, because bins are small. brier: average squared miss. skill: 1 - brier /
    that of always telling the overall rate; 0 where there is nothing to compare.
    """

    count: int
    calibration_error: float
    by_chance: float
    brier: float
    skill: float
    bins: tuple[Bin, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, to store or draw."""
        return asdict(self)

    @property
    def bias(self) -> float:
        """How much more was told than came true, on average."""
        return sum(it.count * (it.told - it.true) for it in self.bins) / self.count if self.count else 0.0

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Reliability":
        """Return what `to_dict` gave."""
        return cls(**{**stored, "bins": tuple(Bin(**it) for it in stored["bins"])})


def reliability(told: ArrayLike, came_true: ArrayLike, bins: int = 10) -> Reliability:
    """Compare chances with what happened, in `bins` groups of equal size (deciles). Nothing told: all zero.

    Source: Brier, Monthly Weather Review 78 (1950); expected calibration error, Naeini et al., AAAI 2015.
    """
    chances, happened = np.asarray(told, dtype=float), np.asarray(came_true, dtype=float)
    if len(chances) == 0:
        return Reliability(0, 0.0, 0.0, 0.0, 0.0, ())
    order = np.argsort(chances, kind="stable")
    groups = [it for it in np.array_split(order, bins) if len(it)]
    found = [
        Bin(
            float(chances[it[0]]),
            float(chances[it[-1]]),
            len(it),
            float(chances[it].mean()),
            float(happened[it].mean()),
        )
        for it in groups
    ]
    error = sum(it.count * abs(it.told - it.true) for it in found) / len(chances)
    by_chance = sum(sqrt(2 / pi * it.told * (1 - it.told) * it.count) for it in found) / len(chances)
    brier = float(np.mean((chances - happened) ** 2))
    constant = float(happened.mean() * (1 - happened.mean()))
    skill = 1 - brier / constant if constant > 0 else 0.0
    return Reliability(len(chances), error, by_chance, brier, skill, tuple(found))
