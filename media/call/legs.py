"""What legs did, as facts that may be told in any order and more than once, and the record that follows from them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from media.call.domain import CallState, Joined, Left, Leg, OfLeg, Role, Talked

Stretch = tuple[datetime, datetime]
OUR_SIDE = frozenset({Role.REQUESTER, Role.CLIENT})
_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What took place: the beginning of a performance record.

    `started_at`: both sides are there for the first time; `connect_seconds`: from the requester's last key or click to
    the interpreter's voice. Gaps shorter than a few seconds are no disturbance.
    """

    started_at: datetime
    ended_at: datetime
    disturbance_minutes: int
    disturbances: int
    first_voice_at: datetime
    connect_seconds: float | None


def noted(legs: Sequence[Leg], told: OfLeg) -> tuple[Leg, ...]:
    """Return the legs with what was told: of each kind of moment the earliest counts."""
    known = next((it for it in legs if it.id == told.leg), None)
    leg = known or Leg(id=told.leg, role=told.role, who=told.who, way=told.way)
    if isinstance(told, Joined):
        leg = replace(leg, joined_at=min(leg.joined_at or told.at, told.at))
    elif isinstance(told, Left):
        leg = replace(leg, left_at=min(leg.left_at or told.at, told.at), dropped=leg.dropped or told.dropped)
    elif isinstance(told, Talked):
        leg = replace(leg, talked_at=min(leg.talked_at or told.at, told.at))
    if leg == known:
        return tuple(legs)
    return tuple(sorted([*(it for it in legs if it.id != told.leg), leg], key=lambda it: it.id))


def present(state: CallState) -> list[Leg]:
    """Return who is on the line now and may be: of several interpreters only the one who is bound, and her newest leg.

    A person who connects again is there once: her newest leg.
    """
    here = [it for it in state.legs if it.joined_at is not None and it.left_at is None and _belongs(state, it)]
    newest: dict[tuple[Role, str], Leg] = {}
    for leg in sorted(here, key=_age):
        newest[leg.role, leg.who] = leg
    return list(newest.values())


def strangers(state: CallState) -> list[tuple[Leg, str]]:
    """Return the legs that are on the line and must not be, with the reason."""
    mine = {it.id for it in present(state)}
    open_ones = [it for it in state.legs if it.joined_at is not None and it.left_at is None and it.id not in mine]
    return [(it, "evicted" if _belongs(state, it) else "taken") for it in open_ones]


def side(legs: Iterable[Leg], *, interpreter: bool) -> list[Leg]:
    """Return the legs of one of the two sides of a talk."""
    return [it for it in legs if (it.role is Role.INTERPRETER if interpreter else it.role in OUR_SIDE)]


def together(state: CallState, until: datetime) -> list[Stretch]:
    """Return when both sides were there, in order; who was not told to have left was there until `until`."""
    end = min(until, state.ended_at or until)
    sides = [_union(_stretches(side(state.legs, interpreter=it), state, end)) for it in (True, False)]
    return _common(*sides)


def draft(state: CallState, now: datetime | None = None) -> Draft | None:
    """Return what took place until the end (or until `now`), or None when both sides never met."""
    end = state.ended_at or now
    if end is None or not (both := together(state, end)):
        return None
    least = timedelta(seconds=state.limits.disturbance_from)
    gaps = [after[0] - before[1] for before, after in zip(both, both[1:], strict=False)]
    gaps = [it for it in gaps if it > least]
    started_at, ended_at = both[0][0], both[-1][1]
    voice = _first_voice(state, started_at)
    return Draft(
        started_at=started_at,
        ended_at=ended_at,
        disturbance_minutes=ceil(sum(gaps, _NOTHING) / timedelta(minutes=1)),
        disturbances=len(gaps),
        first_voice_at=voice,
        connect_seconds=None if state.asked_at is None else max(0.0, (voice - state.asked_at).total_seconds()),
    )


def _first_voice(state: CallState, started_at: datetime) -> datetime:
    """Return when the interpreter was first heard; who was not told to talk is taken to greet as both sides meet."""
    hers = side(state.legs, interpreter=True)
    heard = [it.talked_at for it in hers if it.talked_at is not None and it.who == state.winner]
    return max(min(heard, default=started_at), started_at)


def _belongs(state: CallState, leg: Leg) -> bool:
    return leg.role is not Role.INTERPRETER or (state.winner is not None and leg.who == state.winner)


def _age(leg: Leg) -> tuple[datetime, str]:
    assert leg.joined_at is not None  # only legs that joined are compared
    return leg.joined_at, leg.id


def _stretches(legs: Iterable[Leg], state: CallState, end: datetime) -> list[Stretch]:
    """Return when these were there. A leg that was told to leave after the end we assumed was there so long."""
    mine = (it for it in legs if it.joined_at is not None and _belongs(state, it))
    pairs = ((it.joined_at or end, it.left_at or end) for it in mine)
    return [(start, gone) for start, gone in pairs if start < min(gone, end)]


def _union(stretches: Iterable[Stretch]) -> list[Stretch]:
    merged: list[Stretch] = []
    for start, end in sorted(stretches):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _common(one: list[Stretch], other: list[Stretch]) -> list[Stretch]:
    pairs = ((max(a[0], b[0]), min(a[1], b[1])) for a in one for b in other)
    return _union((start, end) for start, end in pairs if start < end)
