"""An agency at work: somebody who asks, somebody who coordinates, three who interpret."""

from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask

from dispatch.calendars.services import seed_closing_days
from dispatch.customers.services import make_agreement
from dispatch.interpreters.models import InterpreterRow
from kernel.actor import SYSTEM, Actor, Role
from people.models import AgencyRow, OrganisationRow
from tests.builders.interpreters import acting, an_interpreter
from tests.builders.people import a_requester, a_staff_member, an_agency, an_organisation


@dataclass(frozen=True)
class World:
    agency: AgencyRow
    organisation: OrganisationRow
    requester: Actor
    coordinator: Actor
    interpreters: tuple[InterpreterRow, ...]

    @property
    def actors(self) -> list[Actor]:
        return [acting(it) for it in self.interpreters]


def a_world(interpreters: int = 3) -> World:
    agency = an_agency(second_factor_required=False)
    seed_closing_days(agency.id, range(2024, 2030))
    organisation = an_organisation(agency)
    make_agreement(organisation.id, by=SYSTEM, valid_from=date(2020, 1, 1))
    people = tuple(an_interpreter(agency=agency) for _ in range(interpreters))
    return World(agency, organisation, a_requester(organisation), a_staff_member(agency, Role.COORDINATOR), people)


@pytest.fixture
def world(house: Flask) -> World:
    return a_world()
