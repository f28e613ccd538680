"""Every read of assignments. Nothing here writes."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, func, select, text
from sqlalchemy.orm import joinedload

from dispatch.assignments.models import AssignmentRow
from dispatch.assignments.status import LIVE, Status
from dispatch.interpreters.models import InterpreterRow
from dispatch.requests.models import RequestRow
from kernel.actor import Actor, Role
from kernel.database import db, rows
from kernel.errors import NotFound
from people.models import PersonRow

BINDING = LIVE | {Status.PERFORMED}


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on assignments (joined with requests) that holds for what `actor` may see."""
    if actor.is_system:
        return text("true")  # type: ignore[return-value]
    if actor.role is Role.INTERPRETER:
        return AssignmentRow.interpreter_id == (actor.interpreter_id or 0)
    if actor.role is Role.REQUESTER:
        return RequestRow.organisation_id == (actor.organisation_id or 0)
    return RequestRow.agency_id.in_(actor.agency_ids)


def find_assignment(assignment_id: int, *, by: Actor) -> AssignmentRow:
    """Return an assignment the actor may see, with its request.

    Raises: NotFound.
    """
    query = select(AssignmentRow).join(RequestRow).options(_WITH_REQUEST)
    row = db.session.scalars(query.where(AssignmentRow.id == assignment_id, visible_to(by))).first()
    if row is None:
        raise NotFound(thing="assignments")
    return row


def assignment_of(request_id: int) -> AssignmentRow | None:
    """Return the assignment that binds somebody to a request now, if any."""
    query = select(AssignmentRow).where(AssignmentRow.request_id == request_id, AssignmentRow.status.in_(BINDING))
    return db.session.scalars(query).first()


def last_assignment_of(request_id: int) -> Row[Any] | None:
    """Return the newest assignment of a request, whatever became of it: what is shown of it, and of whom it binds."""
    return next(iter(rows(_LAST, request_id=request_id)), None)


_LAST = (
    select(
        AssignmentRow.id, AssignmentRow.status, AssignmentRow.service, AssignmentRow.language, AssignmentRow.starts_at,
        AssignmentRow.ends_at, AssignmentRow.reconfirmed_at, AssignmentRow.reconfirm_missed_at,
        AssignmentRow.interpreter_id, AssignmentRow.door_code, PersonRow.name.label("interpreter_name"),
        PersonRow.phone.label("interpreter_phone"),
    )
    .join(InterpreterRow, InterpreterRow.id == AssignmentRow.interpreter_id)
    .join(PersonRow, PersonRow.id == InterpreterRow.person_id)
    .where(AssignmentRow.request_id == bindparam("request_id"))
    .order_by(AssignmentRow.id.desc())
    .limit(1)
)  # fmt: skip


def agenda(by: Actor, since: datetime, *, until: datetime | None = None, limit: int = 100) -> list[AssignmentRow]:
    """Return an interpreter's assignments that are not over before `since`, in order of time."""
    query = select(AssignmentRow).join(RequestRow).options(_WITH_REQUEST)
    query = query.where(visible_to(by), AssignmentRow.ends_at >= since)
    if until is not None:
        query = query.where(AssignmentRow.starts_at < until)
    return list(db.session.scalars(query.order_by(AssignmentRow.starts_at, AssignmentRow.id).limit(limit)))


def list_assignments(by: Actor, *, after: int = 0, limit: int = 50) -> list[AssignmentRow]:
    """Return a page of the assignments the actor may see, in order of id, beginning behind `after`."""
    query = select(AssignmentRow).join(RequestRow).options(_WITH_REQUEST)
    query = query.where(visible_to(by), AssignmentRow.id > after)
    return list(db.session.scalars(query.order_by(AssignmentRow.id).limit(limit)))


def not_reconfirmed(by: Actor, limit: int = 200) -> list[AssignmentRow]:
    """Return whose interpreters were asked whether they still come and said nothing, the soonest first."""
    query = select(AssignmentRow).join(RequestRow).options(_WITH_REQUEST, _WITH_PERSON)
    return list(db.session.scalars(query.where(visible_to(by), _SILENT).order_by(AssignmentRow.starts_at).limit(limit)))


def count_not_reconfirmed(by: Actor) -> int:
    """Return how many there are of those."""
    query = select(func.count()).select_from(AssignmentRow).join(RequestRow)
    return db.session.scalar(query.where(visible_to(by), _SILENT)) or 0


_SILENT = AssignmentRow.reconfirm_missed_at.isnot(None) & (AssignmentRow.status == Status.BOOKED)
_WITH_REQUEST = joinedload(AssignmentRow.request).joinedload(RequestRow.organisation)
_WITH_PERSON = joinedload(AssignmentRow.interpreter).joinedload(InterpreterRow.person)


def finished(by: Actor, now: datetime, limit: int = 50) -> list[AssignmentRow]:
    """Return an interpreter's assignments that are over or written down, newest first."""
    over = (AssignmentRow.ends_at < now) | (AssignmentRow.status == Status.PERFORMED)
    binding = AssignmentRow.status.in_(BINDING)
    query = select(AssignmentRow).join(RequestRow).options(_WITH_REQUEST).where(visible_to(by), binding, over)
    return list(db.session.scalars(query.order_by(AssignmentRow.starts_at.desc()).limit(limit)))
