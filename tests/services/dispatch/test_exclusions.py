"""Who is not sent where: each side wishes for itself, and nobody reads the other's wish."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from dispatch.interpreters import queries, services
from dispatch.interpreters.models import ExclusionRow, InterpreterRow
from kernel.actor import Actor
from kernel.audit import EventRow
from kernel.database import db
from kernel.errors import NotFound
from tests.builders.interpreters import acting, an_interpreter
from tests.builders.people import a_requester, a_staff_member, an_agency, an_organisation

MONDAY_9H = datetime(2026, 12, 7, 8, tzinfo=UTC)


@pytest.fixture
def agency(house: Flask):
    return an_agency()


@pytest.fixture
def coordinator(agency) -> Actor:
    return a_staff_member(agency)


@pytest.fixture
def samira(agency) -> InterpreterRow:
    return an_interpreter(agency=agency)


def excluded(samira, agency, organisation) -> bool:
    slot = (MONDAY_9H, MONDAY_9H + timedelta(hours=1))
    (facts,) = queries.candidate_facts({agency.id}, {"arb"}, slot, MONDAY_9H, organisation.id)
    assert facts.interpreter_id == samira.id
    return facts.excluded


def test_each_side_wishes_for_itself_and_reads_only_its_own_wish(agency, samira, coordinator):
    organisation = an_organisation(agency)
    sides = {"interpreter": acting(samira), "organisation": a_requester(organisation), "agency": coordinator}
    for side, actor in sides.items():
        services.exclude(samira.id, organisation.id, by=actor, reason=f"reason of {side}")
    for side, actor in sides.items():
        assert [it.reason for it in queries.wishes_of(actor, samira.id)] == [f"reason of {side}"]
    for side, actor in sides.items():
        assert excluded(samira, agency, organisation), side
        services.include(samira.id, organisation.id, by=actor)
        assert queries.wishes_of(actor, samira.id) == []
    assert not excluded(samira, agency, organisation)


def test_a_wish_said_twice_is_kept_and_written_down_once(agency, samira):
    organisation = an_organisation(agency)
    for _ in range(2):
        services.exclude(samira.id, organisation.id, by=acting(samira))
    assert db.session.scalar(select(func.count()).select_from(ExclusionRow)) == 1
    assert db.session.scalar(select(func.count()).select_from(EventRow).filter_by(name="exclusion_set")) == 1


def test_the_audit_trail_says_which_side_but_never_why(agency, samira):
    organisation = an_organisation(agency)
    services.exclude(samira.id, organisation.id, by=acting(samira), reason="my former husband works there")
    facts = db.session.scalars(select(EventRow.facts).filter_by(name="exclusion_set")).one()
    assert "husband" not in str(facts)
    assert facts["set_by"] == "interpreter"


def test_nobody_wishes_for_another_or_about_a_stranger(agency, samira):
    organisation, foreign = an_organisation(agency), an_organisation()
    for actor, where in [
        (acting(an_interpreter(agency=agency)), organisation),
        (a_requester(an_organisation(agency)), organisation),
        (a_requester(foreign), foreign),
        (acting(samira), foreign),
        (a_staff_member(an_agency()), organisation),
    ]:
        with pytest.raises(NotFound):
            services.exclude(samira.id, where.id, by=actor)


def test_the_organisations_offered_are_those_of_her_agencies(agency, samira, coordinator):
    own, _foreign = an_organisation(agency), an_organisation()
    assert [it for it, _ in queries.organisations_around(samira.id, by=acting(samira))] == [own.id]
    assert [it for it, _ in queries.organisations_around(samira.id, by=coordinator)] == [own.id]
    assert queries.organisations_around(samira.id, by=a_staff_member(an_agency())) == []
