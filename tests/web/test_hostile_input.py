"""Whatever somebody types, uploads or forges: a refusal in words, never a broken page."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from wtforms import Form as AnyForm

from dispatch.booking import forms as booking_forms
from dispatch.customers import forms as customer_forms
from dispatch.desk import forms as desk_forms
from dispatch.fieldwork import forms as fieldwork_forms
from dispatch.interpreters import forms as register_forms
from dispatch.terms import forms as term_forms
from kernel.actor import SYSTEM, Actor, Role
from kernel.database import db
from people import forms as people_forms
from people import services as people
from tests.builders.interpreters import acting
from tests.builders.people import a_staff_member, an_organisation, signed_in
from tests.builders.requests import a_request, a_weekday, offer_to
from tests.services.dispatch.conftest import World, a_world

NOUGHT = "a\0b"
HOSTILE = [
    NOUGHT,
    "99999999999999999999999",
    "-1",
    "9999-12-31",
    "0001-01-01",
    "NaN",
    "' OR {{7*7}}<script>alert(1)</script>\u202e../../etc/passwd",
    "x" * 5_000,
]
MODULES = (
    booking_forms, customer_forms, desk_forms, fieldwork_forms, people_forms, register_forms, term_forms,
)  # fmt: skip
# Leave the house standing for the next knock.
SPARED = {"/sign-out", "/me/role", "/me/sessions/<id:session_id>/end", "/people/<id:person_id>/deactivate"}


def field_names() -> set[str]:
    """Return the name of every field of every form, and of the fields that views read themselves."""
    names = {"reason", "who", "why", "note", "locale", "on", "everywhere", "services", "agencies", "_once", "accept"}
    for module in MODULES:
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, AnyForm):
                names |= {name for name in vars(kind) if hasattr(getattr(kind, name), "field_class")}
    return names


@pytest.fixture
def world(house: Flask) -> Iterator[World]:
    house.config["WTF_CSRF_ENABLED"] = False
    yield a_world()
    house.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def things(world: World) -> dict[str, int]:
    request = a_request(world.requester)
    asked = offer_to(request, world.interpreters[0].id)
    return {
        "request_id": request.id,
        "interpreter_id": world.interpreters[0].id,
        "offer_id": asked,
        "organisation_id": world.organisation.id,
    }


def everybody(world: World) -> list[Actor]:
    administrator = a_staff_member(world.agency, Role.ADMINISTRATOR)
    return [world.requester, world.coordinator, acting(world.interpreters[0]), administrator]


def addresses(app: Flask, things: dict[str, int], method: str) -> list[str]:
    """Return every address, about things that exist where there are any."""

    def number(match: re.Match[str]) -> str:
        return str(things.get(match[1].rpartition(":")[2], 1))

    rules = [it for it in app.url_map.iter_rules() if method in (it.methods or ()) and it.rule not in SPARED]
    return [re.sub(r"<([^>]+)>", number, it.rule) for it in rules if not it.rule.startswith("/static")]


@pytest.mark.parametrize("value", HOSTILE, ids=lambda it: repr(it)[:24])
def test_no_form_breaks_on_what_somebody_types(house: Flask, world: World, things: dict[str, int], value: str) -> None:
    every = dict.fromkeys(field_names(), value)
    for actor in everybody(world):
        client = signed_in(house, actor)
        for address in addresses(house, things, "POST"):
            if not address.startswith(("/api/", "/webhooks")):
                status = client.post(address, data=every).status_code
                assert status < 500, f"POST {address} as {actor.role}: {status}"


DAY = a_weekday(40).date().isoformat()
BOOKING = {
    "language": "arb", "service": "on_site", "day": DAY, "hour": "10:00", "minutes": "60",
    "street": "Botermarkt 1", "postcode": "9000", "municipality": "Gent", "phone": "+3292000000", "extra_days": "",
    "deadline_day": DAY, "fallback": "video", "alternative_language": "ary", "interpreter_gender": "female",
    "subject": "intake", "client_reference": "x", "note": "y", "version": "1", "fold": "", "immediate": "",
}  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE, ids=lambda it: repr(it)[:24])
def test_one_hostile_field_among_good_ones_does_not_break_a_booking(
    house: Flask, world: World, things: dict[str, int], value: str
) -> None:
    client = signed_in(house, world.requester)
    assert client.post("/requests/new", data=BOOKING).status_code == 302
    for field in BOOKING:
        for address in ("/requests/new", f"/requests/{things['request_id']}/change"):
            status = client.post(address, data=BOOKING | {field: value}).status_code
            assert status in {302, 404, 409, 422}, f"{field} at {address}: {status}"


@pytest.mark.parametrize("value", HOSTILE, ids=lambda it: repr(it)[:24])
def test_no_list_breaks_on_what_stands_in_the_address(
    house: Flask, world: World, things: dict[str, int], value: str
) -> None:
    names = ("q", "words", "status", "service", "language", "cursor", "like", "organisation", "year", "group", "limit",
             "expiring", "next", "active_on", "expiring_before")  # fmt: skip
    for actor in everybody(world):
        client = signed_in(house, actor)
        for address in addresses(house, things, "GET"):
            answer = client.get(address, query_string=dict.fromkeys(names, value[:4000]))
            assert answer.status_code < 500 or address == "/readyz", f"GET {address}: {answer.status_code}"


@pytest.mark.parametrize("path", ["/sign-in", "/password", "/password/abc", "/language"])
@pytest.mark.parametrize("value", HOSTILE, ids=lambda it: repr(it)[:24])
def test_nobody_who_is_not_signed_in_breaks_a_page(house: Flask, world: World, path: str, value: str) -> None:
    fields = dict.fromkeys(("email", "password", "locale", "next"), value[:5000])
    assert house.test_client().post(path, data=fields).status_code < 500


START = f"{DAY}T10:00:00+01:00"
BODY = '{"service": "telephone", "language": "arb", "starts_at": "START", "phone": "+3292000000"%s}'.replace(
    "START", START
)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (BODY % ', "unit_id": 99999999999999999999999', 422),
        (BODY % ', "unit_id": -1', 422),
        (BODY % ', "organisation_id": 99999999999999999999999', 404),
        (BODY % ', "note": "a\\u0000b"', 422),
        (BODY % ', "note": "\\ud800"', 422),
        (BODY % ', "status": "assigned"', 422),
        (BODY % ', "requester_id": 1', 422),
        (BODY % ', "__proto__": {"x": 1}', 422),
        (BODY % ', "alternative_starts": ["9999-12-31T23:59:59-23:00"]', 422),
        (BODY.replace(START, "0001-01-01T00:00:00+23:59") % "", 422),
        (BODY.replace(START, "9999-12-31T23:59:59-23:00") % "", 422),
        (BODY.replace("telephone", "video").replace(DAY, "2000-01-12") % "", 422),
        (BODY.replace(DAY, "2000-01-12") % ', "duration_minutes": 720', 422),
        ("[" * 100_000, 400),
        ('{"a":' * 50_000, 400),
        ("NaN", 422),
        ("\xff\xfe", 400),
    ],
    ids=lambda it: str(it)[-40:],
)
def test_the_api_says_what_is_wrong_with_a_body(house: Flask, world: World, body: str, status: int) -> None:
    token = people.issue_token(world.requester.person_id or 0, Role.REQUESTER, name="x", by=SYSTEM)
    head = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    answer = house.test_client().post("/api/v1/requests", data=body.encode("latin-1"), headers=head)
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (BODY % ', "duration_minutes": 0, "status": "assigned"', {"duration_minutes", "status"}),
        (BODY % ', "place": {"postcode": 9000}, "alternative_starts": ["gisteren"]',
         {"place.postcode", "place.municipality", "alternative_starts.0"}),
        (BODY.replace(DAY, "2000-01-12") % "", {"starts_at"}),
    ],
)  # fmt: skip
def test_the_api_names_each_field_that_is_wrong(house: Flask, world: World, body: str, fields: set[str]) -> None:
    token = people.issue_token(world.requester.person_id or 0, Role.REQUESTER, name="x", by=SYSTEM)
    head = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    said = house.test_client().post("/api/v1/requests", data=body, headers=head).json["facts"]["fields"]
    assert set(said) == fields and all(isinstance(it, str) for it in said.values())


def test_a_unit_of_another_organisation_is_not_taken(house: Flask, world: World) -> None:
    theirs = people.add_unit(an_organisation(world.agency).id, "Spoed", by=SYSTEM)
    ours = people.add_unit(world.organisation.id, "Spoed", by=SYSTEM)
    token = people.issue_token(world.requester.person_id or 0, Role.REQUESTER, name="x", by=SYSTEM)
    head = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    said = {
        unit: house.test_client().post("/api/v1/requests", data=BODY % f', "unit_id": {unit}', headers=head).status_code
        for unit in (theirs, ours)
    }
    assert said == {theirs: 422, ours: 201}


def test_a_cursor_of_another_list_is_refused(house: Flask, world: World) -> None:
    for _ in range(2):
        a_request(world.requester)
    client = signed_in(house, world.coordinator)
    for made in ("/api/v1/requests", "/api/v1/board"):
        cursor = client.get(made, query_string={"limit": 1}).json["next"]
        assert client.get(made, query_string={"limit": 1, "cursor": cursor}).status_code == 200
        for other in {"/api/v1/requests", "/api/v1/board", "/api/v1/assignments", "/api/v1/interpreters"} - {made}:
            assert client.get(other, query_string={"cursor": cursor}).status_code == 422, f"{made} -> {other}"


def test_a_token_of_the_api_opens_no_session_in_another_role(house: Flask, world: World) -> None:
    person_id = world.requester.person_id or 0
    people.give_role(person_id, Role.ADMINISTRATOR, by=SYSTEM, agency_id=world.agency.id)
    token = people.issue_token(person_id, Role.REQUESTER, name="x", by=SYSTEM)
    client = house.test_client()
    for form, status in (({"role": "administrator"}, 403), ({"role": "nobody"}, 422), ({}, 422)):
        answer = client.post("/me/role", data=form, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status, form
    assert client.get("/people").status_code == 302


def test_without_a_database_people_read_that_it_does_not_work_now_and_later_it_does(own_house: Flask) -> None:
    world = a_world()
    client = signed_in(own_house, world.coordinator)
    db.session.remove()
    assert client.get("/desk/board").status_code == 200
    with db.engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                           " AND datname = current_database()"))  # fmt: skip
    said = [client.get(it) for it in ("/desk/board", "/desk/board")]
    assert said[-1].status_code == 200
    for answer in said:
        assert answer.status_code == 200 or (answer.status_code == 503 and answer.headers["Retry-After"])
