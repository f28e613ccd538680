"""The life of an offer. The table below is the only place that decides it."""

from enum import StrEnum

from kernel.actor import Role
from kernel.transitions import TransitionTable


class Status(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    SEEN = "seen"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    SEND = "send"
    DELIVER = "deliver"
    SEE = "see"
    ACCEPT = "accept"
    DECLINE = "decline"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"


S, A = Status, Action
OPEN = frozenset({S.QUEUED, S.SENT, S.DELIVERED, S.SEEN})
_SYSTEM = {Role.SYSTEM}
_ANYONE = {Role.SYSTEM, Role.COORDINATOR, Role.REQUESTER, Role.INTERPRETER}

# fmt: off
TRANSITIONS = TransitionTable([
    # action      from                             to             by
    (A.SEND,      {S.QUEUED},                      S.SENT,        _SYSTEM),
    (A.DELIVER,   {S.QUEUED, S.SENT},              S.DELIVERED,   _SYSTEM),
    (A.SEE,       {S.QUEUED, S.SENT, S.DELIVERED}, S.SEEN,        {Role.INTERPRETER}),
    (A.ACCEPT,    OPEN,                            S.ACCEPTED,    {Role.INTERPRETER, Role.COORDINATOR}),
    (A.DECLINE,   OPEN,                            S.DECLINED,    {Role.INTERPRETER, Role.COORDINATOR}),
    (A.EXPIRE,    OPEN,                            S.EXPIRED,     _SYSTEM),
    (A.WITHDRAW,  OPEN,                            S.WITHDRAWN,   _ANYONE),
])
# fmt: on

FINAL = frozenset({S.ACCEPTED, S.DECLINED, S.EXPIRED, S.WITHDRAWN})
