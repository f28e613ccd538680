"""When somebody works: the usual week, and what differs from it. Local means Europe/Brussels."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

# The agency's days are Belgian ones: a certificate that ends on the 1st is good until midnight there.
BRUSSELS = ZoneInfo("Europe/Brussels")
DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
# Where it is changed in the whole Union (directive 2000/84/EC).
_CLOCK_CHANGES = time(1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the week: `weekday` 0 is Monday; until `to_time`, where 23:59 means the whole evening."""

    weekday: int
    from_time: time
    to_time: time


@dataclass(frozen=True, slots=True)
class Deviation:
    """A stretch that differs from the week."""

    start: datetime
    end: datetime
    available: bool


def is_available(
    week: Sequence[Stretch] | None, deviations: Sequence[Deviation], start: datetime, end: datetime
) -> bool:
    """Return whether somebody works during all of [start, end): deviations first, then the week.

    Somebody who never filled in a week (None) may be asked: she says no herself.
    """
    touching = [it for it in deviations if it.start < end and start < it.end]
    if any(not it.available for it in touching):
        return False
    if week is None and not touching:
        return True
    moment = start
    while moment < end:
        until = _covered_until(week or (), touching, moment)
        if until is None:
            return False
        moment = until
    return True


def minutes_of_week(week: Iterable[Stretch]) -> list[tuple[int, int]]:
    """Return the week as stretches of local minutes after Monday 0:00, joined where they touch, never overlapping.

    Work that goes on over Sunday's midnight is one stretch that ends after the week's end.
    """
    joined: list[tuple[int, int]] = []
    for start, end in sorted(_minutes(it) for it in week):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    if joined and joined[0][0] == 0 and joined[-1][1] == WEEK_MINUTES:
        joined[-1] = (joined[-1][0], WEEK_MINUTES + joined[0][1])
    return joined


def slot_in_week(start: datetime, end: datetime) -> tuple[float, float] | None:
    """Return a slot in local minutes after Monday 0:00; None where the clock is put forward or back within it."""
    here, there = start.astimezone(BRUSSELS), end.astimezone(BRUSSELS)
    if here.utcoffset() != there.utcoffset() or here.fold or there.fold:
        return None
    first = here.weekday() * DAY_MINUTES + here.hour * 60 + here.minute + here.second / 60
    return first, first + (end - start) / timedelta(minutes=1)


def waking_hours(
    start: datetime, end: datetime, first: time = time(7), last: time = time(21)
) -> list[tuple[datetime, datetime]]:
    """Return the stretches of [start, end) when people may be disturbed: daily from `first` to `last`, local."""
    found, day = [], start.astimezone(BRUSSELS).date()
    while (opens := datetime.combine(day, first, BRUSSELS).astimezone(UTC)) < end:
        closes = datetime.combine(day, last, BRUSSELS).astimezone(UTC)
        if start < closes:
            found.append((max(start, opens), min(end, closes)))
        day += timedelta(days=1)
    return found


def _minutes(it: Stretch) -> tuple[int, int]:
    begins = it.weekday * DAY_MINUTES
    last = DAY_MINUTES if it.to_time >= time(23, 59) else it.to_time.hour * 60 + it.to_time.minute
    return begins + it.from_time.hour * 60 + it.from_time.minute, begins + last


def _covered_until(week: Sequence[Stretch], deviations: Sequence[Deviation], moment: datetime) -> datetime | None:
    """Return until when somebody works who works at `moment`, or None when she does not."""
    for it in deviations:
        if it.available and it.start <= moment < it.end:
            return it.end
    here = moment.astimezone(BRUSSELS)
    for stretch in week:
        if stretch.weekday == here.weekday() and stretch.from_time <= here.time() < stretch.to_time:
            return _end_of(stretch, here)
    return None


def _end_of(stretch: Stretch, here: datetime) -> datetime:
    """Return until when the stretch lasts in which `here` (local) lies, or until the clock may change before that.

    Only the clock on the wall counts: an hour that exists twice is lived twice, one that is skipped not at all.
    """
    day, last = here.date(), stretch.to_time
    if last >= time(23, 59):
        day, last = day + timedelta(days=1), time(0)
    end = datetime.combine(day, last, timezone(here.utcoffset() or timedelta(0)))
    change = datetime.combine(here.date(), _CLOCK_CHANGES)
    return (change if here < change < end else end).astimezone(UTC)
