"""When an interpreter works, and whether she is there now."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import Range

from dispatch.interpreters import permissions, queries
from dispatch.interpreters.errors import OverlappingHours
from dispatch.interpreters.events import AvailabilityChanged, PresenceChanged
from dispatch.interpreters.models import AvailabilityExceptionRow, InterpreterRow, WeeklyAvailabilityRow
from dispatch.terms.domain import elapsed
from dispatch.terms.queries import terms_at
from kernel.actor import SYSTEM, Actor
from kernel.database import Transaction, refuse_on, transaction
from kernel.errors import Forbidden, Invalid, NotFound
from matching.hours import Stretch

MAX_STRETCHES = 42
refuse_on("availability_exceptions_no_overlap", OverlappingHours)


def set_week(interpreter_id: int, week: Sequence[Stretch], *, by: Actor) -> None:
    """Replace the usual week.

    Emits: AvailabilityChanged.
    Raises: Invalid, OverlappingHours, NotFound, Forbidden.
    """
    _check_week(week)
    with transaction() as tx:
        tx.locked(InterpreterRow, interpreter_id)
        permissions.require_self_or_desk(by, interpreter_id, queries.agencies_of(interpreter_id))
        mine = WeeklyAvailabilityRow.interpreter_id == interpreter_id
        tx.session.execute(delete(WeeklyAvailabilityRow).where(mine))
        for it in week:
            row = WeeklyAvailabilityRow(interpreter_id=interpreter_id, weekday=it.weekday)
            row.from_time, row.to_time = it.from_time, it.to_time
            tx.session.add(row)
        tx.emit(AvailabilityChanged(interpreter_id=interpreter_id, what="week"), by)


def add_exception(
    interpreter_id: int, start: datetime, end: datetime, *, available: bool, by: Actor, reason: str | None = None
) -> int:
    """Say that a stretch differs from the week.

    Emits: AvailabilityChanged.
    Raises: Invalid, OverlappingHours, NotFound, Forbidden.
    """
    if end <= start or end - start > timedelta(days=366):
        raise Invalid(fields={"last_day": "not_positive" if end <= start else "too_long"})
    if reason and len(reason) > 200:
        raise Invalid(fields={"reason": "too_long"})
    with transaction() as tx:
        tx.locked(InterpreterRow, interpreter_id)
        permissions.require_self_or_desk(by, interpreter_id, queries.agencies_of(interpreter_id))
        during = Range(start, end, bounds="[)")
        row = AvailabilityExceptionRow(interpreter_id=interpreter_id, during=during, available=available, reason=reason)
        same = (
            AvailabilityExceptionRow.interpreter_id == interpreter_id,
            AvailabilityExceptionRow.during.overlaps(during),
        )
        if tx.session.scalar(select(AvailabilityExceptionRow.id).where(*same).limit(1)):
            raise OverlappingHours(fields={"first_day": "overlapping_hours"})
        tx.add(row)
        tx.emit(AvailabilityChanged(interpreter_id=interpreter_id, what="exception"), by)
        return row.id


def remove_exception(exception_id: int, *, by: Actor) -> None:
    """Take an exception back.

    Emits: AvailabilityChanged.
    """
    with transaction() as tx:
        row = tx.session.get(AvailabilityExceptionRow, exception_id)
        if row is None:
            raise NotFound(thing="availability_exceptions")
        permissions.require_self_or_desk(by, row.interpreter_id, queries.agencies_of(row.interpreter_id))
        tx.session.delete(row)
        tx.emit(AvailabilityChanged(interpreter_id=row.interpreter_id, what="exception"), by)


def switch_available_now(on: bool, *, by: Actor) -> None:
    """Be there for telephone calls at once, or not any more. While on, the page's heartbeat keeps it alive.

    Emits: PresenceChanged.
    """
    with transaction() as tx:
        row = tx.locked(InterpreterRow, _own(by))
        row.available_now, row.present_until = on, _present_until(tx) if on else None
        row.unanswered_rings = 0
        tx.emit(PresenceChanged(interpreter_id=row.id, present=on), by)


def beat(*, by: Actor) -> bool:
    """Say "still there"; return whether she is switched on. One small statement: pages do this three times a minute."""
    with transaction() as tx:
        on = (InterpreterRow.id == _own(by)) & InterpreterRow.available_now
        touched = update(InterpreterRow).where(on).values(present_until=_present_until(tx))
        return tx.session.execute(touched.returning(InterpreterRow.id)).first() is not None


def note_ring(interpreter_id: int, *, answered: bool) -> None:
    """Her telephone rang for a call at once. Who does not pick up several times in a row is not there.

    Emits: PresenceChanged.
    """
    with transaction() as tx:
        row = tx.locked(InterpreterRow, interpreter_id)
        row.unanswered_rings = 0 if answered else row.unanswered_rings + 1
        if row.available_now and row.unanswered_rings >= terms_at(tx.now().date()).value("unanswered_rings"):
            row.available_now, row.present_until, row.unanswered_rings = False, None, 0
            tx.emit(PresenceChanged(interpreter_id=row.id, present=False), SYSTEM)


def _present_until(tx: Transaction) -> datetime:
    now = tx.now()
    term = terms_at(now.date()).find("presence")
    if term is None:
        raise LookupError("no term presence")
    return now + elapsed(term)


def _own(by: Actor) -> int:
    if by.interpreter_id is None:
        raise Forbidden()
    return by.interpreter_id


def _check_week(week: Sequence[Stretch]) -> None:
    if len(week) > MAX_STRETCHES:
        raise Invalid(fields={"week": "too_many"})
    for it in week:
        if it.weekday not in range(7) or it.from_time >= it.to_time:
            raise Invalid(fields={"week": "not_positive"})
    ordered = sorted(week, key=lambda it: (it.weekday, it.from_time))
    for first, second in zip(ordered, ordered[1:], strict=False):
        if first.weekday == second.weekday and second.from_time < first.to_time:
            raise OverlappingHours(fields={"week": "overlapping_hours"})
