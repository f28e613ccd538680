"""Refusals only this module knows."""

from kernel.errors import Invalid, NotFound


class BadMeasure(Invalid):
    """Minutes or kilometres that cannot be paid for; `fields` says which, and why."""

    code = "bad_measure"


class BadTariff(Invalid):
    """A tariff with an amount below zero, or one that ends before it begins; `fields` says which."""

    code = "bad_tariff"


class NoTariff(NotFound):
    """No tariff is in force on that day."""

    code = "no_tariff"
