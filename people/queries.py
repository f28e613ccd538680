"""Every read about persons and where they belong. Nothing here writes."""

from collections.abc import Collection, Sequence
from datetime import UTC, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Select, bindparam, exists, false, func, or_, select, text, true

from kernel.actor import STAFF, Actor, Role
from kernel.database import db, rows
from kernel.errors import NotFound
from people.domain import SignedIn, hash_secret, normalised_email
from people.models import AgencyRow, MembershipRow, OrganisationRow, PersonRow, SessionRow, TokenRow, UnitRow

# A browser nobody touches is signed out after this long; a session ends after twelve hours anyway.
IDLE = timedelta(hours=2)


def _held_by(holder: type[SessionRow] | type[TokenRow], *columns: Any) -> Select[Any]:
    """Return the query for session or token, person and the reach of the role, by the hash of the secret."""
    of_role = (MembershipRow.person_id == PersonRow.id) & (MembershipRow.role == holder.role)
    return (
        select(
            PersonRow.id.label("person_id"),
            PersonRow.name,
            PersonRow.locale,
            holder.role,
            func.array_agg(MembershipRow.agency_id).label("agency_ids"),
            func.max(MembershipRow.organisation_id).label("organisation_id"),
            func.max(MembershipRow.interpreter_id).label("interpreter_id"),
            func.bool_or(MembershipRow.manages).label("manages"),
            func.coalesce(func.bool_or(AgencyRow.second_factor_required), true()).label("second_factor_required"),
            *columns,
        )
        .join(PersonRow, PersonRow.id == holder.person_id)
        .join(MembershipRow, of_role & MembershipRow.ended_at.is_(None))
        .outerjoin(AgencyRow, AgencyRow.id == MembershipRow.agency_id)
        .where(
            holder.secret_hash == bindparam("secret_hash"),
            holder.ended_at.is_(None),
            holder.expires_at > func.now(),
            PersonRow.deactivated_at.is_(None),
        )
        .group_by(PersonRow.id, holder.id)
    )


# Every request of everybody asks one of these two: they are put together once.
_BY_TOKEN = _held_by(TokenRow)
_BY_SESSION = _held_by(
    SessionRow, SessionRow.id, SessionRow.second_factor_at, SessionRow.seen_at, PersonRow.totp_confirmed_at
).where(SessionRow.seen_at > func.now() - IDLE)


def find_by_session(secret: str) -> SignedIn | None:
    """Return who holds the session with this secret, or None when it ended, expired or its person was deactivated."""
    row = next(iter(rows(_BY_SESSION, secret_hash=hash_secret(secret))), None)
    if row is None:
        return None
    asked = row.totp_confirmed_at is not None or (Role(row.role) in STAFF and row.second_factor_required)
    due = asked and row.second_factor_at is None
    return SignedIn(_actor(row), row.locale, session_id=row.id, second_factor_due=due, seen_at=row.seen_at)


def find_by_token(secret: str) -> SignedIn | None:
    """Return whose API token this is, or None when it ended, expired or its person was deactivated."""
    row = next(iter(rows(_BY_TOKEN, secret_hash=hash_secret(secret))), None)
    return SignedIn(_actor(row), row.locale) if row else None


def _actor(row: Row[Any]) -> Actor:
    return Actor(
        person_id=row.person_id,
        role=Role(row.role),
        agency_ids=frozenset(agency for agency in row.agency_ids if agency is not None),
        organisation_id=row.organisation_id,
        interpreter_id=row.interpreter_id,
        name=row.name,
        manages_organisation=row.manages,
    )


def find_organisation(organisation_id: int, *, by: Actor) -> OrganisationRow:
    """Return an organisation the actor may see.

    Raises: NotFound.
    """
    row = db.session.scalars(select(OrganisationRow).where(OrganisationRow.id == organisation_id, _reach(by))).first()
    if row is None:
        raise NotFound(thing="organisations")
    return row


def list_organisations(by: Actor, words: str = "", *, after: int = 0, limit: int = 50) -> list[OrganisationRow]:
    """Return a page of the organisations the actor may see, in order of id, beginning behind `after`."""
    query = select(OrganisationRow).where(_reach(by), OrganisationRow.id > after)
    if words:
        query = query.where(OrganisationRow.name.ilike(f"%{words}%"))
    return list(db.session.scalars(query.order_by(OrganisationRow.id).limit(limit)))


