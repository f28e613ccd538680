"""Tariff arithmetic. Pure. Money in whole cents."""

from dataclasses import dataclass
from datetime import date
from math import ceil

from kernel.errors import Invalid

_DAY_MINUTES = 24 * 60
_QUARTER, _HOUR = 15, 60


@dataclass(frozen=True, slots=True)
class Tariff:
    """What one service costs from a day on. Units: cents per hour, quarter or kilometre; `km_cap` in kilometres."""

    service: str
    first_hour_cents: int
    quarter_cents: int
    km_cents: int
    km_cap: int
    late_fee_cents: int
    valid_from: date
    source: str
    valid_until: date | None = None


def fee_cents(tariff: Tariff, minutes: int) -> int:
    """Return the fee of a talk: the first hour whole, then every quarter that was begun.

    Raises: Invalid: a negative number of minutes, or more than a day.
    """
    if not 0 <= minutes <= _DAY_MINUTES:
        raise Invalid(fields={"duration_minutes": "out_of_range"})
    quarters = ceil(max(minutes - _HOUR, 0) / _QUARTER)
    return tariff.first_hour_cents + quarters * tariff.quarter_cents


def travel_cents(tariff: Tariff, km: float) -> int:
    """Return the travel allowance for `km` there and back, up to the cap; half a cent is rounded up.

    Raises: Invalid.
    """
    if not 0 <= km <= 100_000:
        raise Invalid(fields={"travel_km": "out_of_range"})
    return int(min(km, tariff.km_cap) * tariff.km_cents + 0.5)


# Source: agii.be, "kostprijs en annulering tolkopdracht" (tariff of 2017; rules A-D3). Travel only on site (D-5).
_SOURCE = "agii.be, kostprijs en annulering tolkopdracht (2017)"
_FROM = date(2015, 1, 1)
SEED_TARIFFS = (
    Tariff("on_site", 800, 200, 33, 150, 800, _FROM, _SOURCE),
    Tariff("telephone", 800, 200, 0, 0, 800, _FROM, _SOURCE),
    Tariff("video", 800, 200, 0, 0, 800, _FROM, _SOURCE),
    Tariff("translation", 800, 200, 0, 0, 0, _FROM, "voorstel: offerte bepaalt de prijs"),
)
