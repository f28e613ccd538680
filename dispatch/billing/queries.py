"""Reads of tariffs."""

import time as stopwatch
from datetime import date

from sqlalchemy import select

from dispatch.billing.domain import Tariff, fee_cents, tariff_on, travel_cents
from dispatch.billing.models import TariffRow
from kernel.database import db

# A changed tariff is in force in every process within this time. Units: seconds.
_FRESH_S = 30.0
_kept: dict[str, tuple[float, tuple[Tariff, ...]]] = {}


def tariffs_of(service: str) -> tuple[Tariff, ...]:
    """Return every tariff of a service, at most half a minute old."""
    now = stopwatch.monotonic()
    if (kept := _kept.get(service)) and now - kept[0] < _FRESH_S:
        return kept[1]
    columns = [TariffRow.__table__.c[name] for name in Tariff.__slots__]
    rows = db.session.execute(select(*columns).where(TariffRow.service == service))
    _kept[service] = (now, tuple(Tariff(*row) for row in rows))
    return _kept[service][1]


def price_of(service: str, day: date, minutes: int, km: float) -> tuple[int, int]:
    """Return fee and travel allowance of a talk on a day. Units: cents. A translation has no tariff but its quote.

    Raises: NoTariff, BadMeasure.
    """
    tariff = tariff_on(tariffs_of(service), day)
    return fee_cents(tariff, minutes), travel_cents(tariff, km)


def forget() -> None:
    """Read tariffs anew at the next question."""
    _kept.clear()
