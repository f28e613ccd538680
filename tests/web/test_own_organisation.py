"""A requester who manages the own organisation: its people, its units, what it asked and what that cost."""

from dataclasses import replace

import pytest
from flask import Flask

from dispatch.offers import services as offers
from kernel.actor import Actor
from kernel.errors import Forbidden, NotFound
from people import queries as people
from people import services as people_services
from tests.builders.people import a_requester, an_organisation, signed_in
from tests.builders.requests import a_request, offer_to
from tests.services.dispatch.conftest import World


@pytest.fixture
def manager(world: World) -> Actor:
    [membership] = people.memberships_in(world.organisation.id)
    people_services.let_manage(membership.id, True, by=world.coordinator)
    return replace(world.requester, manages_organisation=True)


def test_these_pages_are_only_there_for_who_manages(house: Flask, world: World) -> None:
    client = signed_in(house, world.requester)
    assert client.get("/organisation").status_code == 404
    assert "Onze organisatie" not in client.get("/requests").text
    for path in ("people", "units"):
        assert client.post(f"/organisation/{path}", data={"name": "x", "email": "x@example.org"}).status_code == 404


def test_a_manager_adds_a_colleague_who_is_invited(house: Flask, world: World, manager: Actor) -> None:
    client = signed_in(house, manager)
    data = {"name": "Nele Wouters", "email": "nele@example.org"}
    assert client.post("/organisation/people", data=data).status_code == 302
    assert "Nele Wouters" in client.get("/organisation").text
    assert people.find_person_by_email("nele@example.org") is not None


def test_a_manager_adds_nobody_who_works_elsewhere(house: Flask, world: World, manager: Actor) -> None:
    elsewhere = a_requester(an_organisation(world.agency))
    email = people.find_person(elsewhere.person_id or 0).email
    answer = signed_in(house, manager).post("/organisation/people", data={"name": "Iemand", "email": email})
    assert answer.status_code == 422
    assert [it.organisation_id for it in people.memberships_of(elsewhere.person_id or 0)] == [elsewhere.organisation_id]


def test_a_manager_ends_a_colleague_but_not_herself(house: Flask, world: World, manager: Actor) -> None:
    colleague = a_requester(world.organisation)
    ids = {it.person_id: it.id for it in people.memberships_in(world.organisation.id)}
    client = signed_in(house, manager)
    client.post(f"/organisation/people/{ids[colleague.person_id]}/end")
    client.post(f"/organisation/people/{ids[manager.person_id]}/end")
    assert [it.person_id for it in people.memberships_in(world.organisation.id)] == [manager.person_id]


def test_a_manager_reaches_no_other_organisation(house: Flask, world: World, manager: Actor) -> None:
    other = an_organisation(world.agency)
    a_requester(other)
    [theirs] = people.memberships_in(other.id)
    client = signed_in(house, manager)
    for what in ("end", "manage"):
        assert client.post(f"/organisation/people/{theirs.id}/{what}").status_code == 404
    with pytest.raises(NotFound):
        people_services.let_manage(theirs.id, True, by=manager)
    with pytest.raises(NotFound):
        people_services.add_unit(other.id, "Onthaal", by=manager)


def test_who_manages_nothing_gives_no_rights(world: World) -> None:
    [mine] = people.memberships_in(world.organisation.id)
    with pytest.raises(Forbidden):
        people_services.let_manage(mine.id, True, by=world.requester)


def test_use_is_told_per_unit_and_as_a_file_no_spreadsheet_runs(house: Flask, world: World, manager: Actor) -> None:
    client = signed_in(house, manager)
    client.post("/organisation/units", data={"name": "=cmd()"})
    [unit] = people.units_of(world.organisation.id)
    a_request(manager, search=False)
    request = a_request(manager)
    offers.accept_offer(offer_to(request, world.actors[0].interpreter_id or 0), by=world.actors[0])
    request.unit_id = unit.id
    year = request.held_on.year
    page = client.get(f"/organisation?year={year}").text
    assert "2 aanvragen, 1 beantwoord" in page
    rows = client.get(f"/organisation/use.csv?year={year}").text.splitlines()
    assert any(";'=cmd();" in row for row in rows)
    assert not any(";=cmd()" in row for row in rows)
