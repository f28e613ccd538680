"""Reads of calendars."""

import time as stopwatch
from datetime import date

from sqlalchemy import select

from dispatch.calendars.domain import WorkCalendar
from dispatch.calendars.models import ClosingDayRow
from kernel.database import db
from kernel.errors import NotFound
from people.models import AgencyRow

# A changed closing day is seen by every process within this time. Units: seconds.
_FRESH_S = 30.0
_kept: dict[int, tuple[float, WorkCalendar]] = {}


def calendar_of(agency_id: int) -> WorkCalendar:
    """Return the working calendar of an agency, at most half a minute old.

    Raises: NotFound.
    """
    now = stopwatch.monotonic()
    if (kept := _kept.get(agency_id)) and now - kept[0] < _FRESH_S:
        return kept[1]
    hours = select(AgencyRow.opens, AgencyRow.closes).where(AgencyRow.id == agency_id)
    if (agency := db.session.execute(hours).first()) is None:
        raise NotFound(thing="agencies")
    days = db.session.scalars(select(ClosingDayRow.day).where(ClosingDayRow.agency_id == agency_id))
    calendar = WorkCalendar(frozenset(days), agency.opens, agency.closes)
    _kept[agency_id] = (now, calendar)
    return calendar


def forget() -> None:
    """Read calendars anew at the next question."""
    _kept.clear()


def closing_days(agency_id: int, since: date) -> list[ClosingDayRow]:
    wanted = select(ClosingDayRow).where(ClosingDayRow.agency_id == agency_id, ClosingDayRow.day >= since)
    return list(db.session.scalars(wanted.order_by(ClosingDayRow.day)))
