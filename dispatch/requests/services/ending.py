"""Ending: exactly one outcome per request."""

from dispatch.calendars.queries import calendar_of
from dispatch.requests import permissions
from dispatch.requests.domain import CancelReason, Ending, Outcome, Reason, absence, cancellation, unanswered
from dispatch.requests.errors import AlreadyClosed
from dispatch.requests.events import OutcomeCorrected, RequestClosed
from dispatch.requests.models import RequestRow
from dispatch.requests.status import TRANSITIONS, Action, Status
from kernel.actor import Actor
from kernel.database import Transaction, retried, transaction
from kernel.errors import Invalid, NotAllowedNow
from kernel.failpoint import failpoint


@retried
def cancel_request(request_id: int, *, by: Actor, reason: CancelReason, note: str | None = None) -> Ending:
    """Call the request off. Whether that is timely is decided here, by the database's clock and the agency's rule.

    Whoever was bound or asked is told by the subscribers of RequestClosed. Repeating it answers as the first time.

    Emits: RequestClosed.
    Raises: NotFound, Forbidden, NotAllowedNow.
    """
    with transaction() as tx:
        request = tx.locked(RequestRow, request_id)
        permissions.require_side(by, request)
        if request.status == Status.CLOSED and request.cancel_reason is not None:
            return _ending_of(request)
        target = TRANSITIONS.next(Action.CANCEL, request.status, by.role)
        ending = cancellation(answered=request.status == Status.ASSIGNED, timely=_is_timely(tx, request))
        request.cancel_reason = reason
        close(tx, request, target, ending, by, note=note)
        failpoint("requests.cancel.before_commit")
        return ending


def close_request(
    request_id: int, *, by: Actor, reason: Reason, derived: Reason | None = None, note: str | None = None
) -> Ending:
    """Close a request for which nobody was found, or that cannot be served.

    `derived` is what the frozen funnel says. A coordinator who decides otherwise gives a motive in `note`; both
    are kept.

    Emits: RequestClosed.
    Raises: Invalid (no motive), NotFound, Forbidden, NotAllowedNow.
    """
    with transaction() as tx:
        request = tx.locked(RequestRow, request_id)
        permissions.require_desk(by, request)
        if request.status == Status.CLOSED:
            raise AlreadyClosed(outcome=request.outcome)
        target = TRANSITIONS.next(Action.CLOSE, request.status, by.role)
        if derived is not None:
            if reason != derived and not (note or "").strip():
                raise Invalid(fields={"note": "motive_required"})
            request.derived_outcome = {"outcome": unanswered(derived).outcome, "reason": derived}
        ending = unanswered(reason)
        close(tx, request, target, ending, by, note=note)
        return ending


def confirm_request(request_id: int, *, by: Actor) -> None:
    """Both sides agree on what took place: completed.

    Emits: RequestClosed.
    """
    with transaction() as tx:
        request = tx.locked(RequestRow, request_id)
        target = TRANSITIONS.next(Action.CONFIRM, request.status, by.role)
        close(tx, request, target, Ending(Outcome.COMPLETED), by)


def end_by_absence(request_id: int, who: str, *, by: Actor) -> Ending:
    """Somebody did not come: interpreter, client and requester lead to different outcomes.

    Emits: RequestClosed.
    """
    with transaction() as tx:
        request = tx.locked(RequestRow, request_id)
        target = TRANSITIONS.next(Action.REPORT_ABSENCE, request.status, by.role)
        ending = absence(who)
        close(tx, request, target, ending, by)
        return ending


def correct_outcome(request_id: int, *, by: Actor, ending: Ending, note: str) -> None:
    """Give a closed request another leaf, with a motive; the first one stays in the audit trail.

    Emits: OutcomeCorrected.
    Raises: Invalid (no motive, or a leaf that needs an assignment that never was), NotFound, Forbidden, NotAllowedNow.
    """
    with transaction() as tx:
        request = tx.locked(RequestRow, request_id)
        permissions.require_desk(by, request)
        if request.status != Status.CLOSED:
            raise NotAllowedNow(status=request.status)
        if not note.strip():
            raise Invalid(fields={"note": "motive_required"})
        if ending.outcome in {Outcome.COMPLETED, Outcome.CANCELLED} and request.answered_at is None:
            raise Invalid(fields={"outcome": "never_assigned"})
        before = request.outcome or ""
        _write_ending(request, ending)
        request.outcome_note = note
        ids = {"request_id": request.id, "agency_id": request.agency_id}
        tx.emit(OutcomeCorrected(**ids, before=before, after=ending.outcome, reason=ending.reason), by)


def close(
    tx: Transaction, request: RequestRow, target: str, ending: Ending, by: Actor, note: str | None = None
) -> None:
    """Give a request its one outcome. Only for this module: the caller asked the table for `target`."""
    was_status = request.status
    request.status = target
    request.closed_at, request.next_step_at, request.outcome_note = tx.now(), None, note
    if was_status == Status.DRAFT:
        request.submitted_at = request.closed_at
    _write_ending(request, ending)
    event = RequestClosed(
        request_id=request.id,
        agency_id=request.agency_id,
        outcome=ending.outcome,
        reason=ending.reason,
        timely=ending.timely,
        derived=(request.derived_outcome or {}).get("reason"),
        was_status=was_status,
        requester_id=request.requester_id,
    )
    tx.emit(event, by)


def _write_ending(request: RequestRow, ending: Ending) -> None:
    request.outcome, request.outcome_reason, request.timely = ending.outcome, ending.reason, ending.timely


def _ending_of(request: RequestRow) -> Ending:
    reason = Reason(request.outcome_reason) if request.outcome_reason else None
    return Ending(Outcome(request.outcome or ""), reason, request.timely)


def _is_timely(tx: Transaction, request: RequestRow) -> bool:
    return tx.now() < calendar_of(request.agency_id).timely_cut_off(request.starts_at)
