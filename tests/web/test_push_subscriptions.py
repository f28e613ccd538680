"""A browser asks for push messages; whatever else is sent is refused in words."""

import pytest
from flask import Flask

from messages import queries
from tests.builders.people import signed_in
from tests.services.dispatch.conftest import World

ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"
KEYS = {"p256dh": "k", "auth": "a"}


def test_a_browser_is_kept_once(house: Flask, world: World) -> None:
    browser = signed_in(house, world.requester)
    for _ in range(2):
        assert browser.post("/push-subscriptions", json={"endpoint": ENDPOINT, "keys": KEYS}).status_code == 204
    kept = queries.push_subscriptions_of(world.requester.person_id or 0)
    assert [it.endpoint for it in kept] == [ENDPOINT]


OTHERS: list[object] = [
    [],
    "x",
    {},
    {"endpoint": ENDPOINT},
    {"endpoint": ENDPOINT, "keys": ["p256dh"]},
    {"endpoint": 5, "keys": KEYS},
    {"endpoint": "https://localhost/x", "keys": KEYS},
]


@pytest.mark.parametrize("said", OTHERS)
def test_anything_else_is_refused(house: Flask, world: World, said: object) -> None:
    assert signed_in(house, world.requester).post("/push-subscriptions", json=said).status_code == 422
    assert queries.push_subscriptions_of(world.requester.person_id or 0) == []
