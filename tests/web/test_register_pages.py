"""The pages of the register, of availability, of customers and of spreadsheets, and the API of interpreters."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dispatch.interpreters import queries, services
from dispatch.interpreters.models import InterpreterRow
from dispatch.interpreters.queries import Filter
from dispatch.offers import services as offers
from dispatch.spreadsheets.domain.files import read_rows
from dispatch.spreadsheets.domain.sheets import COLUMNS, Kind
from kernel.actor import SYSTEM, Role
from kernel.tables import write_csv
from tests.builders.interpreters import acting, an_interpreter
from tests.builders.people import a_staff_member, an_agency, signed_in
from tests.builders.requests import a_request, offer_to
from tests.services.dispatch.conftest import World

LONG_AGO, A_DAY = datetime(2020, 1, 1, tzinfo=UTC), datetime(2037, 1, 5, tzinfo=UTC)


@pytest.fixture
def samira(world: World) -> InterpreterRow:
    return world.interpreters[0]


@pytest.fixture
def desk(house: Flask, world: World) -> FlaskClient:
    return signed_in(house, world.coordinator)


@pytest.fixture
def stranger(house: Flask) -> FlaskClient:
    return signed_in(house, a_staff_member(an_agency()))


@pytest.fixture
def phone(house: Flask, world: World) -> FlaskClient:
    return signed_in(house, world.actors[0])


def seen(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


# the desk


def test_the_desk_enters_somebody_and_sees_her_in_the_list(desk, world):
    filled = {"name": "Amina Diallo", "email": "amina@t.example", "number": "T-9", "gender": "female",
              "postcode": "3600", "municipality": "Genk", "services": ["video"],
              "agencies": str(world.agency.id)}  # fmt: skip
    page = desk.post("/interpreters/new", data=filled, follow_redirects=True)
    assert "Amina Diallo" in seen(page)
    desk.post(page.request.path + "/languages", data={"language": "Turks", "direction": "both"})
    assert "Turks" in seen(desk.get(page.request.path))
    listed = seen(desk.get("/interpreters?language=turks&service=video&words=genk"))
    assert "Amina Diallo" in listed
    assert "Niemand gevonden" in seen(desk.get("/interpreters?language=onbestaand"))


def test_what_was_typed_stays_when_something_is_wrong(desk, world):
    filled = {"name": "Amina Diallo", "email": "amina@t.example", "number": "T-9", "gender": "female",
              "postcode": "0001", "municipality": "Nergenshuizen", "agencies": str(world.agency.id)}  # fmt: skip
    answer = desk.post("/interpreters/new", data=filled)
    assert answer.status_code == 422
    assert "Deze gemeente kennen we niet." in seen(answer)
    assert 'value="Amina Diallo"' in answer.get_data(as_text=True)


def test_the_desk_changes_everything_of_an_interpreter(desk, world, samira):
    place = f"/interpreters/{samira.id}"
    changed = {
        "number": "T-77",
        "gender": "other",
        "postcode": "9300",
        "municipality": "Aalst",
        "travel_limit_km": "25",
    }
    assert desk.post(f"{place}/change", data=changed).status_code == 302
    assert desk.post(f"{place}/services", data={"services": ["telephone", "translation"]}).status_code == 302
    assert desk.post(f"{place}/week", data={"from-0-0": "08:00", "to-0-0": "12:00"}).status_code == 302
    off = {"first_day": "2037-01-05", "available": "0", "reason": "verlof"}
    assert desk.post(f"{place}/exceptions", data=off).status_code == 302
    wish = {"organisation": str(world.organisation.id), "reason": "klacht"}
    assert desk.post(f"{place}/exclusions", data=wish).status_code == 302
    page = seen(desk.get(place))
    for words in ("T-77", "Aalst", "25 km", "anders", "maandag 08:00–12:00", "verlof", "klacht"):
        assert words in page
    [exception] = queries.exceptions_of(samira.id, LONG_AGO)
    desk.post(f"{place}/exceptions/{exception.id}/remove")
    desk.post(f"{place}/exclusions/{world.organisation.id}/end")
    desk.post(f"{place}/languages/arb/end")
    page = seen(desk.get(place))
    assert "verlof" not in page and "klacht" not in page and "Nog geen taal" in page
    assert "Actief tot en met" in seen(desk.post(f"{place}/end", follow_redirects=True))


def test_a_number_that_is_taken_is_said_without_losing_the_page(desk, world, samira):
    changed = {"number": world.interpreters[1].number, "gender": "female", "municipality": "Gent", "postcode": "9000"}
    answer = desk.post(f"/interpreters/{samira.id}/change", data=changed)
    assert answer.status_code == 422
    assert "staat al in het bestand" in seen(answer)
    assert f'value="{changed["number"]}"' in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("", None), ("/change", None), ("/week", None), ("/change", {"number": "X"}), ("/week", {}),
        ("/languages", {"language": "tur", "direction": "both"}), ("/languages/arb/end", {}), ("/services", {}),
        ("/agencies", {}), ("/exceptions", {"first_day": "2037-01-05", "available": "0"}), ("/exclusions", {}),
        ("/end", {}),
    ],
)  # fmt: skip
def test_another_agencys_interpreter_does_not_exist(stranger, samira, path, data):
    ask = stranger.get if data is None else stranger.post
    answer = ask(f"/interpreters/{samira.id}{path}", **({} if data is None else {"data": data}))
    assert answer.status_code == 404
    assert queries.find_interpreter(samira.id, by=SYSTEM).languages


def test_an_interpreter_and_a_requester_never_see_the_register(house, world, samira):
    for actor in (world.actors[1], world.requester):
        client = signed_in(house, actor)
        assert client.get("/interpreters").status_code == 403
        assert client.get(f"/interpreters/{samira.id}").status_code == 403
        assert client.get("/api/v1/interpreters").status_code == 403


# the interpreter herself


def test_she_fills_in_her_week_and_a_half_hour_is_asked_about_not_lost(phone, samira):
    answer = phone.post("/availability/week", data={"from-0-0": "09:15", "to-0-0": ""})
    assert answer.status_code == 422
    assert 'value="09:15"' in answer.get_data(as_text=True)
    overlap = {"from-0-0": "09:00", "to-0-0": "12:00", "from-0-1": "11:00", "to-0-1": "13:00"}
    assert "Deze uren overlappen" in seen(phone.post("/availability/week", data=overlap))
    assert phone.post("/availability/week", data={"from-2-0": "09:15", "to-2-0": "17:45"}).status_code == 302
    assert [(it.weekday, f"{it.from_time:%H:%M}") for it in queries.week_of(samira.id)] == [(2, "09:15")]
    assert 'value="17:45"' in phone.get("/availability").get_data(as_text=True)


def test_she_turns_the_switch_and_the_page_keeps_it_alive(phone, samira):
    assert phone.post("/availability/beat").status_code == 410
    phone.post("/availability/now", data={"on": "1"})
    assert "data-present" in phone.get("/availability").get_data(as_text=True)
    assert phone.post("/availability/beat").status_code == 204
    phone.post("/availability/now")
    assert "data-present" not in phone.get("/availability").get_data(as_text=True)


def test_she_sets_limits_and_wishes_that_only_she_reads(house, phone, desk, world, samira):
    phone.post("/availability/limits", data={"travel_limit_km": "15", "quiet_from": "22:00", "quiet_until": "07:00"})
    assert samira.travel_limit_km == 15
    assert re.search(r'name="travel_limit_km"[^>]* value="15"', phone.get("/availability").get_data(as_text=True))
    assert phone.post("/availability/limits", data={"travel_limit_km": "900"}).status_code == 422
    wish = {"organisation": str(world.organisation.id), "reason": "mijn ex werkt daar"}
    assert "mijn ex werkt daar" in seen(phone.post("/availability/exclusions", data=wish, follow_redirects=True))
    assert "mijn ex" not in seen(desk.get(f"/interpreters/{samira.id}"))
    assert "mijn ex" not in seen(signed_in(house, world.requester).get("/exclusions"))
    gone = phone.post(f"/availability/exclusions/{world.organisation.id}/end", follow_redirects=True)
    assert "mijn ex" not in seen(gone)


def test_she_says_when_she_cannot(phone, samira):
    answer = phone.post("/availability/exceptions", data={"first_day": "2037-01-06", "last_day": "2037-01-05"})
    assert answer.status_code == 422
    page = phone.post(
        "/availability/exceptions", data={"first_day": "2037-01-06", "available": "0"}, follow_redirects=True
    )
    assert "kan niet" in seen(page)
    again = phone.post("/availability/exceptions", data={"first_day": "2037-01-06", "available": "1"})
    assert again.status_code == 422
    assert "Deze uren overlappen" in seen(again)


# the requester


def test_an_organisation_asks_that_somebody_does_not_come_and_takes_it_back(house, world, samira, phone):
    client = signed_in(house, world.requester)
    page = client.post(f"/exclusions/{samira.id}", data={"reason": "kwam te laat"}, follow_redirects=True)
    assert samira.person.name in seen(page)
    assert samira.municipality not in seen(page)
    assert "kwam te laat" not in seen(phone.get("/availability"))
    foreign = an_interpreter()
    assert client.post(f"/exclusions/{foreign.id}").status_code == 404
    assert samira.person.name not in seen(client.post(f"/exclusions/{samira.id}/end", follow_redirects=True))


def test_the_page_of_a_request_offers_to_ask_for_somebody_else_next_time(house, world, samira):
    request = a_request(world.requester)
    offers.accept_offer(offer_to(request, samira.id), by=world.actors[0])
    page = signed_in(house, world.requester).get(f"/requests/{request.id}").get_data(as_text=True)
    assert f'action="/exclusions/{samira.id}"' in page


# customers


def test_the_desk_adds_a_customer_with_agreement_unit_and_somebody_who_asks(desk, world, stranger):
    filled = {"name": "School De Brug", "customer_code": "S1", "sector": "education", "municipality": "Gent",
              "agency": str(world.agency.id)}  # fmt: skip
    place = desk.post("/customers/new", data=filled).location
    assert place, "added"
    desk.post(f"{place}/agreements", data={"services": ["video"], "valid_from": "2026-01-01"})
    desk.post(f"{place}/units", data={"name": "Kleuters"})
    desk.post(f"{place}/requesters", data={"name": "Els Claes", "email": "els@brug.example"})
    page = seen(desk.get(place))
    for words in ("School De Brug", "onderwijs", "video", "Kleuters", "Els Claes"):
        assert words in page
    assert desk.post(f"{place}/units", data={"name": ""}).status_code == 422
    assert "bestaat al" in seen(desk.post(f"{place}/units", data={"name": "Kleuters"}))
    assert "bestaat al" in seen(desk.post("/customers/new", data=filled | {"name": "School De Poort"}))
    assert desk.post(f"{place}/requesters", data={"name": "Els", "email": "els@"}).status_code == 422
    assert "sinds" in seen(desk.get("/customers?q=brug"))
    assert stranger.get(place).status_code == 404
    for action, data in (("units", {"name": "x"}), ("requesters", {"name": "x", "email": "x@x.example"})):
        assert stranger.post(f"{place}/{action}", data=data).status_code == 404


# spreadsheets


LINE = {"number": "T-1", "name": "Samira", "email": "s@t.example", "gender": "vrouw", "postcode": "9000",
        "municipality": "Gent", "language": "arabisch"}  # fmt: skip


def a_file(*lines: dict[str, str]) -> bytes:
    names = [it.name for it in COLUMNS[Kind.REGISTER]]
    return write_csv(
        [[it.heading for it in COLUMNS[Kind.REGISTER]], *([line.get(it, "") for it in names] for line in lines)]
    )


def upload(client: FlaskClient, world: World, content: bytes, kind: str = "register"):
    data = {"agency": str(world.agency.id), "kind": kind, "file": (io.BytesIO(content), "tolken.csv")}
    return client.post("/spreadsheets", data=data, content_type="multipart/form-data")


def test_a_file_is_shown_first_and_written_after_a_yes(desk, world):
    place = upload(desk, world, a_file(LINE | {"language": "arb"})).location
    assert "1 rij inlezen" in seen(desk.get(place))
    assert queries.list_interpreters(world.coordinator, Filter(words="T-1")) == []
    desk.post(f"{place}/approve")
    assert "Ingelezen: 1 rij." in seen(desk.get(place))
    assert [it.number for it in queries.list_interpreters(world.coordinator, Filter(words="T-1"))] == ["T-1"]
    assert "ingelezen" in seen(desk.get("/spreadsheets"))


def test_every_error_is_shown_by_row_and_column_and_the_yes_is_refused(desk, world):
    place = upload(
        desk,
        world,
        a_file(LINE | {"language": "arb"}, LINE | {"number": "T-2", "email": "t2@t.example", "gender": "<b>x</b>"}),
    ).location
    page = seen(desk.get(place))
    assert "1 fout: er is niets ingelezen." in page
    assert re.search(r"3 Geslacht &lt;b&gt;x&lt;/b&gt; Dit is geen van de mogelijkheden\.", page)
    assert "inlezen" not in page.split("Wat er niet klopt")[1]
    assert desk.post(f"{place}/approve").status_code == 409
    desk.post(f"{place}/discard")
    assert "Weggegooid" in seen(desk.get(place))


def test_a_file_we_cannot_read_says_why_beside_the_field(desk, world):
    answer = upload(desk, world, b"\xd0\xcf\x11\xe0")
    assert answer.status_code == 422
    assert "oude Excel" in seen(answer)
    assert desk.post("/spreadsheets", data={"agency": str(world.agency.id), "kind": "register"}).status_code == 422


def test_the_same_upload_sent_twice_is_one(desk, world):
    once = {"agency": str(world.agency.id), "kind": "register", "_once": "k1"}
    places = {
        desk.post(
            "/spreadsheets",
            data=once | {"file": (io.BytesIO(a_file(LINE)), "t.csv")},
            content_type="multipart/form-data",
        ).location
        for _ in range(2)
    }
    assert len(places) == 1


def test_another_agencys_upload_does_not_exist(stranger, desk, world):
    place = upload(desk, world, a_file(LINE)).location
    for answer in (stranger.get(place), stranger.post(f"{place}/approve"), stranger.post(f"{place}/discard")):
        assert answer.status_code == 404
    assert upload(stranger, world, a_file(LINE)).status_code == 422


def test_a_coordinator_does_not_touch_the_past(desk, world):
    assert "aanvragen uit het verleden" not in seen(desk.get("/spreadsheets"))
    assert upload(desk, world, a_file(LINE), kind="requests").status_code == 422


def test_what_goes_out_is_what_is_there_and_the_example_has_the_headings(desk, house, world):
    taken = {"agency": str(world.agency.id), "kind": "register", "file_format": "xlsx"}
    answer = desk.post("/spreadsheets/export", data=taken)
    assert {row[0] for row in read_rows(answer.data)[1:]} == {it.number for it in world.interpreters}
    assert "attachment" in answer.headers["Content-Disposition"]
    assert read_rows(desk.get("/spreadsheets/example/customers.csv").data)[0][0] == "Klantnummer"
    administrator = signed_in(house, a_staff_member(world.agency, Role.ADMINISTRATOR))
    past = taken | {"kind": "requests", "file_format": "csv", "since": "2026-01-02", "until": "2026-01-01"}
    assert administrator.post("/spreadsheets/export", data=past).status_code == 422
    assert len(read_rows(administrator.post("/spreadsheets/export", data=past | {"until": ""}).data)) == 1


# the API


def test_the_api_pages_through_the_own_register(desk, world, stranger):
    first = desk.get("/api/v1/interpreters?limit=2").json
    rest = desk.get("/api/v1/interpreters", query_string={"limit": 2, "cursor": first["next"]}).json
    assert [it["id"] for it in first["items"] + rest["items"]] == [it.id for it in world.interpreters]
    assert rest["next"] is None
    assert first["items"][0]["languages"][0]["certified_from"] == "2019-05-01"
    assert stranger.get("/api/v1/interpreters").json == {"items": [], "next": None}
    assert desk.get("/api/v1/interpreters?service=smoke").status_code == 422
    assert desk.get("/api/v1/interpreters?cursor=forged").json["code"] == "invalid"


def test_presence_is_switched_and_kept_alive_over_the_api(phone, desk, samira):
    off = phone.post("/api/v1/presence", json={}).json
    assert off == {"on": False, "present_until": None}
    on = phone.post("/api/v1/presence", json={"on": True}).json
    assert on["on"] is True
    listed = {it["id"]: it["available_now"] for it in desk.get("/api/v1/interpreters").json["items"]}
    assert [who for who, there in listed.items() if there] == [samira.id]
    assert phone.post("/api/v1/presence", json={}).json["present_until"] >= on["present_until"]
    assert phone.post("/api/v1/presence", json={"on": False}).json["on"] is False
    assert phone.post("/api/v1/presence", json={"interpreter_id": 1}).status_code == 422
    assert desk.post("/api/v1/presence", json={}).status_code == 403


def test_an_interpreter_works_on_as_herself_only(house, world, samira):
    other = signed_in(house, world.actors[1])
    exception_id = services.add_exception(
        samira.id, A_DAY, A_DAY + timedelta(days=1), available=False, by=acting(samira)
    )
    assert other.post(f"/availability/exceptions/{exception_id}/remove").status_code == 404
