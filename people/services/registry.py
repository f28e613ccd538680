"""Who there is: persons, organisations, agencies, roles."""

from collections.abc import Collection

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete, select, update

from kernel.actor import SYSTEM, Actor, Role
from kernel.database import Transaction, refuse_on, transaction
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.words import normal_phone, readable
from people import permissions, queries
from people.domain import LOCALES, normalised_email
from people.errors import EmailTaken, WorksElsewhere
from people.events import OrganisationAdded, PersonAdded, PersonDeactivated, PersonErased, RoleEnded, RoleGiven
from people.models import (
    AgencyRow,
    MembershipRow,
    OneTimeLinkRow,
    OrganisationRow,
    PersonRow,
    SessionRow,
    TokenRow,
    UnitRow,
)

NAME_LIMIT = 200
refuse_on("uq_persons_email", EmailTaken)


def add_agency(code: str, name: str, *, by: Actor, second_factor_required: bool = True) -> int:
    """Add a tenant. Only the system does: a new agency is an operator's affair."""
    if not by.is_system:
        raise Forbidden()
    with transaction() as tx:
        return tx.add(AgencyRow(code=code, name=name, second_factor_required=second_factor_required)).id


def add_organisation(
    agency_id: int, name: str, sector: str, *, by: Actor, customer_code: str, address: dict[str, str] | None = None
) -> int:
    """Add an organisation that may ask for interpreters.

    Emits: OrganisationAdded.
    Raises: Invalid, Forbidden.
    """
    permissions.require_agency(by, agency_id)
    wrong = _wrong_names(name=name, sector=sector, customer_code=customer_code)
    if wrong:
        raise Invalid(fields=wrong)
    with transaction() as tx:
        row = OrganisationRow(agency_id=agency_id, name=readable(name), sector=sector, customer_code=customer_code)
        for field, value in (address or {}).items():
            setattr(row, field, value)
        tx.add(row)
        tx.emit(OrganisationAdded(organisation_id=row.id, agency_id=agency_id), by)
        return row.id


def add_unit(organisation_id: int, name: str, *, by: Actor) -> int:
    """Add a team or site to an organisation."""
    permissions.require_keeper(by, queries.find_organisation(organisation_id, by=by))
    if wrong := _wrong_names(name=name):
        raise Invalid(fields=wrong)
    with transaction() as tx:
        return tx.add(UnitRow(organisation_id=organisation_id, name=readable(name))).id


def find_or_add_person(name: str, email: str, *, by: Actor, phone: str | None = None, locale: str = "nl") -> int:
    """Return the person with this address, made when there is none.

    Emits: PersonAdded.
    Raises: Invalid.
    """
    if not (by.is_system or by.is_staff or by.manages_organisation):
        raise Forbidden()
    address = _address(email)
    if wrong := _wrong_names(name=name):
        raise Invalid(fields=wrong)
    with transaction() as tx:
        if (known := queries.find_person_by_email(address)) is not None:
            if not (by.is_system or by.is_staff) and queries.memberships_of(known.id):
                raise Invalid(fields={"email": "email_taken"})  # works elsewhere: the agency decides
            return known.id
        row = PersonRow(name=readable(name), email=address, locale=locale if locale in LOCALES else "nl")
        row.phone = normal_phone(phone) if phone else None
        tx.add(row)
        tx.emit(PersonAdded(person_id=row.id), by)
        return row.id


def give_role(
    person_id: int,
    role: Role,
    *,
    by: Actor,
    agency_id: int | None = None,
    organisation_id: int | None = None,
    interpreter_id: int | None = None,
) -> int:
    """Let a person act in a role, at an agency, for an organisation, or as an interpreter. The same twice is one.

    Emits: RoleGiven.
    Raises: Forbidden, Invalid: the scope does not fit the role.
    """
    scope = {"agency_id": agency_id, "organisation_id": organisation_id, "interpreter_id": interpreter_id}
    needed = {Role.REQUESTER: "organisation_id", Role.INTERPRETER: "interpreter_id"}.get(role, "agency_id")
    if role is Role.SYSTEM or scope[needed] is None or sum(value is not None for value in scope.values()) != 1:
        raise Invalid(fields={"role": "scope_does_not_fit"})
    permissions.require_giver(by, role, agency_id)
    if organisation_id is not None:
        queries.find_organisation(organisation_id, by=by)
    with transaction() as tx:
        same = select(MembershipRow.id).filter_by(person_id=person_id, role=role, ended_at=None, **scope)
        if (known := tx.session.scalar(same)) is not None:
            return int(known)
        row = tx.add(MembershipRow(person_id=person_id, role=role, **scope))
        tx.emit(RoleGiven(person_id=person_id, role=role, agency_id=agency_id), by)
        return row.id


def end_role(membership_id: int, *, by: Actor) -> None:
    """Take a role from somebody; sessions in that role are over at once.

    Emits: RoleEnded.
    """
    with transaction() as tx:
        row = tx.locked(MembershipRow, membership_id)
        permissions.require_giver(by, Role(row.role), row.agency_id)
        if row.organisation_id is not None:
            queries.find_organisation(row.organisation_id, by=by)
        _end_role(tx, row, by)


