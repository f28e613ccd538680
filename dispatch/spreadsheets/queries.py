"""Every read of imports and exports. Nothing here writes."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, select, true

from dispatch.assignments.models import AssignmentRow
from dispatch.assignments.queries import BINDING
from dispatch.customers import queries as customers
from dispatch.interpreters import queries as interpreters
from dispatch.interpreters.models import InterpreterRow
from dispatch.requests.models import RequestRow
from dispatch.requests.status import Status
from dispatch.spreadsheets.domain.cells import split_moment
from dispatch.spreadsheets.domain.checks import Stretch, World
from dispatch.spreadsheets.domain.sheets import Kind, Sheet
from dispatch.spreadsheets.models import ImportRow
from dispatch.spreadsheets.permissions import KINDS
from kernel.actor import Actor
from kernel.database import db
from kernel.errors import NotFound
from people.models import OrganisationRow
from reference import queries as reference


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on imports that holds for what `actor` may see."""
    if actor.is_system:
        return true()
    return ImportRow.agency_id.in_(actor.agency_ids) & ImportRow.kind.in_(KINDS.get(actor.role, ()))


def find_import(import_id: int, *, by: Actor) -> ImportRow:
    """Return an import the actor may see.

    Raises: NotFound.
    """
    row = db.session.scalars(select(ImportRow).where(ImportRow.id == import_id, visible_to(by))).first()
    if row is None:
        raise NotFound(thing="imports")
    return row


def list_imports(by: Actor, limit: int = 30) -> list[Any]:
    """Return the last imports of the actor's agencies, without their contents."""
    row = ImportRow
    columns = (row.id, row.kind, row.file_name, row.row_count, row.error_count, row.uploaded_at, row.approved_at,
               row.applied_at, row.discarded_at)  # fmt: skip
    return list(db.session.execute(select(*columns).where(visible_to(by)).order_by(row.id.desc()).limit(limit)))


def world_of(sheet: Sheet, agency_id: int, now: datetime) -> World:
    """Return what is there already of what a sheet names."""
    world = World(language=cache(interpreters.language_meant), place_is_wrong=cache(reference.is_wrong_place), now=now)
    if sheet.kind is Kind.REGISTER:
        numbers = frozenset(interpreters.ids_by_number(_named(sheet, "number")))
        return replace(world, numbers=numbers, registered_emails=interpreters.registered_emails(_named(sheet, "email")))
    known = customers.has_place_by_code(agency_id, _named(sheet, "customer_code"))
    if sheet.kind is Kind.CUSTOMERS:
        names = customers.known_names(agency_id, _named(sheet, "name"))
        return replace(world, customers=known, customer_names=names)
    ids = interpreters.ids_by_number(_named(sheet, "interpreter_number"), agency_id)
    references = known_references(agency_id, _named(sheet, "external_reference"))
    return replace(world, customers=known, references=references, interpreters=ids, taken=taken_stretches(ids.values()))


def _named(sheet: Sheet, column: str) -> set[Any]:
    return {line[column] for line in sheet.lines if line[column] is not None}


def known_references(agency_id: int, references: Collection[str]) -> frozenset[str]:
    """Return which of an agency's own numbers of the past are here already."""
    prefix = f"{agency_id}-"
    mine = [prefix + it for it in references]
    found = db.session.scalars(select(RequestRow.reference).where(RequestRow.reference.in_(mine)))
    return frozenset(it.removeprefix(prefix) for it in found)


def taken_stretches(interpreter_ids: Collection[int]) -> dict[int, list[Stretch]]:
    """Return when interpreters have an assignment, travel included."""
    row = AssignmentRow
    hers = (row.interpreter_id.in_(interpreter_ids), row.status.in_(BINDING), row.service != "translation")
    found: dict[int, list[Stretch]] = defaultdict(list)
    for who, blocked in db.session.execute(select(row.interpreter_id, row.blocked).where(*hers)):
        found[who].append((blocked.lower, blocked.upper))
    return found


def register_lines(agency_id: int) -> Iterator[dict[str, Any]]:
    """Return the register of an agency: a line for every language of everybody, in order of number."""
    for row in interpreters.register_of(agency_id):
        own = {name: getattr(row, name) for name in ("number", "gender", "postcode", "municipality", "travel_limit_km")}
        own |= {"active_from": row.active_from, "active_until": row.active_until}
        own |= {"name": row.person.name, "email": row.person.email, "phone": row.person.phone}
        own["services"] = tuple(it.service for it in row.services) or None
        for skill in row.languages:
            names = ("language", "direction", "certificate", "certified_from", "certified_until")
            yield own | {name: getattr(skill, name) for name in names}


def customer_lines(agency_id: int) -> Iterator[dict[str, Any]]:
    """Return the customers of an agency: as many lines for each as its units or its people need."""
    for it in customers.everything_of(agency_id):
        row, agreement = it.organisation, it.agreement
        names = ("customer_code", "name", "sector", "street", "postcode", "municipality", "phone", "email")
        own: dict[str, Any] = {name: getattr(row, name) for name in names}
        if agreement:
            own |= {"services": tuple(agreement.services), "valid_from": agreement.valid_from}
            own["valid_until"] = agreement.valid_until
        for place in range(max(len(it.units), len(it.people), 1)):
            unit = {"unit": it.units[place]} if place < len(it.units) else {}
            person = it.people[place] if place < len(it.people) else (None, None, None)
            yield own | unit | dict(zip(("person_name", "person_email", "person_phone"), person, strict=True))


def request_lines(agency_id: int, since: date, until: date) -> Iterator[dict[str, Any]]:
    """Return the closed requests of an agency held from `since` up to and including `until`, in order of time."""
    row, had = RequestRow, AssignmentRow
    columns = (
        row.reference, OrganisationRow.customer_code, row.service, row.language, row.submitted_at, row.starts_at,
        row.ends_at, row.postcode, row.municipality, row.outcome, row.outcome_reason, row.timely, InterpreterRow.number,
    )  # fmt: skip
    last = select(had.interpreter_id).where(had.request_id == row.id, had.status.in_(("performed", "cancelled")))
    held = (row.agency_id == agency_id, row.status == Status.CLOSED, row.held_on >= since, row.held_on <= until)
    query = (
        select(*columns)
        .join(OrganisationRow, OrganisationRow.id == row.organisation_id)
        .outerjoin(
            InterpreterRow, InterpreterRow.id == last.order_by(had.id.desc()).limit(1).correlate(row).scalar_subquery()
        )
        .where(*held)
        .order_by(row.starts_at, row.id)
    )
    for it in db.session.execute(query.execution_options(yield_per=1000)):
        yield _past(f"{agency_id}-", it)


def _past(prefix: str, it: Any) -> dict[str, Any]:
    translation = it.service == "translation"
    moment: datetime = it.ends_at if translation else it.starts_at
    day, clock = split_moment(moment)
    return {
        "external_reference": it.reference.removeprefix(prefix),
        "customer_code": it.customer_code,
        "service": it.service,
        "language": it.language,
        "received_at": it.starts_at if translation else it.submitted_at,
        "day": day,
        "clock": clock,
        "duration_minutes": None if translation else round((it.ends_at - it.starts_at).total_seconds() / 60),
        "postcode": it.postcode,
        "municipality": it.municipality,
        "outcome": it.outcome,
        "reason": it.outcome_reason,
        "timely": None if it.timely is None else ("yes" if it.timely else "no"),
        "interpreter_number": it.number if it.outcome in {"completed", "cancelled"} else None,
    }
