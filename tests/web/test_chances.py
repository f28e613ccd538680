"""The chance to find somebody: told before asking, and with what would be better."""

import re
from datetime import timedelta

from flask import Flask

from dispatch.offers import queries as offers
from dispatch.offers import services
from dispatch.requests.models import RequestRow
from kernel import clock
from kernel.actor import Role
from kernel.database import db
from people import services as people
from tests.builders.interpreters import an_interpreter
from tests.builders.people import a_staff_member, an_agency, signed_in
from tests.builders.requests import a_request, a_weekday, asked, offer_to
from tests.services.dispatch.conftest import World, a_world
from tests.web.test_journeys import booking


def count_requests() -> int:
    return db.session.query(RequestRow).count()


def test_a_chance_is_told_before_anything_is_asked(house: Flask, world: World) -> None:
    client = signed_in(house, world.requester)
    answer = client.get("/requests/chance", query_string=booking())
    assert answer.status_code == 200
    assert "<meter" in answer.text
    assert count_requests() == 0


def test_without_a_script_a_button_tells_the_chance_and_keeps_what_was_typed(house: Flask, world: World) -> None:
    client = signed_in(house, world.requester)
    answer = client.post("/requests/new", data=booking(look="1", subject="intake"))
    assert answer.status_code == 200
    assert "<meter" in answer.text
    assert 'value="intake"' in answer.text
    assert count_requests() == 0


def test_while_too_little_is_filled_in_nothing_is_told(house: Flask, world: World) -> None:
    client = signed_in(house, world.requester)
    odd = [("language", ""), ("language", "zzqqxx"), ("day", "gisteren"), ("hour", "25:99"), ("day", "1999-01-01")]
    for name, value in odd:
        answer = client.get("/requests/chance", query_string=booking(**{name: value}))
        assert (answer.status_code, answer.text) == (204, ""), (name, value)


def test_a_language_nobody_speaks_has_no_chance(house: Flask, world: World) -> None:
    answer = signed_in(house, world.requester).get("/requests/chance", query_string=booking(language="Wolof"))
    assert "<strong>0%</strong>" in answer.text


def test_another_service_and_another_moment_are_told_where_they_help(house: Flask, world: World) -> None:
    early = asked(starts_at=a_weekday(7, hour=8) - timedelta(hours=1))  # nobody works at seven
    for _ in range(3):
        an_interpreter(("tir",), ("telephone",), agency=world.agency, week=())
    found = offers.outlook(offers.imagine(early, world.agency.id, world.organisation.id), clock.now())
    assert found.asked.chance == 0
    [later] = found.better
    assert later.wish.starts_at > early.starts_at
    by_phone = asked(language="tir")
    found = offers.outlook(offers.imagine(by_phone, world.agency.id, world.organisation.id), clock.now())
    assert [it.wish.service.value for it in found.better] == ["telephone"]


def test_the_api_tells_the_same_and_stores_nothing(house: Flask, world: World) -> None:
    token = people.issue_token(world.requester.person_id or 0, Role.REQUESTER, name="t", by=world.requester)
    body = {"service": "on_site", "language": "arb", "starts_at": a_weekday().isoformat(), "duration_minutes": 60,
            "place": {"municipality": "Gent", "postcode": "9000"}}  # fmt: skip
    head = {"Authorization": f"Bearer {token}"}
    answer = house.test_client().post("/api/v1/requests/chance", json=body, headers=head)
    assert answer.status_code == 200
    assert 0.3 < answer.json["asked"]["chance"] < 1
    assert count_requests() == 0
    refused = house.test_client().post("/api/v1/requests/chance", json=body | {"language": "qqq"}, headers=head)
    assert refused.status_code == 422


def test_nobody_asks_about_an_organisation_of_another_agency(house: Flask, world: World) -> None:
    elsewhere = a_world(1)
    client = signed_in(house, a_staff_member(elsewhere.agency, Role.COORDINATOR))
    answer = client.get("/requests/chance", query_string=booking(organisation=world.organisation.id))
    assert answer.status_code == 404


def test_the_desk_reads_the_chance_the_reasons_and_each_decision(house: Flask, world: World) -> None:
    far = an_interpreter(agency=world.agency, travel_limit_km=0.0)
    request = a_request(world.requester)
    client = signed_in(house, world.coordinator)
    page = client.get(f"/desk/requests/{request.id}").text
    assert "Wie gevraagd werd, en waarom" in page
    assert "<meter" in page
    [decision] = offers.decisions_of(request.id)
    again = client.get(f"/desk/requests/{request.id}/decisions/{decision.id}")
    assert "dezelfde beslissing" in again.text
    assert far is not None
    foreign = signed_in(house, a_staff_member(an_agency(), Role.COORDINATOR))
    assert foreign.get(f"/desk/requests/{request.id}/decisions/{decision.id}").status_code == 404


def test_a_decision_whose_inputs_are_gone_says_so(house: Flask, world: World) -> None:
    request = a_request(world.requester)
    with clock.frozen(clock.now() + timedelta(days=500)):
        services.forget_decision_inputs()
    [decision] = offers.decisions_of(request.id)
    page = signed_in(house, world.coordinator).get(f"/desk/requests/{request.id}/decisions/{decision.id}")
    assert "niet meer bewaard" in page.text


def test_an_administrator_reads_how_well_chances_came_true(house: Flask, world: World) -> None:
    request = a_request(world.requester)
    services.accept_offer(offer_to(request, world.actors[0].interpreter_id or 0), by=world.actors[0])
    services.learn_from_offers(world.agency.id)
    administrator = a_staff_member(world.agency, Role.ADMINISTRATOR)
    page = signed_in(house, administrator).get("/operations")
    assert "1 gemeten" in page.text
    assert "nog algemeen ingeschat" in page.text


def test_after_looking_at_the_chance_the_request_can_be_sent(house: Flask, world: World) -> None:
    client = signed_in(house, world.requester)
    looked = client.post("/requests/new", data=booking(look="1", _once="the-first-key"))
    key = re.search(r'name="_once" value="([^"]+)"', looked.text)
    assert key and key.group(1) != "the-first-key"
    sent = client.post("/requests/new", data=booking(_once=key.group(1)))
    assert sent.status_code == 302
    assert count_requests() == 1
