"""Facts about the desk's own work."""

from dataclasses import dataclass
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPrinted(Event):
    """Somebody took the day along, with telephone numbers: these requests stood on it."""

    subject: ClassVar[str] = "board"
    subject_id_field: ClassVar[str] = "agency_id"

    requests: tuple[int, ...]
