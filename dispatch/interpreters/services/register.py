"""The register itself: who is in it, with which languages and services, and for whom."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from dispatch.interpreters import permissions, queries
from dispatch.interpreters.domain import DIRECTIONS, GENDERS, SERVICES, Skill
from dispatch.interpreters.errors import AlreadyRegistered
from dispatch.interpreters.events import (
    InterpreterChanged,
    InterpreterEnded,
    InterpreterRegistered,
    LanguageCertified,
    LanguageEnded,
)
from dispatch.interpreters.models import (
    AvailabilityExceptionRow,
    ExclusionRow,
    InterpreterAgencyRow,
    InterpreterLanguageRow,
    InterpreterRow,
    InterpreterServiceRow,
)
from kernel.actor import Actor, Role
from kernel.clock import BRUSSELS
from kernel.database import Transaction, refuse_on, transaction
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.words import readable
from people import services as people
from reference import queries as reference

OWN_FIELDS = frozenset({"travel_limit_km", "quiet_from", "quiet_until"})
DESK_FIELDS = frozenset({"number", "gender", "postcode", "municipality", "active_until"})
NEEDED = frozenset({"name", "number", "municipality"})
LIMITS = {"name": 200, "number": 20, "postcode": 10, "municipality": 100, "certificate": 100}
refuse_on("uq_interpreters_number", AlreadyRegistered)
refuse_on("uq_interpreters_person_id", AlreadyRegistered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What is written of a new interpreter. Kilometres are one way; None is the usual limit."""

    name: str
    email: str
    number: str
    gender: str
    postcode: str
    municipality: str
    agency_ids: frozenset[int]
    phone: str | None = None
    travel_limit_km: float | None = None
    skills: tuple[Skill, ...] = ()
    services: tuple[str, ...] = ()
    active_from: date | None = None
    active_until: date | None = None
    locale: str = "nl"


def register_interpreter(new: Registration, *, by: Actor) -> int:
    """Enter somebody in the register; the person is made when the address is new.

    Emits: InterpreterRegistered.
    Raises: Invalid, AlreadyRegistered, Forbidden, NotFound.
    """
    if not new.agency_ids:
        raise Invalid(fields={"agencies": "required"})
    permissions.require_desk(by, new.agency_ids)
    if not by.is_system and not new.agency_ids <= by.agency_ids:
        raise Forbidden()
    _check(new)
    with transaction() as tx:
        person_id = people.find_or_add_person(new.name, new.email, phone=new.phone, locale=new.locale, by=by)
        _refuse_taken(tx, InterpreterRow.number == new.number, "number")
        _refuse_taken(tx, InterpreterRow.person_id == person_id, "email")
        row = InterpreterRow(person_id=person_id, available_now=False)
        for name in ("number", "gender", "postcode", "municipality", "travel_limit_km", "active_until"):
            setattr(row, name, getattr(new, name))
        row.active_from = new.active_from or tx.now().astimezone(BRUSSELS).date()
        _put_home(row)
        tx.add(row)
        for agency_id in sorted(new.agency_ids):
            tx.session.add(InterpreterAgencyRow(interpreter_id=row.id, agency_id=agency_id))
        for service in new.services:
            tx.session.add(InterpreterServiceRow(interpreter_id=row.id, service=service))
        tx.session.flush()
        for skill in new.skills:
            _certify(tx, row.id, skill, by)
        people.give_role(person_id, Role.INTERPRETER, by=by, interpreter_id=row.id)
        tx.emit(InterpreterRegistered(interpreter_id=row.id, agency_id=min(new.agency_ids)), by)
        return row.id


