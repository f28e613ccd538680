"""Facts about messages, for whoever waits for them to arrive."""

from dataclasses import dataclass
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageArrived(Event):
    """A channel took the message (`status` sent), or it reached the person (delivered)."""

    subject: ClassVar[str] = "message"
    subject_id_field: ClassVar[str] = "message_id"

    message_id: int
    kind: str
    status: str
    channel: str
    offer_id: int | None = None
