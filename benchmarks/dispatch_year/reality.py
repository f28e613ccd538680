"""What nobody knows beforehand: who would say yes, who looks at a telephone, how long a caller waits.

Drawn by a hash of (salt, seed, request, interpreter, option), so that every way of asking meets the same people.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri

from benchmarks.dispatch_year.params import ANSWERED, CANCELLED, World
from benchmarks.dispatch_year.world import Pool, Requests
from matching.reaction import VOICE

_YES, _CARRIES, _SEEN, _DELAY, _PICKS_UP, _DELAY2 = range(6)
_M1, _M2, _STEP = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB), np.uint64(0x9E3779B97F4A7C15)
_64_BITS = 2**64 - 1
_M1_1, _M2_1, _STEP_1 = int(_M1), int(_M2), int(_STEP)
# How people differ, and what makes them say no (logit scale).
PEOPLE_DIFFER, REQUESTS_DIFFER = 0.8, 0.7
KM_PER_UNIT, SHORT_NOTICE, EVENING, WEEKEND, SHORT_AND_FAR, OVERLOAD, NUISANCE = 35.0, 1.1, 0.6, 0.5, 0.5, 1.0, 0.45
REFUSAL_CARRIES = 0.5
DELAY_MEDIAN, DELAY_SPREAD, DELAY_MEDIAN_NOW, DELAY_SPREAD_NOW, VOICEMAIL = 28.0, 1.2, 1.6, 0.8, 3.0
# Minutes of a call until the answer, when it is picked up.
PICKS_UP, PICKS_UP_NOW = 2.0, 0.7


def hashed(*parts: object) -> np.ndarray:
    """Return numbers in (0, 1) that depend on nothing but the parts (whole numbers or columns of them)."""
    with np.errstate(over="ignore"):
        state = np.uint64(0)
        for part in parts:
            z = (np.asarray(part).astype(np.uint64) + state) * _STEP + _STEP
            z = (z ^ (z >> np.uint64(30))) * _M1
            z = (z ^ (z >> np.uint64(27))) * _M2
            state = z ^ (z >> np.uint64(31))
    return (np.asarray(state >> np.uint64(11), dtype=float) + 0.5) / 2.0**53


def hashed_one(*parts: int) -> float:
    """Return what `hashed` does for whole numbers, twenty times as fast."""
    state = 0
    for part in parts:
        z = ((part + state) * _STEP_1 + _STEP_1) & _64_BITS
        z = ((z ^ (z >> 30)) * _M1_1) & _64_BITS
        z = ((z ^ (z >> 27)) * _M2_1) & _64_BITS
        state = z ^ (z >> 31)
    return ((state >> 11) + 0.5) / 2.0**53


def normal(uniform: np.ndarray) -> np.ndarray:
    """Return standard normal numbers of uniform ones."""
    return ndtri(uniform)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What an answer depends on besides the two people: the job's service, km, lead, and how she is used."""

    service: int
    km: np.ndarray | float
    lead_hours: float
    minutes: float
    evening: bool
    weekend: bool
    load: np.ndarray | float
    offers_7d: np.ndarray | float


class Reality:
    """The hidden side of one world and year."""

    def __init__(self, world: World, pool: Pool, requests: Requests, seed: int, salt: int) -> None:
        self._world, self._seed, self._salt = world, seed, salt
        self._person = PEOPLE_DIFFER * normal(hashed(salt, 1, np.arange(len(pool))))
        numbers = np.arange(len(requests))
        self._request = REQUESTS_DIFFER * normal(hashed(salt, seed, 2, numbers))
        waits = 13 * np.exp(0.6 * normal(hashed(salt, seed, 3, numbers)))
        self.patience_minutes = np.clip(waits, 4, 45)
        cancelled = np.array(CANCELLED) / np.array(ANSWERED)
        self.cancelled = hashed(salt, seed, 4, numbers) < cancelled[requests.service]
        self.cancelled_after = hashed(salt, seed, 5, numbers)

    def _draw(self, purpose: int, request: int, who: np.ndarray | int, option: int) -> Any:
        if isinstance(who, int):
            return hashed_one(self._salt, self._seed, 16 + purpose, request, who, option)
        return hashed(self._salt, self._seed, 16 + purpose, request, who, option)

    def chance(self, request: int, who: np.ndarray | int, at: Circumstances) -> np.ndarray:
        """Return how likely a yes is."""
        logit = self._world.willing[at.service] + self._person[who] + self._request[request]
        if at.service == 0:
            logit = logit - at.km / KM_PER_UNIT - SHORT_NOTICE * np.exp(-at.lead_hours / 12)
            logit = logit - SHORT_AND_FAR * ((at.km > KM_PER_UNIT) & (at.minutes <= 60))
        logit = logit - EVENING * at.evening - WEEKEND * at.weekend
        logit = logit - OVERLOAD * np.maximum(0, at.load - 0.7) - NUISANCE * np.log1p(at.offers_7d / 8)
        return 1 / (1 + np.exp(-logit))

    def says_yes(self, request: int, who: np.ndarray | int, option: int, at: Circumstances) -> np.ndarray:
        """Return whether they would say yes to this option."""
        return self._draw(_YES, request, who, option) < self.chance(request, who, at)

    def refusal_carries(self, request: int, who: np.ndarray | int, option: int) -> np.ndarray:
        """Return whether who refuses the job as asked refuses this other way at the same moment as well."""
        return self._draw(_CARRIES, request, who, option) < REFUSAL_CARRIES

    def answer_after(self, request: int, who: int, option: int, channel: str, immediate: bool) -> float | None:
        """Return after how many awake minutes she answers, or None when she never sees it."""
        minutes = float(self.answers_after(request, who, option, channel, immediate))
        return minutes if np.isfinite(minutes) else None

    def answers_after(
        self, request: int, who: np.ndarray | int, option: int, channel: str, immediate: bool
    ) -> np.ndarray:
        """Return after how many awake minutes each answers; infinite for whoever never sees it."""
        median, spread = (DELAY_MEDIAN_NOW, DELAY_SPREAD_NOW) if immediate else (DELAY_MEDIAN, DELAY_SPREAD)
        if channel == VOICE:
            picked_up = self._world.picked_up_on_duty if immediate else self._world.picked_up
            late = VOICEMAIL * median * np.exp(spread * normal(self._draw(_DELAY2, request, who, option)))
            return np.where(
                self._draw(_PICKS_UP, request, who, option) < picked_up, PICKS_UP_NOW if immediate else PICKS_UP, late
            )
        seen = self._world.push_seen_now if immediate else self._world.push_seen
        delay = median * np.exp(spread * normal(self._draw(_DELAY, request, who, option)))
        return np.where(self._draw(_SEEN, request, who, option) < seen, delay, np.inf)
