"""Rules of performance records. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kernel.errors import Invalid

MAX_DURATION = timedelta(hours=24)
# A record that lies further from what was agreed is a typing error. Source: the desk's practice, start value.
MAX_DISTANCE = timedelta(hours=24)
NOTE_LIMIT = 2000


class Who(StrEnum):
    """Who did not come; the three are kept apart (rules A-D6)."""

    INTERPRETER = "interpreter"
    CLIENT = "client"
    REQUESTER = "requester"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What took place. Kilometres are there and back together; a disturbance is in whole minutes."""

    started_at: datetime
    ended_at: datetime
    travel_km: float | None = None
    disturbance_minutes: int = 0
    disturbance: str | None = None
    note: str | None = None


def check(report: Report, service: str, agreed_start: datetime, agreed_end: datetime) -> None:
    """Refuse a record that cannot be true.

    Raises: Invalid, with every field that is wrong.
    """
    wrong = {}
    length = report.ended_at - report.started_at
    if length <= timedelta(0):
        wrong["ended_at"] = "not_positive"
    elif length > MAX_DURATION and service != "translation":
        wrong["ended_at"] = "too_long"
    if service != "translation" and (
        report.started_at < agreed_start - MAX_DISTANCE or report.ended_at > agreed_end + MAX_DISTANCE
    ):
        wrong["started_at"] = "far_from_agreed"
    wrong |= _bad_details(report, service)
    if wrong:
        raise Invalid(fields=wrong)


def _bad_details(report: Report, service: str) -> dict[str, str]:
    wrong = {}
    if report.travel_km is not None:
        if service != "on_site" and report.travel_km:
            wrong["travel_km"] = "only_on_site"
        elif not 0 <= report.travel_km <= 1000:
            wrong["travel_km"] = "out_of_range"
    if not 0 <= report.disturbance_minutes <= 600:
        wrong["disturbance_minutes"] = "out_of_range"
    for name in ("note", "disturbance"):
        if len(getattr(report, name) or "") > NOTE_LIMIT:
            wrong[name] = "too_long"
    return wrong


def minutes(report: Report) -> int:
    """Return the length of a talk by the clock of the world: whole minutes, begun ones count."""
    return -int(-(report.ended_at - report.started_at).total_seconds() // 60)


def silence_confirms(report: Report, submitted_at: datetime) -> bool:
    """Return whether the requester's silence may confirm: not for a record written before it took place."""
    return report.ended_at <= submitted_at
