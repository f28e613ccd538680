"""What somebody more would have meant: the requests of a past stretch once more, with newcomers, and how sure that is.

What really happened stays as it was: who said yes or no says it again, and whoever never answered does not. Only the
newcomers are new. They compete for what was answered too, so that they are not free for everything that was missed.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from statistics import NormalDist

from matching.cases import Case, Prospect
from matching.decision import Mind, prospects_of
from matching.domain import ON_SITE, Candidate, LanguageSkill, Need, Place, road_km, travel_minutes
from matching.hours import Stretch
from matching.pool import Pool
from matching.regression import INTERPRETERS_DIFFER
from matching.replay import Answers, Luck, replay_among

Slot = tuple[datetime, datetime]

# When a newcomer works, and how often she is there for a call at once: assumed, and told beside every figure.
OFFICE_WEEK = tuple([Stretch(day, time(8), time(18)) for day in range(5)])
PRESENT = 1 / 3
# Of so many draws the middle eight tenths are the interval that is told.
DRAWS, TAIL = 40, 0.1


@dataclass(frozen=True, slots=True)
class Past:
    """One request of the past. rivals: who could come then; known: what they said; answered: somebody was found."""

    case: Case
    needs: tuple[Need, ...]
    rivals: tuple[Prospect, ...]
    known: Answers
    answered: bool
    mind: Mind


@dataclass(frozen=True, slots=True)
class Gain:
    """How many more of `missed` requests would have been answered: on average, and in eight of ten draws."""

    requests: int
    missed: int
    more: float
    low: float
    high: float


def newcomer(number: int, language: str, home: Place | None, limit_km: float, certified_from: datetime) -> Candidate:
    """Return a certified interpreter who is invented: her id is negative, she works office hours."""
    return Candidate(
        interpreter_id=-number,
        languages=(LanguageSkill(language, certified_from=certified_from.date()),),
        services=frozenset({"on_site", "telephone", "video"}),
        home=home,
        travel_limit_km=limit_km,
        week=OFFICE_WEEK,
    )


def gain(past: Iterable[Past], newcomers: Sequence[Candidate], draws: int = DRAWS) -> Gain:
    """Return how many more requests would have been answered with these newcomers.

    The interval holds what is chance and what nobody knows of newcomers (how willing they are); not whether the model
    of who says yes, or what is assumed of their hours, is right. The order in which requests are given is no matter.
    """
    asked = sorted(past, key=lambda it: (it.case.created_at, it.case.request_id))
    missed = sum(not it.answered for it in asked)
    within = [it for it in (_within_reach(it, newcomers) for it in asked) if it.prospects]
    willing = [it.interpreter_id for it in newcomers]
    found = sorted(_draw(within, _luck_of(willing, salt)) for salt in range(1, draws + 1))
    if not found:
        return Gain(len(asked), missed, 0.0, 0.0, 0.0)
    last = len(found) - 1
    low, high = (found[round(last * part)] for part in (TAIL, 1 - TAIL))
    return Gain(len(asked), missed, sum(found) / len(found), float(low), float(high))


@dataclass(frozen=True, slots=True)
class _Reach:
    """A request that newcomers could come for if they are free: their chances, and what it takes of their time."""

    past: Past
    prospects: tuple[Prospect, ...]
    takes: dict[tuple[int, int], Slot]


def _within_reach(past: Past, newcomers: Sequence[Candidate]) -> _Reach:
    """Return what newcomers could do of a request; whoever is not known to have said yes to it did not."""
    there = [replace(it, present=True) for it in newcomers]
    prospects = prospects_of(past.needs, Pool(there), past.mind)
    home = {it.interpreter_id: it.home for it in newcomers}
    takes = {(it.interpreter_id, it.option): _takes(home[it.interpreter_id], past.needs[it.option]) for it in prospects}
    said = {(it.interpreter_id, it.option): False for it in past.rivals}
    return _Reach(replace(past, known={**said, **past.known}), tuple(prospects), takes)


def _takes(home: Place | None, need: Need) -> Slot:
    known = need.service == ON_SITE and home and need.place
    travel = timedelta(minutes=travel_minutes(road_km(home, need.place)) if known else 0)  # type: ignore[arg-type]
    return need.slot_start - travel, need.slot_end + travel


def _draw(within: Sequence[_Reach], luck: Luck) -> int:
    """Return how many more were answered in one draw."""
    diary: dict[int, list[Slot]] = defaultdict(list)
    more = 0
    for it in within:
        past = it.past
        free = [who for who in it.prospects if _is_free(who, it, diary[who.interpreter_id], luck)]
        by = replay_among(past.case, [*past.rivals, *free], past.mind, past.known, luck).by if free else None
        if by is not None and by in it.takes:
            diary[by[0]].append(it.takes[by])
            more += not past.answered
    return more


def _is_free(who: Prospect, it: _Reach, diary: Sequence[Slot], luck: Luck) -> bool:
    case, pair = it.past.case, (who.interpreter_id, who.option)
    if case.immediate and luck.number(case.request_id, (who.interpreter_id, 0), "present") >= PRESENT:
        return False
    start, end = it.takes[pair]
    return not any(since < end and start < until for since, until in diary)


def _luck_of(newcomers: Sequence[int], salt: int) -> Luck:
    """Return a draw: how willing each newcomer is, as interpreters differ, and every answer of hers."""
    plain, usual = Luck(salt), NormalDist(0, INTERPRETERS_DIFFER)
    shares = {it: plain.number(0, (it, 0), "willing") for it in newcomers}
    return Luck(salt, {who: usual.inv_cdf(min(0.999, max(0.001, share))) for who, share in shares.items()})
