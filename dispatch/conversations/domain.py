"""Values and rules of conversations. Pure. What happens in one is worked out by the call machine (`media/call`)."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime, timedelta
from enum import StrEnum

from media.call import domain as call


class Party(StrEnum):
    """Who somebody is in a conversation."""

    REQUESTER = "requester"
    INTERPRETER = "interpreter"
    COORDINATOR = "coordinator"
    CLIENT = "client"
    THIRD_PARTY = "third_party"


GUESTS = frozenset({Party.CLIENT, Party.THIRD_PARTY})
KINDS = {"telephone": "audio", "video": "video"}
LABEL_LIMIT, CHAT_LIMIT = 60, 1000

# For the call machine whoever the interpreter came for is the requester or the client.
_ROLE = {
    Party.REQUESTER: call.Role.REQUESTER,
    Party.INTERPRETER: call.Role.INTERPRETER,
    Party.COORDINATOR: call.Role.COORDINATOR,
    Party.CLIENT: call.Role.CLIENT,
    Party.THIRD_PARTY: call.Role.CLIENT,
}


def role_of(party: str) -> call.Role:
    """Return who a participant is to the call machine."""
    return _ROLE[Party(party)]


def room_times(starts_at: datetime, ends_at: datetime, early: timedelta, late: timedelta) -> dict[str, datetime]:
    """Return the moments of a room, by column."""
    return {"starts_at": starts_at, "ends_at": ends_at, "opens_at": starts_at - early, "closes_at": ends_at + late}


# Waiting times of a call that are terms of the search too, by their names there; the others are called `call_...`.
_TERMS = {
    "choice_after": "spoken_choice",
    "call_back_for": "call_back",
    "desk_after": "escalate",
    "stop_after": "hard_stop",
    "absent_after": "absence_wait",
}


def limits_by(seconds_of: Callable[[str], float | None]) -> call.Limits:
    """Return the waiting times of a call: `seconds_of` gives a term's length, or None where the usual one holds."""
    names = [it.name for it in fields(call.Limits) if it.name != "tries"]  # a count, no time
    told = {name: seconds_of(_TERMS.get(name, f"call_{name}")) for name in names}
    return call.Limits(**{name: value for name, value in told.items() if value is not None})  # type: ignore[arg-type]


def moved(state: call.CallState, starts_at: datetime, ends_at: datetime) -> call.CallState:
    """Return the call at another agreed time."""
    return replace(state, starts_at=starts_at, ends_at=ends_at, passed=())
