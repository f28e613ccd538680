"""Fit what is hidden to figure 37: `python -m benchmarks.dispatch_year.calibrate mid`.

Only the four intercepts of the true acceptance are fitted, so that coordinators working by hand leave as many requests
unanswered, per service, as in 2020. Several pools, so that no single one is fitted.
"""

import sys
from dataclasses import replace

import numpy as np

from benchmarks.dispatch_year.params import SERVICES, UNANSWERED_PCT, WORLDS
from benchmarks.dispatch_year.year import Scenario, replay

ROUNDS = 12
SAMPLES = ((1, 1), (2, 2), (3, 3), (4, 4))
# How many points of the unanswered rate one unit of the intercept is worth, at first.
_SLOPE = 12.0


def unanswered_by_hand(world: str, scale: float) -> np.ndarray:
    """Return the percentage without an answer per service, averaged over the samples."""
    found = []
    for seed, pool_seed in SAMPLES:
        figures = replay(Scenario(world, seed, pool_seed, scale=scale), "manual")[1]
        found.append([figures[f"unanswered_pct_{it}"] for it in SERVICES])
    return np.mean(found, axis=0)


def main() -> None:
    """Print the intercepts after every round."""
    name, scale = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 0.5
    willing, slope = np.array(WORLDS[name].willing), np.full(4, _SLOPE)
    before: tuple[np.ndarray, np.ndarray] | None = None
    for _ in range(ROUNDS):
        WORLDS[name] = replace(WORLDS[name], willing=tuple(willing.tolist()))
        found = unanswered_by_hand(name, scale)
        print(name, np.round(willing, 3).tolist(), np.round(found, 2).tolist(), flush=True)
        if before is not None:
            moved = willing - before[0]
            secant = np.where(np.abs(moved) > 1e-3, -(found - before[1]) / np.where(moved == 0, 1, moved), slope)
            slope = np.clip(secant, 4.0, 30.0)
        before = willing.copy(), found
        willing = willing + np.clip((found - np.array(UNANSWERED_PCT)) / slope, -1.5, 1.5)


if __name__ == "__main__":
    main()
