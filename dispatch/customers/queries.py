"""Reads of organisations and their agreements."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import or_, select

from dispatch.customers.models import AgreementRow
from kernel.database import db
from people.models import MembershipRow, OrganisationRow, PersonRow, UnitRow
from people.queries import asking


def agreement_on(organisation_id: int, day: date) -> AgreementRow | None:
    """Return the agreement in force on `day`, or None: none, run out, or suspended."""
    wanted = select(AgreementRow).where(
        AgreementRow.organisation_id == organisation_id,
        AgreementRow.valid_from <= day,
        or_(AgreementRow.valid_until.is_(None), AgreementRow.valid_until >= day),
        or_(AgreementRow.suspended_from.is_(None), AgreementRow.suspended_from > day),
    )
    return db.session.scalars(wanted.order_by(AgreementRow.valid_from.desc()).limit(1)).first()


def agreements_of(organisation_id: int) -> list[AgreementRow]:
    """Return every agreement of an organisation, the newest first; the caller decided that it may be seen."""
    query = select(AgreementRow).where(AgreementRow.organisation_id == organisation_id)
    return list(db.session.scalars(query.order_by(AgreementRow.valid_from.desc(), AgreementRow.id.desc())))


def agreements_on(organisation_ids: Collection[int], day: date) -> dict[int, AgreementRow]:
    """Return the agreement in force on `day`, suspended or not, of each of these organisations that has one."""
    row = AgreementRow
    in_force = (row.valid_from <= day, or_(row.valid_until.is_(None), row.valid_until >= day))
    query = select(row).where(row.organisation_id.in_(organisation_ids), *in_force).order_by(row.valid_from, row.id)
    return {it.organisation_id: it for it in db.session.scalars(query)}


def has_place_by_code(agency_id: int, codes: Collection[str]) -> dict[str, bool]:
    """Return which of these customer codes an agency knows, and whether a municipality stands there."""
    row = OrganisationRow
    query = select(row.customer_code, row.municipality).where(row.agency_id == agency_id, row.customer_code.in_(codes))
    return {code: bool(town) for code, town in db.session.execute(query)}


def known_names(agency_id: int, names: Collection[str]) -> frozenset[str]:
    """Return which of these names are an organisation of the agency."""
    row = OrganisationRow
    return frozenset(db.session.scalars(select(row.name).where(row.agency_id == agency_id, row.name.in_(names))))


@dataclass(slots=True)
class Everything:
    """An organisation with its newest agreement, its units, and who asks for it (name, address, telephone)."""

    organisation: OrganisationRow
    agreement: AgreementRow | None
    units: list[str] = field(default_factory=list)
    people: list[tuple[str, str, str | None]] = field(default_factory=list)


def everything_of(agency_id: int) -> list[Everything]:
    """Return the customers of an agency in order of their code, for who may take them along: in four statements."""
    row = OrganisationRow
    rows = list(db.session.scalars(select(row).where(row.agency_id == agency_id).order_by(row.customer_code)))
    ids = [it.id for it in rows]
    newest = select(AgreementRow).where(AgreementRow.organisation_id.in_(ids)).order_by(AgreementRow.valid_from)
    agreements = {it.organisation_id: it for it in db.session.scalars(newest.order_by(AgreementRow.id))}
    units, people = defaultdict(list), defaultdict(list)
    named = select(UnitRow.organisation_id, UnitRow.name).where(UnitRow.organisation_id.in_(ids))
    for organisation_id, name in db.session.execute(named.order_by(UnitRow.id)):
        units[organisation_id].append(name)
    columns = (MembershipRow.organisation_id, PersonRow.name, PersonRow.email, PersonRow.phone)
    named = select(*columns).join(PersonRow, PersonRow.id == MembershipRow.person_id)
    for organisation_id, *person in db.session.execute(named.where(asking(*ids)).order_by(MembershipRow.id)):
        people[organisation_id].append(tuple(person))
    return [Everything(it, agreements.get(it.id), units[it.id], people[it.id]) for it in rows]
