"""The register itself: who is in it, with which languages and services, and who is not sent where."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from dispatch.interpreters import permissions, queries
from dispatch.interpreters.domain import DIRECTIONS, GENDERS, Skill
from dispatch.interpreters.errors import AlreadyRegistered
from dispatch.interpreters.events import (
    ExclusionSet,
    InterpreterChanged,
    InterpreterEnded,
    InterpreterRegistered,
    LanguageCertified,
)
from dispatch.interpreters.models import (
    ExclusionRow,
    InterpreterAgencyRow,
    InterpreterLanguageRow,
    InterpreterRow,
    InterpreterServiceRow,
)
from kernel.actor import Actor, Role
from kernel.database import Transaction, refuse_on, transaction
from kernel.errors import Forbidden, Invalid
from people import services as people
from reference import queries as reference

SERVICES = ("on_site", "telephone", "video", "translation")
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
    locale: str = field(default="nl")


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
        place = reference.find_municipality(new.postcode, new.municipality)
        row = InterpreterRow(
            person_id=person_id,
            number=new.number,
            gender=new.gender,
            postcode=new.postcode,
            municipality=place.name_nl if place else new.municipality,
            home_lat=place.lat if place else None,
            home_lon=place.lon if place else None,
            travel_limit_km=new.travel_limit_km,
            active_from=new.active_from or tx.now().date(),
            available_now=False,
        )
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
    """Change what the interpreter herself or the desk may change: travel limit, quiet hours, place (the desk), gender.

    Emits: InterpreterChanged.
    Raises: Invalid, NotFound, Forbidden.
    """
    own = {"travel_limit_km", "quiet_from", "quiet_until"}
    if not set(changes) <= own | {"postcode", "municipality", "gender", "active_until"}:
        raise Invalid(fields=dict.fromkeys(changes, "unknown_field"))
    with transaction() as tx:
        row = tx.locked(InterpreterRow, interpreter_id)
        agencies = queries.agencies_of(interpreter_id)
        permissions.require_self_or_desk(by, interpreter_id, agencies)
        if by.role is Role.INTERPRETER and not set(changes) <= own:
            raise Forbidden()
        limit = changes.get("travel_limit_km")
        if limit is not None and not 0 <= limit <= 500:
            raise Invalid(fields={"travel_limit_km": "out_of_range"})
        for name, value in changes.items():
            setattr(row, name, value)
        if changes.keys() & {"postcode", "municipality"} and (
            place := reference.find_municipality(row.postcode, row.municipality)
        ):
            row.municipality, row.home_lat, row.home_lon = place.name_nl, place.lat, place.lon
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


def exclude(interpreter_id: int, organisation_id: int, *, by: Actor, reason: str | None = None) -> None:
    """Say that these two do not work together. Each side says so for itself; neither sees the other's wish.

    Emits: ExclusionSet.
    """
    side = _side(by, interpreter_id, organisation_id)
    row = {"interpreter_id": interpreter_id, "organisation_id": organisation_id, "set_by": side}
    with transaction() as tx:
        tx.session.execute(insert(ExclusionRow).values(**row, reason=(reason or "")[:500]).on_conflict_do_nothing())
        tx.emit(ExclusionSet(**row, on=True), by)


def include(interpreter_id: int, organisation_id: int, *, by: Actor) -> None:
    """Take the own side's wish back.

    Emits: ExclusionSet.
    """
    side = _side(by, interpreter_id, organisation_id)
    row = {"interpreter_id": interpreter_id, "organisation_id": organisation_id, "set_by": side}
    with transaction() as tx:
        tx.session.execute(delete(ExclusionRow).filter_by(**row))
        tx.emit(ExclusionSet(**row, on=False), by)


def lock_interpreter(tx: Transaction, interpreter_id: int) -> None:
    """Hold the interpreter for the rest of the transaction: the first lock of every use case that binds her."""
    held = select(InterpreterRow.id).where(InterpreterRow.id == interpreter_id).with_for_update()
    if tx.session.execute(held).first() is None:
        tx.locked(InterpreterRow, interpreter_id)


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


def _side(by: Actor, interpreter_id: int, organisation_id: int) -> str:
    if by.role is Role.INTERPRETER and by.interpreter_id == interpreter_id:
        return "interpreter"
    if by.role is Role.REQUESTER and by.organisation_id == organisation_id:
        return "organisation"
    permissions.require_desk(by, queries.agencies_of(interpreter_id))
    return "agency"


def _check(new: Registration) -> None:
    wrong = {}
    if not new.name.strip() or len(new.name) > 200:
        wrong["name"] = "required"
    if not new.number.strip() or len(new.number) > 20:
        wrong["number"] = "required"
    if new.gender not in GENDERS:
        wrong["gender"] = "unknown_choice"
    if not set(new.services) <= set(SERVICES):
        wrong["services"] = "unknown_choice"
    if new.travel_limit_km is not None and not 0 <= new.travel_limit_km <= 500:
        wrong["travel_limit_km"] = "out_of_range"
    if wrong:
        raise Invalid(fields=wrong)
    for skill in new.skills:
        _check_skill(skill)


def _check_skill(skill: Skill) -> None:
    wrong = {}
    if not reference.language_exists(skill.language):
        wrong["language"] = "unknown_language"
    if skill.direction not in DIRECTIONS:
        wrong["direction"] = "unknown_choice"
    if skill.certified_until and (not skill.certified_from or skill.certified_until < skill.certified_from):
        wrong["certified_until"] = "not_positive"
    if wrong:
        raise Invalid(fields=wrong)


def forget_person(person_id: int) -> None:
    """A person was erased: her place in the register says no more where she lives."""
    with transaction() as tx:
        values = {"postcode": "", "municipality": "", "home_lat": None, "home_lon": None, "available_now": False}
        this = InterpreterRow.person_id == person_id
        tx.session.execute(update(InterpreterRow).where(this).values(**values, active_until=tx.now().date()))
