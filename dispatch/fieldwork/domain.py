"""How an offer fits into somebody's day, and her share of the work beside the group. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

# Appointments further away than this say nothing about how an offer fits.
_NEAR = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Appointment:
    """Something agreed already; `travel` is before and after it."""

    starts_at: datetime
    ends_at: datetime
    travel: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Fit:
    """What lies around an offer: the end of what comes before, the start of what comes after, and what collides."""

    before: datetime | None
    after: datetime | None
    collides: bool
    minutes_before: int | None
    minutes_after: int | None


def fit(starts_at: datetime, ends_at: datetime, travel: timedelta, agreed: Iterable[Appointment]) -> Fit:
    """Return how a slot with its own travel fits between what is agreed.

    minutes before = start - travel - (end of the one before + its travel); the same after. They collide below zero.
    """
    first, last = starts_at - travel, ends_at + travel
    around = [(it.starts_at - it.travel, it.ends_at + it.travel, it) for it in agreed]
    collides = any(begin < last and first < end for begin, end, _ in around)
    before = max((it for it in around if it[1] <= first and first - it[1] <= _NEAR), key=lambda it: it[1], default=None)
    after = min((it for it in around if it[0] >= last and it[0] - last <= _NEAR), key=lambda it: it[0], default=None)
    return Fit(
        before=before[2].ends_at if before else None,
        after=after[2].starts_at if after else None,
        collides=collides,
        minutes_before=_minutes(first - before[1]) if before else None,
        minutes_after=_minutes(after[0] - last) if after else None,
    )


def _minutes(it: timedelta) -> int:
    return round(it / timedelta(minutes=1))


@dataclass(frozen=True, slots=True)
class Share:
    """Somebody's own numbers beside the middle of a group that is large enough to tell nothing of one of them."""

    group: int
    offers: int
    usual_offers: float
    hours: float
    usual_hours: float


def share(own: tuple[int, float], others: Sequence[tuple[int, float]], smallest: int) -> Share | None:
    """Return (offers, hours) beside the medians of the others; None where the group, herself included, is small."""
    if len(others) + 1 < smallest:
        return None
    return Share(
        len(others) + 1, own[0], median(it[0] for it in others), own[1], round(median(it[1] for it in others), 1)
    )
