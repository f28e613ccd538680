"""A caller's call machine takes a step, and what it asks is done: in this transaction, or as jobs that it leaves."""

from datetime import datetime

from sqlalchemy import select

from dispatch.calls import queries
from dispatch.calls.events import CallEnded
from dispatch.calls.models import CallRow
from dispatch.calls.ports import LegStatus
from dispatch.calls.services.codes import asking
from dispatch.calls.services.legs import make_leg
from dispatch.offers import services as offers
from dispatch.requests import services as requests
from dispatch.requests.domain import Asked, CancelReason, Reason, Service, Typed, work_out
from dispatch.requests.status import UNANSWERED
from dispatch.requests.status import Status as RequestStatus
from kernel.actor import SYSTEM
from kernel.database import Transaction, retried, transaction
from kernel.errors import Refusal
from media.call import domain as call
from media.call import kept, machine


def hold(tx: Transaction, call_id: int) -> CallRow:
    """Return a call with its lock, after that of its request.

    Raises: NotFound.
    """
    request_id = tx.session.scalar(select(CallRow.request_id).where(CallRow.id == call_id))
    if request_id is not None:
        requests.lock_request(tx, request_id)
    return tx.locked(CallRow, call_id)


def take(tx: Transaction, row: CallRow, event: call.Event, *, in_answer: bool = False) -> call.CallState:
    """Let the machine of a call take an event. The caller holds its lock.

    While a conversation has the call, it is only noted: that machine decides. `in_answer`: whoever waits for the
    answer hears it anyway, so that nobody has to be told to ask again.
    """
    state = kept.from_json(row.state or {})
    state, commands = machine.step(state, event)
    handed_over = row.conversation_id is not None
    _keep(tx, row, state, handed_over)
    for command in () if handed_over else commands:
        if in_answer and isinstance(command, call.Say):
            continue
        if (told := _carry_out(tx, row, command, event.at)) is not None:
            take(tx, row, told, in_answer=in_answer)
    return kept.from_json(row.state or {})


def watch_calls() -> int:
    """Act upon what callers waited for long enough; return how many. Safe beside other workers, and when repeated."""
    ids = queries.due()
    for call_id in ids:
        _tick(call_id)
    return len(ids)


@retried
def _tick(call_id: int) -> None:
    with transaction() as tx:
        row, now = hold(tx, call_id), tx.now()
        if row.wake_at is not None and row.wake_at <= now:
            take(tx, row, call.Tick(at=now))


def _keep(tx: Transaction, row: CallRow, state: call.CallState, handed_over: bool) -> None:
    row.state = kept.to_json(state)
    row.wake_at = None if handed_over else machine.wake_at(state)
    if state.phase is call.Phase.ENDED and row.ended_at is None and not handed_over:
        row.ended_at, row.why = state.ended_at, state.why
        tx.emit(
            CallEnded(agency_id=row.agency_id, request_id=row.request_id, call_id=row.id, why=row.why or ""), SYSTEM
        )


def _carry_out(tx: Transaction, row: CallRow, command: call.Command, at: datetime) -> call.Event | None:
    """Do what the machine asks; return what it has to be told of that."""
    match command:
        case call.MakeRequest(language=language):
            return _make_request(tx, row, language, at)
        case call.Say():
            tx.defer_all("calls.ask_again", [{"leg_id": it} for it in _on_the_line(row)])
        case call.Remove(leg=sid):
            leg = queries.leg_by_sid(sid)
            tx.defer_all("calls.hang_up", [{"leg_id": leg.id}] if leg else [])
        case call.Close():
            tx.defer("calls.close", call_id=row.id)
        case call.CallDesk(transfer=transfer):
            _call_desk(tx, row, transfer=transfer)
        case _:
            _turn_search(tx, row, command)
    return None


def _turn_search(tx: Transaction, row: CallRow, command: call.Command) -> None:
    """Search for another language, longer, or no more."""
    if row.request_id is None:
        return
    match command:
        case call.TryLanguage(language=language):
            _try_language(tx, row, row.request_id, language)
        case call.KeepSearching(until=until):
            requests.keep_searching(row.request_id, until, by=SYSTEM)
        case call.Withdraw() | call.GiveUp():
            _end_search(tx, row, row.request_id, withdrawn=isinstance(command, call.Withdraw))


def _make_request(tx: Transaction, row: CallRow, language: str, at: datetime) -> call.Event:
    """Ask for an interpreter in the name of whoever the code is of; what cannot be served now ends at once."""
    if row.code is None:
        return call.RequestRefused(at=at)
    try:
        with tx.session.begin_nested():
            row.request_id = requests.submit_request(_asked(row, language, tx.now()), by=asking(row.code))
    except Refusal:
        return call.RequestRefused(at=at)
    if requests.lock_request(tx, row.request_id).status != RequestStatus.SEARCHING:
        requests.close_request(row.request_id, by=SYSTEM, reason=Reason.SERVICE_UNAVAILABLE)
        return call.RequestRefused(at=at)
    return call.RequestMade(at=at, request=str(row.request_id))


def _try_language(tx: Transaction, row: CallRow, request_id: int, language: str) -> None:
    request = requests.lock_request(tx, request_id)
    if request.status in UNANSWERED and row.code is not None:
        asked = _asked(row, language, tx.now())
        requests.change_request(request_id, asked, by=asking(row.code), version=request.version)


def _asked(row: CallRow, language: str, now: datetime) -> Asked:
    line = queries.line_of(row.agency_id)
    phone = row.number or (line.number if line else "")
    return work_out(Typed(service=Service.TELEPHONE, language=language, immediate=True), now, phone=phone)


def _end_search(tx: Transaction, row: CallRow, request_id: int, *, withdrawn: bool) -> None:
    """Nobody waits any more: the request ends as withdrawn, or as one for which nobody was found."""
    request = requests.lock_request(tx, request_id)
    if withdrawn and row.code is not None and request.status in UNANSWERED | {RequestStatus.ASSIGNED}:
        requests.cancel_request(request_id, by=asking(row.code), reason=CancelReason.NO_LONGER_NEEDED)
    elif request.status in UNANSWERED:
        offers.close_unanswered(request_id, by=SYSTEM)


def _call_desk(tx: Transaction, row: CallRow, *, transfer: bool) -> None:
    """A person has to look; and comes on the line herself where the caller waits on it."""
    if row.request_id is not None and requests.lock_request(tx, row.request_id).status == RequestStatus.SEARCHING:
        requests.escalate_request(row.request_id, "caller_waits", by=SYSTEM)
    line = queries.line_of(row.agency_id)
    if not transfer and line is not None and line.desk_number is not None:
        make_leg(tx, row, role="coordinator", who="desk", number=line.desk_number)


def _on_the_line(row: CallRow) -> list[int]:
    live = (it for it in queries.legs_of(row.id) if it.status == LegStatus.ANSWERED)
    return [it.id for it in live if it.incoming]
