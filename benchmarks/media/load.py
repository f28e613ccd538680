"""Rooms full of participants before one server for so many seconds, and what it cost."""

import asyncio
import functools
from dataclasses import dataclass, field

from benchmarks.figures import percentile
from benchmarks.media.clip import clip
from benchmarks.media.contenders import Server
from benchmarks.media.peer import Counted, Peer
from media.engine import Grants, Limits, What

PARTIES = 3
_WARM_UP_S = 3.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run told. `forwarded`: received, as a share of what every other participant ought to get."""

    rooms: int
    seconds: float
    cpu_s: float
    sent: int
    received: int
    pictures: int
    ages_ms: list[float] = field(repr=False)

    @property
    def forwarded(self) -> float:
        return self.received / (self.sent * (PARTIES - 1))

    @property
    def cpu_s_per_call_minute(self) -> float:
        return self.cpu_s / (self.rooms * self.seconds / 60)

    @property
    def us_per_packet(self) -> float:
        """CPU time of the server per packet that left it."""
        return self.cpu_s / self.received * 1e6

    def age_ms(self, share: float) -> float:
        """Return how old packets arrive at most, for `share` of them."""
        return percentile(self.ages_ms, share) if self.ages_ms else float("nan")


class Crowd:
    """Participants before one server, called by room and name."""

    def __init__(self, server: Server, *, stamped: bool = True) -> None:
        clip()  # encoded before anybody waits for it
        self.server, self._stamped = server, stamped
        self.peers: dict[tuple[str, str], Peer] = {}
        self._listening = asyncio.create_task(self._listen())
        self._answering: set[asyncio.Task[None]] = set()

    async def fill(self, room: str, parties: int = PARTIES) -> None:
        """Make a room and let so many participants in, who send from now on."""
        await self.server.engine.create_room(room, Limits())
        for number in range(parties):
            await self.enter(room, f"p{number}")

    async def enter(self, room: str, name: str) -> Peer:
        engine = self.server.engine
        joined = await engine.join(room, name, Grants())
        peer = Peer(functools.partial(engine.negotiate, room, name, joined.generation), stamped=self._stamped)
        self.peers[room, name] = peer
        await peer.connect(joined)
        peer.start()
        return peer

    async def leave(self, room: str, name: str) -> None:
        await self.peers.pop((room, name)).close()
        await self.server.engine.leave(room, name)

    async def close(self) -> None:
        self._listening.cancel()
        for room in {room for room, _ in self.peers}:
            await self.server.engine.close_room(room)
        await asyncio.gather(*(peer.close() for peer in self.peers.values()))

    async def _listen(self) -> None:
        async for event in self.server.engine.events():
            peer = self.peers.get((event.room, event.participant))
            if event.what is What.NEGOTIATE and peer and event.facts["kind"] == "offer":
                task = asyncio.create_task(peer.offered(event.facts["pc"], event.facts["body"]))
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)


async def measure(server: Server, rooms: int, seconds: float, *, stamped: bool = True) -> Outcome:
    """Fill so many rooms of three, and watch for so many seconds."""
    crowd = Crowd(server, stamped=stamped)
    try:
        for number in range(rooms):
            await crowd.fill(f"room-{number}")
        await asyncio.sleep(_WARM_UP_S)
        for peer in crowd.peers.values():
            peer.count()
        cpu_s, begun = server.cpu_s(), asyncio.get_running_loop().time()
        await asyncio.sleep(seconds)
        taken, cpu_s = asyncio.get_running_loop().time() - begun, server.cpu_s() - cpu_s
        counted = [peer.count() for peer in crowd.peers.values()]
    finally:
        await crowd.close()
    return _outcome(rooms, taken, cpu_s, counted)


def _outcome(rooms: int, seconds: float, cpu_s: float, counted: list[Counted]) -> Outcome:
    sent, received, pictures = (sum(getattr(it, name) for it in counted) for name in ("sent", "received", "marked"))
    return Outcome(rooms, seconds, cpu_s, sent, received, pictures, [age for it in counted for age in it.ages_ms])
