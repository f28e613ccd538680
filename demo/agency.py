"""The small living agency that a newcomer meets: two tenants, their customers, their interpreters, a day's requests.

Every use case is the real one; only the people are invented. Accounts have no second factor, so that the printed
log-ins work: a real agency requires one.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from demo.names import FIRST_NAMES, LAST_NAMES
from dispatch.calendars.services import seed_closing_days
from dispatch.customers.services import make_agreement
from dispatch.interpreters import queries as register
from dispatch.interpreters.domain import Skill, Stretch
from dispatch.interpreters.services import Registration, register_interpreter, set_week
from dispatch.requests import services as requests
from dispatch.requests.domain import Place, Service, Typed, work_out
from kernel import clock
from kernel.actor import SYSTEM, Actor, Role
from kernel.clock import BRUSSELS
from kernel.database import transaction
from people import queries, services
from people.models import AgencyRow, PersonRow
from people.services.access import set_password

PASSWORD = "kom-binnen-in-de-tolkdienst"  # noqa: S105 - printed for everybody: the demo's only password

# code -> name, organisations: (customer code, name, sector, street, postcode, municipality)
AGENCIES = {
    "agii": (
        "AgII",
        (
            ("CAW01", "CAW Oost-Brabant", "welfare", "Redingenstraat 6", "3000", "Leuven"),
            ("ZOL01", "Ziekenhuis Genk", "health", "Synaps Park 1", "3600", "Genk"),
        ),
    ),
    "atlas": (
        "Atlas",
        (
            ("OCM01", "Sociaal Centrum Plein", "local_authority", "De Coninckplein 25", "2060", "Antwerpen"),
            ("SCH01", "Basisschool De Wijzer", "education", "Turnhoutsebaan 110", "2140", "Antwerpen"),
        ),
    ),
}
# Language -> how many interpreters; five have exactly one.
CROWD = {
    "arb": 24, "tur": 9, "prs": 6, "pus": 5, "som": 4, "tir": 3, "rus": 4, "fra": 5, "eng": 4, "spa": 3, "ron": 3,
    "bul": 2, "pol": 2, "ary": 3, "sqi": 2, "kmr": 1, "amh": 1, "hye": 1, "vie": 1, "kin": 1, "twi": 1, "nep": 1,
}  # fmt: skip
TOWNS = ("Leuven", "Genk", "Hasselt", "Mechelen", "Antwerpen", "Brussel", "Aalst", "Gent", "Sint-Niklaas", "Lier")
_CERTIFIED = date(2019, 1, 1)
Progress = Callable[[str], None]


def is_empty() -> bool:
    """Return whether there is no agency at all yet."""
    with transaction() as tx:
        return tx.session.scalar(select(AgencyRow.id).limit(1)) is None


def load(progress: Progress) -> None:
    """Make the two agencies with everybody in them, and some requests to look at. Whole or not at all."""
    with transaction():
        _load(progress)


def _load(progress: Progress) -> None:
    agency_ids = {}
    for code, (name, _) in AGENCIES.items():
        agency_ids[code] = services.add_agency(code, name, by=SYSTEM, second_factor_required=False)
        year = clock.now().year
        seed_closing_days(agency_ids[code], range(2020, year + 3))
        for role in (Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR):
            person_id = _person(f"{role.value}@{code}.example", f"{_DUTCH[role]} {name}")
            services.give_role(person_id, role, by=SYSTEM, agency_id=agency_ids[code])
    progress("agencies")
    requesters = [_customers(code, agency_ids[code]) for code in AGENCIES]
    progress("customers")
    _interpreters(agency_ids)
    progress("interpreters")
    for number, requester in enumerate(it for group in requesters for it in group):
        _some_requests(requester, number)
    progress("requests")


_DUTCH = {Role.COORDINATOR: "Coördinator", Role.MANAGER: "Leidinggevende", Role.ADMINISTRATOR: "Beheerder"}


def _person(email: str, name: str, phone: str | None = None) -> int:
    person_id = services.find_or_add_person(name, email, by=SYSTEM, phone=phone)
    with transaction() as tx:
        tx.session.get_one(PersonRow, person_id).password_hash = _password_hash(person_id)
    return person_id


_made: list[str] = []


def _password_hash(person_id: int) -> str:
    """Return the hash of the demo's password: made once, as everybody here has the same."""
    if not _made:
        with transaction() as tx:
            person = tx.session.get_one(PersonRow, person_id)
            set_password(tx, person, PASSWORD)
            _made.append(person.password_hash or "")
    return _made[0]


