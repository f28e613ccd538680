"""Facts about calendars."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DayClosed(Event):
    subject: ClassVar[str] = "agency"
    subject_id_field: ClassVar[str] = "agency_id"

    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DayReopened(Event):
    subject: ClassVar[str] = "agency"
    subject_id_field: ClassVar[str] = "agency_id"

    day: date
