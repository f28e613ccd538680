"""Facts about terms."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class TermChanged(Event):
    subject: ClassVar[str] = "term"
    subject_id_field: ClassVar[str] = "term_id"

    term_id: int
    name: str
    before: float
    after: float
    valid_from: date
