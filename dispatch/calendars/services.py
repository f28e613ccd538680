"""What can be done with a calendar. The only file here that writes."""

from collections.abc import Iterable
from datetime import date

import holidays
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from dispatch.calendars import queries
from dispatch.calendars.events import DayClosed, DayReopened
from dispatch.calendars.models import ClosingDayRow
from kernel.actor import Actor, Role
from kernel.database import transaction
from kernel.errors import Forbidden

# Days the Flemish government closes that are no Belgian holiday. Source: raamstatuut, official holidays.
_FLEMISH = {(7, 11): "Feest van de Vlaamse Gemeenschap", (11, 2): "Allerzielen", (12, 26): "Tweede Kerstdag"}


def seed_closing_days(agency_id: int, years: Iterable[int]) -> None:
    """Close the public holidays of Belgium and the Flemish ones in `years`. Safe to repeat."""
    belgian = holidays.country_holidays("BE", years=list(years), language="nl")
    days = dict(belgian.items()) | {
        date(year, month, day): name for year in years for (month, day), name in _FLEMISH.items()
    }
    rows = [{"agency_id": agency_id, "day": day, "name": name} for day, name in days.items()]
    with transaction() as tx:
        tx.session.execute(insert(ClosingDayRow).values(rows).on_conflict_do_nothing())
    queries.forget()


def close_day(agency_id: int, day: date, name: str, *, by: Actor) -> None:
    """Close the agency on a day. Terms counted from now on skip it.

    Emits: DayClosed.
    """
    _require(agency_id, by)
    with transaction() as tx:
        row = {"agency_id": agency_id, "day": day, "name": name}
        tx.session.execute(insert(ClosingDayRow).values(**row).on_conflict_do_nothing())
        tx.emit(DayClosed(agency_id=agency_id, day=day), by)
    queries.forget()


def reopen_day(agency_id: int, day: date, *, by: Actor) -> None:
    """Work on a day that was closed.

    Emits: DayReopened.
    """
    _require(agency_id, by)
    with transaction() as tx:
        this_day = (ClosingDayRow.agency_id == agency_id, ClosingDayRow.day == day)
        tx.session.execute(delete(ClosingDayRow).where(*this_day))
        tx.emit(DayReopened(agency_id=agency_id, day=day), by)
    queries.forget()


def _require(agency_id: int, by: Actor) -> None:
    if by.role is not Role.SYSTEM and (by.role is not Role.ADMINISTRATOR or agency_id not in by.agency_ids):
        raise Forbidden()
