"""One line of a spreadsheet, through the use cases of the module it belongs to."""

from dispatch.customers import services as customers
from dispatch.interpreters import services as interpreters
from dispatch.performances import services as performances
from dispatch.requests import services as requests
from dispatch.spreadsheets.domain.checks import Customer, Interpreter, Past
from kernel.actor import Actor, Role
from people import services as people


def write_interpreter(new: Interpreter, agency_id: int, *, by: Actor) -> None:
    """Enter somebody in the register of an agency."""
    values = new.values | {"services": new.values["services"] or ()}
    skills = tuple(new.skills)
    entry = interpreters.Registration(**values, skills=skills, agency_ids=frozenset({agency_id}))
    interpreters.register_interpreter(entry, by=by)


def write_customer(new: Customer, agency_id: int, *, by: Actor) -> None:
    """Add an organisation with its agreement, its units and those who ask for it."""
    address = {name: new.values[name] for name in ("street", "postcode", "municipality", "phone", "email")}
    organisation_id = customers.add_customer(
        agency_id,
        new.values["name"],
        new.values["sector"],
        by=by,
        customer_code=new.values["customer_code"],
        address=address,
    )
    if new.agreement:
        customers.make_agreement(organisation_id, by=by, **new.agreement)
    for unit in new.units:
        customers.add_unit(organisation_id, unit, by=by)
    for email, (name, phone) in new.people.items():
        person_id = people.find_or_add_person(name, email, phone=phone, by=by)
        people.give_role(person_id, Role.REQUESTER, by=by, organisation_id=organisation_id)


def write_past_request(past: Past, agency_id: int, *, by: Actor) -> None:
    """Write down a request of the past, with who had it and when it took place."""
    request_id = requests.record_past_request(past.request, agency_id, by=by)
    if past.interpreter_id is not None:
        performances.record_past_performance(request_id, past.interpreter_id, by=by)
