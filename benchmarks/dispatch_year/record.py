"""What happened in a year: one row per offer and per request, and the log a model may learn from."""

from dataclasses import dataclass, field

import numpy as np

from matching.acceptance import OfferLog, Offers
from matching.cases import EXPIRED, NO, WITHDRAWN, YES

_COLUMNS = (
    "interpreter_id", "service", "immediate", "lead_hours", "distance_km", "duration_minutes", "evening", "weekend",
    "load", "offers_7d", "option",
)  # fmt: skip


@dataclass(slots=True)
class Offer:
    """One message or call. `will_answer_at` and `will_say_yes` are the future: only the replay reads them."""

    row: int
    search: int
    who: int
    option: int
    channel: str
    sent_at: float
    expires_at: float
    will_see_at: float | None
    will_answer_at: float | None
    will_say_yes: bool
    answered_at: float | None = None
    answer: str | None = None


@dataclass(slots=True)
class Fill:
    """Who does a request: in what way, from when to when (with travel)."""

    who: int
    option: int
    service: int
    at: float
    since: float
    until: float
    hours: float
    km: float


@dataclass(slots=True)
class Record:
    """The growing record of one replay."""

    features: list[tuple[float, ...]] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    learned: list[bool] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    fills: dict[int, Fill] = field(default_factory=dict)
    jobs: list[tuple[int, float, float]] = field(default_factory=list)
    double: int = 0

    def add(self, offer: Offer, features: tuple[float, ...], told: float, learned: bool) -> None:
        """Add an offer with what was known of it when it was made."""
        self.offers.append(offer)
        self.features.append(features)
        self.told.append(told)
        self.learned.append(learned)

    def log(self, now: float) -> OfferLog:
        """Return what an agency would know of its offers at a moment."""
        rows = self.offers
        table = np.array(self.features, dtype=float).reshape(len(rows), len(_COLUMNS))
        kinds = {
            "interpreter_id": int,
            "service": int,
            "option": int,
            "immediate": bool,
            "evening": bool,
            "weekend": bool,
        }
        columns = {name: table[:, n].astype(kinds.get(name, float)) for n, name in enumerate(_COLUMNS)}
        return OfferLog(
            offers=Offers(**columns),
            request_id=np.array([it.search for it in rows], dtype=int),
            channel=np.array([it.channel for it in rows], dtype=str),
            seen=np.array([it.will_see_at is not None and it.will_see_at <= _end(it, now) for it in rows], dtype=bool),
            waited_minutes=np.array([_awake(it.sent_at, _end(it, now)) for it in rows], dtype=float),
            ended_at=np.array([_end(it, now) for it in rows], dtype=float),
            answer=np.array([it.answer or "" for it in rows], dtype=str),
        )


def features_of(offers: Offers, row: int, **now: float) -> tuple[float, ...]:
    """Return one row of the columns, in the order of the log, with what is different `now`."""
    return tuple([now[name] if name in now else float(getattr(offers, name)[row]) for name in _COLUMNS])


def _end(offer: Offer, now: float) -> float:
    return now if offer.answered_at is None else offer.answered_at


def _awake(since: float, until: float) -> float:
    """Return the minutes between two moments without the nights; both by day."""
    days = until // 1440 - since // 1440
    return max(0.0, until - since - days * 600)


__all__ = ["EXPIRED", "NO", "WITHDRAWN", "YES", "Fill", "Offer", "Record", "features_of"]