def list_agencies(by: Actor) -> list[AgencyRow]:
    """Return the agencies the actor works for."""
    query = select(AgencyRow).order_by(AgencyRow.id)
    return list(db.session.scalars(query if by.is_system else query.where(AgencyRow.id.in_(by.agency_ids))))


def units_of(organisation_id: int) -> list[UnitRow]:
    return list(
        db.session.scalars(select(UnitRow).where(UnitRow.organisation_id == organisation_id).order_by(UnitRow.name))
    )


def find_person(person_id: int) -> PersonRow:
    """Return a person by id, for callers that already decided who may see.

    Raises: NotFound.
    """
    row = db.session.get(PersonRow, person_id)
    if row is None:
        raise NotFound(thing="persons")
    return row


def find_person_by_email(email: str) -> PersonRow | None:
    return db.session.scalars(select(PersonRow).where(PersonRow.email == normalised_email(email))).first()


def erased_marks() -> set[str]:
    """Return who was erased: id and moment of entry of each, which no other house has."""
    rows = db.session.scalars(select(PersonRow).where(PersonRow.erased_at.is_not(None)))
    return {mark_of(row) for row in rows}


def mark_of(person: PersonRow) -> str:
    return f"{person.id} {person.created_at.astimezone(UTC).isoformat()}"


def find_person_by_address_hash(address_hash: str) -> PersonRow | None:
    """Return the person whose address has this SHA-256 (hexadecimal)."""
    digest = func.encode(func.sha256(func.convert_to(PersonRow.email, "UTF8")), "hex")
    return db.session.scalars(select(PersonRow).where(digest == address_hash)).first()


def memberships_of(person_id: int) -> list[MembershipRow]:
    """Return the living memberships of a person, oldest first."""
    live = (MembershipRow.person_id == person_id, MembershipRow.ended_at.is_(None))
    return list(db.session.scalars(select(MembershipRow).where(*live).order_by(MembershipRow.id)))


def memberships_within(person_id: int, by: Actor) -> list[MembershipRow]:
    """Return the living memberships of a person that concern nobody but the actor's own agencies."""
    live = memberships_of(person_id)
    if by.is_system:
        return live
    served = select(OrganisationRow.id).where(_reach(by), OrganisationRow.id.in_([it.organisation_id for it in live]))
    elsewhere = text("SELECT interpreter_id FROM interpreter_agencies WHERE NOT agency_id = ANY(:agencies)")
    organisations = set(db.session.scalars(served))
    shared = set(db.session.scalars(elsewhere, {"agencies": sorted(by.agency_ids)}))
    return [
        it
        for it in live
        if it.agency_id in by.agency_ids
        or it.organisation_id in organisations
        or (it.interpreter_id is not None and it.interpreter_id not in shared)
    ]


def list_people(by: Actor, words: str = "", *, after: int = 0, limit: int = 50) -> list[PersonRow]:
    """Return a page of the persons with a role in an agency or organisation the actor reaches."""
    organisations = select(OrganisationRow.id).where(_reach(by))
    interpreters = (
        text("SELECT interpreter_id FROM interpreter_agencies WHERE agency_id = ANY(:agencies)")
        .bindparams(agencies=sorted(by.agency_ids))
        .columns(interpreter_id=BigInteger)
    )
    reached = or_(
        MembershipRow.agency_id.in_(by.agency_ids),
        MembershipRow.organisation_id.in_(organisations),
        MembershipRow.interpreter_id.in_(interpreters),
    )
    belongs = exists().where(MembershipRow.person_id == PersonRow.id, MembershipRow.ended_at.is_(None), reached)
    query = select(PersonRow).where(belongs, PersonRow.id > after, PersonRow.erased_at.is_(None))
    if words:
        query = query.where(or_(PersonRow.name.ilike(f"%{words}%"), PersonRow.email.ilike(f"%{words}%")))
    return list(db.session.scalars(query.order_by(PersonRow.id).limit(limit)))


