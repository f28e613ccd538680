"""Who comes into a room, and what may be said there: by page, by link and by socket."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_socketio import SocketIOTestClient

from dispatch.conversations import queries, services
from dispatch.conversations.models import ConversationRow
from dispatch.conversations.permissions import RIGHTS, Right
from dispatch.conversations.schemas import MESSAGES
from dispatch.conversations.sockets import NAMESPACE
from dispatch.fieldwork.forms import PerformanceForm
from dispatch.performances.domain import Report
from kernel import clock
from kernel.actor import Role
from kernel.database import db
from media import pages
from tests.builders.pdfs import a_pdf
from tests.builders.people import a_staff_member, signed_in
from tests.services.dispatch.conftest import World, a_world
from tests.services.dispatch.test_conversations import a_video
from web import rooms
from web.sockets import socketio


class QuietEngine:
    """Where no sound is needed: an engine that lets everybody in and carries nothing."""

    def ice_servers(self, participant: str, *, guest: bool) -> list[dict[str, Any]]:
        return []

    def join(self, room: str, participant: str, *, video: bool, guest: bool) -> dict[str, Any]:
        joined = {"offers_on": "main", "slots": 5, "generation": 1, "epoch": "one"}
        return {"joined": joined, "ice_servers": []}

    def negotiate(self, room: str, participant: str, step: dict[str, Any]) -> dict[str, Any]:
        return {"pc": "main", "kind": "answer", "body": "v=0"}

    def receive(self, room: str, participant: str, *, video: bool, pinned: str | None) -> None:
        pass

    def leave(self, room: str, participant: str) -> None:
        pass

    def close(self, room: str) -> None:
        pass


@pytest.fixture
def talk(house: Flask, world: World) -> Iterator[ConversationRow]:
    """The room of a video, five minutes before it begins."""
    before, house.extensions["rooms"] = house.extensions["rooms"], QuietEngine()
    _, row = a_video(world)
    rooms.places.clear()
    with clock.frozen(row.starts_at - timedelta(minutes=5)):
        yield row
    rooms.places.clear()
    house.extensions["rooms"] = before


def interpreter_of(world: World, talk: ConversationRow):  # type: ignore[no-untyped-def]
    return next(it for it in world.actors if it.interpreter_id == talk.assignment.interpreter_id)


def socket(house: Flask, client: FlaskClient, talk: ConversationRow | None) -> SocketIOTestClient:
    auth = {"conversation": talk.id} if talk else {}
    return socketio.test_client(house, namespace=NAMESPACE, flask_test_client=client, auth=auth)


def says(sock: SocketIOTestClient, name: str, body: Any = None) -> dict[str, Any]:
    answer: dict[str, Any] = sock.emit(name, body if body is not None else {}, namespace=NAMESPACE, callback=True)
    return answer


def a_guest(house: Flask, talk: ConversationRow, world: World, role: str = "client") -> FlaskClient:
    """Return the browser of a guest who used the link and waits at the door."""
    host = services.enter_as(talk.id, by=world.requester)
    token = services.invite_guest(talk.id, services.Guest(role), by=host)
    browser = house.test_client()
    assert browser.post(f"/join/{token}").status_code == 302
    return browser


def test_the_people_of_the_assignment_see_its_room_and_nobody_else(
    house: Flask, world: World, talk: ConversationRow
) -> None:
    address = f"/conversations/{talk.id}"
    other = a_world()
    inside = [world.requester, interpreter_of(world, talk), world.coordinator]
    assert [signed_in(house, it).get(address).status_code for it in inside] == [200] * 3
    strangers = [other.requester, other.actors[0], other.coordinator]
    strangers += [it for it in world.actors if it.interpreter_id != talk.assignment.interpreter_id]
    assert {signed_in(house, it).get(address).status_code for it in strangers} == {404}
    assert signed_in(house, a_staff_member(world.agency, Role.MANAGER)).get(address).status_code == 403


def test_a_strangers_socket_stays_shut(house: Flask, world: World, talk: ConversationRow) -> None:
    other = a_world()
    assert not socket(house, signed_in(house, other.requester), talk).is_connected(NAMESPACE)
    assert not socket(house, house.test_client(), talk).is_connected(NAMESPACE)
    assert not socket(house, house.test_client(), None).is_connected(NAMESPACE)
    assert socket(house, signed_in(house, world.requester), talk).is_connected(NAMESPACE)


def test_looking_at_a_link_uses_nothing_up_and_using_it_works_once(
    house: Flask, world: World, talk: ConversationRow
) -> None:
    host = services.enter_as(talk.id, by=world.requester)
    token = services.invite_guest(talk.id, services.Guest("client"), by=host)
    scanner = house.test_client()
    assert [scanner.get(f"/join/{token}").status_code for _ in range(3)] == [200] * 3
    browser, thief = house.test_client(), house.test_client()
    assert browser.post(f"/join/{token}").headers["Location"].endswith("/join")
    assert browser.get("/join").status_code == 200
    assert thief.get(f"/join/{token}").status_code == 410
    assert thief.post(f"/join/{token}").status_code == 409
    assert thief.get("/join").status_code == 409
    assert browser.get(f"/conversations/{talk.id}").status_code == 302  # to sign in: a guest sees the room alone


def test_using_a_link_wants_a_forgery_token(house: Flask, world: World, talk: ConversationRow) -> None:
    host = services.enter_as(talk.id, by=world.requester)
    token = services.invite_guest(talk.id, services.Guest("client"), by=host)
    house.config["WTF_CSRF_ENABLED"] = True
    assert house.test_client().post(f"/join/{token}").status_code == 400
    assert queries.find_by_link(token).used_at is None


def test_an_unknown_link_is_no_link(house: Flask, world: World, talk: ConversationRow) -> None:
    assert house.test_client().get("/join/nobody-made-this").status_code == 404
    assert house.test_client().get("/join/nobody-made-this/check").status_code == 404


def test_a_guest_waits_is_let_in_and_is_sent_away(house: Flask, world: World, talk: ConversationRow) -> None:
    guest = socket(house, a_guest(house, talk, world), None)
    told = says(guest, "join")
    assert (told["me"]["status"], told["media"]) == ("waiting", None)
    host = socket(house, signed_in(house, world.requester), talk)
    there = says(host, "join")["room"]["people"]
    key = told["me"]["key"]
    assert [it["inside"] for it in there if it["key"] == key] == [False]
    assert says(host, "admit", {"who": key}) == {"ok": True}
    assert says(guest, "join")["media"]["joined"]["slots"] == 5
    assert says(host, "remove", {"who": key}) == {"ok": True}
    assert says(guest, "join")["error"] == "forbidden"


def test_a_guest_reads_roles_and_no_names(house: Flask, world: World, talk: ConversationRow) -> None:
    host = socket(house, signed_in(house, world.requester), talk)
    says(host, "join")
    guest = socket(house, a_guest(house, talk, world), None)
    key = says(guest, "join")["me"]["key"]
    says(host, "admit", {"who": key})
    people = says(guest, "join")["room"]["people"]
    assert {it["role"] for it in people} == {"requester", "client"}
    assert world.requester.name not in str(people)
    assert "invited" not in str(people)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("chat", {"text": "dag"}),
        ("admit", {"who": "x" * 16}),
        ("remove", {"who": "x" * 16}),
        ("ask_mute", {"who": "x" * 16}),
        ("end", {}),
        ("page", {"page": 2}),
        ("unshare", {}),
    ],
)
def test_a_client_may_speak_and_nothing_else(
    house: Flask, world: World, talk: ConversationRow, name: str, body: dict[str, Any]
) -> None:
    guest = socket(house, a_guest(house, talk, world), None)
    key = says(guest, "join")["me"]["key"]
    services.admit_guest(talk.id, key, by=services.enter_as(talk.id, by=world.requester))
    says(guest, "join")
    assert says(guest, name, body)["error"] == "forbidden"
    assert queries.room_of(talk.id).status == "planned"


def test_every_right_is_somebodys_and_every_message_is_known(house: Flask) -> None:
    assert {right for rights in RIGHTS.values() for right in rights} == set(Right)
    assert set(house.extensions["socketio"].server.handlers[NAMESPACE]) - {"connect", "disconnect"} == set(MESSAGES)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("chat", {}),
        ("chat", {"text": ""}),
        ("chat", {"text": "x" * 1001}),
        ("chat", {"text": "a\0b"}),
        ("chat", {"text": "a", "as": "requester"}),
        ("chat", {"text": {"a": 1}}),
        ("chat", ["a"]),
        ("chat", "a"),
        ("step", {"generation": "1", "pc": "main", "kind": "offer", "body": ""}),
        ("step", {"generation": 1, "pc": "other", "kind": "offer", "body": ""}),
        ("step", {"generation": 1, "pc": "main", "kind": "offer", "body": "x" * 48_001}),
        ("state", {"muted": "yes"}),
        ("state", {"role": "coordinator"}),
        ("page", {"page": 0}),
        ("admit", {"who": 1}),
        ("end", {"for": "all"}),
    ],
)
def test_what_has_another_shape_is_refused(
    house: Flask, world: World, talk: ConversationRow, name: str, body: Any
) -> None:
    sock = socket(house, signed_in(house, world.requester), talk)
    says(sock, "join")
    assert says(sock, name, body)["error"] == "bad_message"


def test_whoever_floods_is_cut(house: Flask, world: World, talk: ConversationRow) -> None:
    sock = socket(house, signed_in(house, world.requester), talk)
    answers = [says(sock, "state", {"muted": True}) for _ in range(rooms._BURST)]
    assert {it.get("error") for it in answers} == {None}
    for _ in range(60):
        if not sock.is_connected(NAMESPACE):
            break
        says(sock, "state", {"muted": True})
    assert not sock.is_connected(NAMESPACE)


def test_somebody_of_another_room_cannot_touch_this_one(house: Flask, world: World, talk: ConversationRow) -> None:
    other = a_world()
    _, theirs = a_video(other)
    mine = socket(house, signed_in(house, world.requester), talk)
    says(mine, "join")
    stranger = services.enter_as(theirs.id, by=other.requester)
    for name in ("admit", "remove", "ask_mute"):
        assert says(mine, name, {"who": stranger.key})["error"] == "not_found"
    client = signed_in(house, world.requester)
    assert client.post(f"/conversations/{theirs.id}/end").status_code == 404
    assert client.post(f"/conversations/{theirs.id}/guests", data={"role": "client"}).status_code == 404
    assert client.post(f"/conversations/{theirs.id}/files", data={}).status_code == 404


def test_a_second_tab_takes_over_and_the_first_is_told(house: Flask, world: World, talk: ConversationRow) -> None:
    first = socket(house, signed_in(house, world.requester), talk)
    says(first, "join")
    before = next(iter(rooms.places.values())).seat
    second = socket(house, signed_in(house, world.requester), talk)
    says(second, "join")
    news = {"conversation": talk.id, "what": "taken_over", "to": None, "facts": {"seat": before}}
    rooms.push(house, socketio, news)
    assert [it["name"] for it in first.get_received(NAMESPACE)] == ["taken_over"]
    assert second.get_received(NAMESPACE) == []


def test_a_document_is_shown_page_by_page_and_is_gone_with_the_room(
    house: Flask, world: World, talk: ConversationRow
) -> None:
    client = signed_in(house, world.requester)
    upload = {"file": (io.BytesIO(a_pdf(3)), "brief.pdf")}
    shown = client.post(f"/conversations/{talk.id}/files", data=upload, content_type="multipart/form-data")
    assert shown.status_code == 200
    address = f"/conversations/{talk.id}/files/{shown.json['file']}"
    page = client.get(f"{address}?page=2")
    assert page.data.startswith(b"\x89PNG")
    assert "sandbox" in page.headers["Content-Security-Policy"]
    assert signed_in(house, a_world().requester).get(address).status_code == 404
    waits = a_guest(house, talk, world)
    assert waits.get(f"/join/files/{shown.json['file']}").status_code == 404
    host = socket(house, client, talk)
    says(host, "join")
    assert says(host, "page", {"page": 3}) == {"ok": True}
    assert queries.room_of(talk.id).shown["page"] == 3
    speaker = socket(house, signed_in(house, interpreter_of(world, talk)), talk)
    says(speaker, "join")
    assert says(speaker, "page", {"page": 1})["error"] == "forbidden"
    assert says(host, "end") == {"ok": True}
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.4 broken", b"just text", b"PK\x03\x04", b"<svg onload=alert(1)>", b"MZ" * 100]
)
def test_what_cannot_be_shown_is_refused(house: Flask, world: World, talk: ConversationRow, content: bytes) -> None:
    client = signed_in(house, world.requester)
    upload = {"file": (io.BytesIO(content), "x.pdf")}
    address = f"/conversations/{talk.id}/files"
    assert client.post(address, data=upload, content_type="multipart/form-data").status_code == 422
    assert queries.room_of(talk.id).shown is None


def test_a_document_of_another_request_is_not_shown(house: Flask, world: World, talk: ConversationRow) -> None:
    client = signed_in(house, world.requester)
    assert client.post(f"/conversations/{talk.id}/files", data={"document_id": 999_999}).status_code == 404


def test_a_page_is_drawn_apart_with_little_to_use() -> None:
    assert pages.count_pages(a_pdf(4)) == 4
    assert pages.render_page(a_pdf(1), 1).startswith(b"\x89PNG")
    with pytest.raises(pages.Unreadable):
        pages.render_page(a_pdf(1), 9)


def test_the_link_goes_out_without_a_name_and_the_address_is_not_kept(
    house: Flask, world: World, talk: ConversationRow
) -> None:
    client = signed_in(house, world.requester)
    asked = {"role": "client", "label": "moeder", "channel": "sms", "to": "0470 12 34 56"}
    head = {"Accept": "application/json"}
    made = client.post(f"/conversations/{talk.id}/guests", data=asked, headers=head)
    assert made.json["sent"] is True
    guest = queries.find_by_link(made.json["link"].rsplit("/", 1)[1])
    assert "470123456" not in str({it.name: getattr(guest, it.name) for it in type(guest).__table__.columns})
    bad = client.post(f"/conversations/{talk.id}/guests", data=asked | {"to": "0900 12 345"}, headers=head)
    assert (bad.status_code, bad.json["code"]) == (422, "bad_phone")


def test_whoever_waits_now_is_led_into_the_room(house: Flask, world: World, talk: ConversationRow) -> None:
    client = signed_in(house, world.requester)
    assert client.get(f"/requests/{talk.request_id}/way").json["room"] == f"/conversations/{talk.id}"
    assert signed_in(house, a_world().requester).get(f"/requests/{talk.request_id}/way").status_code == 404


def test_no_process_keeps_what_is_said(house: Flask, world: World, talk: ConversationRow) -> None:
    host = socket(house, signed_in(house, world.requester), talk)
    says(host, "join")
    assert says(host, "chat", {"text": "GEHEIM-WOORD"}) == {"ok": True}
    tables = db.session.scalars(db.text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
    for table in tables:
        found = db.text(f"SELECT count(*) FROM {table} it WHERE it::text LIKE '%GEHEIM-WOORD%'")
        assert db.session.scalar(found) == 0, table


def test_a_talk_of_some_seconds_ends_in_the_minute_after_it_began(house: Flask, talk: ConversationRow) -> None:
    began, form = talk.starts_at + timedelta(seconds=5), PerformanceForm()
    form.show(talk.assignment, Report(started_at=began, ended_at=began + timedelta(seconds=40)))
    assert form.report(on_site=False).ended_at == talk.starts_at + timedelta(minutes=1)
