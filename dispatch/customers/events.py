"""Facts about agreements."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementMade(Event):
    subject: ClassVar[str] = "organisation"
    subject_id_field: ClassVar[str] = "organisation_id"

    organisation_id: int
    services: list[str]
    valid_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementSuspended(Event):
    subject: ClassVar[str] = "organisation"
    subject_id_field: ClassVar[str] = "organisation_id"

    organisation_id: int
    suspended_from: date | None
