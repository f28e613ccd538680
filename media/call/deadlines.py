"""Until when a call may wait for whatever it waits for, and what happens then."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from media.call import menu
from media.call.domain import (
    CallDesk,
    CallState,
    Command,
    Dial,
    GiveUp,
    Kind,
    Phase,
    Prompt,
    Release,
    Remove,
    ReportAbsence,
    Role,
    Way,
    Why,
)
from media.call.legs import present, side, strangers, together

Step = tuple[CallState, tuple[Command, ...]]
# How often an interpreter may fail to come before the search is given up.
MOST_RELEASES = 3
_RUNG_IN = frozenset({Phase.GATHERING, Phase.CONNECTED})


def deadlines(state: CallState) -> dict[str, datetime]:
    """Return every moment at which something has to happen, by name. Empty only when the call is over."""
    found = dict(_OF_PHASE[state.phase](state))
    if state.phase is not Phase.ENDED:
        found |= _rings(state) | _strays(state)
    return {name: moment for name, moment in found.items() if name not in state.passed}


def passed(state: CallState, name: str, at: datetime) -> Step:
    """Act upon a deadline that has passed."""
    kind, _, which = name.partition("/")
    return _PASSED[kind](state, which, at)


def resume_by(state: CallState, at: datetime) -> datetime:
    """Return until when an interrupted call waits for the side that is gone.

    A talk that was cut right after it began may go on within minutes. Later, who hangs up has finished; only a browser
    that lost its connection, or an interpreter who is gone while the others are there, gets a moment.
    """
    limits, here = state.limits, present(state)
    started_at = (together(state, at) or [(at, at)])[0][0]
    waits = []
    for is_interpreter in (False, True):
        if side(here, interpreter=is_interpreter):
            continue
        last = max(
            (it for it in side(state.legs, interpreter=is_interpreter) if it.left_at is not None),
            key=lambda it: it.left_at or at,
            default=None,
        )
        gone_at = last.left_at if last and last.left_at else at
        early = gone_at - started_at < timedelta(seconds=limits.early_drop)
        held = is_interpreter or (last is not None and last.way is Way.BROWSER and last.dropped)
        patience = limits.redial_within if early else limits.seat_kept if held else 0
        waits.append(gone_at + timedelta(seconds=patience))
    return min(waits, default=at)


def _of_menu(state: CallState) -> dict[str, datetime]:
    return {"menu": _later(state.began_at, state.limits.menu_for)}


def _of_search(state: CallState) -> dict[str, datetime]:
    begun, limits = state.search_since or state.began_at, state.limits
    found = {"stop": state.search_until or _later(begun, limits.stop_after)}
    if not state.calls_back:
        found["desk"] = _later(begun, limits.desk_after)
        if state.menu is not None:
            found["choice"] = _later(begun, limits.choice_after)
    return found


def _of_gathering(state: CallState) -> dict[str, datetime]:
    limits, here = state.limits, present(state)
    hers, ours = side(here, interpreter=True), side(here, interpreter=False)
    if state.kind is Kind.ON_DEMAND:
        begun = state.gathering_since or state.began_at
        if not hers:
            return {"release": _later(begun, limits.release_after)}
        return {"absent": _later(begun, limits.missing_after)}
    found = {"absent": _later(state.starts_at, limits.absent_after)}
    if not hers:
        found["desk"] = _later(state.starts_at, limits.missing_after)
        if ours:
            found["absent"] = _later(state.starts_at, limits.missing_stop)
    return found


def _of_talk(state: CallState) -> dict[str, datetime]:
    found = {"longest": _longest(state)}
    if state.phase is Phase.INTERRUPTED:
        found["resume"] = resume_by(state, state.interrupted_at or state.began_at)
    return found


def _of_the_end(state: CallState) -> dict[str, datetime]:
    return {}


_OF_PHASE: dict[Phase, Callable[[CallState], dict[str, datetime]]] = {
    Phase.MENU: _of_menu,
    Phase.SEARCHING: _of_search,
    Phase.GATHERING: _of_gathering,
    Phase.CONNECTED: _of_talk,
    Phase.INTERRUPTED: _of_talk,
    Phase.ENDED: _of_the_end,
}


def _longest(state: CallState) -> datetime:
    if state.ends_at is not None:
        return _later(max(state.starts_at, state.ends_at), state.limits.overrun)
    both = together(state, _later(state.began_at, 10 * state.limits.longest))
    return _later(both[0][0] if both else state.gathering_since or state.began_at, state.limits.longest)


def _strays(state: CallState) -> dict[str, datetime]:
    """Interpreters on the line whom nobody bound yet: the word of it may come a little later."""
    wait = state.limits.come_within
    return {f"stray/{leg.id}": _later(leg.joined_at or state.began_at, wait) for leg, _ in strangers(state)}


# --- ringing --------------------------------------------------------------------------------------------------------


def _rings(state: CallState) -> dict[str, datetime]:
    """Return who has to be rung, and when next."""
    people = dict.fromkeys(state.invited)
    if state.winner is not None and state.kind is Kind.ON_DEMAND:
        people[Role.INTERPRETER, state.winner] = None
    here = {(it.role, it.who) for it in present(state)}
    found = {}
    for role, who in people:
        plan = _plan(state, role, who)
        if (role, who) in here or plan is None:
            continue
        first, every, most = plan
        key = f"ring/{_round(state)}/{role}/{who}"
        count, last = _dialled(state, key)
        if count < most:
            found[key] = first if last is None else _later(last, every)
    return found


def _plan(state: CallState, role: Role, who: str) -> tuple[datetime, float, int] | None:
    """Return when somebody is rung first, every how many seconds again, and how often at most; None: not now."""
    if role is Role.INTERPRETER and who != state.winner:
        return None
    limits = state.limits
    if state.phase is Phase.INTERRUPTED:
        gone = state.interrupted_at or state.began_at
        alone = side(present(state), interpreter=role is not Role.INTERPRETER)
        return (_later(gone, limits.recall_after), limits.come_within, 1) if alone else None
    if role is Role.CLIENT:
        # whoever is asked in by those who sit together is rung at once; a caller's client when the others talk
        waits = any(it == Role.REQUESTER for it, _ in state.invited) and state.phase is not Phase.CONNECTED
        return None if waits or state.phase not in _RUNG_IN else (state.gathering_since or state.began_at, 60, 2)
    if state.phase is not Phase.GATHERING:
        return None
    if state.kind is Kind.ON_DEMAND:
        begun = state.gathering_since or state.began_at
        late = role is Role.INTERPRETER
        return (_later(begun, limits.come_within), limits.come_within, 2) if late else (begun, 45, 2)
    if role is Role.INTERPRETER:
        return _later(state.starts_at, -limits.dial_before), 120, 5
    she_is_there = side(present(state), interpreter=True)
    return (state.starts_at if she_is_there else _later(state.starts_at, limits.missing_after)), 150, 4


def _round(state: CallState) -> str:
    """Return what a count of rings is of: a person who dropped may be rung again."""
    return f"{state.interrupted_at:%H%M%S}" if state.interrupted_at else str(state.releases)


def _dialled(state: CallState, key: str) -> tuple[int, datetime | None]:
    return next(((count, last) for name, count, last in state.dialled if name == key), (0, None))


# --- what happens then ----------------------------------------------------------------------------------------------


def _ring(state: CallState, which: str, at: datetime) -> Step:
    key = f"ring/{which}"
    count, _ = _dialled(state, key)
    others = tuple(it for it in state.dialled if it[0] != key)
    _, role, who = which.split("/", 2)
    return replace(state, dialled=(*others, (key, count + 1, at))), (Dial(Role(role), who, count + 1),)


def _stray(state: CallState, leg_id: str, at: datetime) -> Step:
    legs = tuple(replace(it, left_at=at) if it.id == leg_id else it for it in state.legs)
    return replace(state, legs=legs), (Remove(leg_id, "taken"),)


def _menu(state: CallState, which: str, at: datetime) -> Step:
    return menu.ends(state, Why.LEFT_MENU, Prompt.BYE, at)


def _choice(state: CallState, which: str, at: datetime) -> Step:
    state = replace(state, passed=(*state.passed, "choice"))
    waits = state.menu is not None and state.menu.prompt is Prompt.WAIT
    return menu.ask(state, Prompt.CHOICE) if waits else (state, ())


def _desk(state: CallState, which: str, at: datetime) -> Step:
    return replace(state, passed=(*state.passed, "desk")), (CallDesk(),)


def _stop(state: CallState, which: str, at: datetime) -> Step:
    if state.menu is None or state.calls_back:
        return _over(state, Why.NOBODY_FOUND, at), (GiveUp(),)
    state, said = menu.ends(state, Why.NOBODY_FOUND, Prompt.NOBODY, at)
    return state, (*said, GiveUp())


def _release(state: CallState, which: str, at: datetime) -> Step:
    """Whoever said yes never came: she is freed, and the search begins anew, with what the caller waited already."""
    number, _ = state.assignment or (0, "")
    state = replace(state, freed=tuple(sorted({*state.freed, number})), releases=state.releases + 1)
    if state.releases >= MOST_RELEASES:
        return _over(state, Why.INTERPRETER_ABSENT, at), (Release(number), GiveUp())
    return menu.since(state, at), (Release(number),)


def _absent(state: CallState, which: str, at: datetime) -> Step:
    """A side did not come: who did is sent home, and it is written down who did not."""
    here = present(state)
    hers, ours = side(here, interpreter=True), side(here, interpreter=False)
    if hers and not ours:
        return _over(state, Why.REQUESTER_ABSENT, at), (ReportAbsence(Role.REQUESTER),)
    if ours and state.winner is not None:
        return _over(state, Why.INTERPRETER_ABSENT, at), (ReportAbsence(Role.INTERPRETER),)
    return _over(state, Why.NOBODY_CAME, at), (CallDesk(),)


def _resume(state: CallState, which: str, at: datetime) -> Step:
    return _over(state, Why.OVER, at), ()


def _too_long(state: CallState, which: str, at: datetime) -> Step:
    return _over(state, Why.TOO_LONG, at), ()


def _over(state: CallState, why: Why, at: datetime) -> CallState:
    return replace(state, phase=Phase.ENDED, ended_at=at, why=why)


_PASSED: dict[str, Callable[[CallState, str, datetime], Step]] = {
    "menu": _menu,
    "choice": _choice,
    "desk": _desk,
    "stop": _stop,
    "release": _release,
    "absent": _absent,
    "resume": _resume,
    "longest": _too_long,
    "ring": _ring,
    "stray": _stray,
}


def _later(moment: datetime, seconds: float) -> datetime:
    return moment + timedelta(seconds=seconds)
