"""Whether chances that were told came true."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
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

    calibration_error: average distance between told and true over the bins, weighted by their size. brier: average
    squared miss. skill: 1 - brier / that of always telling the overall rate; 0 where there is nothing to compare.
    """

    count: int
    calibration_error: float
    brier: float
    skill: float
    bins: tuple[Bin, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, to store or draw."""
        return asdict(self)

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
        return Reliability(0, 0.0, 0.0, 0.0, ())
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
    brier = float(np.mean((chances - happened) ** 2))
    constant = float(happened.mean() * (1 - happened.mean()))
    return Reliability(len(chances), error, brier, 1 - brier / constant if constant > 0 else 0.0, tuple(found))
