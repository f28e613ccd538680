"""Who is not sent where. Each side says so for itself; neither sees the other's wish."""

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from dispatch.interpreters import permissions, queries
from dispatch.interpreters.events import ExclusionSet
from dispatch.interpreters.models import ExclusionRow
from kernel.actor import Actor, Role
from kernel.database import db, transaction
from kernel.errors import NotFound
from kernel.words import readable
from people.models import OrganisationRow

REASON_LIMIT = 500


def exclude(interpreter_id: int, organisation_id: int, *, by: Actor, reason: str | None = None) -> None:
    """Say that these two do not work together. Saying it twice is saying it once.

    Emits: ExclusionSet.
    Raises: NotFound, Forbidden.
    """
    row = _row(by, interpreter_id, organisation_id)
    with transaction() as tx:
        wish = insert(ExclusionRow).values(**row, reason=readable(reason or "", "reason")[:REASON_LIMIT] or None)
        if tx.session.execute(wish.on_conflict_do_nothing().returning(ExclusionRow.id)).first() is not None:
            tx.emit(ExclusionSet(**row, on=True), by)


def include(interpreter_id: int, organisation_id: int, *, by: Actor) -> None:
    """Take the own side's wish back.

    Emits: ExclusionSet.
    Raises: NotFound, Forbidden.
    """
    row = _row(by, interpreter_id, organisation_id)
    with transaction() as tx:
        ended = delete(ExclusionRow).filter_by(**row).returning(ExclusionRow.id)
        if tx.session.execute(ended).first() is not None:
            tx.emit(ExclusionSet(**row, on=False), by)


def _row(by: Actor, interpreter_id: int, organisation_id: int) -> dict[str, int | str]:
    """Return the wish of the actor's side about two who belong to the same agency."""
    agencies = queries.agencies_of(interpreter_id)
    organisation = db.session.get(OrganisationRow, organisation_id)
    if organisation is None or organisation.agency_id not in agencies:
        raise NotFound(thing="interpreters")
    side = _side(by, interpreter_id, organisation)
    return {"interpreter_id": interpreter_id, "organisation_id": organisation_id, "set_by": side}


def _side(by: Actor, interpreter_id: int, organisation: OrganisationRow) -> str:
    if by.role is Role.INTERPRETER:
        if by.interpreter_id != interpreter_id:
            raise NotFound(thing="interpreters")
        return "interpreter"
    if by.role is Role.REQUESTER:
        if by.organisation_id != organisation.id:
            raise NotFound(thing="organisations")
        return "organisation"
    permissions.require_desk(by, {organisation.agency_id})
    return "agency"
