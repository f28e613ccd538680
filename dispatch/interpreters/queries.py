"""Every read of the register. Nothing here writes."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, cast, exists, func, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY, Range
from sqlalchemy.orm import joinedload, selectinload

from dispatch.interpreters.domain import CandidateFacts, Skill, is_quiet
from dispatch.interpreters.models import (
    AvailabilityExceptionRow,
    ExclusionRow,
    InterpreterAgencyRow,
    InterpreterLanguageRow,
    InterpreterRow,
    InterpreterServiceRow,
    WeeklyAvailabilityRow,
)
from kernel.actor import Actor, Role
from kernel.clock import BRUSSELS
from kernel.database import db
from kernel.errors import NotFound
from matching.hours import Deviation, Stretch
from people.models import OrganisationRow, PersonRow
from reference import queries as reference
from reference.domain import folded


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that holds for what `actor` may see: staff their agencies' people, others themselves."""
    if actor.is_system:
        return text("true")  # type: ignore[return-value]
    if actor.is_staff:
        link = InterpreterAgencyRow
        return exists().where(link.interpreter_id == InterpreterRow.id, link.agency_id.in_(actor.agency_ids))
    return InterpreterRow.id == (actor.interpreter_id or 0)


def find_interpreter(interpreter_id: int, *, by: Actor) -> InterpreterRow:
    """Return an interpreter the actor may see, with languages, services and agencies.

    Raises: NotFound.
    """
    wanted = _whole().where(InterpreterRow.id == interpreter_id, visible_to(by))
    row = db.session.scalars(wanted).first()
    if row is None:
        raise NotFound(thing="interpreters")
    return row


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of interpreters is narrowed to."""

    words: str = ""
    language: str = ""
    service: str = ""
    expiring_before: date | None = None
    active_on: date | None = None


def list_interpreters(by: Actor, chosen: Filter, *, after: int = 0, limit: int = 50) -> list[InterpreterRow]:
    """Return a page of the register in order of id, beginning behind `after`."""
    query = _whole().join(PersonRow).where(visible_to(by), InterpreterRow.id > after)
    if chosen.words:
        texts = (PersonRow.name, InterpreterRow.number, InterpreterRow.municipality)
        query = query.where(or_(*(it.icontains(chosen.words, autoescape=True) for it in texts)))
    if chosen.language:
        query = query.where(_speaks(InterpreterLanguageRow.language == chosen.language))
    if chosen.service:
        offered = InterpreterServiceRow
        query = query.where(
            exists().where(offered.interpreter_id == InterpreterRow.id, offered.service == chosen.service)
        )
    if chosen.expiring_before:
        query = query.where(_speaks(InterpreterLanguageRow.certified_until < chosen.expiring_before))
    if chosen.active_on:
        query = query.where(_active_on(chosen.active_on))
    return list(db.session.scalars(query.order_by(InterpreterRow.id).limit(limit)))


def week_of(interpreter_id: int) -> list[Stretch]:
    row = WeeklyAvailabilityRow
    wanted = select(row.weekday, row.from_time, row.to_time).where(row.interpreter_id == interpreter_id)
    return [Stretch(*it) for it in db.session.execute(wanted.order_by(row.weekday, row.from_time))]


def exceptions_of(interpreter_id: int, since: datetime) -> list[AvailabilityExceptionRow]:
    row = AvailabilityExceptionRow
    wanted = select(row).where(row.interpreter_id == interpreter_id, row.during.op("&&")(Range(since, None)))
    return list(db.session.scalars(wanted.order_by(row.during)))


def wishes_of(by: Actor, interpreter_id: int | None = None) -> Sequence[Any]:
    """Return whom the actor's own side does not work with, by name; nobody reads another side's wish.

    The desk asks about one interpreter and reads the wishes of its agencies.
    """
    row, who, where = ExclusionRow, PersonRow, OrganisationRow
    columns = (row.interpreter_id, row.organisation_id, row.reason, who.name.label("interpreter"),
               where.name.label("organisation"))  # fmt: skip
    query = select(*columns).join(InterpreterRow, InterpreterRow.id == row.interpreter_id)
    query = query.join(who, who.id == InterpreterRow.person_id).join(where, where.id == row.organisation_id)
    if by.role is Role.INTERPRETER:
        own = (row.set_by == "interpreter", row.interpreter_id == (by.interpreter_id or 0))
    elif by.role is Role.REQUESTER:
        own = (row.set_by == "organisation", row.organisation_id == (by.organisation_id or 0))
    else:
        own = (row.set_by == "agency", where.agency_id.in_(by.agency_ids), row.interpreter_id == (interpreter_id or 0))
    return db.session.execute(query.where(*own).order_by(where.name, who.name)).all()


def organisations_around(interpreter_id: int, *, by: Actor) -> list[tuple[int, str]]:
    """Return the organisations an interpreter may be sent to, by name: of her agencies, for the desk of its own."""
    link, where = InterpreterAgencyRow, OrganisationRow
    query = select(where.id, where.name).join(link, link.agency_id == where.agency_id)
    query = query.where(link.interpreter_id == interpreter_id)
    if by.is_staff:
        query = query.where(where.agency_id.in_(by.agency_ids))
    return [(it.id, it.name) for it in db.session.execute(query.order_by(where.name))]


def language_meant(text: str) -> str | None:
    """Return the code of a language by its code or by its whole Dutch, French, English or own name."""
    code = text.strip().lower()
    if reference.language_exists(code):
        return code
    wanted = folded(text)
    found = {
        it.iso639_3
        for it in reference.search_languages(text, 20)
        if wanted in map(folded, (it.name_nl, it.name_fr, it.name_en, it.endonym))
    }
    return found.pop() if len(found) == 1 else None


def agencies_of(interpreter_id: int) -> frozenset[int]:
    link = InterpreterAgencyRow
    return frozenset(db.session.scalars(select(link.agency_id).where(link.interpreter_id == interpreter_id)))


def person_of(interpreter_id: int) -> int:
    """Return whose register entry this is; of whom is locked already, without asking the database."""
    return db.session.get_one(InterpreterRow, interpreter_id).person_id


def people_of(interpreter_ids: Collection[int]) -> dict[int, int]:
    """Return whose register entries these are: interpreter -> person."""
    query = select(InterpreterRow.id, InterpreterRow.person_id).where(InterpreterRow.id.in_(interpreter_ids))
    return {it[0]: it[1] for it in db.session.execute(query)}


def candidate_facts(
    agency_ids: Collection[int],
    languages: Collection[str],
    span: tuple[datetime, datetime],
    now: datetime,
    organisation_id: int = 0,
) -> list[CandidateFacts]:
    """Return everybody of these agencies, each once, who speaks one of `languages`, in four statements.

    `span` is the time that will be asked about: who is active during all of it, with what differs from the week in it.
    """
    people = _speakers(agency_ids, languages, organisation_id)
    ids = [row.id for row in people]
    if not ids:
        return []
    skills, weeks, deviations = _skills(ids), _weeks(ids), _deviations(ids, span)
    days = span[0].astimezone(BRUSSELS).date(), span[1].astimezone(BRUSSELS).date()
    return [
        CandidateFacts(
            interpreter_id=row.id,
            name=row.name,
            number=row.number,
            skills=tuple(skills[row.id]),
            services=frozenset(row.services),
            gender=row.gender,
            municipality=row.municipality,
            home=(row.home_lat, row.home_lon) if row.home_lat is not None and row.home_lon is not None else None,
            travel_limit_km=row.travel_limit_km,
            active=row.active_from <= days[0] and (row.active_until is None or days[1] <= row.active_until),
            week=tuple(weeks[row.id]) if row.id in weeks else None,
            deviations=tuple(deviations[row.id]),
            present=row.available_now and row.present_until is not None and row.present_until > now,
            quiet=is_quiet(row.quiet_from, row.quiet_until, now),
            excluded=row.excluded,
        )
        for row in people
    ]


def _whole() -> Select[tuple[InterpreterRow]]:
    parts = (InterpreterRow.languages, InterpreterRow.services, InterpreterRow.agencies)
    whole = [selectinload(part) for part in parts]
    return select(InterpreterRow).options(joinedload(InterpreterRow.person), *whole)


def _speaks(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(InterpreterLanguageRow.interpreter_id == InterpreterRow.id, condition)


def _active_on(day: date) -> ColumnElement[bool]:
    until = InterpreterRow.active_until
    return (InterpreterRow.active_from <= day) & or_(until.is_(None), until >= day)


def _speakers(agency_ids: Collection[int], languages: Collection[str], organisation_id: int) -> Sequence[Any]:
    row, offered, wish = InterpreterRow, InterpreterServiceRow, ExclusionRow
    services = func.array(select(offered.service).where(offered.interpreter_id == row.id).scalar_subquery())
    columns = (
        row.id, PersonRow.name, row.number, row.gender, row.municipality, row.home_lat, row.home_lon,
        row.travel_limit_km, row.active_from, row.active_until, row.available_now, row.present_until,
        row.quiet_from, row.quiet_until, services.label("services"),
        exists().where(wish.interpreter_id == row.id, wish.organisation_id == organisation_id).label("excluded"),
    )  # fmt: skip
    link = InterpreterAgencyRow
    query = (
        select(*columns)
        .join(PersonRow, PersonRow.id == row.person_id)
        .where(exists().where(link.interpreter_id == row.id, link.agency_id.in_(agency_ids)))
        .where(_speaks(InterpreterLanguageRow.language.in_(languages)), PersonRow.deactivated_at.is_(None))
        .order_by(row.id)
    )
    return db.session.execute(query).all()


def _skills(ids: list[int]) -> dict[int, list[Skill]]:
    row = InterpreterLanguageRow
    columns = (row.language, row.direction, row.certificate, row.certified_from, row.certified_until)
    found: dict[int, list[Skill]] = defaultdict(list)
    for it in db.session.execute(select(row.interpreter_id, *columns).where(_among(row.interpreter_id, ids))):
        found[it[0]].append(Skill(*it[1:]))
    return found


def _weeks(ids: list[int]) -> dict[int, list[Stretch]]:
    row = WeeklyAvailabilityRow
    columns = (row.interpreter_id, row.weekday, row.from_time, row.to_time)
    found: dict[int, list[Stretch]] = defaultdict(list)
    for it in db.session.execute(select(*columns).where(_among(row.interpreter_id, ids))):
        found[it[0]].append(Stretch(*it[1:]))
    return found


def _among(column: Any, ids: list[int]) -> ColumnElement[bool]:
    """Return "is one of these" with one array as its parameter: thousands of ids cost nothing to write down."""
    wanted: ColumnElement[bool] = column == func.any(cast(ids, ARRAY(BigInteger)))
    return wanted


def _deviations(ids: list[int], span: tuple[datetime, datetime]) -> dict[int, list[Deviation]]:
    row = AvailabilityExceptionRow
    near = row.during.op("&&")(Range(span[0] - timedelta(days=1), span[1] + timedelta(days=1)))
    found: dict[int, list[Deviation]] = defaultdict(list)
    query = select(row.interpreter_id, row.during, row.available).where(_among(row.interpreter_id, ids), near)
    for it in db.session.execute(query):
        found[it[0]].append(Deviation(it.during.lower, it.during.upper, it.available))
    return found


def count_active(agency_ids: Collection[int], day: date) -> int:
    """Return how many interpreters work for these agencies on a day, each once."""
    link = InterpreterAgencyRow
    theirs = exists().where(link.interpreter_id == InterpreterRow.id, link.agency_id.in_(agency_ids))
    return db.session.scalar(select(func.count()).select_from(InterpreterRow).where(theirs, _active_on(day))) or 0


def register_of(agency_id: int) -> list[InterpreterRow]:
    """Return the whole register of an agency in order of number, for who may take it along."""
    link = InterpreterAgencyRow
    mine = exists().where(link.interpreter_id == InterpreterRow.id, link.agency_id == agency_id)
    return list(db.session.scalars(_whole().where(mine).order_by(InterpreterRow.number)))


def ids_by_number(numbers: Collection[str], agency_id: int | None = None) -> dict[str, int]:
    """Return who is called by these numbers, of one agency or of all."""
    row, link = InterpreterRow, InterpreterAgencyRow
    query = select(row.number, row.id).where(row.number.in_(numbers))
    if agency_id is not None:
        query = query.where(exists().where(link.interpreter_id == row.id, link.agency_id == agency_id))
    return {number: interpreter_id for number, interpreter_id in db.session.execute(query)}


def registered_emails(emails: Collection[str]) -> frozenset[str]:
    """Return which of these addresses belong to somebody in the register."""
    query = select(PersonRow.email).join(InterpreterRow, InterpreterRow.person_id == PersonRow.id)
    return frozenset(db.session.scalars(query.where(PersonRow.email.in_(emails))))


def names_of(ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Return id, name, number and municipality of interpreters, for lists of the desk."""
    row = InterpreterRow
    query = select(row.id, PersonRow.name, row.number, row.municipality).join(PersonRow, PersonRow.id == row.person_id)
    names = ("interpreter_id", "name", "number", "municipality")
    return {it[0]: dict(zip(names, it, strict=True)) for it in db.session.execute(query.where(row.id.in_(ids)))}


