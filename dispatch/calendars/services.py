"""What can be done with a calendar. The only file here that writes."""

from collections.abc import Iterable
from datetime import date

import holidays
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from dispatch.calendars import permissions, queries
from dispatch.calendars.events import DayClosed, DayReopened
from dispatch.calendars.models import ClosingDayRow
from kernel.actor import Actor
from kernel.database import transaction
from kernel.errors import Invalid
from kernel.words import readable

# Days the Flemish government closes that are no Belgian holiday: with the ten of the law its fourteen.
# Source: overheid.vlaanderen.be, "Jaarlijkse vakantie en feestdagen".
_FLEMISH = {
    (7, 11): "Feest van de Vlaamse Gemeenschap",
    (11, 2): "Allerzielen",
    (11, 15): "Feest van de Dynastie",
    (12, 26): "Tweede Kerstdag",
}
_NAME_LIMIT = 100


def seed_closing_days(agency_id: int, years: Iterable[int]) -> None:
    """Close the public holidays of Belgium and the Flemish ones in `years`. Safe to repeat."""
    wanted = sorted(set(years))
    if not wanted:
        return
    belgian = holidays.country_holidays("BE", years=wanted, language="nl")
    flemish = {date(year, month, day): name for year in wanted for (month, day), name in _FLEMISH.items()}
    rows = [{"agency_id": agency_id, "day": day, "name": name} for day, name in (dict(belgian) | flemish).items()]
    with transaction() as tx:
        tx.session.execute(insert(ClosingDayRow).values(rows).on_conflict_do_nothing())
    queries.forget()


def close_day(agency_id: int, day: date, name: str, *, by: Actor) -> None:
    """Close the agency on a day. Terms counted from now on skip it. A day that is closed already stays as it is.

    Emits: DayClosed, when it was open.
    Raises: NotFound, Forbidden, Invalid.
    """
    permissions.require(by, agency_id)
    name = readable(name, "name")
    if not 0 < len(name) <= _NAME_LIMIT:
        raise Invalid(fields={"name": "too_long" if name else "required"})
    with transaction() as tx:
        row = {"agency_id": agency_id, "day": day, "name": name}
        closed = insert(ClosingDayRow).values(**row).on_conflict_do_nothing().returning(ClosingDayRow.day)
        if tx.session.execute(closed).first():
            tx.emit(DayClosed(agency_id=agency_id, day=day), by)
    queries.forget()


def reopen_day(agency_id: int, day: date, *, by: Actor) -> None:
    """Work on a day that was closed. A day that is open already stays as it is.

    Emits: DayReopened, when it was closed.
    Raises: NotFound, Forbidden.
    """
    permissions.require(by, agency_id)
    with transaction() as tx:
        this_day = (ClosingDayRow.agency_id == agency_id, ClosingDayRow.day == day)
        opened = delete(ClosingDayRow).where(*this_day).returning(ClosingDayRow.day)
        if tx.session.execute(opened).first():
            tx.emit(DayReopened(agency_id=agency_id, day=day), by)
    queries.forget()
