"""Asking by five questions: what is proposed, what may be picked, for whom."""

import re

from flask import Flask

from dispatch.customers.services import add_unit
from dispatch.requests.models import RequestRow
from kernel.actor import SYSTEM
from kernel.database import db
from tests.builders.people import a_requester, an_organisation, signed_in
from tests.services.dispatch.conftest import World
from tests.web.test_journeys import booking, newest


def without_service(**changes: object) -> dict[str, object]:
    return {name: value for name, value in booking(**changes).items() if name != "service"}


def test_who_only_says_what_talk_it_is_gets_the_service_that_suits_it(house: Flask, world: World) -> None:
    client = signed_in(house, world.requester)
    assert client.post("/requests/new", data=without_service(talk="deep")).status_code == 302
    assert newest().service == "video"
    assert client.post("/requests/new", data=booking(talk="deep", service="on_site")).status_code == 302
    assert newest().service == "on_site"


def test_who_says_neither_is_asked(house: Flask, world: World) -> None:
    answer = signed_in(house, world.requester).post("/requests/new", data=without_service())
    assert answer.status_code == 422
    assert "Kies hoe" in answer.text


def test_a_moment_that_is_shown_can_be_picked(house: Flask, world: World) -> None:
    client = signed_in(house, world.requester)
    shown = client.get("/requests/moments", query_string=booking(hour=""))
    assert shown.status_code == 200
    values = re.findall(r'name="slot" value="([^"]+)"', shown.text)
    assert len(values) > 30
    assert client.post("/requests/new", data=booking(day="", hour="", slot=values[-1])).status_code == 302
    assert newest().starts_at.astimezone().strftime("%Y-%m-%d") == values[-1][:10]


def test_a_slot_that_is_none_is_no_moment(house: Flask, world: World) -> None:
    client = signed_in(house, world.requester)
    for odd in ("gisteren", "2026-13-40T99:99", "<script>", "0001-01-01T00:00"):
        answer = client.post("/requests/new", data=booking(day="", hour="", slot=odd))
        assert answer.status_code == 422, odd


def test_something_better_is_taken_with_one_click_and_nothing_is_lost(house: Flask, world: World) -> None:
    client = signed_in(house, world.requester)
    answer = client.post("/requests/new", data=booking(take="video|2037-03-03T11:00", subject="intake"))
    assert answer.status_code == 200
    assert re.search(r'value="video"[^>]*checked|checked[^>]*value="video"', answer.text)
    assert 'value="2037-03-03"' in answer.text
    assert 'value="intake"' in answer.text
    assert db.session.query(RequestRow).filter_by(requester_id=world.requester.person_id).count() == 0


def test_the_price_is_told_before_asking(house: Flask, world: World) -> None:
    client = signed_in(house, world.requester)
    told = client.get("/requests/chance", query_string=booking(minutes="90")).text
    assert re.search(r"Richtprijs: €\s12,00", told)
    assert "per kilometer" in told
    assert "per kilometer" not in client.get("/requests/chance", query_string=booking(service="video")).text


def test_a_colleague_gets_the_messages_and_a_stranger_does_not(house: Flask, world: World) -> None:
    colleague = a_requester(world.organisation)
    stranger = a_requester(an_organisation(world.agency))
    client = signed_in(house, world.requester)
    assert client.post("/requests/new", data=booking(colleague=str(colleague.person_id))).status_code == 302
    assert newest().requester_id == colleague.person_id
    assert client.post("/requests/new", data=booking(colleague=str(stranger.person_id))).status_code == 422


def test_a_request_counts_for_its_unit(house: Flask, world: World) -> None:
    unit = add_unit(world.organisation.id, "Onthaal", by=SYSTEM)
    client = signed_in(house, world.requester)
    assert "Onthaal" in client.get("/requests/new").text
    assert client.post("/requests/new", data=booking(unit=str(unit))).status_code == 302
    assert newest().unit_id == unit
    assert client.post("/requests/new", data=booking(unit="999999")).status_code == 422


def test_the_card_of_languages_leads_back_with_the_language(house: Flask, world: World) -> None:
    client = signed_in(house, world.requester)
    card = client.get("/requests/language-card").text
    assert 'lang="ps"' in card
    assert 'dir="rtl"' in card
    assert 'value="Pashtu"' in client.get("/requests/new?language=pus").text
    assert 'value="zzz' not in client.get("/requests/new?language=zzz").text


def test_a_language_is_found_by_what_people_call_it(house: Flask, world: World) -> None:
    client = signed_in(house, world.requester)
    for words, code in [("perzisch", "pes"), ("persan", "pes"), ("soomaali", "som"), ("tigrina", "tir"),
                        ("الصومالية", "som"), ("دری", "prs"), ("marokkaans", "ary"), ("ukrainian", "ukr")]:  # fmt: skip
        found = client.get("/requests/languages", query_string={"q": words}).json
        assert found and found[0]["code"] == code, words
