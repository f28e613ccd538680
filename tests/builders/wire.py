"""A bad network between browsers and an engine: every packet passes here, and some do not arrive.

Both directions lose alike and share what the link carries. The engine's candidates are replaced by ours, and browsers'
are withheld, so there is no way around.
"""

import asyncio
import random
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

from media.engine import EngineEvent, MediaEngine, Negotiation, What

Address = tuple[str, int]

_CANDIDATE = re.compile(r"^(a=candidate:\S+ 1 udp \d+) (\S+) (\d+) (typ .*)$", re.MULTILINE | re.IGNORECASE)
_SMALL = 80  # bytes; checks of ICE get through, so that what is measured is media
_BUFFER_S = 0.25  # what waits longer before a thin link is dropped


@dataclass(slots=True)
class Weather:
    """What the network does from now on. `kbps`: of the whole link, both directions; None: as much as comes."""

    loss: float = 0.0
    kbps: float | None = None
    dropped: int = 0
    _chance: random.Random = field(default_factory=lambda: random.Random(5))
    _free_at_s: float = 0.0

    def delay_s(self, size: int, now_s: float) -> float | None:
        """Return when a packet of that size arrives, from now; None: never."""
        if size > _SMALL and self._chance.random() < self.loss:
            return None
        if self.kbps is None:
            return 0.0
        waits_s = max(0.0, self._free_at_s - now_s)
        if waits_s > _BUFFER_S:
            return None
        self._free_at_s = now_s + waits_s + size * 8 / (self.kbps * 1000)
        return self._free_at_s - now_s


class Wire:
    """Passes packets on for one address of the engine: to it, from a socket of their own for every browser."""

    def __init__(self, engine: Address, weather: Weather) -> None:
        self._engine, self._weather = engine, weather
        self._loop = asyncio.get_running_loop()
        self._towards: dict[Address, asyncio.DatagramTransport] = {}
        self._front: asyncio.DatagramTransport | None = None
        self._closed = False

    async def open(self) -> Address:
        """Return the address that stands for the engine's."""
        made = await self._loop.create_datagram_endpoint(lambda: _Ear(self._out), local_addr=(self._engine[0], 0))
        self._front = made[0]
        address: Address = self._front.get_extra_info("sockname")
        return address

    def close(self) -> None:
        self._closed = True
        for transport in (self._front, *self._towards.values()):
            if transport:
                transport.close()

    def _out(self, data: bytes, browser: Address) -> None:
        """Take a packet of a browser."""
        if browser in self._towards:
            self._pass(self._towards[browser], data, self._engine)
        else:
            self._loop.create_task(self._meet(browser, data))

    async def _meet(self, browser: Address, data: bytes) -> None:
        def back(answer: bytes, _: Address) -> None:
            assert self._front
            self._pass(self._front, answer, browser)

        made, _ = await self._loop.create_datagram_endpoint(lambda: _Ear(back), local_addr=(self._engine[0], 0))
        towards = self._towards.setdefault(browser, made)
        if towards is not made or self._closed:  # two packets came before there was one; or it is over
            made.close()
        self._pass(towards, data, self._engine)

    def _pass(self, transport: asyncio.DatagramTransport, data: bytes, address: Address) -> None:
        def arrive() -> None:
            if not transport.is_closing():
                transport.sendto(data, address)

        delay_s = self._weather.delay_s(len(data), self._loop.time())
        if delay_s is None:
            self._weather.dropped += 1
        elif delay_s == 0:
            arrive()
        else:
            self._loop.call_later(delay_s, arrive)


class Wired:
    """An engine behind such a network; whatever is not about packets passes as it is."""

    def __init__(self, engine: MediaEngine, weather: Weather) -> None:
        self._engine, self._weather = engine, weather
        self._wires: dict[Address, tuple[Wire, Address]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    async def negotiate(self, room: str, participant: str, generation: int, step: Negotiation) -> Negotiation | None:
        if step.kind == "candidate":
            return None
        withheld = replace(step, body=_CANDIDATE.sub("a=x-withheld:1", step.body))
        answer = await self._engine.negotiate(room, participant, generation, withheld)
        return replace(answer, body=await self._wired(answer.body)) if answer else None

    async def events(self) -> AsyncIterator[EngineEvent]:
        async for event in self._engine.events():
            if event.what is What.NEGOTIATE:
                yield replace(event, facts=event.facts | {"body": await self._wired(event.facts["body"])})
            else:
                yield event

    async def close(self) -> None:
        await self._engine.close()
        for wire, _ in self._wires.values():
            wire.close()
        await asyncio.sleep(0.05)  # transports let go of their sockets on the loop

    async def _wired(self, sdp: str) -> str:
        for _, host, port, _ in _CANDIDATE.findall(sdp):
            if (engine := (host, int(port))) not in self._wires:
                wire = Wire(engine, self._weather)
                self._wires[engine] = (wire, await wire.open())

        def ours(found: re.Match[str]) -> str:
            host, port = self._wires[found[2], int(found[3])][1]
            return f"{found[1]} {host} {port} {found[4]}"

        return _CANDIDATE.sub(ours, sdp)


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, take: Any) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._take(data, addr[:2])
