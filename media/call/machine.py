"""The machine: takes what happened, looks at what that makes of the call, and says what has to be done.

What people did is noted first (`_TAKE`), in any order; then `_settle` derives the phase from what is known. Whatever
waits has a deadline (`deadlines`), so that every call ends although nobody tells that it did.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from media.call import menu
from media.call.deadlines import deadlines, passed, resume_by
from media.call.domain import (
    Asked,
    Assigned,
    CallState,
    Close,
    CodeGiven,
    Command,
    Ended,
    Event,
    Finish,
    GiveUp,
    Invited,
    Joined,
    Keyed,
    Kind,
    LanguageNamed,
    Left,
    Leg,
    Limits,
    NumberGiven,
    OfLeg,
    Phase,
    Prompt,
    Released,
    Remove,
    RequestMade,
    RequestRefused,
    Role,
    SearchEnded,
    Talked,
    Tick,
    Way,
    Why,
    Withdraw,
)
from media.call.legs import draft, noted, present, side, strangers, together

Step = tuple[CallState, tuple[Command, ...]]
_TALK = frozenset({Phase.CONNECTED, Phase.INTERRUPTED})


def incoming(at: datetime, leg: str, who: str, limits: Limits) -> CallState:
    """Return a call that came in by telephone: the caller is asked for her code."""
    first = Leg(id=leg, role=Role.REQUESTER, who=who, way=Way.PHONE, joined_at=at)
    state = CallState(kind=Kind.ON_DEMAND, phase=Phase.MENU, limits=limits, began_at=at, starts_at=at)
    return menu.begins(replace(state, legs=(first,), invited=((Role.REQUESTER, who),)))


def asked(at: datetime, request: str, limits: Limits) -> CallState:
    """Return a call for a request made on a page, "now": somebody is being searched."""
    state = CallState(kind=Kind.ON_DEMAND, phase=Phase.SEARCHING, limits=limits, began_at=at, starts_at=at)
    return menu.since(replace(state, request=request, asked_at=at), at)


def agreed(kind: Kind, at: datetime, starts_at: datetime, ends_at: datetime, limits: Limits) -> CallState:
    """Return a call at an agreed time, by telephone or in a video room."""
    state = CallState(kind=kind, phase=Phase.GATHERING, limits=limits, began_at=at, starts_at=starts_at)
    return replace(state, ends_at=ends_at, gathering_since=at)


def step(state: CallState, event: Event) -> Step:
    """Take what happened; return the state after it and what has to be done."""
    if isinstance(event, Tick):
        return _tick(state, event.at)
    after, commands = _TAKE[type(event)](state, event)
    after, more = _settle(after, event.at)
    return after, (*commands, *more, *_left_to_do(state, after))


def wake_at(state: CallState) -> datetime | None:
    """Return when the call has to be looked at again; None: it is over."""
    return min(deadlines(state).values(), default=None)


def _tick(state: CallState, at: datetime) -> Step:
    """Act upon every deadline that has passed, the earliest first; each is gone when it was acted upon."""
    commands: list[Command] = []
    before = state
    while due := [(moment, name) for name, moment in deadlines(state).items() if moment <= at]:
        state, done = passed(state, min(due)[1], at)
        state, more = _settle(state, at)
        commands += (*done, *more)
    return state, (*commands, *_left_to_do(before, state))


def _left_to_do(before: CallState, after: CallState) -> tuple[Command, ...]:
    """Return what an end leaves to be done; and what was told late may change the record."""
    if after.phase is not Phase.ENDED:
        return ()
    ended_before = before.phase is Phase.ENDED
    record = draft(after)
    finish = (Finish(),) if record is not None and not (ended_before and record == draft(before)) else ()
    return finish if ended_before else (*finish, Close())


# --- what people and the house tell ---------------------------------------------------------------------------------


def _of_leg(state: CallState, event: OfLeg) -> Step:
    return replace(state, legs=noted(state.legs, event)), ()


def _invited(state: CallState, event: Invited) -> Step:
    one = (event.role, event.who)
    return (state, ()) if one in state.invited else (replace(state, invited=(*state.invited, one)), ())


def _assigned(state: CallState, event: Assigned) -> Step:
    if event.number in {number for number, _ in state.bound}:
        return state, ()
    return replace(state, bound=tuple(sorted([*state.bound, (event.number, event.who)]))), ()


def _released(state: CallState, event: Released) -> Step:
    return replace(state, freed=tuple(sorted({*state.freed, event.number}))), ()


def _asked(state: CallState, event: Asked) -> Step:
    return (state, ()) if state.asked_at else (replace(state, request=event.request, asked_at=event.at), ())


def _request_made(state: CallState, event: RequestMade) -> Step:
    return (state, ()) if state.request else (replace(state, request=event.request), ())


def _search_ended(state: CallState, event: SearchEnded) -> Step:
    """The request is closed: who still waits hears it, and who talks goes on."""
    if state.phase in _TALK | {Phase.ENDED}:
        return state, ()
    if state.menu is not None and state.winner is None:
        return menu.ends(state, Why.NOBODY_FOUND, Prompt.NOBODY, event.at)
    return _end(state, Why.NOBODY_FOUND if state.winner is None else Why.WITHDRAWN, event.at), ()


def _ended(state: CallState, event: Ended) -> Step:
    return (state if state.phase is Phase.ENDED else _end(state, Why.ENDED_BY_HAND, event.at)), ()


_TAKE: dict[type[Event], Callable[[CallState, Any], Step]] = {
    Joined: _of_leg,
    Left: _of_leg,
    Talked: _of_leg,
    Invited: _invited,
    Assigned: _assigned,
    Released: _released,
    Asked: _asked,
    RequestMade: _request_made,
    SearchEnded: _search_ended,
    Ended: _ended,
    Keyed: menu.keyed,
    CodeGiven: menu.code_given,
    LanguageNamed: menu.language_named,
    NumberGiven: menu.number_given,
    RequestRefused: menu.request_refused,
}


# --- what that makes of the call ------------------------------------------------------------------------------------


def _settle(state: CallState, at: datetime) -> Step:
    """Derive the phase from what is known, until nothing changes any more."""
    commands: list[Command] = []
    while True:
        before = state
        for turn in (_show_out, _PHASES[state.phase]):
            state, done = turn(state, at)
            commands += done
        if state == before:
            return state, tuple(commands)


def _show_out(state: CallState, at: datetime) -> Step:
    """Take legs off the line that are not of this call; an interpreter who is not bound yet has a moment to be."""
    out = _latecomers(state) if state.phase is Phase.ENDED else _intruders(state)
    gone = {leg.id for leg, _ in out}
    legs = tuple(replace(it, left_at=at) if it.id in gone else it for it in state.legs)
    return replace(state, legs=legs), tuple(Remove(leg.id, why) for leg, why in out)


def _intruders(state: CallState) -> list[tuple[Leg, str]]:
    return [(leg, why) for leg, why in strangers(state) if why == "evicted" or state.winner is not None]


def _latecomers(state: CallState) -> list[tuple[Leg, str]]:
    """Return who came after the end; who was there is sent home by `Close`."""
    here = (it for it in state.legs if it.joined_at is not None and it.left_at is None)
    return [(it, "over") for it in here if it.joined_at and state.ended_at and it.joined_at > state.ended_at]


def _in_menu(state: CallState, at: datetime) -> Step:
    if present(state):
        return state, ()
    return _end(state, Why.LEFT_MENU, at), ()


def _searching(state: CallState, at: datetime) -> Step:
    """Somebody is found; or the caller hung up, and nobody waits any more."""
    if state.winner is not None:
        state = replace(state, phase=Phase.GATHERING, gathering_since=at)
        if state.menu is None or state.menu.prompt in menu.IN_CONFERENCE:
            return state, ()
        return menu.ask(state, Prompt.TALK)
    gone = _hung_up_at(state)
    if state.calls_back or gone is None or state.search_since is None:
        return state, ()
    soon = (gone - state.search_since).total_seconds() < state.limits.withdrawn_within
    return _end(state, Why.WITHDRAWN if soon else Why.HUNG_UP_WAITING, at), (Withdraw() if soon else GiveUp(),)


def _gathering(state: CallState, at: datetime) -> Step:
    if together(state, at) or (side(present(state), interpreter=True) and side(present(state), interpreter=False)):
        return replace(state, phase=Phase.CONNECTED), ()
    if state.winner is None and state.kind is Kind.ON_DEMAND:
        return menu.since(state, at), ()
    return state, ()


def _connected(state: CallState, at: datetime) -> Step:
    """Both sides are there, or one is gone: for a moment, or for good."""
    here = present(state)
    if side(here, interpreter=True) and side(here, interpreter=False):
        return replace(state, phase=Phase.CONNECTED, interrupted_at=None), ()
    if resume_by(state, at) <= at:
        return _end(state, Why.OVER, at), ()
    return replace(state, phase=Phase.INTERRUPTED, interrupted_at=state.interrupted_at or at), ()


def _over(state: CallState, at: datetime) -> Step:
    return state, ()


_PHASES: dict[Phase, Callable[[CallState, datetime], Step]] = {
    Phase.MENU: _in_menu,
    Phase.SEARCHING: _searching,
    Phase.GATHERING: _gathering,
    Phase.CONNECTED: _connected,
    Phase.INTERRUPTED: _connected,
    Phase.ENDED: _over,
}


def _hung_up_at(state: CallState) -> datetime | None:
    """Return when the last telephone of the requester's side hung up; None: somebody is there, or never was."""
    phones = [it for it in side(state.legs, interpreter=False) if it.way is Way.PHONE]
    gone = [it.left_at for it in phones if it.left_at is not None]
    return max(gone) if gone and not side(present(state), interpreter=False) else None


def _end(state: CallState, why: Why, at: datetime) -> CallState:
    return replace(state, phase=Phase.ENDED, ended_at=at, why=why)
