"""A media process that is killed: from the kill to sound and picture again, on the node that is left."""

import asyncio
import os
import signal
import time
from typing import Any

import uvloop
from flask import Flask

from benchmarks.figures import Figure
from benchmarks.media.contenders import LOAD_CORE, on_cores
from benchmarks.media.peer import Peer
from benchmarks.place import Place, Server
from kernel.errors import Unavailable
from media.client import MediaNodeClient
from media.engine import Grants, Limits, Negotiation, RoomRefused
from media.queries import list_nodes
from media.services import place_room

_ROOM, _NAMES = "interrupted", ("one", "other")
_LOST_S, _AGAIN_S, _GIVE_UP_S = 2.5, 0.25, 30.0  # lost: as in static/js/media.js
_REPETITIONS = 3


def killed_media_process(place: Place) -> list[Figure]:
    """Kill the node a call is on: both participants notice by themselves, and join where the room is placed next."""
    took = []
    for number in range(_REPETITIONS):
        database = place.database(f"media_{number}", place.template)
        with (
            place.app(database) as app,
            place.role("media", database) as one,
            place.role("media", database) as other,
            on_cores(LOAD_CORE),
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            took.append(runner.run(_interrupted(_Call(app, place.settings(database).secret_key), [one, other])))
        place.drop(database)
    worst, runs = max(took), "/".join(f"{it:.1f}" for it in took)
    note = f"runs: {runs} s; both hear each other again; {_LOST_S} s of it is silence before anybody asks"
    return [Figure("media process killed: media again", worst, "s", "<= 5 s", worst <= 5, len(took), note=note)]


class _Call:
    """Two participants of a room, and where it is."""

    def __init__(self, app: Flask, secret_key: str) -> None:
        self._app, self._secret_key = app, secret_key
        self.peers: dict[str, Peer] = {}
        self.address = ""

    async def join(self, name: str) -> None:
        """Join where the room is; as often as needed, as a browser would."""
        until_s = time.monotonic() + _GIVE_UP_S
        while True:
            try:
                await self._join(name)
                return
            except (Unavailable, RoomRefused, ConnectionError, TimeoutError):
                if time.monotonic() > until_s:
                    raise
                await asyncio.sleep(_AGAIN_S)

    async def come_back(self, name: str) -> None:
        """Wait until nothing comes any more, and join again."""
        peer = self.peers[name]
        while peer.silent_s() < _LOST_S:
            await asyncio.sleep(0.05)
        await self.join(name)
        await peer.close()

    async def flows(self) -> None:
        """Wait until everybody gets something."""
        for peer in self.peers.values():
            peer.count()
        async with asyncio.timeout(_GIVE_UP_S):
            while not all(peer.counted.received for peer in self.peers.values()):
                await asyncio.sleep(0.02)

    async def nodes(self) -> int:
        """Return how many nodes live."""
        return len(await asyncio.to_thread(self._in_app, list_nodes))

    async def close(self) -> None:
        for peer in self.peers.values():
            await peer.close()

    async def _join(self, name: str) -> None:
        placed = await asyncio.to_thread(self._in_app, place_room, _ROOM)
        node = MediaNodeClient(placed.address, self._secret_key)
        await asyncio.to_thread(node.create_room, _ROOM, Limits())
        joined = await asyncio.to_thread(node.join, _ROOM, name, Grants())

        async def negotiate(step: Negotiation) -> Negotiation | None:
            return await asyncio.to_thread(node.negotiate, _ROOM, name, joined.generation, step)

        peer = Peer(negotiate)
        await peer.connect(joined)
        peer.start()
        self.peers[name], self.address = peer, placed.address

    def _in_app(self, work: Any, *arguments: Any) -> Any:
        with self._app.app_context():
            return work(*arguments)


async def _interrupted(call: _Call, nodes: list[Server]) -> float:
    """Return how long both were without sound and picture. Unit: seconds."""
    async with asyncio.timeout(_GIVE_UP_S):
        while await call.nodes() < len(nodes):
            await asyncio.sleep(0.1)
    for name in _NAMES:
        await call.join(name)
    await call.flows()
    await asyncio.sleep(1.0)
    os.kill(next(it for it in nodes if it.address == call.address).process.pid, signal.SIGKILL)
    began_s = time.monotonic()
    await asyncio.gather(*(call.come_back(name) for name in _NAMES))
    await call.flows()
    took_s = time.monotonic() - began_s
    await call.close()
    return took_s
