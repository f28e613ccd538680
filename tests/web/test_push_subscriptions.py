"""A browser asks for push messages; whatever else is sent is refused in words."""

import pytest
from flask import Flask
from sqlalchemy import select

from kernel.database import db
from messages import queries, tasks
from messages.models import DeliveryRow, MessageRow
from messages.ports import Envelope, Gone, Receipt
from tests.builders.people import signed_in
from tests.builders.requests import a_request
from tests.services.dispatch.conftest import World
from web.install import new_private_key, public_key

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


def test_a_device_that_was_switched_off_gets_nothing_more_and_nobody_else_switches_it_off(
    house: Flask, world: World
) -> None:
    mine, other = signed_in(house, world.requester), signed_in(house, world.coordinator)
    mine.post("/push-subscriptions", json={"endpoint": ENDPOINT, "keys": KEYS})
    assert other.post("/push-subscriptions/end", json={"endpoint": ENDPOINT}).status_code == 204
    assert len(queries.push_subscriptions_of(world.requester.person_id or 0)) == 1
    for said in ([], "x", {}, {"endpoint": 5}, {"endpoint": ENDPOINT}):
        assert mine.post("/push-subscriptions/end", json=said).status_code == 204
    assert queries.push_subscriptions_of(world.requester.person_id or 0) == []


def test_a_telephone_can_keep_the_platform(house: Flask) -> None:
    anybody = house.test_client()
    kept = anybody.get("/manifest.webmanifest")
    assert kept.mimetype == "application/manifest+json"
    for icon in kept.json["icons"]:
        with anybody.get(icon["src"]) as picture:
            assert (picture.status_code, picture.mimetype) == (200, "image/png")
    worker = anybody.get("/service-worker.js")
    assert (worker.status_code, worker.mimetype) == (200, "text/javascript")
    assert worker.headers["Cache-Control"] == "no-cache"


def test_the_key_that_browsers_take_belongs_to_the_private_one() -> None:
    private = new_private_key()
    public = public_key(private)
    assert (len(private), len(public), public[0]) == (43, 87, "B")  # 32 bytes, 65 bytes, an uncompressed point
    assert public_key(new_private_key()) != public
    assert public_key(None) == ""


def test_every_device_of_a_person_is_called(house: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, called = signed_in(house, world.actors[0]), []

    class Service:
        def send(self, envelope: Envelope) -> Receipt:
            called.append(envelope.to)
            if envelope.to.endswith("gone"):
                raise Gone("push_404")
            return Receipt(f"push-{envelope.reference}")

        def find(self, envelope: Envelope) -> None:
            return None

    for device in ("phone", "gone", "laptop"):
        browser.post("/push-subscriptions", json={"endpoint": f"{ENDPOINT}/{device}", "keys": KEYS})
    monkeypatch.setitem(house.extensions["gateways"], "push", Service())
    request = a_request(world.requester)
    mine = (MessageRow.person_id == world.actors[0].person_id, MessageRow.request_id == request.id)
    delivery = db.session.scalars(select(DeliveryRow).join(MessageRow).where(*mine)).one()
    assert delivery.channel == "push"
    tasks.deliver(delivery.id)
    assert [it.rsplit("/", 1)[1] for it in called] == ["gone", "phone", "laptop"]
    db.session.expire_all()
    assert delivery.status == "sent"
    left = queries.push_subscriptions_of(world.actors[0].person_id or 0)
    assert not any(it.endpoint.endswith("gone") for it in left)