def _customers(code: str, agency_id: int) -> list[Actor]:
    actors = []
    for customer_code, name, sector, street, postcode, municipality in AGENCIES[code][1]:
        address = {"street": street, "postcode": postcode, "municipality": municipality, "phone": "+3216000000"}
        organisation_id = services.add_organisation(
            agency_id, name, sector, by=SYSTEM, customer_code=customer_code, address=address
        )
        make_agreement(organisation_id, by=SYSTEM, valid_from=date(2020, 1, 1))
        person_id = _person(f"aanvrager.{customer_code.lower()}@{code}.example", f"Aanvrager {name}")
        membership_id = services.give_role(person_id, Role.REQUESTER, by=SYSTEM, organisation_id=organisation_id)
        services.let_manage(membership_id, True, by=SYSTEM)
        actors.append(Actor(person_id, Role.REQUESTER, organisation_id=organisation_id))
    return actors


def _interpreters(agency_ids: dict[str, int]) -> None:
    number = 0
    every = frozenset(agency_ids.values())
    for language, crowd in CROWD.items():
        for place in range(crowd):
            number += 1
            name = f"{FIRST_NAMES[number % len(FIRST_NAMES)]} {LAST_NAMES[(number * 7) % len(LAST_NAMES)]}"
            agencies = every if number % 3 else frozenset({agency_ids["agii" if number % 2 else "atlas"]})
            _interpreter(number, name, language, every if crowd == 1 else agencies, place)


def _interpreter(number: int, name: str, language: str, agencies: frozenset[int], place: int) -> None:
    email = f"tolk{number:02d}@tolken.example"
    _person(email, name, phone=f"+3247000{number:04d}")
    services_ = ("on_site", "telephone", "video") if place % 4 else ("on_site", "telephone", "video", "translation")
    second = (
        (Skill("fra", "both", "certificaat sociaal tolk", _CERTIFIED),) if place % 5 == 4 and language != "fra" else ()
    )
    registration = Registration(
        name=name,
        email=email,
        number=f"T{number:04d}",
        gender="female" if number % 5 < 3 else "male",
        postcode="",
        municipality=TOWNS[number % len(TOWNS)],
        agency_ids=agencies,
        phone=None,
        travel_limit_km=60.0 + 10 * (number % 4),
        skills=(Skill(language, "both", "certificaat sociaal tolk", _CERTIFIED), *second),
        services=services_,
        active_from=date(2019, 1, 1),
    )
    interpreter_id = register_interpreter(registration, by=SYSTEM)
    set_week(interpreter_id, [Stretch(day, time(7, 0), time(21, 0)) for day in range(7)], by=SYSTEM)


def _some_requests(requester: Actor, number: int) -> None:
    """Ask for some things in the coming days, so that there is something to see."""
    languages = ("arb", "tur", "prs", "tir", "kin", "som", "wol")
    home = queries.find_organisation(requester.organisation_id or 0, by=requester)
    place = Place(home.street, home.postcode, home.municipality or "")
    for step in range(4):
        language = languages[(number * 2 + step) % len(languages)]
        service = (Service.ON_SITE, Service.TELEPHONE, Service.VIDEO, Service.ON_SITE)[step]
        typed = Typed(
            service=service,
            language=language,
            starts_at=_slot(step + 1 + number % 2, 9 + step),
            duration=timedelta(minutes=(60, 30, 60, 90)[step]),
        )
        details = {
            "place": place,
            "phone": home.phone,
            "subject": ("intake", "oudercontact", "consultatie", "gesprek")[step],
        }
        requests.submit_request(work_out(typed, clock.now(), **details), by=requester)


def _slot(days_ahead: int, hour: int) -> datetime:
    """Return a moment on a weekday that many days ahead."""
    day = clock.now().astimezone(BRUSSELS).date() + timedelta(days=days_ahead)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return datetime.combine(day, time(hour), BRUSSELS)


def accounts() -> list[dict[str, object]]:
    """Return who can sign in, with the demo's password; for interpreters also languages and services."""
    found: list[dict[str, object]] = []
    for code in AGENCIES:
        agency = next((it for it in queries.list_agencies(SYSTEM) if it.code == code), None)
        if agency is None:
            continue
        found += [_account(*it, agency=code) for it in queries.people_of_agency(agency.id)]
    for row in register.list_interpreters(SYSTEM, register.Filter(), limit=1000):
        if not row.person.email.endswith("@tolken.example"):
            continue
        languages = [it.language for it in row.languages]
        offered = sorted(it.service for it in row.services)
        agencies = {it.agency_id for it in row.agencies}
        home = next(code for code in AGENCIES if queries.agency_id_of(code) in agencies)
        account = _account(row.person, Role.INTERPRETER, None, agency=home)
        found.append(account | {"languages": languages, "services": offered})
    return found


def _account(person: PersonRow, role: str, organisation: str | None, *, agency: str) -> dict[str, object]:
    values = {"role": str(role), "agency": agency, "organisation": organisation, "email": person.email}
    return values | {"password": PASSWORD}
