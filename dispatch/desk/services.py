"""What the desk does to many requests at once, and what a coordinator keeps. The only file here that writes."""

from collections.abc import Callable, Sequence

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from dispatch.desk.domain import Done
from dispatch.desk.events import BoardPrinted
from dispatch.desk.models import DeskAlertRow, DeskViewRow
from kernel.actor import Actor
from kernel.database import meaning_of, transaction
from kernel.errors import Forbidden, Invalid, NotFound, Refusal
from kernel.words import readable

MOST_AT_ONCE, MOST_VIEWS, NAME_LIMIT, QUERY_LIMIT = 200, 30, 60, 400


def do_to_many(ids: Sequence[int], act: Callable[[int], object], *, together: bool) -> list[Done]:
    """Do the same to many requests and return what became of each, in order of id.

    `together`: all of them or none; the first refusal undoes what was done before it, and is the one that is told.
    Otherwise each stands alone: what is refused does not touch the others.

    Raises: Invalid: none, or too many.
    """
    wanted = sorted(set(ids))
    if not 0 < len(wanted) <= MOST_AT_ONCE:
        raise Invalid(fields={"ids": "required" if not wanted else "too_many"})
    if together:
        return _together(wanted, act)
    return [_one(it, act) for it in wanted]


def note_printing(requests: Sequence[int], *, by: Actor) -> None:
    """Keep that somebody took the day along.

    Emits: BoardPrinted.
    """
    with transaction() as tx:
        tx.emit(BoardPrinted(agency_id=min(by.agency_ids, default=None), requests=tuple(requests)), by)


def keep_view(name: str, query: str, *, by: Actor) -> None:
    """Keep a choice of the board under a name; the same name again is the new choice.

    Raises: Invalid.
    """
    name = readable(name, "name").strip()
    if not name or len(name) > NAME_LIMIT:
        raise Invalid(fields={"name": "required" if not name else "too_long"})
    with transaction() as tx:
        values = {"person_id": _person(by), "name": name, "query": query[:QUERY_LIMIT]}
        tx.session.execute(
            insert(DeskViewRow)
            .values(**values)
            .on_conflict_do_update(index_elements=["person_id", "name"], set_={"query": values["query"]})
        )
        kept = delete(DeskViewRow).where(DeskViewRow.person_id == _person(by))
        newest = tx.session.query(DeskViewRow.id).filter_by(person_id=_person(by)).order_by(DeskViewRow.id.desc())
        tx.session.execute(kept.where(DeskViewRow.id.notin_(newest.limit(MOST_VIEWS))))


def forget_view(view_id: int, *, by: Actor) -> None:
    """Keep a choice no longer.

    Raises: NotFound.
    """
    with transaction() as tx:
        mine = delete(DeskViewRow).where(DeskViewRow.id == view_id, DeskViewRow.person_id == _person(by))
        if tx.session.execute(mine.returning(DeskViewRow.id)).first() is None:
            raise NotFound(thing="desk_views")


def set_alert(minutes: int | None, *, sound: bool, desktop: bool, by: Actor) -> None:
    """Say when the board warns this person, and how; without minutes it does not.

    Raises: Invalid.
    """
    if minutes is not None and not 1 <= minutes <= 240:
        raise Invalid(fields={"minutes": "out_of_range"})
    with transaction() as tx:
        tx.session.execute(delete(DeskAlertRow).where(DeskAlertRow.person_id == _person(by)))
        if minutes is not None:
            tx.add(DeskAlertRow(person_id=_person(by), minutes=minutes, sound=sound, desktop=desktop))


def forget_person(person_id: int) -> None:
    """A person was erased: what she kept for herself goes."""
    with transaction() as tx:
        for kind in (DeskViewRow, DeskAlertRow):
            tx.session.execute(delete(kind).where(kind.person_id == person_id))


class _OneRefused(Exception):
    """One of many was refused: what was done before it is undone."""

    def __init__(self, done: Done) -> None:
        self.done = done
        super().__init__(done.refused)


def _together(ids: Sequence[int], act: Callable[[int], object]) -> list[Done]:
    try:
        with transaction() as tx, tx.session.begin_nested():
            for it in ids:
                if (done := _one(it, act)).refused is not None:
                    raise _OneRefused(done)
    except _OneRefused as stopped:
        return [stopped.done if it == stopped.done.request_id else Done(it, "not_done_together") for it in ids]
    return [Done(it) for it in ids]


def _one(request_id: int, act: Callable[[int], object]) -> Done:
    try:
        with transaction() as tx, tx.session.begin_nested():
            act(request_id)
    except Refusal as refusal:
        return Done(request_id, _why(refusal))
    except DBAPIError as error:  # somebody else holds it, or a constraint spoke: the others are not touched by that
        meant = meaning_of(error)
        if not isinstance(meant, Refusal):
            raise
        return Done(request_id, meant.code)
    return Done(request_id)


def _why(refusal: Refusal) -> str:
    """Return what is wrong with a field where one is, else the refusal itself."""
    fields = refusal.facts.get("fields") or {}
    return next((str(code) for code in fields.values()), refusal.code)


def _person(by: Actor) -> int:
    if by.person_id is None:
        raise Forbidden()
    return by.person_id
