"""The people of a synthetic year: who asks, and who interprets."""

import zlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from sqlalchemy import func, insert, select

from demo.domain import LANGUAGES, SECTORS
from demo.names import FIRST_NAMES, LAST_NAMES, organisation_names
from dispatch.interpreters.models import (
    InterpreterAgencyRow,
    InterpreterLanguageRow,
    InterpreterRow,
    InterpreterServiceRow,
)
from kernel.actor import Role
from kernel.database import Transaction
from people.models import AgencyRow, MembershipRow, OrganisationRow, PersonRow
from reference import queries as reference

AGENCIES = {
    "agii": ("AgII", ("Leuven", "Hasselt", "Genk", "Kortrijk", "Brugge", "Aalst", "Mechelen", "Oostende", "Turnhout")),
    "atlas": ("Atlas", ("Antwerpen",)),
    "in_gent": ("IN-Gent", ("Gent",)),
    "brussel_onthaal": ("Brussel Onthaal", ("Brussel", "Schaarbeek", "Anderlecht")),
}
_SHARES = (0.62, 0.18, 0.11, 0.09)


@dataclass(frozen=True, slots=True)
class Customer:
    """An organisation that asks, with the person who does."""

    agency_id: int
    organisation_id: int
    person_id: int
    sector: str
    postcode: str
    municipality: str
    region: str
    lat: float
    lon: float


@dataclass(slots=True)
class Interpreter:
    """Somebody of the register, with until when she is taken."""

    id: int
    language: str
    agency_id: int
    busy_until: datetime | None = None
    is_new: bool = True


class Register:
    """Who interprets what in the year. Requests come in order of time, so one moment per person says who is free."""

    def __init__(self, next_id: int, random: Random, agency_ids: list[int]) -> None:
        self.next_id, self.random, self.agency_ids = next_id, random, agency_ids
        self.crowd: dict[str, list[Interpreter]] = defaultdict(list)
        for language, share in LANGUAGES.items():
            for _ in range(max(1, round(share * 160))):
                self.hire(language, random.choice(agency_ids))

    def hire(self, language: str, agency_id: int) -> Interpreter:
        """Add somebody who speaks `language`."""
        who = Interpreter(self.next_id, language, agency_id)
        self.next_id += 1
        self.crowd[language].append(who)
        return who

    def speakers(self, language: str) -> list[Interpreter]:
        return self.crowd[language]

    def free(self, language: str, start: datetime, end: datetime, agency_id: int, *, keep: bool) -> Interpreter:
        """Return somebody free from `start` to `end`, hiring one where all are taken; `keep`: she is taken now."""
        crowd = self.crowd[language]
        first = self.random.randrange(len(crowd))
        for step in range(len(crowd)):
            who = crowd[(first + step) % len(crowd)]
            if not keep or who.busy_until is None or who.busy_until <= start:
                break
        else:
            who = self.hire(language, agency_id)
        if keep:
            who.busy_until = max(end, who.busy_until or end)
        return who


def make(tx: Transaction, year: int, random: Random) -> tuple[list[Customer], Register]:
    """Make the year's agencies (where missing), organisations and their people; return them and a register."""
    agency_ids = [_agency(tx, code, name) for code, (name, _) in AGENCIES.items()]
    customers = [
        _customer(tx, agency_ids[place], town, sector, name, year)
        for place, town, sector, name in _organisations(random)
    ]
    last = tx.session.scalar(select(InterpreterRow.id).order_by(InterpreterRow.id.desc()).limit(1)) or 0
    return customers, Register(last + 1, random, agency_ids)


