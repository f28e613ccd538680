"""Facts about interpreters."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfInterpreter(Event):
    subject: ClassVar[str] = "interpreter"
    subject_id_field: ClassVar[str] = "interpreter_id"

    interpreter_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InterpreterRegistered(_OfInterpreter):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class InterpreterChanged(_OfInterpreter):
    fields: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class InterpreterEnded(_OfInterpreter):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageCertified(_OfInterpreter):
    language: str
    direction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateExpires(_OfInterpreter):
    """The certificate of a language soon ends; she is told."""

    language: str
    ends_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageEnded(_OfInterpreter):
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityChanged(_OfInterpreter):
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceChanged(_OfInterpreter):
    present: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusionSet(_OfInterpreter):
    """`set_by` is the side, not the person; nothing here is shown to the other side."""

    organisation_id: int
    set_by: str
    on: bool
