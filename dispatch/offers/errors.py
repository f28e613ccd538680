"""Refusals only this module knows: why a yes came too late."""

from kernel.errors import Invalid, NotAllowedNow


class AlreadyTaken(NotAllowedNow):
    """Somebody else said yes first."""

    code = "already_taken"


class OfferExpired(NotAllowedNow):
    """The offer's life was over."""

    code = "offer_expired"


class OfferClosed(NotAllowedNow):
    """The interpreter answered this offer before."""

    code = "offer_closed"


class RequestCancelled(NotAllowedNow):
    """The request was called off or ended."""

    code = "request_cancelled"


class OfferChanged(NotAllowedNow):
    """What was offered has changed since; a new offer follows."""

    code = "offer_changed"


class PartnersFirst(Invalid):
    """Other agencies help out with this, and were not asked yet."""

    code = "partners_first"


class ReplayFirst(Invalid):
    """This value decides who is asked: the past year is tried with it first, and may not lose answers."""

    code = "replay_first"
