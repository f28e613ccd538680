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
    requester_id: int
    confirm_by: datetime


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
