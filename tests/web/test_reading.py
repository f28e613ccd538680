"""Who read what is kept; who may not read leaves no trace of having read."""

import pytest
from flask import Flask
from sqlalchemy import text

from dispatch.offers import services as offers
from dispatch.requests import services as requests
from dispatch.requests.domain import CancelReason
from dispatch.requests.models import RequestRow
from kernel.actor import Actor
from kernel.database import db
from tests.builders.people import a_requester, a_staff_member, an_agency, an_organisation, signed_in
from tests.builders.requests import a_request, offer_to
from tests.services.dispatch.conftest import World


@pytest.fixture
def request_(world: World) -> RequestRow:
    return a_request(world.requester)


def readings(request_id: int) -> list[int]:
    """Return who read a request, in order."""
    query = "SELECT actor_id FROM events WHERE name = 'request_opened' AND request_id = :id ORDER BY id"
    return list(db.session.scalars(text(query), {"id": request_id}))


def test_every_side_that_opens_a_request_is_kept_once_an_hour(house: Flask, world: World, request_: RequestRow) -> None:
    interpreter = world.actors[0]
    assignment_id = offers.accept_offer(offer_to(request_, interpreter.interpreter_id or 0), by=interpreter)
    looks: list[tuple[Actor, str]] = [
        (world.requester, f"/requests/{request_.id}"),
        (world.coordinator, f"/desk/requests/{request_.id}"),
        (interpreter, f"/assignments/{assignment_id}"),
    ]
    for actor, address in looks:
        for _ in range(2):
            assert signed_in(house, actor).get(address).status_code == 200
        assert signed_in(house, actor).get(f"/api/v1/requests/{request_.id}").status_code == 200
    assert readings(request_.id) == [actor.person_id for actor, _ in looks]


def test_whoever_may_not_read_it_reads_nothing_and_is_not_kept(house: Flask, request_: RequestRow) -> None:
    elsewhere = an_agency(second_factor_required=False)
    strangers = [a_requester(an_organisation(elsewhere)), a_staff_member(elsewhere)]
    for actor in strangers:
        for address in (f"/requests/{request_.id}", f"/desk/requests/{request_.id}", f"/api/v1/requests/{request_.id}"):
            assert signed_in(house, actor).get(address).status_code in {403, 404}
    assert readings(request_.id) == []


def test_a_list_over_the_api_is_kept_with_its_requests(house: Flask, world: World, request_: RequestRow) -> None:
    signed_in(house, world.coordinator).get("/api/v1/requests")
    kept = db.session.execute(text("SELECT actor_id, facts FROM events WHERE name = 'requests_listed'")).one()
    assert kept == (world.coordinator.person_id, {"requests": [request_.id]})


def test_the_terminal_tells_who_read_a_request(house: Flask, world: World, request_: RequestRow) -> None:
    signed_in(house, world.requester).get(f"/requests/{request_.id}")
    run = house.test_cli_runner().invoke
    of_request = run(args=["audit", "trail", "request", str(request_.id)]).output
    of_person = run(args=["audit", "trail", "person", str(world.requester.person_id)]).output
    for told in (of_request, of_person):
        assert f"request_opened,{request_.id},{world.requester.person_id},requester" in told


def test_an_interpreter_whose_assignment_ended_reads_it_no_more(
    house: Flask, world: World, request_: RequestRow
) -> None:
    interpreter = world.actors[0]
    offers.accept_offer(offer_to(request_, interpreter.interpreter_id or 0), by=interpreter)
    client = signed_in(house, interpreter)
    assert client.get(f"/api/v1/requests/{request_.id}").status_code == 200
    requests.cancel_request(request_.id, by=world.requester, reason=CancelReason.OTHER)
    assert client.get(f"/api/v1/requests/{request_.id}").status_code == 404


def test_what_the_interpreter_earns_is_not_told_to_the_requester(
    house: Flask, world: World, request_: RequestRow
) -> None:
    interpreter = world.actors[0]
    number = offers.accept_offer(offer_to(request_, interpreter.interpreter_id or 0), by=interpreter)
    hers = signed_in(house, interpreter).get(f"/api/v1/assignments/{number}").json
    theirs = signed_in(house, world.requester).get(f"/api/v1/assignments/{number}").json
    assert hers["fee_cents"] > 0
    assert not {"fee_cents", "travel_cents"} & set(theirs)
