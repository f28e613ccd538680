"""Changing what was asked, with the difference put before the other side."""

from typing import Any

from dispatch.calendars.queries import calendar_of
from dispatch.interpreters import services as interpreters
from dispatch.requests import permissions, queries
from dispatch.requests.domain import Asked, CancelReason, Change, check, difference
from dispatch.requests.errors import RequestChanged as ChangedMeanwhile
from dispatch.requests.events import RequestChanged
from dispatch.requests.models import RequestRow
from dispatch.requests.services.asking import begin, submit_request, write_facts
from dispatch.requests.services.ending import cancel_request
from dispatch.requests.status import TRANSITIONS, Action, Status
from kernel.actor import Actor
from kernel.database import Transaction, retried, transaction


@retried
def change_request(request_id: int, asked: Asked, *, by: Actor, version: int) -> int:
    """Change an open request and return its id; `version` is the one the person saw.

    While searching, offers made before are void and the search begins anew. Once assigned, the interpreter keeps the
    assignment at the new facts and is shown the difference; if she is not free then, the change is refused. A move
    inside the late window is a late cancellation and a new, linked request, whose id is returned.

    Emits: RequestChanged.
    Raises: BadRequest, NotAllowedNow (also SlotTaken), NotFound, Forbidden.
    """
    with transaction() as tx:
        holder = queries.bound_interpreter(request_id)
        if holder is not None:
            interpreters.lock_interpreter(tx, holder)
        request = tx.locked(RequestRow, request_id)
        permissions.require_side(by, request)
        if request.version != version:
            raise ChangedMeanwhile()
        target = TRANSITIONS.next(Action.CHANGE, request.status, by.role)
        now = tx.now()
        check(asked, now)
        before = facts_of(request)
        if _moves_late(request, asked, now):
            return _cancel_and_ask_again(tx, request, asked, by)
        write_facts(tx, request, asked)
        change = difference(before, facts_of(request))
        _apply(tx, request, change, target, holder, by)
        return request.id


def facts_of(request: RequestRow) -> dict[str, Any]:
    """Return what was asked, field by field, as it stands on the row."""
    return {name: getattr(request, name) for name in _SHOWN}


_SHOWN = (
    "service", "language", "starts_at", "ends_at", "street", "postcode", "municipality", "phone",
    "interpreter_gender", "subject", "client_reference", "note",
)  # fmt: skip


def _apply(tx: Transaction, request: RequestRow, change: Change, target: str, holder: int | None, by: Actor) -> None:
    if not change.differences:
        return
    if change.is_binding:
        request.version += 1
    event = RequestChanged(
        request_id=request.id,
        agency_id=request.agency_id,
        fields=change.names,
        binding=change.is_binding,
        interpreter_id=holder,
    )
    tx.emit(event, by)
    if target == Status.SEARCHING:
        request.status = target
        begin(tx, request, by, tx.now(), priority=request.priority)


def _moves_late(request: RequestRow, asked: Asked, now: Any) -> bool:
    if request.status != Status.ASSIGNED or asked.starts_at == request.starts_at:
        return False
    return bool(now >= calendar_of(request.agency_id).timely_cut_off(request.starts_at))


def _cancel_and_ask_again(tx: Transaction, request: RequestRow, asked: Asked, by: Actor) -> int:
    cancel_request(request.id, by=by, reason=CancelReason.MOVED)
    new_id = submit_request(asked, by=by, organisation_id=request.organisation_id)
    tx.session.get_one(RequestRow, new_id).moved_from_id = request.id
    return new_id