def weeks_of(ids: list[int]) -> dict[int, list[Stretch]]:
    """Return the usual weeks of these interpreters; who never filled one in is absent."""
    return dict(_weeks(ids))


def reached_by_phone(ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Return name, number and telephone of interpreters, for the desk on a day without network."""
    row = InterpreterRow
    query = select(row.id, PersonRow.name, row.number, PersonRow.phone).join(PersonRow, PersonRow.id == row.person_id)
    names = ("interpreter_id", "name", "number", "phone")
    return {it[0]: dict(zip(names, it, strict=True)) for it in db.session.execute(query.where(row.id.in_(ids)))}


def peers_of(interpreter_id: int, day: date) -> list[int]:
    """Return who works on a day for an agency of hers and speaks, certified, a language she is certified in."""
    row, spoken, link = InterpreterRow, InterpreterLanguageRow, InterpreterAgencyRow
    certified = (spoken.certified_from <= day) & or_(spoken.certified_until.is_(None), spoken.certified_until >= day)
    hers = select(spoken.language).where(spoken.interpreter_id == interpreter_id, certified)
    agencies = select(link.agency_id).where(link.interpreter_id == interpreter_id)
    works = exists().where(link.interpreter_id == row.id, link.agency_id.in_(agencies))
    query = select(row.id).where(_speaks(spoken.language.in_(hers) & certified), works, _active_on(day))
    return list(db.session.scalars(query.order_by(row.id)))
