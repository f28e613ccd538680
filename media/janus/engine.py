"""The engine of `media/engine.py` on a Janus: rooms, who sits in them, and what to do when Janus is gone."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from media.engine import Change, EngineEvent, Grants, Joined, Limits, Negotiation, Pc, PhonePort, RoomRefused, What
from media.feed import Feed
from media.janus.connection import Connection, Handle, JanusGone, JanusRefusal
from media.janus.launch import JanusMissing, Source
from media.janus.phone import Line
from media.janus.seat import Seat, Tell

_T = TypeVar("_T")
_START_S = 20.0
_PATIENCE_S = 5.0  # how long somebody waits for a Janus that is being started again
_AGAIN_S = 0.3
_NUMBERS = 2**50  # Janus names by numbers; JSON keeps them exact below 2**53
_NO_SUCH_ROOM = 426
_ROOM = {
    "permanent": False,
    "is_private": True,
    "record": False,
    "bitrate_cap": True,
    "audiocodec": "opus,pcmu",
    "videocodec": "vp8",
    "opus_fec": True,
    "audiolevel_ext": True,
    "audiolevel_event": True,
    "audio_active_packets": 4,  # of 20 ms: so often it looks whether somebody talks
    "audio_level_average": 45,  # dBov below full scale; speech is louder
}


@dataclass(slots=True)
class _Room:
    number: int
    limits: Limits
    seats: dict[str, Seat] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def named(self, number: int) -> str | None:
        return next((name for name, seat in self.seats.items() if seat.number == number), None)


class JanusEngine:
    """Start it before use, close it after. When Janus ends, every room is gone, and a new epoch says so of each."""

    def __init__(self, source: Source) -> None:
        self.epoch = secrets.token_hex(8)
        self._source = source
        self._rooms: dict[str, _Room] = {}
        self._feed = Feed(self.epoch)
        self._generation = 0
        self._forgetting: set[asyncio.Task[None]] = set()
        self._connection: Connection | None = None
        self._desk: Handle | None = None  # a handle for what concerns rooms
        self._there = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to keep a connection with Janus, and return when there is one.

        Raises: RoomRefused: Janus did not come up. JanusMissing.
        """
        self._keeping = asyncio.create_task(self._keep())
        there = asyncio.create_task(self._there.wait())
        await asyncio.wait([self._keeping, there], timeout=_START_S, return_when=asyncio.FIRST_COMPLETED)
        there.cancel()
        if self._keeping.done():
            self._keeping.result()
        if not self._there.is_set():
            raise RoomRefused("busy")

    async def create_room(self, room: str, limits: Limits) -> None:
        """Make a room; one that is there stays as it is."""
        desk = await self._reached()
        if room in self._rooms:
            return
        made = self._rooms[room] = _Room(secrets.randbelow(_NUMBERS) + 1, limits)
        body = _ROOM | {"request": "create", "room": made.number, "bitrate": limits.video_kbps * 1000}
        try:
            async with made.lock:
                await _asked(desk.message(body | {"publishers": limits.participants * 2}))  # we count ourselves
        except RoomRefused:
            self._rooms.pop(room, None)
            raise

    async def join(self, room: str, participant: str, grants: Grants) -> Joined:
        """Let a browser in. The same participant again: the older connection is closed at once.

        Raises: RoomRefused.
        """
        tell = partial(self._feed.tell, room=room, participant=participant)
        seat = await self._seated(self._room(room), participant, grants, tell)
        return Joined(Pc.PUBLISH, 0, seat.generation, self.epoch)

    async def negotiate(self, room: str, participant: str, generation: int, step: Negotiation) -> Negotiation | None:
        """Take a step of a browser and return the engine's, if there is one.

        Raises: RoomRefused.
        """
        seat = self._seat(room, participant)
        if seat.generation != generation:
            raise RoomRefused("no_such_participant")
        return await _asked(seat.negotiate(step))

    async def update(self, room: str, participant: str, change: Change) -> None:
        await _asked(self._seat(room, participant).change(change))

    async def join_phone(self, room: str, participant: str) -> PhonePort:
        """Let a telephone in.

        Raises: RoomRefused.
        """
        there = self._room(room)
        tell = partial(self._feed.tell, room=room, participant=participant)

        def told(what: What, **facts: Any) -> None:
            match what:
                case What.STREAMS:
                    line.streams(facts["streams"])
                case What.NEGOTIATE:
                    line.offered(facts["body"])
                case _:
                    tell(what, **facts)

        seat = await self._seated(there, participant, Grants(video=False), told, hears_only=True)
        line = there.lines[participant] = Line(
            lambda step: _asked(seat.negotiate(step)), lambda talking: tell(What.TALKING, talking=talking)
        )
        try:
            await line.connect()
        except RoomRefused:
            await self.leave(room, participant)
            raise
        return line.port

    async def leave(self, room: str, participant: str) -> None:
        if found := self._rooms.get(room):
            async with found.lock:
                await self._stand_up(found, participant, "closed")

    async def close_room(self, room: str) -> None:
        found = self._rooms.pop(room, None)
        if found is None:
            return
        async with found.lock:
            for participant in list(found.seats):
                await self._stand_up(found, participant, "closed")
            with suppress(JanusGone, JanusRefusal):
                if self._desk:
                    await self._desk.message({"request": "destroy", "room": found.number})
        self._feed.tell(What.ROOM_CLOSED, room)

    async def stats(self) -> dict[str, Any]:
        """Return counters only. Janus counts packets in its admin API alone, which is off."""
        pid = self._source.pid
        return {
            "engine": "janus",
            "rooms": len(self._rooms),
            "participants": sum(len(room.seats) for room in self._rooms.values()),
            "phones": sum(len(room.lines) for room in self._rooms.values()),
            "cpu_s": _cpu_s(pid) if pid else None,
        }

    def events(self) -> AsyncIterator[EngineEvent]:
        """Yield what happens from now on."""
        return self._feed.listen()

    async def close(self) -> None:
        """Close every room and every connection."""
        for room in list(self._rooms):
            await self.close_room(room)
        if self._keeping:
            self._keeping.cancel()
            with suppress(asyncio.CancelledError, JanusMissing):
                await self._keeping
        if self._connection:
            await self._connection.close()
        await self._source.close()
        self._feed.close()

    async def _seated(
        self, room: _Room, participant: str, grants: Grants, tell: Tell, *, hears_only: bool = False
    ) -> Seat:
        await self._reached()
        async with room.lock:
            await self._stand_up(room, participant, "evicted")
            if len(room.seats) >= room.limits.participants:
                raise RoomRefused("room_full")
            self._generation += 1
            number = secrets.randbelow(_NUMBERS) + 1
            assert self._connection is not None
            seat = Seat(
                self._connection,
                room.number,
                number,
                self._generation,
                grants,
                tell=tell,
                named=room.named,
                gone=partial(self._forget, room, participant, number),
                hears_only=hears_only,
            )
            try:
                await _asked(seat.take())
            except RoomRefused:
                await seat.leave("closed")
                raise
            room.seats[participant] = seat
        return seat

    def _forget(self, room: _Room, participant: str, number: int) -> None:
        """Let somebody go who left, unless somebody else sits there by now."""

        async def forget() -> None:
            async with room.lock:
                if (seat := room.seats.get(participant)) and seat.number == number:
                    await self._stand_up(room, participant, "closed")

        task = asyncio.create_task(forget())
        self._forgetting.add(task)
        task.add_done_callback(self._forgetting.discard)

    async def _stand_up(self, room: _Room, participant: str, reason: str) -> None:
        if line := room.lines.pop(participant, None):
            await line.close()
        if seat := room.seats.pop(participant, None):
            await seat.leave(reason)

    def _room(self, room: str) -> _Room:
        """Raises: RoomRefused."""
        if room not in self._rooms:
            raise RoomRefused("no_such_room")
        return self._rooms[room]

    def _seat(self, room: str, participant: str) -> Seat:
        """Raises: RoomRefused."""
        if participant not in (there := self._room(room)).seats:
            raise RoomRefused("no_such_participant")
        return there.seats[participant]

    async def _reached(self) -> Handle:
        """Return the handle for rooms, waiting a little for a Janus that is being started again.

        Raises: RoomRefused.
        """
        with suppress(TimeoutError):
            await asyncio.wait_for(self._there.wait(), _PATIENCE_S)
        if self._desk is None:
            raise RoomRefused("busy")
        return self._desk

    async def _keep(self) -> None:
        """Stay connected: as often as Janus goes, forget what was in it, tell of it, and begin anew."""
        while True:
            try:
                self._connection = await Connection.open(*await self._source.ready())
                self._desk = await self._connection.attach(lambda event: None)
            except (OSError, JanusGone, JanusRefusal):
                await asyncio.sleep(_AGAIN_S)
                continue
            self._there.set()
            await self._connection.closed()
            self._there.clear()
            self._desk = None
            await self._connection.close()
            await self._source.close()  # one that hangs is of no use either
            await self._lose_everything()

    async def _lose_everything(self) -> None:
        lost, self._rooms = self._rooms, {}
        self.epoch = secrets.token_hex(8)
        self._feed.begin_again(self.epoch)
        for name, room in lost.items():
            for participant in list(room.seats):
                await self._stand_up(room, participant, "lost")
            self._feed.tell(What.ROOM_CLOSED, name)


async def _asked(asking: Awaitable[_T]) -> _T:
    """Return what Janus answers, its troubles in the words of an engine.

    Raises: RoomRefused.
    """
    try:
        return await asking
    except JanusGone as error:
        raise RoomRefused("busy") from error
    except JanusRefusal as refusal:
        raise RoomRefused("no_such_room" if refusal.code == _NO_SUCH_ROOM else "busy") from refusal


def _cpu_s(pid: int) -> float | None:
    """Return the CPU time of a process so far, of all its threads. Unit: seconds."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