def change_interpreter(interpreter_id: int, *, by: Actor, **changes: Any) -> None:
    """Change what stands in the register: the interpreter her travel limit and quiet hours, the desk all of it.

    Emits: InterpreterChanged.
    Raises: Invalid, AlreadyRegistered, NotFound, Forbidden.
    """
    if not set(changes) <= OWN_FIELDS | DESK_FIELDS:
        raise Invalid(fields=dict.fromkeys(set(changes) - OWN_FIELDS - DESK_FIELDS, "unknown_field"))
    _refuse_wrong(changes)
    with transaction() as tx:
        row = tx.locked(InterpreterRow, interpreter_id)
        agencies = queries.agencies_of(interpreter_id)
        permissions.require_self_or_desk(by, interpreter_id, agencies)
        if by.role is Role.INTERPRETER and not set(changes) <= OWN_FIELDS:
            raise Forbidden()
        if "number" in changes:
            same = InterpreterRow.number == changes["number"]
            _refuse_taken(tx, same & (InterpreterRow.id != interpreter_id), "number")
        for name, value in changes.items():
            setattr(row, name, value)
        if changes.keys() & {"postcode", "municipality"}:
            _put_home(row)
        event = InterpreterChanged(interpreter_id=row.id, agency_id=min(agencies, default=None), fields=sorted(changes))
        tx.emit(event, by)


def certify_language(interpreter_id: int, skill: Skill, *, by: Actor) -> None:
    """Write down a language with its certificate, or change what is written.

    Emits: LanguageCertified.
    """
    _check_skill(skill)
    with transaction() as tx:
        tx.locked(InterpreterRow, interpreter_id)
        permissions.require_desk(by, queries.agencies_of(interpreter_id))
        _certify(tx, interpreter_id, skill, by)


def set_services(interpreter_id: int, services: Collection[str], *, by: Actor) -> None:
    """Say which services an interpreter offers.

    Emits: InterpreterChanged.
    """
    if not set(services) <= set(SERVICES):
        raise Invalid(fields={"services": "unknown_choice"})
    with transaction() as tx:
        tx.locked(InterpreterRow, interpreter_id)
        permissions.require_desk(by, queries.agencies_of(interpreter_id))
        tx.session.execute(delete(InterpreterServiceRow).where(InterpreterServiceRow.interpreter_id == interpreter_id))
        for service in sorted(set(services)):
            tx.session.add(InterpreterServiceRow(interpreter_id=interpreter_id, service=service))
        tx.emit(InterpreterChanged(interpreter_id=interpreter_id, fields=["services"]), by)


def end_language(interpreter_id: int, language: str, *, by: Actor) -> None:
    """Take a language from somebody; what was done in it stays.

    Emits: LanguageEnded.
    Raises: NotFound, Forbidden.
    """
    with transaction() as tx:
        tx.locked(InterpreterRow, interpreter_id)
        permissions.require_desk(by, queries.agencies_of(interpreter_id))
        this = {"interpreter_id": interpreter_id, "language": language}
        ended = delete(InterpreterLanguageRow).filter_by(**this).returning(InterpreterLanguageRow.id)
        if tx.session.execute(ended).first() is None:
            raise NotFound(thing="interpreter_languages")
        tx.emit(LanguageEnded(**this), by)


def set_agencies(interpreter_id: int, agency_ids: Collection[int], *, by: Actor) -> None:
    """Say for which of the actor's agencies an interpreter works; the others are not touched.

    Emits: InterpreterChanged.
    Raises: Invalid: she would work for nobody; end her instead. NotFound, Forbidden.
    """
    with transaction() as tx:
        tx.locked(InterpreterRow, interpreter_id)
        now = queries.agencies_of(interpreter_id)
        permissions.require_desk(by, now)
        wanted = frozenset(agency_ids) if by.is_system else (now - by.agency_ids) | (set(agency_ids) & by.agency_ids)
        if not wanted:
            raise Invalid(fields={"agencies": "required"})
        link = InterpreterAgencyRow
        gone = (link.interpreter_id == interpreter_id, link.agency_id.in_(now - wanted))
        tx.session.execute(delete(link).where(*gone))
        for agency_id in sorted(wanted - now):
            tx.session.add(link(interpreter_id=interpreter_id, agency_id=agency_id))
        tx.emit(InterpreterChanged(interpreter_id=interpreter_id, fields=["agencies"]), by)


def end_interpreter(interpreter_id: int, last_day: date, *, by: Actor) -> None:
    """Take somebody out of the register after `last_day`; what was done stays.

    Emits: InterpreterEnded.
    """
    with transaction() as tx:
        row = tx.locked(InterpreterRow, interpreter_id)
        permissions.require_desk(by, queries.agencies_of(interpreter_id))
        row.active_until = max(last_day, row.active_from)
        row.available_now = False
        tx.emit(InterpreterEnded(interpreter_id=row.id), by)


