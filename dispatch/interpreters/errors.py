"""Refusals only this module knows."""

from kernel.errors import Invalid


class OverlappingHours(Invalid):
    """Two stretches of the week or two exceptions overlap."""

    code = "overlapping_hours"


class AlreadyRegistered(Invalid):
    """The number or the person stands in the register already."""

    code = "already_registered"
