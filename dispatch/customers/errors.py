"""Refusals only this module knows."""

from kernel.errors import Invalid


class CustomerKnown(Invalid):
    """The agency has an organisation with this code or name, or the organisation a unit with this name."""

    code = "customer_known"
