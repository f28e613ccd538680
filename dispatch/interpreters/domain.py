"""Rules of the register. Pure. Local means Europe/Brussels."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kernel.clock import BRUSSELS
from matching.hours import Deviation, Stretch

DIRECTIONS = ("both", "to_dutch", "from_dutch")
GENDERS = ("female", "male", "other")
SERVICES = ("on_site", "telephone", "video", "translation")
# A certificate that ends within this time is shown to the desk. Source: start value of the desk.
EXPIRES_SOON = timedelta(days=60)


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
    """What the register knows of one interpreter for one question of matching.

    `week` is None where she never filled one in.
    """

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
    week: tuple[Stretch, ...] | None
    deviations: tuple[Deviation, ...]
    present: bool
    quiet: bool
    excluded: bool


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
