"""What happened in a conversation is kept once, whoever tells it and however often; what follows is carried out."""

import dataclasses
import json
from datetime import datetime

from dispatch.assignments import services as assignments
from dispatch.assignments.domain import WithdrawReason
from dispatch.assignments.status import Status as AssignmentStatus
from dispatch.conversations.events import ConversationBegan, ConversationEnded, DialAsked, PartyMissing
from dispatch.conversations.models import ConversationRow
from dispatch.conversations.services.keeping import empty_room
from dispatch.conversations.services.telling import tell
from dispatch.conversations.status import FINAL, TRANSITIONS, Action, Status
from dispatch.requests import services as requests
from dispatch.requests.status import Status as RequestStatus
from kernel.actor import SYSTEM, Actor
from kernel.database import Transaction, retried, transaction
from kernel.errors import NotFound
from media.call import domain as call
from media.call import kept, legs, machine

_KEEP = """
    INSERT INTO conversation_events (conversation_id, key, at, name, facts)
    VALUES (%(conversation_id)s, %(key)s, %(at)s, %(name)s, cast(%(facts)s AS jsonb))
    ON CONFLICT (conversation_id, key) DO NOTHING RETURNING id
"""


@retried
def record_event(conversation_id: int, event: call.Event, *, key: str) -> call.CallState:
    """Keep what happened, once per `key` of its source, and carry out what follows.

    The assignment starts when the interpreter and somebody she came for are connected; when it is over, the draft of
    the performance record stands ready. Events may come late, twice, and in any order.

    Emits: ConversationBegan, ConversationEnded, PartyMissing, DialAsked, and what assignment and request emit.
    Raises: NotFound.
    """
    with transaction() as tx:
        row = hold(tx, conversation_id)
        state = kept.from_json(row.call)
        values = {"conversation_id": conversation_id, "key": key[:200], "at": event.at, "name": type(event).__name__}
        if not tx.send(_KEEP, values | {"facts": json.dumps(_plain(event))}):
            return state
        state, commands = machine.step(state, event)
        _keep_state(row, state)
        if state.phase in {call.Phase.CONNECTED, call.Phase.INTERRUPTED} and row.status == Status.PLANNED:
            _begin(tx, row)
        for command in commands:
            _carry_out(tx, row, state, command)
        tell(tx, row.id, "changed")
        return state


def end_conversation(conversation_id: int, *, by: Actor) -> None:
    """End it for everybody. Repeating it changes nothing.

    Emits: ConversationEnded, RequestFinished.
    """
    with transaction() as tx:
        row = hold(tx, conversation_id)
        if row.status in FINAL:
            return
        record_event(conversation_id, call.Ended(at=tx.now()), key="ended")


def hold(tx: Transaction, conversation_id: int) -> ConversationRow:
    """Return a conversation with its lock, after that of its request.

    Raises: NotFound.
    """
    known = tx.session.get(ConversationRow, conversation_id)
    if known is None:
        raise NotFound(thing="conversations")
    requests.lock_request(tx, known.request_id)
    return tx.locked(ConversationRow, conversation_id)


def _keep_state(row: ConversationRow, state: call.CallState) -> None:
    row.call = kept.to_json(state)
    row.wake_at = machine.wake_at(state) if row.status not in FINAL else None
    if (draft := legs.draft(state)) is not None:
        row.began_at, row.over_at = draft.started_at, draft.ended_at
        row.disturbance_minutes, row.connect_seconds = draft.disturbance_minutes, draft.connect_seconds


def _begin(tx: Transaction, row: ConversationRow) -> None:
    row.status, row.began_at = TRANSITIONS.next(Action.BEGIN, row.status), row.began_at or tx.now()
    row.missed_at = None
    tx.emit(ConversationBegan(**ids_of(row)), SYSTEM)
    bound = row.assignment
    if bound.status == AssignmentStatus.BOOKED and bound.request.status == RequestStatus.ASSIGNED:
        assignments.start_assignment(bound.id, by=SYSTEM)


def _carry_out(tx: Transaction, row: ConversationRow, state: call.CallState, command: call.Command) -> None:
    """Do what the call machine asks, as far as it is of this house; a late word of a closed room asks nothing."""
    match command:
        case call.Close() if row.status not in FINAL:
            _end(tx, row, state)
        case call.Dial(role=role, who=who, attempt=attempt) if row.status not in FINAL:
            tx.emit(DialAsked(**ids_of(row), party=role, who=who, attempt=attempt), SYSTEM)
        case call.CallDesk() if row.status not in FINAL:
            _miss(tx, row, call.Role.INTERPRETER)
        case call.ReportAbsence(role=role):
            _miss(tx, row, role)
        case call.Release(number=number) if row.status not in FINAL:
            assignments.withdraw_assignment(number, by=SYSTEM, reason=WithdrawReason.OTHER)
        case call.Remove(leg=leg):
            tell(tx, row.id, "taken_over", seat=leg)


def _miss(tx: Transaction, row: ConversationRow, role: call.Role) -> None:
    row.missed_at = tx.now()
    tx.emit(PartyMissing(**ids_of(row), party=role, interpreter_id=row.assignment.interpreter_id), SYSTEM)


def _end(tx: Transaction, row: ConversationRow, state: call.CallState) -> None:
    """It is over: with what took place the request waits for its record; without, the desk decides what it was."""
    empty_room(tx, row, TRANSITIONS.next(Action.END, row.status))
    bound, took_place = row.assignment, legs.draft(state) is not None
    facts = {"assignment_id": bound.id, "interpreter_id": bound.interpreter_id, "why": str(state.why)}
    tx.emit(ConversationEnded(**ids_of(row), **facts, took_place=took_place), SYSTEM)
    if took_place and bound.request.status in {RequestStatus.ASSIGNED, RequestStatus.IN_PROGRESS}:
        requests.finish_request(row.request_id, bound.id, by=SYSTEM)


def ids_of(row: ConversationRow) -> dict[str, int]:
    return {"request_id": row.request_id, "agency_id": row.agency_id, "conversation_id": row.id}


def _plain(event: call.Event) -> dict[str, object]:
    told = {it.name: getattr(event, it.name) for it in dataclasses.fields(event) if it.name != "at"}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in told.items()}
