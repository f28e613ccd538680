"""What happens to a request because of its assignment: found, lost again, begun, over."""

from datetime import datetime

from dispatch.requests.events import RequestAssigned, RequestFinished, RequestReopened, RequestStarted
from dispatch.requests.models import RequestRow
from dispatch.requests.services.asking import begin
from dispatch.requests.status import TRANSITIONS, Action
from kernel.actor import Actor
from kernel.database import Transaction, transaction


def lock_request(tx: Transaction, request_id: int) -> RequestRow:
    """Return the request with its lock, for use cases that bind somebody to it: read it, let this module write it."""
    return tx.locked(RequestRow, request_id)


def mark_assigned(request_id: int, assignment_id: int, interpreter_id: int, *, by: Actor, at: datetime) -> None:
    """Somebody is bound: the first time, this is the moment the request counts as answered.

    Emits: RequestAssigned.
    """
    with transaction() as tx:
        request = tx.locked(RequestRow, request_id)
        tx.change(
            RequestRow,
            request_id,
            status=TRANSITIONS.next(Action.ASSIGN, request.status, by.role),
            answered_at=request.answered_at or at,
            was_assigned=True,
            priority=False,
            next_step_at=None,
        )
        ids = {"request_id": request.id, "agency_id": request.agency_id, "requester_id": request.requester_id}
        tx.emit(RequestAssigned(**ids, assignment_id=assignment_id, interpreter_id=interpreter_id), by)


def reopen_request(request_id: int, assignment_id: int, why: str, *, by: Actor) -> None:
    """Whoever would come does not: search again, with priority, and tell the requester at once.

    Emits: RequestReopened, SearchStarted.
    """
    with transaction() as tx:
        request = tx.locked(RequestRow, request_id)
        request.status = TRANSITIONS.next(Action.REOPEN, request.status, by.role)
        request.version += 1
        ids = {"request_id": request.id, "agency_id": request.agency_id, "requester_id": request.requester_id}
        tx.emit(RequestReopened(**ids, assignment_id=assignment_id, why=why), by)
        begin(tx, request, by, tx.now(), priority=True)


def start_request(request_id: int, assignment_id: int, *, by: Actor) -> None:
    """The talk began, or the translator opened the file.

    Emits: RequestStarted.
    """
    with transaction() as tx:
        request = tx.locked(RequestRow, request_id)
        request.status = TRANSITIONS.next(Action.START, request.status, by.role)
        tx.emit(RequestStarted(request_id=request.id, agency_id=request.agency_id, assignment_id=assignment_id), by)


def finish_request(request_id: int, assignment_id: int, *, by: Actor) -> None:
    """It is over: what remains is the record and its confirmation.

    Emits: RequestFinished.
    """
    with transaction() as tx:
        request = tx.locked(RequestRow, request_id)
        request.status = TRANSITIONS.next(Action.FINISH, request.status, by.role)
        tx.emit(RequestFinished(request_id=request.id, agency_id=request.agency_id, assignment_id=assignment_id), by)
