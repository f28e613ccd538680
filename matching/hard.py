"""The hard rules: each lets people of a crowd through or not, and has a name for who is kept out by it."""

from collections.abc import Callable

import numpy as np

from matching.crowd import Crowd, Mask, everybody, is_near, some
from matching.domain import TRANSLATION
from matching.hours import is_available, slot_in_week
from matching.pool import GENDERS, SERVICES, seconds


def _is_certified(it: Crowd) -> Mask:
    if not it.need.certificate_required:
        return everybody(it)
    usable = it.serves & it.covers
    usable |= it.serves & ~some(usable)
    return ~some(it.serves) | some(usable & it.certified)


def _can_work_in_direction(it: Crowd) -> Mask:
    return ~some(it.serves) | some(it.serves & it.covers)


def _is_suitable_gender(it: Crowd) -> Mask:
    wanted = it.need.interpreter_gender
    return everybody(it) if wanted is None else it["gender"] == GENDERS[wanted]


def _is_within_limit(it: Crowd) -> Mask:
    return np.isnan(it.distance_km) | (it.distance_km <= it["limit_km"])


def _arrives_in_time(it: Crowd) -> Mask:
    spare = seconds(it.need.slot_start) - seconds(it.need.now)
    return np.isnan(it.distance_km) | (it.travel_minutes * 60 <= spare)


# A translation is done between other work, before a deadline; only an appointment takes its hour.
# For a call at once, being present is the answer to "are you available".
def _is_free(it: Crowd) -> Mask:
    if it.need.service == TRANSLATION:
        return everybody(it)
    travel = it.travel_minutes * 60
    leaves, returns = seconds(it.need.slot_start) - travel, seconds(it.need.slot_end) + travel
    return ~some((it["busy_from"] < returns) & (leaves < it["busy_to"])) & _fits_between(it)


def _fits_between(it: Crowd) -> Mask:
    """Return who gets to this work from her other jobs, and from it to them: from near ones without going home."""
    if np.isinf(it["job_from"]).all():
        return everybody(it)
    gap = np.where(is_near(it), it.leg_minutes * 60, it["job_travel"] + it.travel_minutes * 60)
    start, end = seconds(it.need.slot_start), seconds(it.need.slot_end)
    return ~some((it["job_from"] < end + gap) & (start < it["job_to"] + gap))


def _is_available(it: Crowd) -> Mask:
    if it.need.immediate or it.need.service == TRANSLATION:
        return everybody(it)
    works: Mask = ~it["has_week"]
    slot = slot_in_week(it.need.slot_start, it.need.slot_end)
    by_hand = it["deviates"] if slot else it["has_week"] | it["deviates"]
    if slot:
        works = works | some((it["week_from"] <= slot[0]) & (slot[1] <= it["week_to"]))
    for row in np.flatnonzero(by_hand):
        who = it.members[row]
        works[row] = is_available(who.week, who.deviations, it.need.slot_start, it.need.slot_end)
    works &= it["available"]
    return works


def _is_present(it: Crowd) -> Mask:
    present: Mask = it["present"] | (not it.need.immediate)
    return present


def _is_excluded(it: Crowd) -> Mask:
    return it["excludes"] | np.isin(it["id"], sorted(it.need.excluded_interpreters))


# name of the reason -> must hold for a candidate to be considered.
# Who does not speak the language is not also told about its direction and certificate.
# Quiet hours count even for a call at once: a page left open must not ring somebody out of bed.
HARD: dict[str, Callable[[Crowd], Mask]] = {
    "inactive": lambda it: it["active"],
    "speaks_language": lambda it: some(it.serves),
    "is_certified": _is_certified,
    "direction": _can_work_in_direction,
    "offers_service": lambda it: (it["services"] & SERVICES[it.need.service]) != 0,
    "gender": _is_suitable_gender,
    "within_travel_limit": _is_within_limit,
    "arrives_in_time": _arrives_in_time,
    "is_free": _is_free,
    "is_available": _is_available,
    "is_present": _is_present,
    "hours_cap": lambda it: ~it["over_hours_cap"],
    "excluded": lambda it: ~_is_excluded(it),
    "knows_client": lambda it: ~it["knows_client"],
    "already_answered": lambda it: ~it["already_answered"],
    "quiet_hours": lambda it: ~it["quiet"],
}
REASONS = tuple(HARD)

# These depend on when the work is, or on whom this request leaves out; the others are the same for all of its kind.
OF_THE_HOUR = ("arrives_in_time", "is_free", "is_available", "excluded")
