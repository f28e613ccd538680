"""Reads of feeds and of the appointments they tell. Nothing here writes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select

from dispatch.assignments.models import AssignmentRow
from dispatch.feeds.models import CalendarFeedRow
from dispatch.requests.models import RequestRow
from kernel.actor import Actor
from kernel.database import db
from kernel.errors import NotFound
from people.models import MembershipRow, PersonRow

# What a calendar is told: so far back, and at most so many.
_BACK, _MOST = timedelta(days=60), 500
_REQUESTED = (
    RequestRow.id, RequestRow.reference, RequestRow.service, RequestRow.language, RequestRow.starts_at,
    RequestRow.ends_at, RequestRow.municipality, RequestRow.version, RequestRow.status, RequestRow.outcome,
    RequestRow.created_at,
)  # fmt: skip
_ASSIGNED = (
    AssignmentRow.id, RequestRow.reference, AssignmentRow.service, AssignmentRow.language, AssignmentRow.starts_at,
    AssignmentRow.ends_at, RequestRow.municipality, RequestRow.version, AssignmentRow.status,
    RequestRow.created_at,
)  # fmt: skip


def feed_of(by: Actor) -> CalendarFeedRow | None:
    """Return the living feed of somebody in this role."""
    mine = (CalendarFeedRow.person_id == by.person_id, CalendarFeedRow.role == by.role)
    return db.session.scalars(select(CalendarFeedRow).where(*mine, CalendarFeedRow.ended_at.is_(None))).first()


def find_feed(feed_id: int) -> Row[Any]:
    """Return whose feed this is (person_id, role, locale, interpreter_id), while it lives and its person has the role.

    Raises: NotFound.
    """
    of_role = (MembershipRow.person_id == CalendarFeedRow.person_id) & (MembershipRow.role == CalendarFeedRow.role)
    query = (
        select(CalendarFeedRow.person_id, CalendarFeedRow.role, PersonRow.locale, MembershipRow.interpreter_id)
        .join(PersonRow, PersonRow.id == CalendarFeedRow.person_id)
        .join(MembershipRow, of_role & MembershipRow.ended_at.is_(None))
        .where(CalendarFeedRow.id == feed_id, CalendarFeedRow.ended_at.is_(None), PersonRow.deactivated_at.is_(None))
    )
    if (found := db.session.execute(query).first()) is None:
        raise NotFound(thing="calendar_feeds")
    return found


def requested_by(person_id: int, now: datetime) -> Sequence[Row[Any]]:
    """Return what somebody asked for that is not long past, drafts and translations apart."""
    query = select(*_REQUESTED).where(
        RequestRow.requester_id == person_id,
        RequestRow.ends_at > now - _BACK,
        RequestRow.status != "draft",
        RequestRow.service != "translation",
    )
    return db.session.execute(query.order_by(RequestRow.starts_at.desc()).limit(_MOST)).all()


def assigned_to(interpreter_id: int, now: datetime) -> Sequence[Row[Any]]:
    """Return the assignments of an interpreter that are not long past, those called off too: calendars drop them."""
    query = select(*_ASSIGNED).join(RequestRow, RequestRow.id == AssignmentRow.request_id)
    mine = (AssignmentRow.interpreter_id == interpreter_id, AssignmentRow.ends_at > now - _BACK)
    return db.session.execute(query.where(*mine).order_by(AssignmentRow.starts_at.desc()).limit(_MOST)).all()


def one_request(request_id: int, *, by: Actor) -> Row[Any]:
    """Return one request of the actor's own organisation.

    Raises: NotFound.
    """
    own = (RequestRow.id == request_id, RequestRow.organisation_id == (by.organisation_id or 0))
    return _one(select(*_REQUESTED).where(*own))


def one_assignment(assignment_id: int, *, by: Actor) -> Row[Any]:
    """Return one assignment of the actor's own.

    Raises: NotFound.
    """
    own = (AssignmentRow.id == assignment_id, AssignmentRow.interpreter_id == (by.interpreter_id or 0))
    return _one(select(*_ASSIGNED).join(RequestRow, RequestRow.id == AssignmentRow.request_id).where(*own))


def _one(query: Any) -> Row[Any]:
    found: Row[Any] | None = db.session.execute(query).first()
    if found is None:
        raise NotFound(thing="appointments")
    return found
