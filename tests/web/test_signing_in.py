"""Signing in by the page: no other site, no fixed session, no forged form."""

import re

import pytest
from flask import Flask

from kernel.actor import Role
from kernel.database import transaction
from people import queries, services
from people.domain import device
from people.models import PersonRow
from people.services import access
from tests.builders.people import a_requester, a_staff_member, an_agency, an_organisation

PASSWORD = "vier losse woorden samen"


@pytest.fixture
def email(house: Flask) -> str:
    house.config["WTF_CSRF_ENABLED"] = False
    actor = a_requester(an_organisation())
    with transaction() as tx:
        access.set_password(tx, tx.session.get_one(PersonRow, actor.person_id), PASSWORD)
    return queries.find_person(actor.person_id or 0).email


ELSEWHERE = [
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/%09/evil",
    "http:evil.example",
    "///evil.example",
    "data:text/html,x",
    "/\tevil",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_after_signing_in_nobody_is_sent_to_another_site(house: Flask, email: str, target: str) -> None:
    client = house.test_client()
    answer = client.post("/sign-in", query_string={"next": target}, data={"email": email, "password": PASSWORD})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/")
    assert "evil" not in answer.headers["Location"] or answer.headers["Location"].startswith("/%")


def test_the_own_page_that_was_asked_for_comes_back(house: Flask, email: str) -> None:
    client = house.test_client()
    first = client.get("/requests?q=x")
    assert first.headers["Location"].startswith("/sign-in?next=")
    answer = client.post(first.headers["Location"], data={"email": email, "password": PASSWORD})
    assert answer.headers["Location"] == "/requests?q=x"


def test_a_session_from_before_signing_in_is_worth_nothing(house: Flask, email: str) -> None:
    client = house.test_client()
    with client.session_transaction() as session:
        session["secret"] = "chosen-by-somebody-else"
    client.post("/sign-in", data={"email": email, "password": PASSWORD})
    with client.session_transaction() as session:
        assert session["secret"] != "chosen-by-somebody-else"
    assert client.get("/requests").status_code == 200


def test_after_signing_out_the_old_cookie_opens_nothing(house: Flask, email: str) -> None:
    client = house.test_client()
    client.post("/sign-in", data={"email": email, "password": PASSWORD})
    with client.session_transaction() as session:
        old = session["secret"]
    client.post("/sign-out")
    with client.session_transaction() as session:
        session["secret"] = old
    assert client.get("/requests").status_code == 302


def test_staff_without_a_second_factor_come_no_further(house: Flask, email: str) -> None:
    staff = a_staff_member(an_agency())
    client = house.test_client()
    secret = services.open_session(staff.person_id or 0, Role.COORDINATOR)
    with client.session_transaction() as session:
        session["secret"] = secret
    assert client.get("/desk/board").headers["Location"].startswith("/second-factor")
    assert client.get("/api/v1/board").status_code == 403
    assert client.get("/second-factor/code.svg").mimetype == "image/svg+xml"


def test_asking_for_a_password_says_the_same_for_every_address(house: Flask, email: str) -> None:
    client = house.test_client()
    said = [client.post("/password", data={"email": it}, follow_redirects=True).text for it in (email, "x@y.example")]
    shown = [text.partition("<main")[2].partition('name="_once"')[0] for text in said]
    assert "Als we dit adres kennen" in shown[0]
    assert shown[0] == shown[1]


AGENTS = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 "
    "Edg/126.0.0.0": "Edge · Windows",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36":
        "Chrome · Android",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Mobile/15E148 Safari/604.1": "Safari · iPhone",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0": "Firefox · Mac",
    "curl/8.5.0": "",
    "": "",
}  # fmt: skip


@pytest.mark.parametrize("agent", AGENTS)
def test_a_device_is_called_what_its_owner_calls_it(agent: str) -> None:
    assert device(agent) == AGENTS[agent]


def test_one_sees_on_which_devices_one_is_signed_in_and_can_end_the_others(house: Flask, email: str) -> None:
    here, there = house.test_client(), house.test_client()
    for client, agent in zip((there, here), list(AGENTS)[1:3], strict=True):
        client.post("/sign-in", data={"email": email, "password": PASSWORD}, headers={"User-Agent": agent})
    page = here.get("/me").text
    assert "Chrome · Android" in page and "Safari · iPhone" in page and "Mozilla" not in page
    [other] = re.findall(r'action="(/me/sessions/\d+/end)"', page)
    here.post(other)
    assert there.get("/me").status_code == 302
    assert "dit toestel" in here.get("/me").text
