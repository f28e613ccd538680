"""Organisations that may order: their agreements, their people, and what an agency knows of them."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from dispatch.customers import queries, services
from kernel.actor import Role
from kernel.database import db
from kernel.errors import Forbidden, Invalid, NotFound
from people.models import OneTimeLinkRow
from people.queries import memberships_of, requesters_of
from tests.builders.customers import an_agreement
from tests.builders.interpreters import acting, an_interpreter
from tests.builders.people import a_requester, a_staff_member, an_agency, an_organisation

DAY = date(2026, 12, 7)


@pytest.fixture
def agency(house: Flask):
    return an_agency()


@pytest.fixture
def organisation(agency):
    return an_organisation(agency)


@pytest.fixture
def coordinator(agency):
    return a_staff_member(agency)


@pytest.mark.parametrize(
    ("change", "in_force"),
    [
        ({}, True),
        ({"valid_from": DAY}, True),
        ({"valid_from": date(2026, 12, 8)}, False),
        ({"valid_until": DAY}, True),
        ({"valid_until": date(2026, 12, 6)}, False),
    ],
)
def test_an_agreement_is_in_force_on_its_first_and_on_its_last_day(organisation, change, in_force):
    an_agreement(organisation, **change)
    assert (queries.agreement_on(organisation.id, DAY) is not None) is in_force


def test_a_suspended_agreement_is_not_in_force_until_it_runs_again(organisation, coordinator):
    agreement_id = an_agreement(organisation)
    services.suspend_agreement(agreement_id, DAY, by=coordinator)
    assert queries.agreement_on(organisation.id, DAY) is None
    assert queries.agreements_on([organisation.id], DAY)[organisation.id].suspended_from == DAY
    services.suspend_agreement(agreement_id, None, by=coordinator)
    assert queries.agreement_on(organisation.id, DAY) is not None


def test_of_two_agreements_in_force_the_newer_counts(organisation):
    an_agreement(organisation)
    newer = an_agreement(organisation, valid_from=date(2026, 1, 1), services=["video"])
    assert queries.agreement_on(organisation.id, DAY).id == newer
    assert queries.agreements_on([organisation.id], DAY)[organisation.id].id == newer


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"services": []}, "services"),
        ({"services": ["smoke"]}, "services"),
        ({"valid_until": date(2018, 1, 1)}, "valid_until"),
    ],
)
def test_an_agreement_that_allows_nothing_or_ends_before_it_begins_is_refused(organisation, change, field):
    with pytest.raises(Invalid) as refused:
        an_agreement(organisation, **change)
    assert set(refused.value.facts["fields"]) == {field}


def test_only_the_own_desk_makes_agreements_and_adds_people(agency, organisation):
    manager, interpreter = a_staff_member(agency, Role.MANAGER), acting(an_interpreter(agency=agency))
    agreement_id = an_agreement(organisation)
    for somebody, refusal in [
        (manager, Forbidden), (interpreter, Forbidden), (a_requester(organisation), Forbidden),
        (a_staff_member(an_agency()), NotFound),
    ]:  # fmt: skip
        with pytest.raises(refusal):
            services.make_agreement(organisation.id, by=somebody, valid_from=DAY)
        with pytest.raises(refusal):
            services.suspend_agreement(agreement_id, DAY, by=somebody)
        with pytest.raises(refusal):
            services.add_requester(organisation.id, "An", "an@o.example", by=somebody)


def test_who_may_ask_is_invited_once_and_added_as_often_as_one_likes(organisation, coordinator):
    first = services.add_requester(organisation.id, "An", "An@o.example", by=coordinator, phone="09 266 52 11")
    again = services.add_requester(organisation.id, "An", "an@o.example", by=coordinator)
    assert first == again
    assert [it.organisation_id for it in memberships_of(first)] == [organisation.id]
    assert [it.phone for it in requesters_of(organisation.id)] == ["+3292665211"]
    assert {it.purpose for it in db.session.scalars(select(OneTimeLinkRow).filter_by(person_id=first))} == {"invite"}


def test_an_agency_knows_its_own_customers_and_no_others(agency, organisation):
    an_organisation(an_agency(), customer_code="Z9", name="Elders")
    codes = [organisation.customer_code, "Z9"]
    assert queries.has_place_by_code(agency.id, codes) == {organisation.customer_code: True}
    assert queries.known_names(agency.id, [organisation.name, "Elders"]) == {organisation.name}
    assert [it.organisation.id for it in queries.everything_of(agency.id)] == [organisation.id]
