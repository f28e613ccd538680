"""Tariffs and what follows from them. Pure: amounts in whole cents, half a cent rounded up."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import isfinite

from dispatch.billing.errors import BadMeasure, BadTariff, NoTariff
from kernel.money import to_cents

HOUR, QUARTER, DAY = 60, 15, 24 * 60  # minutes
_AMOUNTS = ("first_hour_cents", "quarter_cents", "km_cents", "km_cap", "late_fee_cents")


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a service costs from `valid_from` up to and including `valid_until` (None: until further notice).

    `quarter_cents` is due per started quarter from the second hour on; `km_cap` is in kilometres per assignment.

    Raises: BadTariff.
    """

    first_hour_cents: int
    quarter_cents: int
    km_cents: int
    km_cap: int
    late_fee_cents: int
    valid_from: date
    valid_until: date | None
    source: str

    def __post_init__(self) -> None:
        wrong = {name: "negative" for name in _AMOUNTS if getattr(self, name) < 0}
        if self.valid_until is not None and self.valid_until < self.valid_from:
            wrong["valid_until"] = "before_start"
        if wrong:
            raise BadTariff(fields=wrong)

    def is_in_force(self, day: date) -> bool:
        """Whether a performance on `day` is paid by this tariff."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


_ON_SITE = (
    "agii.be, kostprijs en annulering tolkopdracht: tariff published in 2017; "
    "not confirmed for 2020 (rules A-D3; late cancellation A-D1)"
)
_REMOTE = (
    "Proposal: the hourly tariff for on-site interpreting (rules A-D3); no tariff of its own was found. "
    "No travel cost: annual report 2020, section 4.2.5 (rules D-5)"
)
_FROM = date(2017, 1, 1)

# Where a new house starts; the agency puts its own dated tariffs beside or after them.
# A translation has none: its price is the accepted quote.
SEED_TARIFFS: dict[str, tuple[Tariff, ...]] = {
    "on_site": (Tariff(800, 200, 33, 150, 800, _FROM, None, _ON_SITE),),
    "telephone": (Tariff(800, 200, 0, 0, 800, _FROM, None, _REMOTE),),
    "video": (Tariff(800, 200, 0, 0, 800, _FROM, None, _REMOTE),),
}


def tariff_on(tariffs: Iterable[Tariff], day: date) -> Tariff:
    """Return the tariff in force on `day`; of several, the one that began last.

    Raises: NoTariff.
    """
    in_force = [it for it in tariffs if it.is_in_force(day)]
    if not in_force:
        raise NoTariff(day=day.isoformat())
    return max(in_force, key=lambda it: it.valid_from)


def fee_cents(tariff: Tariff, minutes: int) -> int:
    """Return the fee for `minutes` of work, waiting included: the first hour whole, then every started quarter.

    fee = first hour + ceil((minutes - 60) / 15) x quarter. Nothing done costs nothing.

    Raises: BadMeasure: less than nothing, or more than a day.
    Source: rules A-D3.
    """
    if minutes < 0:
        raise BadMeasure(fields={"minutes": "negative"})
    if minutes > DAY:
        raise BadMeasure(fields={"minutes": "too_long"})
    if minutes == 0:
        return 0
    quarters = -(-max(0, minutes - HOUR) // QUARTER)
    return tariff.first_hour_cents + quarters * tariff.quarter_cents


def travel_cents(tariff: Tariff, km: float | Decimal) -> int:
    """Return what `km` of travel are paid: min(km, cap) x price per km. A service without travel has price 0.

    Raises: BadMeasure: fewer than none, or not a number.
    Source: rules A-D3; D-5.
    """
    if not isfinite(km):
        raise BadMeasure(fields={"travel_km": "not_a_number"})
    if km < 0:
        raise BadMeasure(fields={"travel_km": "negative"})
    # By way of text, so that 10.1 km are 10.1 and not the binary number next to it.
    paid_km = min(Decimal(str(km)), Decimal(tariff.km_cap))
    return to_cents(paid_km * tariff.km_cents / 100)


def late_cancellation_cents(tariff: Tariff, km: float | Decimal = 0) -> int:
    """Return what a late cancellation costs: a fixed fee, and the `km` of an interpreter who was on the way.

    Raises: BadMeasure.
    Source: rules A-D1.
    """
    return tariff.late_fee_cents + travel_cents(tariff, km)
