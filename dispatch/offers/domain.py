"""Rules of asking. Pure: `now` is an argument."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import ceil

from dispatch.offers.status import OPEN
from dispatch.terms.domain import SearchPlan


class DeclineReason(StrEnum):
    NOT_FREE = "not_free"
    TOO_FAR = "too_far"
    SUBJECT = "subject"
    KNOWS_CLIENT = "knows_client"
    OTHER = "other"


# Terms that are prices of matching, in minutes -> the name matching has for each.
WEIGHTS = {
    "weight_travel": "travel",
    "weight_workload": "workload",
    "weight_recent_offer": "recent_offer_minutes",
    "weight_related_language": "related_language_minutes",
    "weight_uncertified": "uncertified_minutes",
    "weight_worked_here": "worked_here_bonus_minutes",
    "weight_same_client": "same_client_bonus_minutes",
}
# Terms that change who is asked: another value is tried on the past year before it may come into force.
TRIED_FIRST = frozenset({"fill_target", *WEIGHTS})


@dataclass(frozen=True, slots=True)
class Made:
    """One offer as the engine needs it: whom, in which wave, how it stands, since when and until when."""

    offer_id: int
    interpreter_id: int
    wave: int
    status: str
    expires_at: datetime
    request_version: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Where a search stands. `wave` is the last one sent, `chosen` how many people matching would ask now.

    heard_by: until when an answer is awaited of whoever still thinks; who is silent longer may still say yes.
    """

    now: datetime
    wave: int
    max_waves: int | None
    escalate_after_waves: int | None
    escalate_at: datetime
    hard_stop_at: datetime
    escalated: bool
    heard_by: tuple[datetime, ...]
    chosen: int


@dataclass(frozen=True, slots=True)
class Step:
    """What to do now, and when to look again."""

    stop: bool = False
    ask: bool = False
    escalate: str | None = None
    again_at: datetime | None = None


def next_step(it: Situation) -> Step:
    """Decide the next step of a search.

    When nobody is left to ask, or the waves or the time for the machine alone are up, a person looks; whoever was
    asked may still say yes until the hard stop.
    """
    if it.now >= it.hard_stop_at:
        return Step(stop=True)
    waiting = bool(it.heard_by)
    may_ask = it.max_waves is None or it.wave < it.max_waves
    ask = may_ask and it.chosen > 0
    why = None if it.escalated else _why_escalate(it, ask=ask, waiting=waiting)
    # After asking, the caller knows when the new ones are heard; here it is the next moment that is certain.
    moments = [it.hard_stop_at, *it.heard_by]
    if not it.escalated and why is None:
        moments.append(it.escalate_at)
    return Step(ask=ask, escalate=why, again_at=min(moments))


def _why_escalate(it: Situation, *, ask: bool, waiting: bool) -> str | None:
    if not ask and not waiting:
        return "nobody_left"
    if it.escalate_after_waves is not None and it.wave + ask > it.escalate_after_waves:
        return "waves_used_up" if it.escalate_after_waves else "short_notice"
    return "time_is_up" if it.now >= it.escalate_at else None


def waves_used(wave: int, asked: int, plan: SearchPlan) -> int:
    """Return how many waves were used up: where matching asks as many as are needed, so many people are a wave."""
    size = plan.size_of(wave + 1)
    return wave if plan.fill_target is None or size is None else min(wave, ceil(asked / size))


def still_open(offers: Iterable[Made], now: datetime) -> list[Made]:
    """Return the offers that may still be answered."""
    return [it for it in offers if it.status in OPEN and it.expires_at > now]


def overdue(offers: Iterable[Made], now: datetime) -> list[Made]:
    """Return the offers whose life is over but not yet written so."""
    return [it for it in offers if it.status in OPEN and it.expires_at <= now]
