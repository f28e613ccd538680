"""Facts about performances."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfPerformance(Event):
    subject: ClassVar[str] = "performance"
    subject_id_field: ClassVar[str] = "performance_id"

    performance_id: int
    interpreter_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceSubmitted(_OfPerformance):
    """`by_code`: the requester's code came with it, so that nothing is asked of her any more."""

    requester_id: int
    confirm_by: datetime
    by_code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceConfirmed(_OfPerformance):
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceDisputed(_OfPerformance):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceRated(_OfPerformance):
    side: str
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceSettled(_OfPerformance):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceReported(Event):
    assignment_id: int
    interpreter_id: int
    who: str
