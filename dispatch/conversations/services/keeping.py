"""A conversation is made when somebody is bound, follows the assignment, and goes with it."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, update

from dispatch.conversations import queries
from dispatch.conversations.domain import KINDS, moved, room_times
from dispatch.conversations.models import ConversationRow, ParticipantRow, RoomFileRow
from dispatch.conversations.services.telling import tell
from dispatch.conversations.status import FINAL, TRANSITIONS, Action, Status
from dispatch.terms.domain import elapsed
from dispatch.terms.queries import terms_at
from kernel.actor import Actor
from kernel.database import Transaction, transaction
from media.call import domain as call
from media.call import kept, machine


def make_conversation(assignment_id: int) -> int | None:
    """Make the room of an assignment by telephone or video; of another there is none. Twice is once."""
    with transaction() as tx:
        bound = queries.bound(assignment_id)
        if bound is None or (kind := KINDS.get(bound.service)) is None:
            return None
        if bound.conversation_id is not None:
            return int(bound.conversation_id)
        now, hers = bound.booked_at, secrets.token_urlsafe(12)
        state, _ = machine.step(_begin(bound), call.Assigned(at=now, number=assignment_id, who=hers))
        facts = {"assignment_id": assignment_id, "request_id": bound.request_id, "agency_id": bound.agency_id}
        facts |= {"kind": kind, "status": Status.PLANNED, "room": secrets.token_urlsafe(18)}
        facts |= {"call": kept.to_json(state), "wake_at": machine.wake_at(state)}
        made = tx.write(ConversationRow, **facts, **_times(bound.starts_at, bound.ends_at, bound.service, now))
        hers_too = {"conversation_id": made, "role": "interpreter", "person_id": bound.person_id, "key": hers}
        tx.write(ParticipantRow, **hers_too, label="", status="admitted", added_at=now, admitted_at=now)
        return made


def follow_assignment(assignment_id: int) -> None:
    """The assignment moved: its room opens at the new hour."""
    with transaction() as tx:
        row = _held(tx, assignment_id)
        if row is None or row.status in FINAL:
            return
        bound = row.assignment
        for column, moment in _times(bound.starts_at, bound.ends_at, bound.service, tx.now()).items():
            setattr(row, column, moment)
        state = moved(kept.from_json(row.call), bound.starts_at, bound.ends_at)
        row.call, row.wake_at, row.missed_at = kept.to_json(state), machine.wake_at(state), None
        tell(tx, row.id, "changed")


def cancel_conversation_of(assignment_id: int, *, by: Actor) -> None:
    """The assignment was called off, given back, or somebody did not come: there is no conversation."""
    with transaction() as tx:
        row = _held(tx, assignment_id)
        if row is not None and row.status not in FINAL:
            empty_room(tx, row, TRANSITIONS.next(Action.CANCEL, row.status, by.role))


def end_conversation_of(request_id: int, *, by: Actor) -> None:
    """What took place was written down, or the request is closed: the room is not needed any more."""
    with transaction() as tx:
        known = queries.last_conversation_of(request_id)
        row = tx.locked(ConversationRow, known.id) if known else None
        if row is not None and row.status not in FINAL:
            empty_room(tx, row, TRANSITIONS.next(Action.END, row.status, by.role))


def empty_room(tx: Transaction, row: ConversationRow, status: str) -> None:
    """Close a room: what was shown goes, and how guests were called; links and keys are void; who is inside is told."""
    row.status, row.closed_at, row.shown, row.wake_at = status, tx.now(), None, None
    theirs = ParticipantRow.conversation_id == row.id
    void = dict.fromkeys(("link_hash", "secret_hash", "present_until", "seat", "hand_at", "language")) | {"label": ""}
    tx.session.execute(update(ParticipantRow).where(theirs).values(**void))
    tx.session.execute(delete(RoomFileRow).where(RoomFileRow.conversation_id == row.id))
    tell(tx, row.id, "closed", status=status)
    tx.defer("conversations.close_room", conversation_id=row.id)


def _begin(bound: Row[Any]) -> call.CallState:
    """Return the call of an assignment: "now", for somebody who waits since she asked, or at an agreed time."""
    now = bound.booked_at
    limits = queries.call_limits("immediate" if bound.immediate else bound.service, now.date())
    if bound.immediate:
        return machine.asked(bound.submitted_at or now, str(bound.request_id), limits)
    kind = call.Kind.VIDEO if bound.service == "video" else call.Kind.RESERVED
    return machine.agreed(kind, now, bound.starts_at, bound.ends_at, limits)


def _held(tx: Transaction, assignment_id: int) -> ConversationRow | None:
    row = queries.conversation_of(assignment_id)
    return tx.locked(ConversationRow, row.id) if row else None


def _times(starts_at: datetime, ends_at: datetime, service: str, now: datetime) -> dict[str, datetime]:
    terms = terms_at(now.date())
    early, late = (terms.find(name, service) for name in ("room_opens", "room_closes"))
    return room_times(
        starts_at, ends_at, elapsed(early) if early else timedelta(0), elapsed(late) if late else timedelta(0)
    )
