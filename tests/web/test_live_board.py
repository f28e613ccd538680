"""Who may listen to the live board: the same people as may read it, from our own pages, for as long as they may."""

import json
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dispatch.desk import sockets as desk
from dispatch.desk.sockets import NAMESPACE
from kernel.actor import SYSTEM, Role
from people import queries, services
from tests.builders.people import a_staff_member, signed_in
from tests.builders.requests import a_request
from tests.services.dispatch.conftest import World
from web import sockets


@pytest.fixture(autouse=True)
def _nobody_before() -> Iterator[None]:
    sockets.listeners.who.clear()
    yield
    sockets.listeners.who.clear()


def knock(app: Flask, client: FlaskClient, **headers: str) -> bool:
    """Return whether a browser gets in."""
    made = sockets.socketio.test_client(app, flask_test_client=client, namespace=NAMESPACE, headers=headers or None)
    return bool(made.is_connected(NAMESPACE))


def test_only_a_coordinator_gets_in(house: Flask, world: World) -> None:
    assert knock(house, signed_in(house, world.coordinator))
    others = [world.requester, world.actors[0], a_staff_member(world.agency, Role.MANAGER)]
    assert not any(knock(house, signed_in(house, it)) for it in others)
    assert not knock(house, house.test_client())


def test_staff_without_their_second_factor_stay_out(house: Flask, world: World) -> None:
    world.agency.second_factor_required = True
    client = house.test_client()
    secret = services.open_session(world.coordinator.person_id or 0, Role.COORDINATOR)
    with client.session_transaction() as session:
        session["secret"] = secret
    assert not knock(house, client)


@pytest.mark.parametrize("how", ["session", "token", "role", "person"])
def test_whoever_loses_the_right_is_cut_at_the_next_look(house: Flask, world: World, how: str) -> None:
    coordinator, client = world.coordinator, signed_in(house, world.coordinator)
    headers = {}
    if how == "token":
        client = house.test_client()
        token = services.issue_token(coordinator.person_id or 0, Role.COORDINATOR, name="x", by=SYSTEM)
        headers = {"Authorization": f"Bearer {token}"}
    made = sockets.socketio.test_client(house, flask_test_client=client, namespace=NAMESPACE, headers=headers)
    sockets.cut_revoked(house)
    assert made.is_connected(NAMESPACE)
    if how == "role":
        services.end_role(queries.memberships_of(coordinator.person_id or 0)[0].id, by=SYSTEM)
    elif how == "session":
        services.sign_out("", by=coordinator, everywhere=True)
    else:
        services.deactivate_person(coordinator.person_id or 0, by=SYSTEM)
    sockets.cut_revoked(house)
    assert not made.is_connected(NAMESPACE)
    assert not sockets.listeners.who


@pytest.mark.parametrize(
    ("origin", "ours"),
    [
        ("https://tolken.example", True),
        ("https://10.0.0.7:8001", True),
        ("https://evil.example", False),
        ("https://tolken.example.evil.example", False),
        ("http://tolken.example", False),
        ("null", False),
        ("", False),
    ],
)
def test_a_page_of_another_site_opens_no_socket(origin: str, ours: bool) -> None:
    environ = {"wsgi.url_scheme": "https", "HTTP_HOST": "10.0.0.7:8001"}
    assert sockets._is_ours("https://tolken.example", origin, environ) is ours


def test_what_is_pushed_can_be_sent_and_says_what_the_board_says(house: Flask, world: World) -> None:
    request = a_request(world.requester)
    with house.test_request_context():
        sent = desk.changes(request.id, 7, ("nl", "en"))
    assert [room for room, _ in sent] == [f"agency-{world.agency.id}-nl", f"agency-{world.agency.id}-en"]
    for _, change in sent:
        told = json.loads(json.dumps(change))
        assert (told["id"], told["seq"], told["item"]["reference"]) == (request.id, 7, request.reference)
        assert f'data-id="{request.id}"' in told["html"]
