"""What can be done with a performance record. The only file here that writes."""

from datetime import timedelta
from hmac import compare_digest

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from dispatch.assignments import queries as assignment_queries
from dispatch.assignments import services as assignments
from dispatch.assignments.models import AssignmentRow
from dispatch.assignments.status import Status as AssignmentStatus
from dispatch.billing.queries import price_of
from dispatch.calendars.domain import local_day
from dispatch.performances import queries
from dispatch.performances.domain import NOTE_LIMIT, Report, Who, check, minutes, silence_confirms
from dispatch.performances.errors import AlreadyRecorded, TooSoon, WrongDoorCode
from dispatch.performances.events import (
    AbsenceReported,
    PerformanceConfirmed,
    PerformanceDisputed,
    PerformanceRated,
    PerformanceSettled,
    PerformanceSubmitted,
)
from dispatch.performances.models import AbsenceRow, PerformanceRow, RatingRow
from dispatch.performances.status import TRANSITIONS, Action, Status
from dispatch.requests import services as requests
from dispatch.requests.domain import Service
from dispatch.terms.domain import elapsed
from dispatch.terms.queries import deadline, terms_at
from kernel import clock
from kernel.actor import SYSTEM, Actor, Role
from kernel.database import Transaction, retried, transaction
from kernel.errors import Forbidden, Invalid
from kernel.words import readable
from people import services as people

# Nobody's silence confirms a record that was written before it took place; it waits for a person this long at most.
_NO_SILENCE = timedelta(days=365)


@retried
def submit_performance(assignment_id: int, report: Report, *, by: Actor) -> int:
    """Write down what took place. The same record twice is one; a different second one is refused.

    Emits: PerformanceSubmitted.
    Raises: Invalid, AlreadyRecorded, NotFound, Forbidden, NotAllowedNow.
    """
    return _submit(assignment_id, report, by)


def _submit(assignment_id: int, report: Report, by: Actor, *, by_code: bool = False) -> int:
    with transaction() as tx:
        assignment = assignment_queries.find_assignment(assignment_id, by=by)
        request = requests.lock_request(tx, assignment.request_id)
        _require_writer(by)
        if (known := queries.performance_of(request.id)) is not None:
            return _same_or_refused(known, report)
        check(report, assignment.service, assignment.starts_at, assignment.ends_at)
        assignments.mark_performed(assignment_id, by=by)
        now = tx.now()
        row = PerformanceRow(assignment_id=assignment_id, request_id=request.id, status=Status.SUBMITTED)
        _fill(row, report, assignment)
        row.submitted_at, row.submitted_by = now, by.person_id
        in_time = deadline("confirm_by", request.agency_id, now)
        row.confirm_by = in_time if silence_confirms(report, now) else now + _NO_SILENCE
        tx.add(row)
        tx.emit(_submitted(row, assignment, by_code=by_code), by)
        return row.id


def correct_performance(performance_id: int, report: Report, *, by: Actor) -> None:
    """Replace a record that is not confirmed yet: the interpreter herself, or the desk.

    Emits: PerformanceSubmitted.
    """
    with transaction() as tx:
        row, assignment = _held(tx, performance_id, by)
        _require_writer(by)
        row.status = TRANSITIONS.next(Action.CORRECT, row.status, by.role)
        check(report, assignment.service, assignment.starts_at, assignment.ends_at)
        _fill(row, report, assignment)
        row.submitted_at, row.dispute = tx.now(), None
        row.confirm_by = deadline("confirm_by", assignment.request.agency_id, tx.now())
        tx.emit(_submitted(row, assignment), by)


@retried
def confirm_performance(performance_id: int, *, by: Actor) -> None:
    """The other side agrees: the request is completed. Repeating it changes nothing.

    Emits: PerformanceConfirmed, RequestClosed.
    """
    with transaction() as tx:
        row, assignment = _held(tx, performance_id, by)
        if row.status == Status.CONFIRMED:
            return
        how = {Role.REQUESTER: "requester", Role.COORDINATOR: "coordinator", Role.SYSTEM: "silence"}.get(by.role)
        if how is None:
            raise Forbidden()
        row.status = TRANSITIONS.next(Action.CONFIRM, row.status, by.role)
        row.confirmed_at, row.confirmed_how = tx.now(), how
        tx.emit(PerformanceConfirmed(**_ids(row, assignment), how=how), by)
        requests.confirm_request(row.request_id, by=by)