def requesters_of(organisation_id: int) -> list[PersonRow]:
    """Return who may ask for an organisation, by name; the caller decided that it may be seen."""
    query = select(PersonRow).join(MembershipRow, MembershipRow.person_id == PersonRow.id)
    return list(db.session.scalars(query.where(asking(organisation_id)).order_by(PersonRow.name, PersonRow.id)))


def memberships_in(organisation_id: int) -> Sequence[Row[Any]]:
    """Return who may ask for an organisation, by name, with what their role here is: id, person_id, name, email,
    phone, manages; the caller decided that it may be seen."""
    columns = (MembershipRow.id, MembershipRow.person_id, PersonRow.name, PersonRow.email, PersonRow.phone)
    query = select(*columns, MembershipRow.manages).join(PersonRow, PersonRow.id == MembershipRow.person_id)
    return db.session.execute(query.where(asking(organisation_id)).order_by(PersonRow.name, PersonRow.id)).all()


def asks_for(person_id: int, organisation_id: int) -> bool:
    """Return whether a person may ask for an organisation."""
    query = select(MembershipRow.id).join(PersonRow, PersonRow.id == MembershipRow.person_id)
    return db.session.scalar(query.where(asking(organisation_id), PersonRow.id == person_id)) is not None


def asking(*organisation_ids: int) -> ColumnElement[bool]:
    """Return the condition on memberships, beside their persons, of those who may ask for one of these now."""
    live = MembershipRow.ended_at.is_(None) & (MembershipRow.role == Role.REQUESTER)
    return live & MembershipRow.organisation_id.in_(organisation_ids) & PersonRow.deactivated_at.is_(None)


def sessions_of(person_id: int) -> list[SessionRow]:
    """Return the live sessions of a person, newest first."""
    live = (SessionRow.person_id == person_id, SessionRow.ended_at.is_(None), SessionRow.expires_at > func.now())
    return list(db.session.scalars(select(SessionRow).where(*live).order_by(SessionRow.id.desc())))


def coordinators_of(agency_id: int) -> list[int]:
    """Return the persons who coordinate for an agency."""
    query = (
        select(MembershipRow.person_id)
        .join(PersonRow, PersonRow.id == MembershipRow.person_id)
        .where(
            MembershipRow.agency_id == agency_id,
            MembershipRow.role == Role.COORDINATOR,
            MembershipRow.ended_at.is_(None),
            PersonRow.deactivated_at.is_(None),
        )
    )
    return list(db.session.scalars(query))


def _reach(by: Actor) -> ColumnElement[bool]:
    """Return the condition on organisations that holds for what the actor may see."""
    if by.is_system:
        return true()
    if by.role is Role.REQUESTER:
        return OrganisationRow.id == (by.organisation_id or 0)
    return OrganisationRow.agency_id.in_(by.agency_ids) if by.is_staff else false()


def organisation_name(organisation_id: int) -> str:
    row = db.session.get(OrganisationRow, organisation_id)
    return row.name if row else str(organisation_id)


def agency_name(agency_id: int) -> str:
    row = db.session.get(AgencyRow, agency_id)
    return row.name if row else str(agency_id)


def is_reached(person_id: int, by: Actor) -> bool:
    """Return whether a person belongs to an agency or organisation the actor reaches."""
    return any(row.id == person_id for row in list_people(by, after=person_id - 1, limit=1))


def people_of_agency(agency_id: int) -> list[tuple[PersonRow, str, str | None]]:
    """Return the persons of an agency and of the organisations it serves: person, role, organisation."""
    ours = (MembershipRow.agency_id == agency_id) | (OrganisationRow.agency_id == agency_id)
    query = (
        select(PersonRow, MembershipRow.role, OrganisationRow.name)
        .join(MembershipRow, MembershipRow.person_id == PersonRow.id)
        .outerjoin(OrganisationRow, OrganisationRow.id == MembershipRow.organisation_id)
        .where(ours, MembershipRow.ended_at.is_(None))
        .order_by(PersonRow.id)
    )
    return [(row[0], row[1], row[2]) for row in db.session.execute(query)]


def agency_id_of(code: str) -> int | None:
    return db.session.scalar(select(AgencyRow.id).where(AgencyRow.code == code))


def names_of(person_ids: Collection[int]) -> dict[int, str]:
    """Return how people are called, for callers that already decided who may see."""
    query = select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(person_ids))
    return {it.id: it.name for it in rows(query)}
