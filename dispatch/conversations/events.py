"""Facts about conversations."""

from dataclasses import dataclass
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfConversation(Event):
    subject: ClassVar[str] = "conversation"
    subject_id_field: ClassVar[str] = "conversation_id"

    conversation_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationBegan(_OfConversation):
    """The interpreter and somebody who needs her hear each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationEnded(_OfConversation):
    """It is over; `why` in the words of the call machine."""

    assignment_id: int
    interpreter_id: int
    why: str
    took_place: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyMissing(_OfConversation):
    """The others wait, and this side is not there: a person has to look."""

    party: str
    interpreter_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DialAsked(_OfConversation):
    """Somebody has to be rung: `who` is the key of a participant."""

    party: str
    who: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestInvited(_OfConversation):
    participant_id: int
    guest_role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestAdmitted(_OfConversation):
    participant_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestRemoved(_OfConversation):
    participant_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentShown(_OfConversation):
    """A document is on everybody's screen; which one is not said."""

    participant_id: int
