"""Amounts of money: whole cents, never floats."""

from decimal import ROUND_HALF_UP, Decimal


def to_cents(euros: Decimal) -> int:
    """Return `euros` in cents, half a cent rounded up."""
    return int((euros * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