@retried
def perform_at_the_door(assignment_id: int, report: Report, code: str, *, by: Actor) -> int:
    """Write down what took place and confirm it at once, with the code that stands on the requester's page.

    Who guesses is stopped (term `door_tries`); the record can then still be confirmed as always.

    Emits: PerformanceSubmitted, PerformanceConfirmed, RequestClosed.
    Raises: WrongDoorCode, TooManyTries, Invalid, AlreadyRecorded, NotFound, Forbidden, NotAllowedNow.
    """
    assignment = assignment_queries.find_assignment(assignment_id, by=by)
    if by.role is not Role.INTERPRETER:
        raise Forbidden()
    if not silence_confirms(report, clock.now()):
        raise Invalid(fields={"code": "not_over_yet"})
    tries = int(terms_at(clock.now().date()).value("door_tries"))
    with people.counted_guess("door", str(assignment_id), tries):
        if not compare_digest("".join(code.split()).encode(), assignment.door_code.encode()):
            raise WrongDoorCode(fields={"code": "wrong_door_code"})
    with transaction() as tx:
        performance_id = _submit(assignment_id, report, by, by_code=True)
        row, assignment = _held(tx, performance_id, by)
        if row.status != Status.CONFIRMED:
            row.status = TRANSITIONS.next(Action.CONFIRM_BY_CODE, row.status, by.role)
            row.confirmed_at, row.confirmed_how = tx.now(), "code"
            tx.emit(PerformanceConfirmed(**_ids(row, assignment), how="code"), by)
            requests.confirm_request(row.request_id, by=SYSTEM)  # the requester's word was the code
        return performance_id


def dispute_performance(performance_id: int, why: str, *, by: Actor) -> None:
    """The other side does not agree; the desk decides.

    Emits: PerformanceDisputed.
    """
    if not why.strip() or len(why) > 2000:
        raise Invalid(fields={"why": "required" if not why.strip() else "too_long"})
    with transaction() as tx:
        row, assignment = _held(tx, performance_id, by)
        row.status = TRANSITIONS.next(Action.DISPUTE, row.status, by.role)
        row.dispute = why.strip()
        tx.emit(PerformanceDisputed(**_ids(row, assignment)), by)


def rate_performance(performance_id: int, score: int, note: str, *, by: Actor) -> None:
    """Say how it was; each side once, and may think better of it. Neither side reads the other's.

    Emits: PerformanceRated.
    Raises: Invalid, NotFound, Forbidden.
    """
    if by.role not in {Role.REQUESTER, Role.INTERPRETER}:
        raise Forbidden()
    with transaction() as tx:
        row, assignment = _held(tx, performance_id, by)
        if not 1 <= score <= 5:
            raise Invalid(fields={"score": "unknown_choice"})
        if len(note) > NOTE_LIMIT:
            raise Invalid(fields={"note": "too_long"})
        values = {"score": score, "note": readable(note, "note") or None, "given_at": tx.now()}
        first = insert(RatingRow).values(performance_id=row.id, side=by.role, **values)
        tx.session.execute(first.on_conflict_do_update(index_elements=["performance_id", "side"], set_=values))
        tx.emit(PerformanceRated(**_ids(row, assignment), side=by.role, score=score), by)


def settle_performance(performance_id: int, report: Report, *, by: Actor) -> None:
    """The desk decides what took place: this is the record, and it is confirmed.

    Emits: PerformanceSettled, RequestClosed.
    """
    with transaction() as tx:
        row, assignment = _held(tx, performance_id, by)
        row.status = TRANSITIONS.next(Action.SETTLE, row.status, by.role)
        check(report, assignment.service, assignment.starts_at, assignment.ends_at)
        _fill(row, report, assignment)
        row.confirmed_at, row.confirmed_how = tx.now(), "coordinator"
        tx.emit(PerformanceSettled(**_ids(row, assignment)), by)
        requests.confirm_request(row.request_id, by=by)


@retried
def report_absence(assignment_id: int, who: Who, *, by: Actor, note: str | None = None) -> None:
    """Somebody did not come. An interpreter reports the others, a requester the interpreter, the desk anybody.

    Emits: AbsenceReported, RequestClosed.
    Raises: TooSoon, NotFound, Forbidden, NotAllowedNow.
    """
    allowed = {
        Role.INTERPRETER: {Who.CLIENT, Who.REQUESTER},
        Role.REQUESTER: {Who.INTERPRETER, Who.CLIENT},
        Role.COORDINATOR: set(Who),
    }
    if who not in allowed.get(by.role, set()):
        raise Forbidden()
    with transaction() as tx:
        assignment = assignment_queries.find_assignment(assignment_id, by=by)
        request = requests.lock_request(tx, assignment.request_id)
        if assignment.status == AssignmentStatus.ABSENT:
            return
        _refuse_too_soon(tx, assignment)
        assignments.mark_absent(assignment_id, by=by)
        row = AbsenceRow(assignment_id=assignment_id, who=who, reported_by=by.person_id, reported_at=tx.now())
        row.note = (note or "")[:2000] or None
        tx.add(row)
        ids = {"request_id": request.id, "agency_id": request.agency_id, "interpreter_id": assignment.interpreter_id}
        tx.emit(AbsenceReported(**ids, assignment_id=assignment_id, who=who), by)
        requests.end_by_absence(request.id, who, by=by)