def lock_interpreter(tx: Transaction, interpreter_id: int) -> None:
    """Hold the interpreter for the rest of the transaction: the first lock of every use case that binds her."""
    tx.lock(InterpreterRow, interpreter_id)


def _certify(tx: Transaction, interpreter_id: int, skill: Skill, by: Actor) -> None:
    values = {
        "direction": skill.direction,
        "certificate": skill.certificate,
        "certified_from": skill.certified_from,
        "certified_until": skill.certified_until,
    }
    row = insert(InterpreterLanguageRow).values(interpreter_id=interpreter_id, language=skill.language, **values)
    tx.session.execute(row.on_conflict_do_update(index_elements=["interpreter_id", "language"], set_=values))
    event = LanguageCertified(interpreter_id=interpreter_id, language=skill.language, direction=skill.direction)
    tx.emit(event, by)


def _refuse_taken(tx: Transaction, condition: ColumnElement[bool], field: str) -> None:
    """Refuse in words what the constraint would refuse anyway.

    Raises: AlreadyRegistered.
    """
    if tx.session.scalar(select(InterpreterRow.id).where(condition)):
        raise AlreadyRegistered(fields={field: "already_registered"})


def _put_home(row: InterpreterRow) -> None:
    """Write the municipality as it is called, with its coordinates; a place abroad has none."""
    place = reference.find_municipality(row.postcode, row.municipality)
    row.municipality = place.name_nl if place else row.municipality
    row.home_lat, row.home_lon = (place.lat, place.lon) if place else (None, None)


def _check(new: Registration) -> None:
    values = {name: getattr(new, name) for name in Registration.__slots__}
    _refuse_wrong(values)
    for skill in new.skills:
        _check_skill(skill)


def _refuse_wrong(values: Mapping[str, Any]) -> None:
    """Refuse what cannot stand in the register.

    Raises: Invalid, with every field that is wrong.
    """
    wrong = {name: code for name in values if (code := _wrong_text(name, values[name]))}
    if values.get("gender", GENDERS[0]) not in GENDERS:
        wrong["gender"] = "unknown_choice"
    if not set(values.get("services", ())) <= set(SERVICES):
        wrong["services"] = "unknown_choice"
    limit = values.get("travel_limit_km")
    if limit is not None and not 0 <= limit <= 500:
        wrong["travel_limit_km"] = "out_of_range"
    if "municipality" in values and reference.is_wrong_place(values.get("postcode"), values["municipality"]):
        wrong.setdefault("municipality", "unknown_place")
    if wrong:
        raise Invalid(fields=wrong)


def _wrong_text(name: str, value: Any) -> str | None:
    if name not in LIMITS:
        return None
    text = readable(value or "", name)
    if not text and name in NEEDED:
        return "required"
    return "too_long" if len(text) > LIMITS[name] else None


def _check_skill(skill: Skill) -> None:
    wrong = {}
    if not reference.language_exists(skill.language):
        wrong["language"] = "unknown_language"
    if skill.direction not in DIRECTIONS:
        wrong["direction"] = "unknown_choice"
    if len(skill.certificate or "") > LIMITS["certificate"]:
        wrong["certificate"] = "too_long"
    if skill.certified_until and (not skill.certified_from or skill.certified_until < skill.certified_from):
        wrong["certified_until"] = "not_positive"
    if wrong:
        raise Invalid(fields=wrong)


def forget_person(person_id: int) -> None:
    """A person was erased: her place in the register says no more who she is, where she lives, or why she was away."""
    with transaction() as tx:
        held = select(InterpreterRow).where(InterpreterRow.person_id == person_id).with_for_update()
        for row in tx.session.scalars(held).all():
            row.number, row.postcode, row.municipality = f"gewist-{row.id}", "", ""
            row.home_lat = row.home_lon = None
            row.available_now, row.active_until = False, max(row.active_from, tx.now().date())
            for kind in (AvailabilityExceptionRow, ExclusionRow):
                tx.session.execute(update(kind).where(kind.interpreter_id == row.id).values(reason=None))
