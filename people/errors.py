"""Refusals only this module knows."""

from kernel.errors import Invalid, NotAllowedNow


class WrongCredentials(Invalid):
    """Address and password do not belong together; which of the two is wrong is not said."""

    code = "wrong_credentials"


class TooManyTries(NotAllowedNow):
    """Somebody is guessing; a while has to pass."""

    code = "too_many_tries"


class WrongCode(Invalid):
    """The second factor's code is wrong, old, or was used before."""

    code = "wrong_code"


class WeakPassword(Invalid):
    """The password is too short, too long or too well known."""

    code = "weak_password"


class LinkOver(NotAllowedNow):
    """The one-time link was used or ran out."""

    code = "link_over"


class WorksElsewhere(NotAllowedNow):
    """The person's role is for other agencies too: one of them alone does not end it."""

    code = "works_elsewhere"


class EmailTaken(NotAllowedNow):
    """Somebody has this address already."""

    code = "email_taken"
