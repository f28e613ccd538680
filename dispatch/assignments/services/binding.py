"""What can be done with an assignment. The only file here that writes."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range

from dispatch.assignments import queries
from dispatch.assignments.domain import Binding, WithdrawReason, blocked
from dispatch.assignments.errors import DoubleBooking, RequestTaken
from dispatch.assignments.events import AssignmentCancelled, AssignmentMoved, AssignmentStarted, AssignmentWithdrawn
from dispatch.assignments.models import AssignmentRow
from dispatch.assignments.services.reminding import notices_of, plan_notices
from dispatch.assignments.services.touring import give_back, make_room
from dispatch.assignments.status import TRANSITIONS, Action, Status
from dispatch.requests import services as requests
from dispatch.requests.status import Status as RequestStatus
from kernel.actor import SYSTEM, Actor, Role
from kernel.database import Transaction, refuse_on, retried, transaction
from kernel.errors import Forbidden, NotFound

refuse_on("assignments_no_double_booking", DoubleBooking)
refuse_on("uq_assignments_live", RequestTaken)
_AT_A_DISTANCE = frozenset({"telephone", "video"})


def bind(binding: Binding, *, by: Actor, at: datetime) -> int:
    """Bind an interpreter to a request; from here on it counts as answered. The caller holds both locks.

    Emits: RequestAssigned.
    Raises: DoubleBooking, RequestTaken.
    """
    with transaction() as tx:
        stretch = _range(binding.service, binding.starts_at, binding.ends_at, binding.travel_minutes)
        stretch = make_room(tx, binding, stretch)
        bound = {name: getattr(binding, name) for name in Binding.__slots__}
        agency_id = requests.lock_request(tx, binding.request_id).agency_id
        notices = notices_of(binding.service, binding.starts_at, agency_id, at)
        row_id = tx.write(AssignmentRow, **bound, **notices, status=Status.BOOKED, booked_at=at, blocked=stretch)
        requests.mark_assigned(binding.request_id, row_id, binding.interpreter_id, by=by, at=at)
        return row_id


@retried
def withdraw_assignment(assignment_id: int, *, by: Actor, reason: WithdrawReason) -> None:
    """The interpreter gives the assignment back, or the desk takes it: the search begins anew, with priority.

    Repeating it changes nothing.

    Emits: AssignmentWithdrawn, RequestReopened, SearchStarted.
    Raises: NotFound, Forbidden, NotAllowedNow.
    """
    with transaction() as tx:
        request_id = queries.find_assignment(assignment_id, by=by).request_id
        request = requests.lock_request(tx, request_id)
        row = _own(tx, assignment_id, by)
        if row.status == Status.WITHDRAWN:
            return
        row.status = TRANSITIONS.next(Action.WITHDRAW, row.status, by.role)
        row.ended_at, row.end_reason = tx.now(), reason
        give_back(tx, row.interpreter_id, row.blocked)
        ids = {"request_id": request_id, "agency_id": request.agency_id, "interpreter_id": row.interpreter_id}
        tx.emit(AssignmentWithdrawn(**ids, assignment_id=row.id, why=reason), by)
        requests.reopen_request(request_id, row.id, reason, by=by)


def start_assignment(assignment_id: int, *, by: Actor) -> None:
    """The interpreter is there, or opened the file.

    Emits: AssignmentStarted, RequestStarted.
    """
    with transaction() as tx:
        request_id = queries.find_assignment(assignment_id, by=by).request_id
        request = requests.lock_request(tx, request_id)
        row = _own(tx, assignment_id, by)
        if row.status == Status.STARTED:
            return
        row.status = TRANSITIONS.next(Action.START, row.status, by.role)
        row.started_at = tx.now()
        ids = {"request_id": request_id, "agency_id": request.agency_id, "interpreter_id": row.interpreter_id}
        tx.emit(AssignmentStarted(**ids, assignment_id=row.id), by)
        requests.start_request(request_id, row.id, by=by)


def mark_performed(assignment_id: int, *, by: Actor) -> None:
    """The work is done; its record follows in `performances`. The caller holds the request's lock."""
    with transaction() as tx:
        row = tx.locked(AssignmentRow, assignment_id)
        row.status = TRANSITIONS.next(Action.PERFORM, row.status, by.role)
        row.ended_at = now = tx.now()
        if row.service in _AT_A_DISTANCE and row.starts_at < now < row.ends_at:
            row.blocked = _range(row.service, row.starts_at, now, 0)  # what is left of the time is hers again
        if row.request.status != RequestStatus.TO_CONFIRM:
            requests.finish_request(row.request_id, row.id, by=by)


def mark_absent(assignment_id: int, *, by: Actor) -> None:
    """Somebody did not come; who stands in `performances`. The caller holds the request's lock."""
    with transaction() as tx:
        row = tx.locked(AssignmentRow, assignment_id)
        row.status = TRANSITIONS.next(Action.REPORT_ABSENCE, row.status, by.role)
        row.ended_at = tx.now()
        give_back(tx, row.interpreter_id, row.blocked)


