"""What delivering needs from outside."""

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One delivery, ready to go. `reference` is ours and the same at every try; `to` is an address of the channel.

    `path` is the page of ours that it is about, for channels that can open one.
    """

    reference: str
    to: str
    subject: str
    text: str
    data: dict[str, Any]
    path: str = "/"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a provider answered. `delivered`: it knows that the message reached the person."""

    provider_id: str
    delivered: bool = False


class Refused(Exception):
    """The provider will not deliver this, now or later: the next channel's turn."""


class Gone(Refused):
    """The address itself is no more: nothing goes there again."""


class Unknown(Exception):
    """No answer came: it may have been sent, or not."""


class Gateway(Protocol):
    """A channel to the outside world."""

    def send(self, envelope: Envelope) -> Receipt:
        """Hand over one delivery.

        Raises: Refused, Gone, Unknown; anything else is tried again later.
        """
        ...

    def find(self, envelope: Envelope) -> Receipt | None:
        """Return what became of an earlier try under the same reference, or None when it is not there or not known."""
        ...
