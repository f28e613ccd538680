"""A telephone joins a room: the real media node and engine, Media Streams, and passes that open one once."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import text

from dispatch.calls import services as calls
from dispatch.conversations import queries as conversations
from dispatch.requests.domain import Service
from kernel import clock
from kernel.database import db
from media.embedded.engine import EmbeddedEngine, Place
from media.engine import Limits
from media.g711 import decode
from media.node import Node
from media.telephone.passes import make_pass
from media.telephone.stream import gate
from tests.builders.carrier.media import SILENCE, Stream
from tests.builders.carrier.people import always
from tests.builders.requests import a_request
from tests.builders.telephone import TelephoneHouse, TelephoneWorld

SECRET, ROOM = "only-for-tests", "a-room"
# 400 Hz as mu-law: eight thousand samples a second, so twenty to a period.
LOUD, QUIET = b"\x80\x80\x85\x90\xa0\x20\x10\x05\x00\x00", b"\xff"
TONE = (LOUD * 16)[:160]


class RunningNode:
    """A media node on a thread of its own, with rooms made before anybody comes."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self.node = self.do(self._start())

    def do(self, what):  # type: ignore[no-untyped-def]
        return asyncio.run_coroutine_threadsafe(what, self.loop).result(20)

    async def _start(self) -> Node:
        node = Node(EmbeddedEngine(Place([("127.0.0.1", "127.0.0.1")])), "embedded", SECRET, gate(SECRET))
        await node.start("127.0.0.1", 0)
        return node

    def open(self, room: str) -> None:
        self.do(self.node.engine.create_room(room, Limits()))

    @property
    def stream(self) -> str:
        return self.node.address.replace("http", "ws", 1)

    def stop(self) -> None:
        self.do(self.node.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)
        self.loop.close()


@pytest.fixture
def node() -> Iterator[RunningNode]:
    made = RunningNode()
    yield made
    made.stop()


def until(condition: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def energy(frames: list[bytes]) -> float:
    samples = np.concatenate([decode(it) for it in frames]).astype(float) if frames else np.zeros(1)
    return float(np.sqrt((samples**2).mean()))


def test_two_telephones_in_a_room_hear_each_other_and_not_themselves(node: RunningNode) -> None:
    node.open(ROOM)
    talks = Stream(f"{node.stream}/stream/phone", "CA1", {"token": make_pass(SECRET, ROOM, "one")}, lambda: TONE)
    listens = Stream(f"{node.stream}/stream/phone", "CA2", {"token": make_pass(SECRET, ROOM, "two")}, lambda: SILENCE)
    try:
        assert until(lambda: energy(listens.heard[-20:]) > 1000)
        assert energy(talks.heard[-20:]) < 300
    finally:
        talks.stop()
        listens.stop()


def test_a_pass_opens_once_and_no_other_does(node: RunningNode) -> None:
    node.open(ROOM)
    token = make_pass(SECRET, ROOM, "one")
    first = Stream(f"{node.stream}/stream/phone", "CA1", {"token": token})
    assert until(lambda: len(first.heard) > 5)
    for bad in (token, make_pass("another key", ROOM, "x"), make_pass(SECRET, "no-such-room", "x"), "", "x" * 5000):
        refused = Stream(f"{node.stream}/stream/phone", "CA2", {"token": bad})
        assert refused.ended.wait(10), bad[:20]
        assert refused.heard == []
    nameless = Stream(f"{node.stream}/stream/phone", "CA3", {})
    assert nameless.ended.wait(10)
    assert not first.ended.is_set()
    first.stop()


def test_a_telephone_is_rung_into_a_video_room(line: TelephoneHouse, node: RunningNode) -> None:
    world = TelephoneWorld(line, 1)
    client = line.exchange.phone("+32486333333", picks_up=2.0, hears=always("Druk 1", "1"))
    with clock.frozen(line.now):
        starts_at = line.now + timedelta(minutes=10)
        request = a_request(world.requester, service=Service.VIDEO, starts_at=starts_at, place=None)
        world.accept(request.id)
        [talk_id] = db.session.scalars(text("SELECT id FROM conversations")).all()
    room = conversations.room_of(talk_id).room
    node.open(room)
    line.run(600)

    class Rooms:
        def open(self, name: str) -> int:
            node.open(name)
            return 8021

    before, line.app.extensions["rooms"] = line.app.extensions["rooms"], Rooms()
    streams: list[Stream] = []

    def connect(call, address: str, given: dict[str, str]) -> Stream:  # type: ignore[no-untyped-def]
        assert address == "wss://tolken.example/stream/8021/phone"
        streams.append(Stream(address.replace("wss://tolken.example", node.stream), call.sid, given, lambda: TONE))
        return streams[-1]

    line.exchange.connect = connect
    try:
        with clock.frozen(line.now):
            calls.add_number_as(talk_id, "0486 33 33 33", by=world.requester)
        line.run(30)
        other = Stream(f"{node.stream}/stream/phone", "CA9", {"token": make_pass(SECRET, room, "somebody")})
        assert until(lambda: energy(other.heard[-20:]) > 1000)
        other.stop()
        assert "+32486333333 is in the room" in line.transcript
        assert client.heard
        found = db.session.execute(text("SELECT role, label, present_until > now() - interval '9 days' AS there"
                                        " FROM conversation_participants WHERE key LIKE 'phone-%'")).all()  # fmt: skip
        assert [tuple(it) for it in found] == [("client", "", True)]
    finally:
        line.app.extensions["rooms"] = before
        for it in streams:
            it.stop()
