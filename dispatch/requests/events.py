"""Facts about requests."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDrafted(Event):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSubmitted(Event):
    service: str
    language: str
    immediate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSentToReview(Event):
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionAsked(Event):
    requester_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchStarted(Event):
    """The search begins or begins anew; `priority` after a withdrawal."""

    priority: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEscalated(Event):
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTakenOver(Event):
    owner_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHandedOver(Event):
    """A coordinator asks a colleague to go on with it."""

    owner_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequesterWritten(Event):
    """The desk wrote something to the side that asked."""

    note_id: int
    requester_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalMade(Event):
    proposal_id: int
    requester_id: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalAnswered(Event):
    proposal_id: int
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAssigned(Event):
    """From now on the request counts as answered."""

    assignment_id: int
    interpreter_id: int
    requester_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReopened(Event):
    """Whoever would come does not: the search goes on, with priority."""

    assignment_id: int
    requester_id: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestChanged(Event):
    """`fields` are the names of what changed; the values stand on the request."""

    fields: list[str]
    binding: bool
    interpreter_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestStarted(Event):
    assignment_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFinished(Event):
    assignment_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestClosed(Event):
    """The request has its outcome. `derived` is what the rules said where a coordinator decided otherwise."""

    outcome: str
    reason: str | None = None
    timely: bool | None = None
    derived: str | None = None
    was_status: str = ""
    requester_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeCorrected(Event):
    """A closed request got another leaf; the one before is kept here."""

    before: str
    after: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWritten(Event):
    note_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRequestRecorded(Event):
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOpened(Event):
    """Somebody read the details of a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestsListed(Event):
    """Somebody took a list of requests with their details."""

    requests: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailsForgotten(Event):
    """The private fields of a closed request were emptied: their term was over."""
