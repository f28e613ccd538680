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
    """`freed_from` and `freed_until`: the stretch, travel included, in which she can do something else; None: none."""

    timely: bool
    freed_from: datetime | None = None
    freed_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentMoved(_OfAssignment):
    fields: list[str]
    freed_from: datetime | None = None
    freed_until: datetime | None = None


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
