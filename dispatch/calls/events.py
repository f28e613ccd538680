"""Facts about calls: ids and moments, never numbers."""

from dataclasses import dataclass
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfCall(Event):
    subject: ClassVar[str] = "call"
    subject_id_field: ClassVar[str] = "call_id"

    call_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallReceived(_OfCall):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(_OfCall):
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberAdded(_OfCall):
    """Somebody without an account is rung into a talk."""

    leg_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CeilingReached(Event):
    """The calls of a day cost as much as they may: nobody is rung any more today."""

    subject: ClassVar[str] = "agency"
    subject_id_field: ClassVar[str] = "agency_id"

    spent_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeMade(Event):
    subject: ClassVar[str] = "organisation"
    subject_id_field: ClassVar[str] = "organisation_id"

    organisation_id: int
    code_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeEnded(Event):
    subject: ClassVar[str] = "organisation"
    subject_id_field: ClassVar[str] = "organisation_id"

    organisation_id: int
    code_id: int
