"""Rules of the register. Pure. Local means Europe/Brussels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from kernel.clock import BRUSSELS

DIRECTIONS = ("both", "to_dutch", "from_dutch")
GENDERS = ("female", "male", "other")
SERVICES = ("on_site", "telephone", "video", "translation")
# A certificate that ends within this time is shown to the desk. Source: start value of the desk.
EXPIRES_SOON = timedelta(days=60)


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


@dataclass(frozen=True, slots=True)
class Skill:
    """One language next to Dutch, with its certificate."""

    language: str
    direction: str = "both"
    certificate: str | None = None
    certified_from: date | None = None
    certified_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateFacts:
    """What the register knows of one interpreter for one question of matching."""

    interpreter_id: int
    name: str
    number: str
    skills: tuple[Skill, ...]
    services: frozenset[str]
    gender: str
    municipality: str
    home: tuple[float, float] | None
    travel_limit_km: float | None
    active: bool
    available: bool
    present: bool
    quiet: bool
    excluded: bool


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
    """Return when the stretch ends in which `here` (local) lies. An hour that exists twice is lived twice."""
    day, last = here.date(), stretch.to_time
    if last >= time(23, 59):
        day, last = day + timedelta(days=1), time(0)
    end = datetime.combine(day, last, BRUSSELS).replace(fold=here.fold).astimezone(UTC)
    skipped = end.astimezone(BRUSSELS).time() != last
    return end.replace(minute=0, second=0) if skipped else end  # the clock skips whole hours


def is_certified(skill: Skill, day: date) -> bool:
    """Return whether the certificate of a language is valid on `day`, its first and last day included."""
    if skill.certified_from is None:
        return False
    return skill.certified_from <= day and (skill.certified_until is None or day <= skill.certified_until)


def is_quiet(quiet_from: time | None, quiet_until: time | None, now: datetime) -> bool:
    """Return whether `now` lies in somebody's quiet hours, which may go over midnight."""
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return False
    here = now.astimezone(BRUSSELS).time()
    if quiet_from < quiet_until:
        return quiet_from <= here < quiet_until
    return here >= quiet_from or here < quiet_until
