"""Every read of conversations. Nothing here writes."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import joinedload

from dispatch.assignments.models import AssignmentRow
from dispatch.assignments.queries import visible_to
from dispatch.conversations.domain import Party, limits_by
from dispatch.conversations.models import ConversationRow, ParticipantRow, RoomFileRow
from dispatch.conversations.status import OPEN, Status
from dispatch.interpreters.models import InterpreterRow
from dispatch.performances.domain import Report
from dispatch.requests.models import RequestRow
from dispatch.terms.domain import elapsed
from dispatch.terms.queries import terms_at
from kernel.actor import Actor, Role
from kernel.clock import time_scale
from kernel.database import db, one_of, rows
from kernel.errors import NotFound
from media.call import domain as call
from people.domain import LOCALES, hash_secret
from people.models import PersonRow
from reference import queries as reference

# Whoever may be in a room; managers and administrators may not.
_ROLES = {Role.REQUESTER: Party.REQUESTER, Role.INTERPRETER: Party.INTERPRETER, Role.COORDINATOR: Party.COORDINATOR}


def call_limits(service: str, day: date) -> call.Limits:
    """Return the waiting times of a call that begins on a day; "now" by telephone is the service `immediate`."""
    terms = terms_at(day)

    def seconds_of(name: str) -> float | None:
        term = terms.find(name, service)
        return elapsed(term) / timedelta(seconds=1) / time_scale() if term else None

    return limits_by(seconds_of)


def find_conversation(conversation_id: int, *, by: Actor) -> ConversationRow:
    """Return a conversation the actor may take part in, with its assignment and request.

    Raises: NotFound.
    """
    row = db.session.scalars(_WHOLE.where(ConversationRow.id == conversation_id, visible_to(by))).first()
    if row is None or (not by.is_system and by.role not in _ROLES):
        raise NotFound(thing="conversations")
    return row


_WHOLE = (
    select(ConversationRow)
    .join(AssignmentRow, AssignmentRow.id == ConversationRow.assignment_id)
    .join(RequestRow, RequestRow.id == ConversationRow.request_id)
    .options(joinedload(ConversationRow.assignment).joinedload(AssignmentRow.request))
)


def party_of(actor: Actor) -> Party:
    """Return who a person of the house is in a conversation they may take part in."""
    return _ROLES[actor.role]


def bound(assignment_id: int) -> Row[Any] | None:
    """Return what the room of an assignment is made from, and whether there is one already, in one statement."""
    return next(iter(rows(_BOUND, assignment_id=assignment_id)), None)


_BOUND = (
    select(
        *(AssignmentRow.request_id, AssignmentRow.service, AssignmentRow.starts_at, AssignmentRow.ends_at),
        *(AssignmentRow.booked_at, RequestRow.agency_id, RequestRow.immediate, RequestRow.submitted_at),
        *(InterpreterRow.person_id, ConversationRow.id.label("conversation_id")),
    )
    .join(RequestRow, RequestRow.id == AssignmentRow.request_id)
    .join(InterpreterRow, InterpreterRow.id == AssignmentRow.interpreter_id)
    .outerjoin(ConversationRow, ConversationRow.assignment_id == AssignmentRow.id)
    .where(AssignmentRow.id == bindparam("assignment_id"))
)


def conversation_of(assignment_id: int) -> ConversationRow | None:
    """Return the conversation of an assignment, for whoever may see that."""
    return db.session.scalars(select(ConversationRow).where(ConversationRow.assignment_id == assignment_id)).first()


def conversations_of(assignment_ids: Sequence[int]) -> dict[int, ConversationRow]:
    """Return the open conversations of several assignments, by assignment."""
    wanted = select(ConversationRow).where(ConversationRow.assignment_id.in_(assignment_ids))
    found = db.session.scalars(wanted.where(one_of(ConversationRow.status, OPEN)))
    return {it.assignment_id: it for it in found}


def last_conversation_of(request_id: int) -> ConversationRow | None:
    """Return the newest conversation of a request, for whoever may see that."""
    query = select(ConversationRow).where(ConversationRow.request_id == request_id)
    return db.session.scalars(query.order_by(ConversationRow.id.desc()).limit(1)).first()


def draft_of(assignment_id: int) -> Report | None:
    """Return the draft of the record of an assignment: what took place in its room, if anything did."""
    row = conversation_of(assignment_id)
    if row is None or row.status != Status.ENDED or row.began_at is None or row.over_at is None:
        return None
    if row.over_at <= row.began_at:
        return None
    return Report(started_at=row.began_at, ended_at=row.over_at, disturbance_minutes=row.disturbance_minutes)


def due(limit: int = 100) -> list[int]:
    """Return the conversations whose call has to be looked at now."""
    row = ConversationRow
    waiting = (row.wake_at <= func.clock_timestamp(), one_of(row.status, OPEN))
    return list(db.session.scalars(select(row.id).where(*waiting).order_by(row.wake_at).limit(limit)))


def gone(limit: int = 200) -> list[ParticipantRow]:
    """Return who has a seat that nobody renews any more: the tab, the network or the process died."""
    row = ParticipantRow
    lost = (row.seat.is_not(None), row.present_until < func.clock_timestamp())
    return list(db.session.scalars(select(row).where(*lost).limit(limit)))


def participant(participant_id: int) -> ParticipantRow | None:
    return db.session.get(ParticipantRow, participant_id, populate_existing=True)


def find_participant(conversation_id: int, key: str) -> ParticipantRow:
    """Return a participant of this very conversation by key.

    Raises: NotFound.
    """
    query = select(ParticipantRow).where(ParticipantRow.conversation_id == conversation_id, ParticipantRow.key == key)
    row = db.session.scalars(query).first()
    if row is None:
        raise NotFound(thing="conversation_participants")
    return row


def find_by_link(token: str) -> ParticipantRow:
    """Return whom a link was made for, whether it still works or not.

    Raises: NotFound.
    """
    row = db.session.scalars(select(ParticipantRow).where(ParticipantRow.link_hash == hash_secret(token))).first()
    if row is None:
        raise NotFound(thing="links")
    return row


def find_guest(secret: str) -> ParticipantRow | None:
    """Return the guest of a browser, as long as they may be in the room."""
    query = select(ParticipantRow).where(ParticipantRow.secret_hash == hash_secret(secret))
    row = db.session.scalars(query.execution_options(populate_existing=True)).first()
    return row if row is not None and row.status != "removed" else None


def room_of(conversation_id: int) -> ConversationRow:
    """Return a conversation by id, for whoever proved to be a participant.

    Raises: NotFound.
    """
    query = select(ConversationRow).where(ConversationRow.id == conversation_id)
    row = db.session.scalars(query.execution_options(populate_existing=True)).first()
    if row is None:
        raise NotFound(thing="conversations")
    return row


def roster(conversation_id: int, now: datetime) -> Sequence[Row[Any]]:
    """Return who is inside or waits at the door now, in order of coming, with the names of people of the house."""
    row = ParticipantRow
    columns = (row.key, row.role, row.label, row.status, row.language, row.muted, row.camera_off, row.hand_at, row.seat)
    query = select(*columns, PersonRow.name.label("person")).outerjoin(PersonRow, PersonRow.id == row.person_id)
    there = (row.conversation_id == conversation_id, row.present_until > now, row.status != "removed")
    return db.session.execute(query.where(*there).order_by(row.id)).all()


def invited(conversation_id: int) -> Sequence[ParticipantRow]:
    """Return the guests of a conversation whose link was not used yet, or who did not come in."""
    query = select(ParticipantRow).where(ParticipantRow.conversation_id == conversation_id)
    return db.session.scalars(query.where(ParticipantRow.status == "invited").order_by(ParticipantRow.id)).all()


def count_guests(conversation_id: int) -> int:
    """Return how many guests a conversation has that were not removed."""
    row = ParticipantRow
    query = select(func.count()).where(row.conversation_id == conversation_id, row.person_id.is_(None))
    return db.session.scalar(query.where(row.status != "removed")) or 0


def find_file(conversation_id: int, file_id: int) -> RoomFileRow:
    """Return a file of this very room.

    Raises: NotFound.
    """
    query = select(RoomFileRow).where(RoomFileRow.id == file_id, RoomFileRow.conversation_id == conversation_id)
    row = db.session.scalars(query).first()
    if row is None:
        raise NotFound(thing="conversation_files")
    return row


def locale_of(language: str | None) -> str | None:
    """Return in which language of ours somebody reads who speaks `language` (ISO 639-3), if in any."""
    known = reference.languages().get(language or "")
    found = known.bcp47.split("-")[0] if known else ""
    return found if found in LOCALES else None
