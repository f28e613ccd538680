"""Before an appointment: both sides are reminded, the interpreter says again that she comes, and silence is heard."""

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from dispatch.assignments import queries
from dispatch.assignments.events import (
    AssignmentReconfirmed,
    AssignmentReminded,
    ReconfirmationAsked,
    ReconfirmationMissed,
)
from dispatch.assignments.models import AssignmentRow
from dispatch.assignments.status import LIVE, Status
from dispatch.calendars.domain import local_day
from dispatch.calendars.queries import calendar_of
from dispatch.requests import services as requests
from dispatch.requests.domain import Service
from dispatch.terms.domain import add, before
from dispatch.terms.queries import terms_at
from kernel import clock
from kernel.actor import SYSTEM, Actor, Role
from kernel.database import Transaction, retried, transaction
from kernel.errors import NotAllowedNow, NotFound


def plan_notices(row: AssignmentRow, agency_id: int, now: datetime) -> None:
    """Set when both sides are reminded and when the interpreter is asked again. The caller writes the assignment."""
    row.remind_at = row.reconfirm_at = row.reconfirm_until = row.reconfirmed_at = row.reconfirm_missed_at = None
    for column, moment in notices_of(row.service, row.starts_at, agency_id, now).items():
        setattr(row, column, moment)


def notices_of(service: str, starts_at: datetime, agency_id: int, now: datetime) -> dict[str, datetime]:
    """Return when both sides are reminded and the interpreter is asked again, by column; what has passed is left out.

    A translation has a deadline of its own, and "now" needs no reminder.
    """
    if service == Service.TRANSLATION:
        return {}
    terms, calendar = terms_at(local_day(now)), calendar_of(agency_id)
    notices = {}
    for name, column in (("reminder", "remind_at"), ("reconfirm", "reconfirm_at")):
        if (term := terms.find(name, service)) and (moment := before(starts_at, term, calendar)) > now:
            notices[column] = moment
    return notices


def remind_of_assignments(limit: int = 200) -> int:
    """Do what is due before appointments; return for how many. Safe beside other workers, and when repeated.

    Emits: AssignmentReminded, ReconfirmationAsked, ReconfirmationMissed.
    """
    with transaction() as tx:
        row, now = AssignmentRow, func.clock_timestamp()
        due = or_(row.remind_at <= now, row.reconfirm_at <= now, row.reconfirm_until <= now)
        query = select(row.id, row.request_id).where(row.status == Status.BOOKED, due).order_by(row.starts_at)
        found = tx.session.execute(query.limit(limit)).all()
    for assignment_id, request_id in found:
        _notice(assignment_id, request_id)
    return len(found)


def reconfirm_assignment(assignment_id: int, *, by: Actor) -> None:
    """The interpreter says that she comes; a coordinator may note what was said by telephone. Twice is once.

    Emits: AssignmentReconfirmed.
    Raises: NotFound, NotAllowedNow.
    """
    with transaction() as tx:
        request_id = queries.find_assignment(assignment_id, by=by).request_id
        request = requests.lock_request(tx, request_id)
        row = tx.locked(AssignmentRow, assignment_id)
        if by.role not in {Role.INTERPRETER, Role.COORDINATOR}:
            raise NotFound(thing="assignments")
        if row.status not in LIVE:
            raise NotAllowedNow(status=row.status)
        if row.reconfirmed_at is not None:
            return
        row.reconfirmed_at = tx.now()
        row.reconfirm_at = row.reconfirm_until = row.reconfirm_missed_at = None
        ids = {"request_id": request_id, "agency_id": request.agency_id, "interpreter_id": row.interpreter_id}
        tx.emit(AssignmentReconfirmed(**ids, assignment_id=row.id), by)


@retried
def _notice(assignment_id: int, request_id: int) -> None:
    with transaction() as tx:
        request = requests.lock_request(tx, request_id)
        row = tx.locked(AssignmentRow, assignment_id)
        if row.status != Status.BOOKED:
            return
        now = tx.now()
        ids = {"request_id": request_id, "agency_id": request.agency_id, "interpreter_id": row.interpreter_id}
        if row.remind_at and row.remind_at <= now:
            row.remind_at = None
            facts = {"assignment_id": row.id, "requester_id": request.requester_id}
            tx.emit(AssignmentReminded(**ids, **facts), SYSTEM)
        if row.reconfirm_at and row.reconfirm_at <= now:
            row.reconfirm_at, row.reconfirm_until = None, _answer_by(row, request.agency_id, now)
            tx.emit(ReconfirmationAsked(**ids, assignment_id=row.id, until=row.reconfirm_until), SYSTEM)
        elif row.reconfirm_until and row.reconfirm_until <= now:
            _miss(tx, row, ids, now)


def _miss(tx: Transaction, row: AssignmentRow, ids: dict[str, int], now: datetime) -> None:
    row.reconfirm_until, row.reconfirm_missed_at = None, now
    tx.emit(ReconfirmationMissed(**ids, assignment_id=row.id), SYSTEM)


def _answer_by(row: AssignmentRow, agency_id: int, now: datetime) -> datetime:
    """Return until when an answer is waited for: its term, and never later than an hour before she has to leave."""
    term = terms_at(local_day(now)).find("reconfirm_answer", row.service)
    latest = row.starts_at - timedelta(minutes=row.travel_minutes + 60)
    until = add(now, term, calendar_of(agency_id), clock.time_scale()) if term else latest
    return max(now, min(until, latest))
