"""Refusals only this module knows."""

from kernel.errors import Invalid, NotAllowedNow


class AlreadyRecorded(NotAllowedNow):
    """There is a record already, and it says something else."""

    code = "already_recorded"


class TooSoon(NotAllowedNow):
    """Whoever is missing gets some minutes first."""

    code = "too_soon"


class WrongDoorCode(Invalid):
    """Not the code on the requester's page."""

    code = "wrong_door_code"
