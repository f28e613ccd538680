"""Kinds of messages and how they travel. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from string import ascii_lowercase, digits
from urllib.parse import urlsplit

# Where browsers keep their push services: Chrome and Edge on Android, Firefox, Safari, Edge on Windows.
PUSH_SERVICES = ("fcm.googleapis.com", "push.services.mozilla.com", "push.apple.com", "notify.windows.com")


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
    "assignment_reminder": _TELL_INTERPRETER,
    "reconfirmation_asked": _ASK,
    "reconfirmation_missed": Kind((Channel.MAIL,)),
    "request_reminder": _TELL_REQUESTER,
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
    "call_ceiling": Kind((Channel.MAIL,)),
    "party_missing": Kind((Channel.PUSH, Channel.MAIL)),
    "request_handed_over": Kind((Channel.MAIL,)),
    "desk_wrote": _TELL_REQUESTER,
    "certificate_expires": Kind((Channel.PUSH, Channel.MAIL)),
    "partner_asked": Kind((Channel.MAIL,)),
    "password_link": Kind((Channel.MAIL,)),
}

# Further than this nothing goes back: a late or doubled receipt changes nothing.
ORDER = ("queued", "sending", "unknown", "sent", "delivered")


def is_forward(before: str, after: str) -> bool:
    """Return whether a receipt that says `after` tells something new of a delivery that stands at `before`."""
    if before in {"delivered", "failed"}:
        return False
    return after == "failed" or ORDER.index(after) > ORDER.index(before)


def is_push_service(endpoint: str) -> bool:
    """Return whether an address is one of the browsers' push services: our worker posts to no other."""
    try:
        parts = urlsplit(endpoint)
    except ValueError:
        return False
    known = any(parts.netloc == it or parts.netloc.endswith(f".{it}") for it in PUSH_SERVICES)
    plain = not set(parts.netloc) - set(ascii_lowercase + digits + "-.")  # no name or port before or after the host
    return known and plain and parts.scheme == "https" and len(endpoint) <= 1000
