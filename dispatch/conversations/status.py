"""The life of a conversation. The table below is the only place that decides it."""

from enum import StrEnum

from kernel.actor import Role
from kernel.transitions import TransitionTable


class Status(StrEnum):
    PLANNED = "planned"
    LIVE = "live"
    ENDED = "ended"
    CANCELLED = "cancelled"


class Action(StrEnum):
    BEGIN = "begin"
    END = "end"
    CANCEL = "cancel"


S, A = Status, Action
_ANYONE = {Role.REQUESTER, Role.INTERPRETER, Role.COORDINATOR, Role.SYSTEM}

# fmt: off
TRANSITIONS = TransitionTable([
    # action     from                    to            by
    (A.BEGIN,    {S.PLANNED},            S.LIVE,       {Role.SYSTEM}),
    (A.END,      {S.PLANNED, S.LIVE},    S.ENDED,      _ANYONE),
    (A.CANCEL,   {S.PLANNED, S.LIVE},    S.CANCELLED,  _ANYONE),
])
# fmt: on

FINAL = frozenset({S.ENDED, S.CANCELLED})
OPEN = frozenset({S.PLANNED, S.LIVE})
