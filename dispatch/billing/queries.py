"""Reads of tariffs."""

import time as stopwatch
from datetime import date

from sqlalchemy import or_, select

from dispatch.billing.domain import Tariff
from dispatch.billing.models import TariffRow
from kernel.database import db

# A changed tariff is in force in every process within this time. Units: seconds.
_FRESH_S = 30.0
_kept: dict[tuple[str, date], tuple[float, Tariff]] = {}


def tariff_on(service: str, day: date) -> Tariff:
    """Return the tariff of a service on a day.

    Raises: LookupError: the table has none.
    """
    now = stopwatch.monotonic()
    if (kept := _kept.get((service, day))) and now - kept[0] < _FRESH_S:
        return kept[1]
    in_force = (TariffRow.valid_from <= day, or_(TariffRow.valid_until.is_(None), TariffRow.valid_until >= day))
    columns = [TariffRow.__table__.c[name] for name in Tariff.__slots__]
    row = db.session.execute(select(*columns).where(TariffRow.service == service, *in_force)).first()
    if row is None:
        raise LookupError(f"no tariff for {service} on {day}")
    if len(_kept) > 500:
        _kept.clear()
    _kept[service, day] = (now, Tariff(*row))
    return _kept[service, day][1]