def cancel_assignment_of(request_id: int, *, by: Actor, timely: bool) -> None:
    """The request was called off: whoever would come is free again, and told. The caller holds the request's lock.

    Emits: AssignmentCancelled.
    """
    with transaction() as tx:
        row = queries.assignment_of(request_id)
        if row is None or row.status != Status.BOOKED:
            return
        row = tx.locked(AssignmentRow, row.id)
        row.status = TRANSITIONS.next(Action.CANCEL, row.status, by.role)
        row.ended_at = tx.now()
        give_back(tx, row.interpreter_id, row.blocked)
        ids = {"request_id": request_id, "agency_id": row.request.agency_id, "interpreter_id": row.interpreter_id}
        tx.emit(AssignmentCancelled(**ids, **_freed(row.blocked), assignment_id=row.id, timely=timely), by)


def move_assignment_of(request_id: int, fields: list[str], *, by: Actor) -> None:
    """The request changed: the assignment follows it, if its interpreter is free then. The caller holds both locks.

    Emits: AssignmentMoved.
    Raises: DoubleBooking.
    """
    with transaction() as tx:
        row = queries.assignment_of(request_id)
        if row is None:
            return
        row = tx.locked(AssignmentRow, row.id)
        asked, before = row.request, row.blocked
        row.starts_at, row.ends_at = asked.starts_at, asked.ends_at
        stretch = _range(row.service, row.starts_at, row.ends_at, row.travel_minutes)
        _refuse_overlap(tx, row.interpreter_id, stretch, but=row.id)
        row.blocked = stretch
        give_back(tx, row.interpreter_id, before)
        plan_notices(row, asked.agency_id, tx.now())
        ids = {"request_id": request_id, "agency_id": asked.agency_id, "interpreter_id": row.interpreter_id}
        tx.emit(AssignmentMoved(**ids, **_freed(before), assignment_id=row.id, fields=fields), by)


def finish_past_assignments(limit: int = 200) -> int:
    """Move requests whose time is over to "record due"; return how many. Safe beside other workers."""
    with transaction() as tx:
        over = (
            select(AssignmentRow.id, AssignmentRow.request_id)
            .join(AssignmentRow.request)
            .where(
                AssignmentRow.status.in_((Status.BOOKED, Status.STARTED)),
                AssignmentRow.ends_at < func.clock_timestamp(),
                AssignmentRow.request.has(status=RequestStatus.ASSIGNED)
                | AssignmentRow.request.has(status=RequestStatus.IN_PROGRESS),
            )
            .limit(limit)
        )
        rows = tx.session.execute(over).all()
    for assignment_id, request_id in rows:
        _finish(assignment_id, request_id)
    return len(rows)


def record_past_assignment(request_id: int, interpreter_id: int, *, by: Actor) -> int:
    """Write down who had a request that ended elsewhere; the request's own event tells it. Nothing is to be paid here.

    Raises: NotFound, DoubleBooking.
    """
    with transaction() as tx:
        request = requests.lock_request(tx, request_id)
        done = request.outcome == "completed"
        row = AssignmentRow(request_id=request_id, interpreter_id=interpreter_id, made_by="hand", fee_cents=0)
        row.status = Status.PERFORMED if done else Status.CANCELLED
        row.service, row.language = request.service, request.language
        row.starts_at, row.ends_at = request.starts_at, request.ends_at
        row.blocked = _range(row.service, row.starts_at, row.ends_at, 0)
        row.booked_at, row.ended_at = request.answered_at or request.created_at, request.closed_at
        if done:
            _refuse_overlap(tx, interpreter_id, row.blocked)
        return tx.add(row).id


def bound_to(request_id: int) -> AssignmentRow | None:
    """Return who is bound to a request now, for use cases that hold its lock."""
    return queries.assignment_of(request_id)


def _finish(assignment_id: int, request_id: int) -> None:
    with transaction() as tx:
        request = requests.lock_request(tx, request_id)
        row = tx.locked(AssignmentRow, assignment_id)
        open_still = {RequestStatus.ASSIGNED, RequestStatus.IN_PROGRESS}
        if request.status in open_still and row.ends_at < tx.now():
            requests.finish_request(request_id, assignment_id, by=SYSTEM)


def _own(tx: Transaction, assignment_id: int, by: Actor) -> AssignmentRow:
    """Return the assignment with its lock, for its interpreter, the agency's coordinators and the system."""
    row = tx.locked(AssignmentRow, assignment_id)
    if by.role is Role.INTERPRETER and row.interpreter_id != by.interpreter_id:
        raise NotFound(thing="assignments")
    if by.role not in {Role.INTERPRETER, Role.COORDINATOR, Role.SYSTEM}:
        raise Forbidden()
    return row


def _freed(stretch: Range[datetime]) -> dict[str, datetime | None]:
    """Return the stretch somebody gets back, for the event; a translation gives none back."""
    return {} if stretch.isempty else {"freed_from": stretch.lower, "freed_until": stretch.upper}


def _range(service: str, starts_at: datetime, ends_at: datetime, travel_minutes: int) -> Range[datetime]:
    stretch = blocked(service, starts_at, ends_at, travel_minutes)
    return Range(*stretch, bounds="[)") if stretch else Range(empty=True)


def _refuse_overlap(tx: Transaction, interpreter_id: int, stretch: Range[datetime], but: int = 0) -> None:
    """Refuse in words what the constraint would refuse anyway."""
    if stretch.isempty:
        return
    taken = select(AssignmentRow.id).where(
        AssignmentRow.interpreter_id == interpreter_id,
        AssignmentRow.status.in_(queries.BINDING),
        AssignmentRow.blocked.op("&&")(stretch),
        AssignmentRow.id != but,
    )
    if tx.session.scalars(taken.limit(1)).first() is not None:
        raise DoubleBooking()
