"""Refusals only this module knows."""

from kernel.errors import Invalid


class NoPartner(Invalid):
    """No agreement with this agency is in force for this service."""

    code = "no_partner"


class PartnershipKnown(Invalid):
    """There is an agreement with this agency for these days already."""

    code = "partnership_known"