def add_interpreters(tx: Transaction, register: Register, year: int) -> None:
    """Write the register of the year, with a person for each."""
    everybody = [who for crowd in register.crowd.values() for who in crowd]
    random, towns = register.random, [town for _, towns in AGENCIES.values() for town in towns]
    persons = [
        {"name": f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}", "email": f"tolk{who.id}@jaar.example"}
        for who in everybody
    ]
    made = tx.session.execute(insert(PersonRow).returning(PersonRow.id, sort_by_parameter_order=True), persons)
    rows = []
    for who, (person_id,) in zip(everybody, made, strict=True):
        place = reference.find_municipality(None, random.choice(towns))
        if place is None:
            raise LookupError("an agency's town is not in the reference data")
        where = {"postcode": place.postcodes[0], "municipality": place.name_nl}
        where |= {"home_lat": place.lat, "home_lon": place.lon}
        gender = random.choice(("female", "female", "male"))
        rows.append(
            {"id": who.id, "person_id": person_id, "number": f"J{who.id:05d}", "gender": gender, "available_now": False}
            | where
            | {"travel_limit_km": 80.0, "active_from": date(2015, 1, 1), "active_until": date(year, 12, 31)}
        )
    tx.session.execute(insert(InterpreterRow), rows)
    _add_details(tx, everybody)
    last = max(who.id for who in everybody)
    tx.session.execute(select(func.setval(func.pg_get_serial_sequence("interpreters", "id"), last)))


def _add_details(tx: Transaction, everybody: list[Interpreter]) -> None:
    certificate = {"certificate": "certificaat sociaal tolk", "certified_from": date(2015, 1, 1)}
    tx.session.execute(
        insert(InterpreterLanguageRow),
        [{"interpreter_id": who.id, "language": who.language, "direction": "both"} | certificate for who in everybody],
    )
    services = ("on_site", "telephone", "video", "translation")
    tx.session.execute(
        insert(InterpreterServiceRow),
        [{"interpreter_id": who.id, "service": service} for who in everybody for service in services],
    )
    tx.session.execute(
        insert(InterpreterAgencyRow),
        [{"interpreter_id": who.id, "agency_id": who.agency_id} for who in everybody],
    )


def _organisations(random: Random) -> list[tuple[int, str, str, str]]:
    """Return agency, town, sector and name of everybody who asks: every sector at every agency at least once."""
    towns = [places for _, places in AGENCIES.values()]
    found = []
    for sector, weight in SECTORS.items():
        for number in range(max(len(towns), weight)):
            place = number if number < len(towns) else random.choices(range(len(towns)), _SHARES)[0]
            town = random.choice(towns[place])
            found.append((place, town, sector, organisation_names(sector, town, number)))
    return found


def _agency(tx: Transaction, code: str, name: str) -> int:
    known = tx.session.scalar(select(AgencyRow.id).where(AgencyRow.code == code))
    return known or tx.add(AgencyRow(code=code, name=name)).id


def _customer(tx: Transaction, agency_id: int, town: str, sector: str, name: str, year: int) -> Customer:
    place = reference.find_municipality(None, town)
    if place is None:
        raise LookupError(f"{town} is not in the reference data")
    known = select(OrganisationRow).where(OrganisationRow.agency_id == agency_id, OrganisationRow.name == name)
    organisation = tx.session.scalars(known).first()
    if organisation is None:
        organisation = OrganisationRow(agency_id=agency_id, name=name, sector=sector)
        organisation.customer_code = f"J{zlib.crc32(name.encode()):010d}"
        organisation.municipality, organisation.postcode = place.name_nl, place.postcodes[0]
        tx.add(organisation)
    email = f"aanvrager{organisation.id}@jaar.example"
    person_id = tx.session.scalar(select(PersonRow.id).where(PersonRow.email == email))
    if person_id is None:
        person_id = tx.add(PersonRow(name=f"Aanvrager {organisation.id}", email=email)).id
        tx.add(MembershipRow(person_id=person_id, role=Role.REQUESTER, organisation_id=organisation.id))
    where = (place.postcodes[0], place.name_nl, place.area, place.lat, place.lon)
    return Customer(agency_id, organisation.id, person_id, sector, *where)
