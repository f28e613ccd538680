"""The life of a performance record. The table below is the only place that decides it."""

from enum import StrEnum

from kernel.actor import Role
from kernel.transitions import TransitionTable


class Status(StrEnum):
    SUBMITTED = "submitted"
    DISPUTED = "disputed"
    CONFIRMED = "confirmed"


class Action(StrEnum):
    CORRECT = "correct"
    DISPUTE = "dispute"
    CONFIRM = "confirm"
    CONFIRM_BY_CODE = "confirm_by_code"
    SETTLE = "settle"


S, A = Status, Action

# fmt: off
TRANSITIONS = TransitionTable([
    # action              from                       to             by
    (A.CORRECT,          {S.SUBMITTED, S.DISPUTED},  S.SUBMITTED,   {Role.INTERPRETER, Role.COORDINATOR}),
    (A.DISPUTE,          {S.SUBMITTED},              S.DISPUTED,    {Role.REQUESTER, Role.COORDINATOR}),
    (A.CONFIRM,          {S.SUBMITTED},              S.CONFIRMED,   {Role.REQUESTER, Role.COORDINATOR, Role.SYSTEM}),
    (A.CONFIRM_BY_CODE,  {S.SUBMITTED},              S.CONFIRMED,   {Role.INTERPRETER}),
    (A.SETTLE,           {S.DISPUTED},               S.CONFIRMED,   {Role.COORDINATOR}),
])
# fmt: on

FINAL = frozenset({S.CONFIRMED})