def let_manage(membership_id: int, manages: bool, *, by: Actor) -> None:
    """Let a requester look after the people and units of the organisation, or no longer.

    Emits: RoleGiven.
    Raises: Forbidden, NotFound.
    """
    with transaction() as tx:
        row = tx.locked(MembershipRow, membership_id)
        permissions.require_keeper(by, queries.find_organisation(row.organisation_id or 0, by=by))
        row.manages = manages
        tx.emit(RoleGiven(person_id=row.person_id, role=row.role, agency_id=None, manages=manages), by)


def change_profile(*, by: Actor, name: str, phone: str | None, locale: str) -> None:
    """Change the own name, telephone and language.

    Raises: Invalid.
    """
    wrong = _wrong_names(name=name)
    if locale not in LOCALES:
        wrong["locale"] = "unknown_choice"
    if wrong:
        raise Invalid(fields=wrong)
    with transaction() as tx:
        row = tx.locked(PersonRow, by.person_id or 0)
        row.name, row.locale = readable(name), locale
        row.phone = normal_phone(phone) if phone else None


def choose_language(locale: str, *, by: Actor) -> None:
    """Read pages and messages in this language from now on.

    Raises: Invalid.
    """
    if locale not in LOCALES:
        raise Invalid(fields={"locale": "unknown_choice"})
    with transaction() as tx:
        tx.locked(PersonRow, by.person_id or 0).locale = locale


def deactivate_person(person_id: int, *, by: Actor) -> None:
    """Keep somebody out: every session and token is over at once.

    An agency decides about its own only: whoever also works elsewhere loses the roles here, and stays there.

    Emits: RoleEnded for each role here; PersonDeactivated when none is left.
    Raises: WorksElsewhere: the only role is one for other agencies too, as an interpreter's.
    """
    with transaction() as tx:
        row = _manageable(tx, person_id, by)
        live, ours = queries.memberships_of(person_id), queries.memberships_within(person_id, by)
        if live and not ours:
            raise WorksElsewhere()
        for membership in ours:
            _end_role(tx, membership, by)
        if len(ours) < len(live):
            return
        row.deactivated_at = tx.now()
        _end_access(tx, person_id)
        tx.emit(PersonDeactivated(person_id=person_id), by)


def erase_person(person_id: int, *, by: Actor) -> None:
    """Remove everything that says who somebody is; what was done stays, without a name.

    Emits: PersonErased.
    """
    with transaction() as tx:
        row = _manageable(tx, person_id, by)
        now = tx.now()
        row.name, row.email, row.phone = f"(gewist {person_id})", f"gewist-{person_id}@gewist.invalid", None
        row.password_hash = row.totp_secret = row.totp_confirmed_at = None
        row.deactivated_at, row.erased_at = row.deactivated_at or now, now
        _end_access(tx, person_id)
        for kind in (OneTimeLinkRow, SessionRow):  # a session also says with which browser
            tx.session.execute(delete(kind).where(kind.person_id == person_id))
        tx.session.execute(update(TokenRow).where(TokenRow.person_id == person_id).values(name=""))
        tx.emit(PersonErased(person_id=person_id), by)


def erase_again(marks: Collection[str]) -> int:
    """Erase whoever was erased before and came back from an older backup; return how many."""
    ids = [int(mark.partition(" ")[0]) for mark in marks]
    back = select(PersonRow).where(PersonRow.id.in_(ids), PersonRow.erased_at.is_(None)).order_by(PersonRow.id)
    with transaction() as tx:
        found = [row.id for row in tx.session.scalars(back) if queries.mark_of(row) in marks]
        for person_id in found:
            erase_person(person_id, by=SYSTEM)
        return len(found)


def _end_role(tx: Transaction, row: MembershipRow, by: Actor) -> None:
    row.ended_at = tx.now()
    tx.session.flush()
    _end_access(tx, row.person_id, role=row.role)
    tx.emit(RoleEnded(person_id=row.person_id, role=row.role, agency_id=row.agency_id), by)


def _manageable(tx: Transaction, person_id: int, by: Actor) -> PersonRow:
    row = tx.locked(PersonRow, person_id)
    if not by.is_system:
        permissions.require_manager(by)
        if not queries.is_reached(person_id, by):
            raise NotFound(thing="persons")
    return row


def _end_access(tx: Transaction, person_id: int, role: str | None = None) -> None:
    for kind in (SessionRow, TokenRow):
        live = [kind.person_id == person_id, kind.ended_at.is_(None)]
        if role is not None:
            live.append(kind.role == role)
        tx.session.execute(update(kind).where(*live).values(ended_at=tx.now()))


def _wrong_names(**names: str) -> dict[str, str]:
    wrong = {}
    for field, value in names.items():
        if not value.strip():
            wrong[field] = "required"
        elif len(value) > NAME_LIMIT:
            wrong[field] = "too_long"
    return wrong


def _address(email: str) -> str:
    try:
        return normalised_email(
            validate_email(email.strip(), check_deliverability=False, test_environment=True).normalized
        )
    except EmailNotValidError as error:
        raise Invalid(fields={"email": "bad_email"}) from error
