"""Every read of performance records. Nothing here writes."""

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from dispatch.assignments.models import AssignmentRow
from dispatch.assignments.queries import visible_to
from dispatch.performances.models import AbsenceRow, PerformanceRow
from dispatch.performances.status import Status
from dispatch.requests.models import RequestRow
from kernel.actor import Actor
from kernel.database import db
from kernel.errors import NotFound


def performance_of(request_id: int) -> PerformanceRow | None:
    """Return the record of a request, if there is one; the caller decided that the request may be seen."""
    query = select(PerformanceRow).options(joinedload(PerformanceRow.assignment))
    return db.session.scalars(query.where(PerformanceRow.request_id == request_id)).first()


def find_performance(performance_id: int, *, by: Actor) -> PerformanceRow:
    """Return a record the actor may see.

    Raises: NotFound.
    """
    query = select(PerformanceRow).join(AssignmentRow).join(RequestRow, RequestRow.id == AssignmentRow.request_id)
    row = db.session.scalars(query.where(PerformanceRow.id == performance_id, visible_to(by))).first()
    if row is None:
        raise NotFound(thing="performances")
    return row


def absence_of(assignment_id: int) -> AbsenceRow | None:
    return db.session.scalars(select(AbsenceRow).where(AbsenceRow.assignment_id == assignment_id)).first()


def silent_ones(limit: int = 200) -> list[int]:
    """Return the records whose requester let the term pass."""
    due = (PerformanceRow.status == Status.SUBMITTED, PerformanceRow.confirm_by <= func.clock_timestamp())
    return list(
        db.session.scalars(select(PerformanceRow.id).where(*due).order_by(PerformanceRow.confirm_by).limit(limit))
    )
