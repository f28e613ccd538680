"""The life of an assignment. The table below is the only place that decides it."""

from enum import StrEnum

from kernel.actor import Role
from kernel.transitions import TransitionTable


class Status(StrEnum):
    BOOKED = "booked"
    STARTED = "started"
    PERFORMED = "performed"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    ABSENT = "absent"


class Action(StrEnum):
    START = "start"
    PERFORM = "perform"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    REPORT_ABSENCE = "report_absence"


S, A = Status, Action

# fmt: off
TRANSITIONS = TransitionTable([
    # action            from                    to            by
    (A.START,           {S.BOOKED},             S.STARTED,    {Role.INTERPRETER, Role.COORDINATOR, Role.SYSTEM}),
    (A.PERFORM,         {S.BOOKED, S.STARTED},  S.PERFORMED,  {Role.INTERPRETER, Role.COORDINATOR, Role.SYSTEM}),
    (A.WITHDRAW,        {S.BOOKED},             S.WITHDRAWN,  {Role.INTERPRETER, Role.COORDINATOR, Role.SYSTEM}),
    (A.CANCEL,          {S.BOOKED},             S.CANCELLED,  {Role.REQUESTER, Role.COORDINATOR}),
    (A.REPORT_ABSENCE,  {S.BOOKED, S.STARTED},  S.ABSENT,     {Role.INTERPRETER, Role.REQUESTER, Role.COORDINATOR}),
])
# fmt: on

FINAL = frozenset({S.PERFORMED, S.WITHDRAWN, S.CANCELLED, S.ABSENT})
LIVE = frozenset({S.BOOKED, S.STARTED})
