"""Interpreters in the register: somebody from Gent who speaks Arabic and works on weekdays."""

import itertools
from collections.abc import Iterable
from datetime import date, time
from typing import Any

from dispatch.interpreters import queries, services
from dispatch.interpreters.domain import Skill
from dispatch.interpreters.models import InterpreterRow
from dispatch.interpreters.services import Registration
from kernel.actor import SYSTEM, Actor, Role
from matching.hours import Stretch
from people.models import AgencyRow
from tests.builders.people import an_agency

_numbers = itertools.count(1)
OFFICE_HOURS = tuple(Stretch(weekday, time(8), time(18)) for weekday in range(5))
SINCE = date(2019, 5, 1)


def an_interpreter(
    languages: Iterable[str] = ("arb",),
    services_: Iterable[str] = ("on_site", "telephone", "video"),
    *,
    agency: AgencyRow | None = None,
    certified: bool = True,
    week: Iterable[Stretch] = OFFICE_HOURS,
    **changes: Any,
) -> InterpreterRow:
    """Return a saved interpreter, certified since 2019. `changes` are fields of `Registration`."""
    number = next(_numbers)
    since = {"certificate": "sociaal tolk", "certified_from": SINCE} if certified else {}
    usual: dict[str, Any] = {
        "name": f"Samira El Amrani {number}",
        "email": f"tolk{number}@voorbeeld.example",
        "number": f"T{number:05d}",
        "gender": "female",
        "postcode": "9000",
        "municipality": "Gent",
        "services": tuple(services_),
        "skills": tuple(Skill(language, **since) for language in languages),
        "agency_ids": frozenset({(agency or an_agency()).id}) if "agency_ids" not in changes else None,
        "active_from": SINCE,
    }
    interpreter_id = services.register_interpreter(Registration(**(usual | changes)), by=SYSTEM)
    services.set_week(interpreter_id, list(week), by=SYSTEM)
    return queries.find_interpreter(interpreter_id, by=SYSTEM)


def acting(interpreter: InterpreterRow) -> Actor:
    """Return an interpreter as she acts herself."""
    name = interpreter.person.name
    return Actor(interpreter.person_id, Role.INTERPRETER, interpreter_id=interpreter.id, name=name)
