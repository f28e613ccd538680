"""Who may come, and who should come first.

Rules are either hard (a person is in or out, with a named reason) or soft (a price).
All prices are in minutes, so that they can be added up and explained at the desk.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypedDict

from matching.domain import (
    ON_SITE,
    TRANSLATION,
    UNKNOWN_TRAVEL_MINUTES,
    Candidate,
    LanguageSkill,
    Need,
    Ranked,
    Ranking,
    Rejected,
    road_km,
    travel_minutes,
)


@dataclass(frozen=True, slots=True)
class Weights:
    """What the soft rules cost. The defaults are proposals; who is responsible for the order sets them.

    Source: rules A-D2 (distance, then fair rotation; field practice).
    """

    travel: float = 1.0  # minutes per minute of travel, one way
    workload: float = 0.05  # minutes per minute already assigned this month: 20 hours weigh as much as an hour's drive
    recent_offer_minutes: float = 3.0  # per offer of this week: who is asked too often stops answering
    related_language_minutes: float = 30.0  # speaks a language that is understood, not the one asked
    uncertified_minutes: float = 20.0  # only where no certificate is required
    worked_here_bonus_minutes: float = 30.0


@dataclass(frozen=True, slots=True)
class Fit:
    """What a candidate brings to a need: her skills that can serve it, and her way there (one way)."""

    skills: tuple[LanguageSkill, ...]
    distance_km: float | None
    travel_minutes: int


class RankFacts(TypedDict):
    """Why somebody has her place in the order, as plain values; pages make the sentence."""

    position: int
    group_size: int
    cost_minutes: float
    parts: dict[str, float]
    distance_km: float | None
    travel_minutes: int


def _can_work_in_direction(need: Need, who: Candidate, fit: Fit) -> bool:
    return not fit.skills or any(it.covers(need.direction) for it in fit.skills)


def _is_certified(need: Need, who: Candidate, fit: Fit) -> bool:
    if not need.certificate_required or not fit.skills:
        return True
    usable = [it for it in fit.skills if it.covers(need.direction)] or fit.skills
    return any(it.is_certified_on(need.held_on) for it in usable)


def _is_within_limit(need: Need, who: Candidate, fit: Fit) -> bool:
    return fit.distance_km is None or who.travel_limit_km is None or fit.distance_km <= who.travel_limit_km


def _arrives_in_time(need: Need, who: Candidate, fit: Fit) -> bool:
    return fit.distance_km is None or need.now + timedelta(minutes=fit.travel_minutes) <= need.slot_start


# A translation is done between other work, before a deadline; only an appointment takes its hour.
# For a call at once, being present is the answer to "are you available".
def _is_available(need: Need, who: Candidate, fit: Fit) -> bool:
    return who.available or need.immediate or need.service == TRANSLATION


def _is_free(need: Need, who: Candidate, fit: Fit) -> bool:
    if not who.busy or need.service == TRANSLATION:
        return True
    travel = timedelta(minutes=fit.travel_minutes)
    leaves, returns = need.slot_start - travel, need.slot_end + travel
    return not any(start < returns and leaves < end for start, end in who.busy)


# name of the reason -> must hold for a candidate to be considered.
# Who does not speak the language is not also told about its direction and certificate.
# Quiet hours count even for a call at once: a page left open must not ring somebody out of bed.
HARD: dict[str, Callable[[Need, Candidate, Fit], bool]] = {
    "inactive": lambda need, who, fit: who.active,
    "speaks_language": lambda need, who, fit: bool(fit.skills),
    "is_certified": _is_certified,
    "direction": _can_work_in_direction,
    "offers_service": lambda need, who, fit: need.service in who.services,
    "gender": lambda need, who, fit: need.interpreter_gender in (None, who.gender),
    "within_travel_limit": _is_within_limit,
    "arrives_in_time": _arrives_in_time,
    "is_free": _is_free,
    "is_available": _is_available,
    "is_present": lambda need, who, fit: who.present or not need.immediate,
    "excluded": lambda need, who, fit: not who.excludes and who.interpreter_id not in need.excluded_interpreters,
    "already_answered": lambda need, who, fit: not who.already_answered,
    "quiet_hours": lambda need, who, fit: not who.quiet,
}
REASONS = tuple(HARD)


def rank(need: Need, candidates: Iterable[Candidate], weights: Weights = Weights()) -> Ranking:
    """Split candidates, each given once, into an order of asking and a list of reasoned rejections.

    Deterministic: whatever the order they are given in, equal costs are ordered by interpreter id.
    """
    ranked, rejected = [], []
    for who in candidates:
        fit = _fit(need, who)
        if broken := tuple([name for name, holds in HARD.items() if not holds(need, who, fit)]):
            rejected.append(Rejected(who, broken))
        else:
            parts = _parts(need, who, fit, weights)
            cost = sum(minutes for _, minutes in parts)
            ranked.append(Ranked(who, cost, parts, fit.distance_km, fit.travel_minutes))
    ranked.sort(key=lambda it: (it.cost_minutes, it.candidate.interpreter_id))
    rejected.sort(key=lambda it: (len(it.reasons), it.candidate.interpreter_id))
    return Ranking(tuple(ranked), tuple(rejected))


def explain_rank(ranked: Ranked, position: int, group_size: int) -> RankFacts:
    """Return the facts behind a place in the order: `position` counts from 1, of the `group_size` who could come.

    Holds only what concerns the person herself, so that it may be shown to her and kept with her offer.
    """
    if not 1 <= position <= group_size:
        raise ValueError(f"position {position} of {group_size}")
    return RankFacts(
        position=position,
        group_size=group_size,
        cost_minutes=ranked.cost_minutes,
        parts=dict(ranked.parts),
        distance_km=ranked.distance_km,
        travel_minutes=ranked.travel_minutes,
    )


def _fit(need: Need, who: Candidate) -> Fit:
    skills = tuple([it for it in who.languages if need.is_served_in(it.language)])
    if need.service != ON_SITE:
        return Fit(skills, None, 0)
    if need.place is None or who.home is None:
        return Fit(skills, None, UNKNOWN_TRAVEL_MINUTES)
    distance = road_km(who.home, need.place)
    return Fit(skills, distance, travel_minutes(distance))


def _parts(need: Need, who: Candidate, fit: Fit, weights: Weights) -> tuple[tuple[str, float], ...]:
    """Return what makes up the price, without what costs nothing."""
    parts = (
        ("travel", weights.travel * fit.travel_minutes),
        ("workload", weights.workload * who.assigned_minutes_this_month),
        ("recent_offers", weights.recent_offer_minutes * who.offers_this_week),
        *_language_parts(need, fit.skills, weights),
        ("worked_here_before", -weights.worked_here_bonus_minutes if who.worked_here_before else 0.0),
    )
    return tuple([part for part in parts if part[1]])


def _language_parts(need: Need, skills: Iterable[LanguageSkill], weights: Weights) -> tuple[tuple[str, float], ...]:
    """Return the price of the cheapest skill that can do the work."""
    prices = []
    for skill in skills:
        certified = skill.is_certified_on(need.held_on)
        if skill.covers(need.direction) and (certified or not need.certificate_required):
            related = 0.0 if skill.language == need.language else weights.related_language_minutes
            prices.append((related, 0.0 if certified else weights.uncertified_minutes))
    related, uncertified = min(prices, key=sum)
    return ("related_language", related), ("uncertified", uncertified)
