"""A media node as those who ask it see it: who is let in when it is busy, who may ask, what is told."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from dataclasses import asdict

import pytest
from aiohttp import ClientSession, web

from kernel.errors import Unavailable
from media import wire
from media.client import MediaNodeClient
from media.embedded.engine import EmbeddedEngine, Place
from media.engine import Change, EngineEvent, Grants, Limits, PhonePort, RoomRefused, What
from media.feed import Feed
from media.node import Node, OnStream
from tests.builders.loops import awaited

SECRET = "only-for-tests"


def on_a_loop(work: Callable[[Node, MediaNodeClient], Awaitable[None]], on_stream: OnStream | None = None) -> None:
    async def whole() -> None:
        node = Node(EmbeddedEngine(Place([("127.0.0.1", "127.0.0.1")])), "embedded", SECRET, on_stream)
        await node.start("127.0.0.1", 0)
        try:
            await work(node, MediaNodeClient(node.address, SECRET))
        finally:
            await node.stop()
        assert [it for it in asyncio.all_tasks() if it is not asyncio.current_task()] == []

    awaited(whole())


def test_a_busy_node_takes_nobody_new_and_lets_in_who_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(node: Node, client: MediaNodeClient) -> None:
        await asyncio.to_thread(client.create_room, "talk", Limits())
        first = await asyncio.to_thread(client.join, "talk", "an", Grants())
        monkeypatch.setattr(type(node.load), "busy", True)
        with pytest.raises(RoomRefused) as refused:
            await asyncio.to_thread(client.join, "talk", "bo", Grants())
        assert refused.value.code == "busy"
        again = await asyncio.to_thread(client.join, "talk", "an", Grants())
        assert again.generation > first.generation
        await asyncio.to_thread(client.update, "talk", "an", Change(grants=Grants(video=False), pinned="bo"))
        monkeypatch.setattr(type(node.load), "busy", False)
        await asyncio.to_thread(client.join, "talk", "bo", Grants())
        assert (await asyncio.to_thread(client.stats))["participants"] == 2

    on_a_loop(work)


def test_without_the_token_there_is_nothing_but_a_sign_of_life() -> None:
    async def work(node: Node, client: MediaNodeClient) -> None:
        def ask(path: str, **head: str) -> int:
            try:
                with urllib.request.urlopen(urllib.request.Request(node.address + path, headers=head), timeout=5) as it:
                    return int(it.status)
            except urllib.error.HTTPError as error:
                with error:
                    return error.code

        for path in ("/v1/stats", "/v1/events", "/v1/metrics", "/v1/nothing"):
            assert await asyncio.to_thread(ask, path) == 401
            assert await asyncio.to_thread(ask, path, Authorization="Bearer \u00e9") == 401
        assert await asyncio.to_thread(ask, "/healthz") == 200
        assert await asyncio.to_thread(ask, "/stream/anything") == 404
        with pytest.raises(Unavailable):
            await asyncio.to_thread(MediaNodeClient(node.address, "another").stats)

    on_a_loop(work)


def test_the_sound_of_a_telephone_comes_in_by_a_websocket() -> None:
    async def on_stream(socket: web.WebSocketResponse, join: Callable[..., Awaitable[PhonePort]]) -> None:
        port = await join("talk", "phone-1")
        async for message in socket:
            port.hear(message.data)
            await socket.send_bytes(await anext(port.sounds()))

    async def work(node: Node, client: MediaNodeClient) -> None:
        await node.engine.create_room("talk", Limits())
        address = node.address.replace("http", "ws")
        async with ClientSession() as session, session.ws_connect(f"{address}/stream/phone-1") as socket:
            await socket.send_bytes(b"\xff" * 160)
            assert len(await socket.receive_bytes(timeout=5)) == 160
            assert (await node.engine.stats())["phones"] == 1

    on_a_loop(work, on_stream)


def test_what_happened_before_a_listener_came_back_is_told_first() -> None:
    async def work(node: Node, client: MediaNodeClient) -> None:
        for name in ("one", "two"):
            await node.engine.create_room(name, Limits())
        await node.engine.close_room("one")
        await node.engine.close_room("two")
        seen = EngineEvent(1, node.engine.epoch, What.ROOM_CLOSED, "one")
        events = client.events(after=seen)
        assert (await asyncio.to_thread(next, events)).room == "two"
        await asyncio.to_thread(events.close)

    on_a_loop(work)


def test_a_listener_that_reads_nothing_is_cut_off_and_the_others_hear_everything() -> None:
    async def whole() -> None:
        feed = Feed("life")
        slow, quick = feed.listen(), feed.listen()
        heard = 0
        for _ in range(3000):
            feed.tell(What.TALKING, "talk", "an", talking=True)
            heard += (await anext(quick)).sequence > 0
        assert heard == 3000
        assert len([it async for it in slow]) == 2000
        feed.close()
        with pytest.raises(StopAsyncIteration):
            await anext(quick)

    awaited(whole())


def test_events_survive_the_journey_as_json() -> None:
    event = EngineEvent(7, "life", What.STREAMS, "talk", "an", {"streams": [{"pc": "main", "from": None}]})
    assert wire.event(json.loads(json.dumps(asdict(event)))) == event
