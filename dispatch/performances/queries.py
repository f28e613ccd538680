"""Every read of performance records. Nothing here writes."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, Row, Select, func, select
from sqlalchemy.orm import joinedload

from dispatch.assignments.models import AssignmentRow
from dispatch.assignments.queries import visible_to
from dispatch.performances.models import AbsenceRow, PerformanceRow, RatingRow
from dispatch.performances.status import Status
from dispatch.requests import queries as requests
from dispatch.requests.models import RequestRow
from dispatch.requests.queries import IS_ANSWERED
from kernel.actor import Actor
from kernel.database import db, rows
from kernel.errors import NotFound
from people.models import UnitRow


def performance_of(request_id: int) -> PerformanceRow | None:
    """Return the record of a request, if there is one; the caller decided that the request may be seen."""
    query = select(PerformanceRow).options(joinedload(PerformanceRow.assignment))
    return db.session.scalars(query.where(PerformanceRow.request_id == request_id)).first()


def needing_requester(by: Actor) -> Sequence[Row[Any]]:
    """Return the lines of what waits for the requester; a talk without its record waits for the interpreter."""
    return rows(_needing(by))


@lru_cache(maxsize=2000)
def _needing(by: Actor) -> Select[Any]:
    written = select(PerformanceRow.request_id).where(PerformanceRow.status == Status.SUBMITTED)
    return requests.needing_requester(by, confirmable=written)


def find_performance(performance_id: int, *, by: Actor) -> PerformanceRow:
    """Return a record the actor may see.

    Raises: NotFound.
    """
    query = select(PerformanceRow).join(AssignmentRow).join(RequestRow, RequestRow.id == AssignmentRow.request_id)
    row = db.session.scalars(query.where(PerformanceRow.id == performance_id, visible_to(by))).first()
    if row is None:
        raise NotFound(thing="performances")
    return row


def rating_of(performance_id: int, side: str) -> RatingRow | None:
    """Return what one side said of a performance; the caller decided that it may be seen."""
    return db.session.get(RatingRow, (performance_id, side))


def cost_of(organisation_id: int, since: date, until: date) -> Sequence[Row[Any]]:
    """Return what an organisation asked in a period, per month and unit: asked, answered, performed, and cost in cents.

    The caller decided that it may be seen.
    """
    month = func.date_trunc("month", RequestRow.held_on).cast(Date)
    answered = func.count().filter(IS_ANSWERED)
    late = func.count().filter(RequestRow.timely.is_(False))
    cents = func.coalesce(func.sum(PerformanceRow.fee_cents + PerformanceRow.travel_cents), 0)
    columns = (month.label("month"), UnitRow.name.label("unit"), func.count().label("asked"))
    columns += (answered.label("answered"), func.count(PerformanceRow.id).label("performed"))
    query = (
        select(*columns, late.label("late"), cents.label("cents"))
        .outerjoin(PerformanceRow, PerformanceRow.request_id == RequestRow.id)
        .outerjoin(UnitRow, UnitRow.id == RequestRow.unit_id)
        .where(RequestRow.organisation_id == organisation_id, RequestRow.held_on.between(since, until))
        .where(RequestRow.status != "draft")
    )
    return db.session.execute(query.group_by(month, UnitRow.name).order_by(month.desc(), UnitRow.name)).all()


def absence_of(assignment_id: int) -> AbsenceRow | None:
    return db.session.scalars(select(AbsenceRow).where(AbsenceRow.assignment_id == assignment_id)).first()


def silent_ones(limit: int = 200) -> list[int]:
    """Return the records whose requester let the term pass."""
    due = (PerformanceRow.status == Status.SUBMITTED, PerformanceRow.confirm_by <= func.clock_timestamp())
    return list(
        db.session.scalars(select(PerformanceRow.id).where(*due).order_by(PerformanceRow.confirm_by).limit(limit))
    )
