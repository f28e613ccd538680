"""The life of a request. The table below is the only place that decides it."""

from enum import StrEnum

from kernel.actor import Role
from kernel.transitions import TransitionTable


class Status(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    INCOMPLETE = "incomplete"
    SEARCHING = "searching"
    ESCALATED = "escalated"
    PROPOSED = "proposed"
    QUOTED = "quoted"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    TO_CONFIRM = "to_confirm"
    CLOSED = "closed"


class Action(StrEnum):
    SUBMIT = "submit"
    REVIEW = "review"
    ASK_COMPLETION = "ask_completion"
    RESUBMIT = "resubmit"
    SEARCH = "search"
    ESCALATE = "escalate"
    RESUME = "resume"
    PROPOSE = "propose"
    ACCEPT_PROPOSAL = "accept_proposal"
    DECLINE_PROPOSAL = "decline_proposal"
    QUOTE = "quote"
    ACCEPT_QUOTE = "accept_quote"
    DECLINE_QUOTE = "decline_quote"
    ASSIGN = "assign"
    REOPEN = "reopen"
    CHANGE = "change"
    START = "start"
    FINISH = "finish"
    CONFIRM = "confirm"
    CANCEL = "cancel"
    CLOSE = "close"
    REPORT_ABSENCE = "report_absence"


_REQUESTER = {Role.REQUESTER, Role.COORDINATOR}
_DESK = {Role.COORDINATOR, Role.SYSTEM}
_SYSTEM = {Role.SYSTEM}
_INTERPRETER = {Role.INTERPRETER, Role.COORDINATOR, Role.SYSTEM}
_ANYONE = {Role.REQUESTER, Role.INTERPRETER, Role.COORDINATOR, Role.SYSTEM}

S, A = Status, Action

# fmt: off
TRANSITIONS = TransitionTable([
    # action              from                                          to              by
    (A.SUBMIT,            {S.DRAFT},                                    S.SUBMITTED,    _REQUESTER),
    (A.REVIEW,            {S.SUBMITTED},                                S.IN_REVIEW,    _ANYONE),
    (A.ASK_COMPLETION,    {S.IN_REVIEW},                                S.INCOMPLETE,   {Role.COORDINATOR}),
    (A.RESUBMIT,          {S.INCOMPLETE},                               S.IN_REVIEW,    _REQUESTER),
    (A.SEARCH,            {S.SUBMITTED},                                S.SEARCHING,    _ANYONE),
    (A.SEARCH,            {S.IN_REVIEW},                                S.SEARCHING,    _DESK),
    (A.ESCALATE,          {S.SEARCHING},                                S.ESCALATED,    _DESK),
    (A.RESUME,            {S.ESCALATED},                                S.SEARCHING,    {Role.COORDINATOR}),
    (A.PROPOSE,           {S.SEARCHING, S.ESCALATED},                   S.PROPOSED,     _DESK),
    (A.ACCEPT_PROPOSAL,   {S.PROPOSED},                                 S.SEARCHING,    _REQUESTER),
    (A.DECLINE_PROPOSAL,  {S.PROPOSED},                                 S.SEARCHING,    _REQUESTER | _SYSTEM),
    (A.QUOTE,             {S.IN_REVIEW},                                S.QUOTED,       {Role.COORDINATOR}),
    (A.ACCEPT_QUOTE,      {S.QUOTED},                                   S.SEARCHING,    _REQUESTER),
    (A.DECLINE_QUOTE,     {S.QUOTED},                                   S.CLOSED,       _REQUESTER | _SYSTEM),
    (A.ASSIGN,            {S.SEARCHING, S.ESCALATED, S.PROPOSED},       S.ASSIGNED,     _INTERPRETER),
    (A.REOPEN,            {S.ASSIGNED},                                 S.SEARCHING,    _INTERPRETER),
    (A.CHANGE,            {S.SEARCHING, S.ESCALATED, S.PROPOSED},       S.SEARCHING,    _REQUESTER),
    (A.CHANGE,            {S.ASSIGNED},                                 S.ASSIGNED,     _REQUESTER),
    (A.START,             {S.ASSIGNED},                                 S.IN_PROGRESS,  _INTERPRETER),
    (A.FINISH,            {S.ASSIGNED, S.IN_PROGRESS},                  S.TO_CONFIRM,   _INTERPRETER),
    (A.CONFIRM,           {S.TO_CONFIRM},                               S.CLOSED,       _REQUESTER | _SYSTEM),
    (A.CANCEL,            {S.DRAFT, S.SUBMITTED, S.IN_REVIEW, S.INCOMPLETE, S.SEARCHING, S.ESCALATED,
                           S.PROPOSED, S.QUOTED, S.ASSIGNED},           S.CLOSED,       _REQUESTER),
    (A.CLOSE,             {S.IN_REVIEW, S.INCOMPLETE, S.SEARCHING, S.ESCALATED,
                           S.PROPOSED, S.QUOTED},                       S.CLOSED,       _DESK),
    (A.REPORT_ABSENCE,    {S.ASSIGNED, S.IN_PROGRESS, S.TO_CONFIRM},    S.CLOSED,       _ANYONE),
])
# fmt: on

FINAL = frozenset({Status.CLOSED})

# Waiting for somebody to be found: what the board shows, and what an offer may still answer.
UNANSWERED = frozenset({Status.SEARCHING, Status.ESCALATED, Status.PROPOSED})
# Somebody is bound to it.
BOUND = frozenset({Status.ASSIGNED, Status.IN_PROGRESS, Status.TO_CONFIRM})
# Everything the desk still has to bring to an end.
OPEN = frozenset(Status) - FINAL - {Status.DRAFT}
