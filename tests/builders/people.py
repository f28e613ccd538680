"""Agencies, organisations and persons, saved, with a sign-in for the test client."""

import itertools
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from kernel.actor import SYSTEM, Actor, Role
from people import queries, services
from people.models import AgencyRow, OrganisationRow, PersonRow

_numbers = itertools.count(1)


def an_agency(**changes: Any) -> AgencyRow:
    """Return a saved agency."""
    number = next(_numbers)
    usual = {"code": f"agency{number}", "name": f"Tolkdienst {number}"}
    agency_id = services.add_agency(**(usual | changes), by=SYSTEM)
    return next(it for it in queries.list_agencies(SYSTEM) if it.id == agency_id)


def an_organisation(agency: AgencyRow | None = None, **changes: Any) -> OrganisationRow:
    """Return a saved organisation in Gent."""
    number = next(_numbers)
    usual = {
        "name": f"OCMW {number}",
        "sector": "welfare",
        "customer_code": f"K{number:05d}",
        "address": {"street": "Botermarkt 1", "postcode": "9000", "municipality": "Gent"},
    }
    agency = agency or an_agency()
    organisation_id = services.add_organisation(agency.id, **(usual | changes), by=SYSTEM)
    return queries.find_organisation(organisation_id, by=SYSTEM)


def a_person(**changes: Any) -> PersonRow:
    """Return a saved person without a role."""
    number = next(_numbers)
    usual = {"name": f"Jan Peeters {number}", "email": f"jan{number}@voorbeeld.example"}
    return queries.find_person(services.find_or_add_person(**(usual | changes), by=SYSTEM))


def a_staff_member(agency: AgencyRow, role: Role = Role.COORDINATOR, **changes: Any) -> Actor:
    """Return somebody who works in a role for an agency."""
    person = a_person(**changes)
    services.give_role(person.id, role, by=SYSTEM, agency_id=agency.id)
    return Actor(person.id, role, agency_ids=frozenset({agency.id}), name=person.name)


def a_requester(organisation: OrganisationRow, **changes: Any) -> Actor:
    """Return somebody who asks for an organisation."""
    person = a_person(**changes)
    services.give_role(person.id, Role.REQUESTER, by=SYSTEM, organisation_id=organisation.id)
    return Actor(person.id, Role.REQUESTER, organisation_id=organisation.id, name=person.name)


def signed_in(app: Flask, actor: Actor) -> FlaskClient:
    """Return a browser in which the actor is signed in, second factor and all; forgery tokens are not asked."""
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    secret = services.open_session(actor.person_id or 0, actor.role, second_factor=True)
    with client.session_transaction() as session:
        session["secret"] = secret
    return client
