"""Refusals only this module knows."""

from kernel.errors import Invalid, NotAllowedNow


class CallRefused(NotAllowedNow):
    """Not rung: too many numbers or rings, or the day's ceiling of costs is reached."""

    code = "call_refused"


class CallOver(NotAllowedNow):
    """The talk is over: nobody can be rung for it any more."""

    code = "call_over"


class NoRequester(Invalid):
    """A code needs somebody of the organisation in whose name is asked."""

    code = "no_requester"


class NoSuchCode(Invalid):
    """What was keyed is no code of this agency, or not any more."""

    code = "no_such_code"
