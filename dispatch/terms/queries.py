"""Reads of terms."""

import time as stopwatch
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from dispatch.calendars.domain import CUT_OFF, local_day
from dispatch.calendars.queries import calendar_of
from dispatch.terms.domain import Term, Terms, add, clock_time
from dispatch.terms.models import TermRow
from kernel.clock import time_scale
from kernel.database import db
from kernel.errors import NotFound

# A changed term is in force in every process within this time. Units: seconds.
_FRESH_S = 5.0
_kept: dict[date, tuple[float, Terms]] = {}


def terms_at(day: date) -> Terms:
    """Return the terms in force on `day`, at most five seconds old."""
    now = stopwatch.monotonic()
    if (kept := _kept.get(day)) and now - kept[0] < _FRESH_S:
        return kept[1]
    in_force = (TermRow.valid_from <= day, or_(TermRow.valid_until.is_(None), TermRow.valid_until >= day))
    columns = [TermRow.__table__.c[name] for name in Term.__slots__]
    terms = Terms(Term(*row) for row in db.session.execute(select(*columns).where(*in_force)))
    if len(_kept) > 50:
        _kept.clear()
    _kept[day] = (now, terms)
    return terms


def forget() -> None:
    """Read terms anew at the next question."""
    _kept.clear()


def deadline(name: str, agency_id: int, now: datetime, service: str = "any") -> datetime:
    """Return the moment the term `name` ends that begins at `now`."""
    term = terms_at(local_day(now)).find(name, service)
    if term is None:
        raise LookupError(f"no term {name} for {service}")
    return add(now, term, calendar_of(agency_id), time_scale())


def proposal_expiry(agency_id: int, now: datetime, stop: datetime) -> datetime:
    """Return until when a counter-proposal stands: its term, but at most a share of the time that is left."""
    share = terms_at(local_day(now)).value("proposal_share") / 100
    left = max(stop - now, timedelta(0))
    return min(deadline("proposal_life", agency_id, now), now + left * share)


def timely_cut_off(agency_id: int, starts_at: datetime, now: datetime) -> datetime:
    """Return until when (exclusive) calling off is timely, by the hour that is in force now."""
    term = terms_at(local_day(now)).find("cancel_cut_off")
    return calendar_of(agency_id).timely_cut_off(starts_at, clock_time(term) if term else CUT_OFF)


def all_terms(day: date) -> list[TermRow]:
    """Return the rows in force on `day` or later, as an administrator edits them."""
    wanted = select(TermRow).where(or_(TermRow.valid_until.is_(None), TermRow.valid_until >= day))
    return list(
        db.session.scalars(wanted.order_by(TermRow.service, TermRow.name, TermRow.band_from, TermRow.valid_from))
    )


def find_term(term_id: int) -> TermRow:
    """Return one term.

    Raises: NotFound.
    """
    row = db.session.get(TermRow, term_id)
    if row is None:
        raise NotFound(thing="terms")
    return row
