"""The coordinator's and the interpreter's pages without a browser's scripts: what they show, take and refuse."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from dispatch.assignments.models import AssignmentRow
from dispatch.interpreters import queries as register
from dispatch.offers import services as offers
from dispatch.requests import services as requests
from dispatch.requests.domain import CancelReason
from dispatch.requests.models import RequestRow
from kernel import clock
from kernel.clock import BRUSSELS
from kernel.database import db
from matching.hours import Stretch
from tests.builders.interpreters import acting
from tests.builders.people import a_staff_member, signed_in
from tests.builders.requests import a_request, fresh, offer_to
from tests.services.dispatch.conftest import World

HOSTILE = "<img src=x onerror=alert(1)>\u202e{{7*7}}"


@pytest.fixture
def request_(world: World) -> RequestRow:
    return a_request(world.requester)


def test_many_requests_are_taken_over_at_once_and_each_result_is_said(
    house: Flask, world: World, request_: RequestRow
) -> None:
    other = a_request(world.requester)
    client = signed_in(house, world.coordinator)
    answer = client.post("/desk/bulk", data={"ids": [request_.id, other.id, 999999999], "action": "take_over"})
    assert answer.status_code == 200
    assert answer.text.count("badge done") == 2
    assert answer.text.count("badge now") == 1
    assert fresh(other.id).owner_id == world.coordinator.person_id


def test_closing_many_needs_what_closing_one_needs(house: Flask, world: World, request_: RequestRow) -> None:
    client = signed_in(house, world.coordinator)
    data = {"ids": [request_.id], "action": "close", "reason": "duplicate"}
    assert "schrijf waarom" in client.post("/desk/bulk", data=data).text
    assert fresh(request_.id).status == "searching"
    assert client.post("/desk/bulk", data=data | {"note": "stond er al"}).status_code == 200
    assert fresh(request_.id).outcome_reason == "duplicate"
    for bad in ({}, {"action": "explode", "ids": [1]}, {"action": "take_over"}):
        assert client.post("/desk/bulk", data=bad).status_code == 422


def test_a_long_board_may_be_read_in_one_piece(
    house: Flask, world: World, request_: RequestRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatch.desk.views.board._PAGE", 1)
    other, client = a_request(world.requester), signed_in(house, world.coordinator)
    page = client.get("/desk/board?service=on_site").text
    assert page.count("<tr id=") == 1 and '/desk/board?rows=500&amp;service=on_site"' in page
    whole = client.get("/desk/board?rows=500&service=on_site").text
    assert (
        f'id="request-{other.id}"' in whole and f'id="request-{request_.id}"' in whole and "rows=500&amp;" not in whole
    )


def test_views_warnings_and_messages_are_kept(house: Flask, world: World, request_: RequestRow) -> None:
    client = signed_in(house, world.coordinator)
    kept = client.post("/desk/views", data={"name": HOSTILE, "query": "urgency=now&lane=act"})
    assert kept.headers["Location"] == "/desk/board?urgency=now&lane=act"
    odd = client.post("/desk/views", data={"name": "x", "query": "x=1&mine=\r\nSet-Cookie: a=b"})
    assert odd.headers["Location"] == "/desk/board?mine=%0D%0ASet-Cookie%3A+a%3Db"
    page = client.get("/desk/board?urgency=now&lane=act").text
    assert "/desk/board?urgency=now&amp;lane=act" in page
    assert "<img src=x" not in page
    client.post("/desk/alert", data={"minutes": "7", "sound": "y"})
    assert 'data-alert="7" data-sound="1" data-desktop=""' in client.get("/desk/board").text
    client.post("/desk/alert", data={"minutes": ""})
    assert 'data-alert=""' in client.get("/desk/board").text
    client.post(f"/desk/requests/{request_.id}/message", data={"text": HOSTILE})
    read = signed_in(house, world.requester).get(f"/requests/{request_.id}").text
    assert "Van de tolkdienst" in read and "<img src=x" not in read


def test_what_is_worth_proposing_stands_ready_in_the_form(house: Flask, world: World, request_: RequestRow) -> None:
    client, address = signed_in(house, world.coordinator), f"/desk/requests/{request_.id}"
    form = client.get(f"{address}?service=telephone&at=2031-03-04T09:30").text.partition('id="propose"')[2]
    assert form.startswith(" open>")
    for ready in ('selected value="telephone"', 'value="2031-03-04"', 'value="09:30"', 'selected value="60"'):
        assert ready in form
    closed = client.get(address).text.partition('id="propose"')[2]
    assert closed.startswith(">") and f'value="{request_.starts_at.date()}"' in closed
    for odd in ("", "gisteren", "9999-99-99T99:99", "0001-01-01T00:00", "2031-03-04T09:30\x00"):
        assert client.get(address, query_string={"service": odd, "at": odd}).status_code == 200


@pytest.mark.usefixtures("in_waves")
def test_a_request_shows_what_helps_and_who_acted_for_whom(house: Flask, world: World, request_: RequestRow) -> None:
    client = signed_in(house, world.coordinator)
    page = client.get(f"/desk/requests/{request_.id}").text
    for words in ("Nu het nuttigst", "Wie viel waar af", "Antwoord per telefoon", "in het bestand"):
        assert words in page
    offer_id = offer_to(request_, world.interpreters[0].id)
    client.post(f"/desk/offers/{offer_id}/decline", data={"reason": "too_far"})
    assert fresh(request_.id).status == "searching"
    other = offer_to(request_, world.interpreters[1].id)
    answer = client.post(f"/desk/offers/{other}/accept", follow_redirects=True)
    assert "namens" in answer.text
    assert fresh(request_.id).status == "assigned"


def test_a_request_goes_to_a_colleague(house: Flask, world: World, request_: RequestRow) -> None:
    colleague = a_staff_member(world.agency)
    client = signed_in(house, world.coordinator)
    client.post(f"/desk/requests/{request_.id}/hand-over", data={"colleague": colleague.person_id})
    assert fresh(request_.id).owner_id == colleague.person_id
    assert client.post(f"/desk/requests/{request_.id}/hand-over", data={"colleague": "x"}).status_code == 422


@pytest.mark.parametrize("on", ["2026-12-01", "", "gisteren", "9999-12-31", "0001-01-01", "2026-02-30"])
def test_a_day_and_a_week_of_any_date_open(house: Flask, world: World, on: str) -> None:
    client = signed_in(house, world.coordinator)
    for page in ("/desk/day", "/desk/week"):
        assert client.get(page, query_string={"on": on}).status_code == 200, page
    assert signed_in(house, world.actors[0]).get("/agenda", query_string={"on": on}).status_code == 200


def test_hostile_words_in_search_are_only_words(house: Flask, world: World, request_: RequestRow) -> None:
    client = signed_in(house, world.coordinator)
    for words in (HOSTILE, "' OR 1=1 --", "%", "_" * 200, "\U0001f600 \0", "a" * 5000, request_.reference):
        answer = client.get("/desk/search", query_string={"q": words})
        assert answer.status_code == 200
        assert "<img src=x" not in answer.text
    assert f"/desk/requests/{request_.id}" in client.get("/desk/search", query_string={"q": request_.reference}).text


def test_the_board_on_paper_has_telephone_numbers_and_its_reading_is_kept(
    house: Flask, world: World, request_: RequestRow
) -> None:
    who = world.actors[0]
    offers.accept_offer(offer_to(request_, who.interpreter_id or 0), by=who)
    with clock.frozen(request_.starts_at - timedelta(hours=2)):
        page = signed_in(house, world.coordinator).get("/desk/paper").text
    assert request_.reference in page
    assert "Resultaat" in page


def test_a_week_that_was_painted_is_the_week(house: Flask, world: World) -> None:
    client, row = signed_in(house, world.actors[0]), world.interpreters[0]
    client.post("/availability/week", data={"painted": "0 08:00 12:00,0 13:15 17:00,0 18:00 19:00,6 22:00 23:59"})
    assert [(it.weekday, it.from_time.isoformat("minutes"), it.to_time.isoformat("minutes")) for it in
            register.week_of(row.id)] == [
        (0, "08:00", "12:00"), (0, "13:15", "17:00"), (0, "18:00", "19:00"), (6, "22:00", "23:59")
    ]  # fmt: skip
    for bad in ("7 08:00 12:00", "0 25:00 26:00", "0 12:00 08:00", "x", "0 08:00 12:00;1 08:00 12:00"):
        assert client.post("/availability/week", data={"painted": bad}).status_code == 422
    assert len(register.week_of(row.id)) == 4
    client.post("/availability/week", data={"painted": ""})
    assert register.week_of(row.id) == []


def test_hours_may_still_be_typed(house: Flask, world: World) -> None:
    client = signed_in(house, world.actors[0])
    client.post("/availability/week", data={"from-1-0": "09:00", "to-1-0": "10:30"})
    [only] = register.week_of(world.interpreters[0].id)
    assert only == Stretch(1, only.from_time, only.to_time) and only.to_time.minute == 30


def test_an_offer_says_how_it_fits_and_why_she_was_asked(house: Flask, world: World, request_: RequestRow) -> None:
    page = signed_in(house, world.actors[0]).get("/offers").text
    assert "U hebt dan niets anders." in page
    assert "Wie het minst hoeft te reizen" in page


def test_her_own_pages_open_and_are_hers(house: Flask, world: World, request_: RequestRow) -> None:
    who = world.actors[0]
    offers.accept_offer(offer_to(request_, who.interpreter_id or 0), by=who)
    mine, other = signed_in(house, who), signed_in(house, acting(world.interpreters[1]))
    kept = json.loads(mine.get("/agenda/kept").text)["items"]
    assert [it["reference"] for it in kept] == [request_.reference]
    assert kept[0]["what"].endswith("ter plaatse")
    assert json.loads(other.get("/agenda/kept").text)["items"] == []
    day = request_.starts_at.astimezone(BRUSSELS).date().isoformat()
    assert "Gent" in mine.get("/agenda", query_string={"on": day}).text
    assert "Uw certificaten" in mine.get("/mine").text
    for year in ("2026", "x", "-5", "99999"):
        assert mine.get("/records/earned", query_string={"year": year}).status_code == 200


def test_the_code_is_typed_with_the_record(house: Flask, world: World, request_: RequestRow) -> None:
    who = world.actors[0]
    assignment_id = offers.accept_offer(offer_to(request_, who.interpreter_id or 0), by=who)
    here = request_.starts_at.astimezone(BRUSSELS)
    data = {"day": here.date().isoformat(), "start": f"{here:%H:%M}", "end": f"{here + timedelta(hours=1):%H:%M}"}
    with clock.frozen(request_.ends_at + timedelta(minutes=1)):
        client = signed_in(house, who)
        wrong = client.post(f"/assignments/{assignment_id}/perform", data=data | {"code": "000 00"})
        assert wrong.status_code == 422 and "klopt niet" in wrong.text
        assert fresh(request_.id).status in {"assigned", "in_progress"}
        code = _code(assignment_id)
        right = client.post(f"/assignments/{assignment_id}/perform", data=data | {"code": code}, follow_redirects=True)
        assert "alles is in orde" in right.text
    assert fresh(request_.id).outcome == "completed"


@pytest.mark.usefixtures("in_waves")
def test_what_is_gone_is_said_and_nothing_is_booked(house: Flask, world: World, request_: RequestRow) -> None:
    """A stale page: the offer went to somebody else, or the request was called off meanwhile."""
    late, first = world.actors[0], world.actors[1]
    mine = offer_to(request_, late.interpreter_id or 0)
    offers.accept_offer(offer_to(request_, first.interpreter_id or 0), by=first)
    client = signed_in(house, late)
    answer = client.post(f"/offers/{mine}/accept")
    assert answer.status_code == 409 and "Net door iemand anders aangenomen" in answer.text
    other = a_request(world.requester)
    mine = offer_to(other, late.interpreter_id or 0)
    requests.cancel_request(other.id, by=world.requester, reason=CancelReason.OTHER)
    said = client.post(f"/api/v1/offers/{mine}/accept", json={})
    assert (said.status_code, said.json["code"]) == (409, "request_cancelled")


def test_the_page_without_a_network_says_nothing_of_anybody(house: Flask, world: World) -> None:
    page = signed_in(house, world.actors[0]).get("/offline").text
    assert "Geen netwerk" in page
    assert world.actors[0].name not in page and "csrf" not in page
    program = house.test_client().get("/service-worker.js").text
    assert program.startswith("const SHELL = ")
    for part in ("sendWaiting", "notificationclick", "/offline"):
        assert part in program


def _code(assignment_id: int) -> str:
    return str(db.session.scalar(select(AssignmentRow.door_code).where(AssignmentRow.id == assignment_id)))
