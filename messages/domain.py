"""Kinds of messages and how they travel. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Channel(StrEnum):
    PUSH = "push"
    SMS = "sms"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Kind:
    """`ladder`: channels in order. `insists`: silence of one brings the next; otherwise only its failure does."""

    ladder: tuple[Channel, ...]
    insists: bool = False


_ASK = Kind((Channel.PUSH, Channel.SMS, Channel.MAIL), insists=True)
_TELL_INTERPRETER = Kind((Channel.PUSH, Channel.SMS, Channel.MAIL))
_TELL_REQUESTER = Kind((Channel.MAIL,))

KINDS = {
    "offer_made": _ASK,
    "offer_filled": Kind((Channel.PUSH, Channel.MAIL)),
    "offer_withdrawn": Kind((Channel.PUSH, Channel.MAIL)),
    "assignment_made": _TELL_INTERPRETER,
    "assignment_changed": _ASK,
    "assignment_cancelled": _ASK,
    "request_assigned": _TELL_REQUESTER,
    "request_reopened": _TELL_REQUESTER,
    "request_changed": _TELL_REQUESTER,
    "request_unanswered": _TELL_REQUESTER,
    "completion_asked": _TELL_REQUESTER,
    "proposal_made": _TELL_REQUESTER,
    "quote_made": _TELL_REQUESTER,
    "performance_submitted": _TELL_REQUESTER,
    "performance_confirmed": Kind((Channel.PUSH, Channel.MAIL)),
    "performance_disputed": Kind((Channel.PUSH, Channel.MAIL)),
    "request_escalated": Kind((Channel.MAIL,)),
    "password_link": Kind((Channel.MAIL,)),
}

# Further than this nothing goes back: a late or doubled receipt changes nothing.
ORDER = ("queued", "sending", "unknown", "sent", "delivered")


def is_forward(before: str, after: str) -> bool:
    """Return whether a receipt that says `after` tells something new of a delivery that stands at `before`."""
    if before in {"delivered", "failed"}:
        return False
    return after == "failed" or ORDER.index(after) > ORDER.index(before)


def ladder_for(kind: Kind, *, push: bool, phone: bool) -> list[str]:
    """Return the channels that reach this person, in order."""
    there = {Channel.PUSH: push, Channel.SMS: phone, Channel.MAIL: True}
    return [channel.value for channel in kind.ladder if there[channel]]
