"""Refusals only this module knows."""

from kernel.errors import Invalid, NotAllowedNow


class BadRequest(Invalid):
    """What is asked cannot be performed by anybody; `fields` says why, field by field."""

    code = "bad_request_fields"


class UnknownLanguage(Invalid):
    """No language has this ISO 639-3 code."""

    code = "unknown_language"


class UnknownPlace(Invalid):
    """No Belgian municipality has this name or postcode."""

    code = "unknown_place"


class AlreadyClosed(NotAllowedNow):
    """The request has its outcome."""

    code = "already_closed"


class RequestChanged(NotAllowedNow):
    """Somebody changed the request since it was shown."""

    code = "request_changed"


class SlotTaken(NotAllowedNow):
    """The interpreter who said yes is not free at the new moment."""

    code = "interpreter_not_free_then"


class ProposalOver(NotAllowedNow):
    """The counter-proposal was answered or ran out."""

    code = "proposal_over"
