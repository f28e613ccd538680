"""How soon people answer what they are sent, and how many never do: one curve for each channel.

An answer needs somebody who sees the message; who never sees it has not refused. All times are awake minutes: quiet
hours do not count.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

PUSH, VOICE = "push", "voice"
_SHARES = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999)
# Fewer answers than this say too little about a curve.
_ENOUGH_ANSWERS = 50


@dataclass(frozen=True, slots=True)
class Reaction:
    """Of those who are asked, the share that has answered within `minutes`; straight lines between the points."""

    minutes: tuple[float, ...]
    answered: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.minutes) != len(self.answered) or len(self.minutes) < 2:
            raise ValueError("a curve has two points or more, each with its share")
        if list(self.minutes) != sorted(self.minutes) or list(self.answered) != sorted(self.answered):
            raise ValueError("nobody takes an answer back: a curve never falls")

    @property
    def reach(self) -> float:
        """The share that answers at all."""
        return self.answered[-1]

    def within(self, minutes: float) -> float:
        """Return the share that has answered after so many awake minutes."""
        after = bisect_right(self.minutes, minutes)
        if after == 0:
            return 0.0
        if after == len(self.minutes):
            return self.answered[-1]
        start, end = self.minutes[after - 1], self.minutes[after]
        low, high = self.answered[after - 1], self.answered[after]
        return low + (high - low) * (minutes - start) / (end - start)

    def still(self, silent: float, left: float) -> float:
        """Return the chance that somebody silent for `silent` minutes answers in the next `left`."""
        gone = self.within(silent)
        return (self.within(silent + left) - gone) / (1 - gone) if gone < 1 else 0.0

    def until(self, part: float) -> float:
        """Return after how many minutes `part` (0..1) of all who ever answer have answered."""
        wanted = part * self.reach
        for (start, low), (end, high) in zip(self._points(), self._points()[1:], strict=False):
            if high >= wanted:
                return end if high == low else start + (end - start) * (wanted - low) / (high - low)
        return self.minutes[-1]

    def _points(self) -> list[tuple[float, float]]:
        return list(zip(self.minutes, self.answered, strict=True))


def usual_reaction(reach: float, median_minutes: float, spread: float) -> Reaction:
    """Return a lognormal curve: `spread` is the standard deviation of the logarithm."""
    z = [NormalDist().inv_cdf(share) for share in _SHARES]
    minutes = [median_minutes * exp(spread * it) for it in z]
    return Reaction((0.0, *minutes), (0.0, *[reach * share for share in _SHARES[:-1]], reach))


@dataclass(frozen=True, slots=True)
class Reactions:
    """The curves by channel, apart for work that starts at once."""

    push: Reaction = usual_reaction(0.80, 30.0, 1.2)
    push_now: Reaction = usual_reaction(0.70, 1.6, 0.8)
    voice: Reaction = usual_reaction(0.85, 20.0, 1.8)
    voice_now: Reaction = usual_reaction(0.80, 1.6, 1.2)

    def of(self, channel: str, immediate: bool) -> Reaction:
        """Return the curve of one channel."""
        if channel == VOICE:
            return self.voice_now if immediate else self.voice
        return self.push_now if immediate else self.push

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, to store."""
        return {name: [list(curve.minutes), list(curve.answered)] for name, curve in self._named()}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Reactions":
        """Return what `to_dict` gave; a curve that is not there is the usual one."""
        return cls(**{name: Reaction(tuple(points[0]), tuple(points[1])) for name, points in stored.items()})

    def _named(self) -> list[tuple[str, Reaction]]:
        names = ("push", "push_now", "voice", "voice_now")
        return [(name, getattr(self, name)) for name in names]


def learn_reactions(channel: ArrayLike, immediate: ArrayLike, waited: ArrayLike, answered: ArrayLike) -> Reactions:
    """Return the curves of a log: columns of one length, `waited` and `answered` as in `learn_reaction`."""
    channels, now = np.asarray(channel), np.asarray(immediate, dtype=bool)
    minutes, is_answer, usual = np.asarray(waited, dtype=float), np.asarray(answered, dtype=bool), Reactions()

    def learned(name: str, at_once: bool) -> Reaction:
        rows = (channels == name) & (now == at_once)
        return learn_reaction(minutes[rows], is_answer[rows], usual.of(name, at_once))

    return Reactions(learned(PUSH, False), learned(PUSH, True), learned(VOICE, False), learned(VOICE, True))


def learn_reaction(waited: ArrayLike, answered: ArrayLike, usual: Reaction) -> Reaction:
    """Return the curve of a log: product limit, so that who was let go early counts for as long as she was asked.

    waited: minutes from asking until the answer, or until the offer ended without one. answered: whether it was one.
    Without enough answers: `usual`. Source: Kaplan and Meier, J. Am. Stat. Assoc. 53 (1958).
    """
    minutes = np.asarray(waited, dtype=float)
    is_answer = np.asarray(answered, dtype=bool)
    usable = np.isfinite(minutes) & (minutes >= 0)
    minutes, is_answer = minutes[usable], is_answer[usable]
    if is_answer.sum() < _ENOUGH_ANSWERS:
        return usual
    points = np.unique(np.quantile(minutes[is_answer], _SHARES))
    shares = _product_limit(minutes, is_answer, points)
    return Reaction((0.0, *points.tolist()), (0.0, *shares.tolist())) if points[0] > 0 else usual


def _product_limit(minutes: NDArray[np.float64], is_answer: NDArray[np.bool_], at: Sequence[float] | Any) -> Any:
    order = np.lexsort((~is_answer, minutes))
    minutes, is_answer = minutes[order], is_answer[order]
    at_risk = np.arange(len(minutes), 0, -1)
    silent = np.cumprod(1 - is_answer / at_risk)
    return 1 - silent[np.searchsorted(minutes, at, side="right") - 1]
