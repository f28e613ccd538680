"""Customer codes and the numbers of an agency."""

from datetime import date

from sqlalchemy import select

from dispatch.calendars.domain import local_day
from dispatch.calls import permissions, queries
from dispatch.calls.domain import CODE_LENGTH, code_key, new_code
from dispatch.calls.errors import NoRequester
from dispatch.calls.events import CodeEnded, CodeMade
from dispatch.calls.models import CodeRow, LineRow
from kernel.actor import Actor, Role
from kernel.database import transaction
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.words import normal_phone
from people import queries as people
from people.models import MembershipRow


def make_code(organisation_id: int, *, by: Actor, valid_until: date | None = None) -> tuple[int, str]:
    """Give an organisation a code; return it, told once. Whoever uses it asks in the name of its first requester.

    Emits: CodeMade.
    Raises: Forbidden, Invalid, NoRequester, NotFound.
    """
    permissions.require_desk(by)
    with transaction() as tx:
        organisation = people.find_organisation(organisation_id, by=by)
        today = local_day(tx.now())
        if valid_until is not None and valid_until < today:
            raise Invalid(fields={"valid_until": "moment_passed"})
        asks = (MembershipRow.organisation_id == organisation_id, MembershipRow.role == Role.REQUESTER)
        wanted = select(MembershipRow.person_id).where(*asks, MembershipRow.ended_at.is_(None))
        if (person_id := tx.session.scalar(wanted.order_by(MembershipRow.id).limit(1))) is None:
            raise NoRequester(fields={"organisation_id": "no_requester"})
        code = new_code()
        while queries.code_meant(organisation.agency_id, code, today) is not None:
            code = new_code()
        key = code_key(organisation.agency_id, code)
        row = CodeRow(agency_id=organisation.agency_id, organisation_id=organisation_id, person_id=person_id, key=key)
        row.ends_with, row.valid_from, row.valid_until = code[CODE_LENGTH - 2 :], today, valid_until
        row.made_by, row.made_at = by.person_id, tx.now()
        tx.add(row)
        tx.emit(CodeMade(agency_id=row.agency_id, organisation_id=organisation_id, code_id=row.id), by)
        return row.id, code


def end_code(code_id: int, *, by: Actor) -> None:
    """Let a code work no more. Twice is once.

    Emits: CodeEnded.
    """
    permissions.require_desk(by)
    with transaction() as tx:
        row = tx.locked(CodeRow, queries.find_code(code_id, by=by).id)
        if row.ended_at is None:
            row.ended_at = tx.now()
            tx.emit(CodeEnded(agency_id=row.agency_id, organisation_id=row.organisation_id, code_id=row.id), by)


def set_numbers(agency_id: int, number: str, desk_number: str, *, by: Actor) -> None:
    """Say on which number an agency is called and calls, and where its coordinators pick up.

    Raises: Forbidden, NotFound, BadPhone, Invalid (the same number, or another agency's).
    """
    permissions.require_administrator(by)
    if not by.is_system and agency_id not in by.agency_ids:
        raise NotFound(thing="agencies")
    ours = normal_phone(number, "number")
    desk = normal_phone(desk_number, "desk_number") if desk_number.strip() else None
    if ours == desk:
        raise Invalid(fields={"desk_number": "unknown_choice"})
    with transaction() as tx:
        if (other := queries.line_called(ours)) is not None and other.agency_id != agency_id:
            raise Invalid(fields={"number": "unknown_choice"})
        tx.session.merge(LineRow(agency_id=agency_id, number=ours, desk_number=desk))


def asking(row: CodeRow) -> Actor:
    """Return in whose name somebody asks who gave this code.

    Raises: Forbidden: whoever it was asks for this organisation no more.
    """
    still = {it.organisation_id for it in people.memberships_of(row.person_id) if it.role == Role.REQUESTER}
    if row.organisation_id not in still:
        raise Forbidden()
    return Actor(row.person_id, Role.REQUESTER, organisation_id=row.organisation_id)
