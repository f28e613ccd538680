"""What calls need from outside: somebody who rings telephones."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class LegStatus(StrEnum):
    """How far one telephone connection is; it only goes forward."""

    PLANNED = "planned"
    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"


class Result(StrEnum):
    """How a leg ended."""

    COMPLETED = "completed"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"
    CANCELED = "canceled"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What the carrier says of a call: its status, how it ended, and whether a machine picked it up."""

    status: LegStatus
    at: datetime
    result: Result | None = None
    machine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """One telephone to be rung. `leg_id` is ours: the carrier brings it back with everything it says of this call."""

    leg_id: int
    to: str
    caller: str
    ring_s: int
    limit_s: int


class NotRung(Exception):
    """The carrier will not ring this, now or later."""


class NotKnown(Exception):
    """No answer came: it may ring, or not."""


class Telephone(Protocol):
    """A carrier. Every method but `ring` may be repeated; each may raise NotKnown or NotRung."""

    def ring(self, ring: Ring) -> str:
        """Ring a telephone; return the carrier's id of the call."""
        ...

    def find(self, ring: Ring) -> str | None:
        """Return the id of a call to this number that goes on now: an earlier try whose answer was lost."""
        ...

    def ask_again(self, sid: str, leg_id: int) -> None:
        """Let the carrier ask at once what this leg hears now. A call that is over stays over."""
        ...

    def hang_up(self, sid: str) -> None:
        """End a call, whether it rings or talks."""
        ...

    def close(self, conference: str) -> None:
        """Send everybody in a conference out of it."""
        ...

    def word_of(self, sid: str) -> Word | None:
        """Return how a call stands, when its webhooks did not come."""
        ...