def record_past_performance(request_id: int, interpreter_id: int, *, by: Actor) -> None:
    """Write down who had a request that ended elsewhere, and when it took place, that what was agreed took place.

    Raises: NotFound, DoubleBooking.
    """
    with transaction() as tx:
        assignment_id = assignments.record_past_assignment(request_id, interpreter_id, by=by)
        assignment = assignment_queries.find_assignment(assignment_id, by=by)
        if assignment.status != AssignmentStatus.PERFORMED:
            return
        row = PerformanceRow(assignment_id=assignment_id, request_id=request_id, status=Status.CONFIRMED)
        row.started_at, row.ended_at, row.fee_cents = assignment.starts_at, assignment.ends_at, 0
        row.submitted_at = row.confirm_by = row.confirmed_at = assignment.ended_at or assignment.ends_at
        row.submitted_by, row.confirmed_how = by.person_id, "coordinator"
        tx.add(row)


def confirm_silent_performances() -> int:
    """Confirm every record whose requester let the term pass; return how many. Safe beside other workers."""
    ids = queries.silent_ones()
    for performance_id in ids:
        confirm_performance(performance_id, by=SYSTEM)
    return len(ids)


def _held(tx: Transaction, performance_id: int, by: Actor) -> tuple[PerformanceRow, AssignmentRow]:
    """Return the record and its assignment, with the locks of request and record.

    Raises: NotFound.
    """
    request_id = queries.find_performance(performance_id, by=by).request_id
    requests.lock_request(tx, request_id)
    row = tx.locked(PerformanceRow, performance_id)
    held = select(AssignmentRow).where(AssignmentRow.id == row.assignment_id)
    assignment = tx.session.scalars(held).one()
    return row, assignment


def _require_writer(by: Actor) -> None:
    if by.role not in {Role.INTERPRETER, Role.COORDINATOR, Role.SYSTEM}:
        raise Forbidden()


def _same_or_refused(known: PerformanceRow, report: Report) -> int:
    same = all(getattr(known, name) == getattr(report, name) for name in ("started_at", "ended_at", "travel_km"))
    if not same:
        raise AlreadyRecorded()
    return known.id


def forget_words_of(request_id: int) -> None:
    """The term of a request is over: what was written about it goes; times and money stay."""
    with transaction() as tx:
        words = {"note": None, "disturbance": None, "dispute": None}
        tx.session.execute(update(PerformanceRow).where(PerformanceRow.request_id == request_id).values(**words))
        theirs = select(AssignmentRow.id).where(AssignmentRow.request_id == request_id)
        rated = select(PerformanceRow.id).where(PerformanceRow.request_id == request_id)
        tx.session.execute(update(RatingRow).where(RatingRow.performance_id.in_(rated)).values(note=None))
        tx.session.execute(update(AbsenceRow).where(AbsenceRow.assignment_id.in_(theirs)).values(note=None))


def _fill(row: PerformanceRow, report: Report, assignment: AssignmentRow) -> None:
    for name in Report.__slots__:
        setattr(row, name, getattr(report, name))
    if assignment.service == Service.TRANSLATION:  # as was agreed, however long it took
        row.fee_cents, row.travel_cents = assignment.fee_cents, 0
        return
    day, talk = local_day(report.started_at), minutes(report)
    row.fee_cents, row.travel_cents = price_of(assignment.service, day, talk, report.travel_km or 0)


def _refuse_too_soon(tx: Transaction, assignment: AssignmentRow) -> None:
    wait = terms_at(tx.now().date()).find("absence_wait", assignment.service)
    patience = elapsed(wait) / clock.time_scale() if wait else timedelta(0)
    if tx.now() < assignment.starts_at + patience:
        raise TooSoon(minutes=round(patience / timedelta(minutes=1)))


def _ids(row: PerformanceRow, assignment: AssignmentRow) -> dict[str, int]:
    return {
        "request_id": row.request_id,
        "agency_id": assignment.request.agency_id,
        "performance_id": row.id,
        "interpreter_id": assignment.interpreter_id,
    }


def _submitted(row: PerformanceRow, assignment: AssignmentRow, *, by_code: bool = False) -> PerformanceSubmitted:
    ids, requester_id = _ids(row, assignment), assignment.request.requester_id
    return PerformanceSubmitted(**ids, requester_id=requester_id, confirm_by=row.confirm_by, by_code=by_code)
