"""Facts about assignments."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfAssignment(Event):
    subject: ClassVar[str] = "assignment"
    subject_id_field: ClassVar[str] = "assignment_id"

    assignment_id: int
    interpreter_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentStarted(_OfAssignment):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentWithdrawn(_OfAssignment):
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentCancelled(_OfAssignment):
    timely: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentMoved(_OfAssignment):
    fields: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentReminded(_OfAssignment):
    requester_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconfirmationAsked(_OfAssignment):
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconfirmationMissed(_OfAssignment):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentReconfirmed(_OfAssignment):
    pass
