"""The embedded engine: `MediaEngine` by forwarding, all on one loop."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from media.embedded import sdp
from media.embedded.crypto import Buffer, check_versions
from media.embedded.ice import Network
from media.embedded.peer import Heard, Peer
from media.embedded.phone import Phone
from media.embedded.room import Participant, Room
from media.engine import Change, EngineEvent, Grants, Joined, Limits, Negotiation, Pc, PhonePort, RoomRefused, What
from media.feed import Feed

_WATCH_S = 0.5
_LOST_S, _LOST_QUIET_S, _GONE_S, _NEVER_CAME_S = 2.5, 8.0, 30.0, 60.0
_EMPTY_S = 3600.0  # a room that whoever made it forgot
_FLOWED_S = 1.0  # media that stopped longer before the silence began was switched off, not lost


@dataclass(frozen=True, slots=True)
class Place:
    """Where an engine listens for media: (address, as told to browsers) each, on the first free port; 0: any."""

    addresses: Sequence[tuple[str, str]]
    ports: Sequence[int] = (0,)


class EmbeddedEngine:
    """Rooms whose sound and picture are forwarded here. Make it on the loop it is to live on."""

    def __init__(self, place: Place) -> None:
        check_versions()
        self.epoch = secrets.token_hex(8)
        self._feed = Feed(self.epoch)
        self._network = Network()
        self._network.open(place.addresses, place.ports)
        self._buffer = Buffer()
        self._rooms: dict[str, Room] = {}
        self._generation = 0
        self._counted = {"packets_in": 0, "packets_out": 0, "refused": 0}
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    # what MediaEngine asks

    async def create_room(self, room: str, limits: Limits) -> None:
        """Make a room; one that is there stays as it is."""
        if room not in self._rooms:
            self._rooms[room] = Room(room, limits, lambda what, who=None, **facts: self._tell(room, what, who, facts))

    async def join(self, room: str, participant: str, grants: Grants) -> Joined:
        """Let a browser in. The same participant again: the older connection is closed at once."""
        there = self._room(room)
        somebody = self._admitted(there, participant, grants)
        self._generation += 1
        somebody.generation, somebody.grants, somebody.joined_s = self._generation, grants, time.monotonic()
        return Joined(Pc.MAIN, there.limits.participants - 1, somebody.generation, self.epoch)

    async def negotiate(self, room: str, participant: str, generation: int, step: Negotiation) -> Negotiation | None:
        """Answer an offer. Candidates are taken and not needed: the browser's checks tell where it is."""
        there = self._room(room)
        somebody = there.participants.get(participant)
        if somebody is None or somebody.generation != generation:
            raise RoomRefused("no_such_participant")
        if step.kind == "candidate":
            return None
        if step.kind != "offer" or step.pc is not Pc.MAIN:
            raise RoomRefused("bad_sdp")
        offer = sdp.read_offer(step.body)
        if somebody.peer is not None:
            return Negotiation(Pc.MAIN, "answer", somebody.peer.answer(offer))
        peer = Peer(self._network, self._buffer, offer, there.limits.participants - 1, self._heard(there, somebody))
        peer.allowed = _allowed(somebody.grants)
        somebody.peer = peer
        answer = peer.answer(offer)
        there.appear(somebody)
        return Negotiation(Pc.MAIN, "answer", answer)

    async def update(self, room: str, participant: str, change: Change) -> None:
        """Change what a participant may send and gets."""
        there = self._room(room)
        if (somebody := there.participants.get(participant)) is None:
            raise RoomRefused("no_such_participant")
        if change.grants is not None:
            somebody.grants = change.grants
            if somebody.peer is not None:
                somebody.peer.allowed = _allowed(change.grants)
        if change.receives_video is not None:
            somebody.receives_video = change.receives_video
        if change.pinned is not None:
            somebody.pinned = change.pinned or None
        there.balance_all()

    async def join_phone(self, room: str, participant: str) -> PhonePort:
        """Let a telephone in. The same participant again: the older port ends."""
        there = self._room(room)
        somebody = self._admitted(there, participant, Grants(video=False))
        phone = somebody.phone = Phone(lambda level, now_s: there.heard(somebody, level, now_s))
        there.appear(somebody)
        self._flows(there, somebody)
        return phone

    async def leave(self, room: str, participant: str) -> None:
        """Let a participant go; one who is not there is gone already."""
        there = self._rooms.get(room)
        if there is not None and participant in there.participants:
            self._remove(there, there.participants[participant], "closed")

    async def close_room(self, room: str) -> None:
        """Let everybody go, and forget the room."""
        if (there := self._rooms.pop(room, None)) is not None:
            for somebody in list(there.participants.values()):
                self._remove(there, somebody, "closed")
            await asyncio.gather(*there.closing)
            self._tell(room, What.ROOM_CLOSED, None, {})

    async def stats(self) -> dict[str, Any]:
        """Return counters only."""
        everybody = [it for room in self._rooms.values() for it in room.participants.values()]
        peers = [it.peer for it in everybody if it.peer is not None]
        counted = {name: count + sum(getattr(it, name) for it in peers) for name, count in self._counted.items()}
        return {
            "engine": "embedded",
            "rooms": len(self._rooms),
            "participants": len(everybody),
            "phones": sum(1 for it in everybody if it.phone is not None),
            "audio_only": sum(1 for it in everybody if it.quality == "audio_only"),
            "poor": sum(1 for it in everybody if it.quality == "poor"),
            "checks_refused": self._network.refused,
            **counted,
        }

    def events(self) -> AsyncIterator[EngineEvent]:
        """Yield what happens from now on."""
        return self._feed.listen()

    async def close(self) -> None:
        """Close every room and every connection."""
        for name in list(self._rooms):
            await self.close_room(name)
        self._watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._watching
        self._feed.close()
        self._network.close()

    # what happens to rooms

    def _room(self, room: str) -> Room:
        """Raises: RoomRefused."""
        if (there := self._rooms.get(room)) is None:
            raise RoomRefused("no_such_room")
        return there

    def _admitted(self, room: Room, name: str, grants: Grants) -> Participant:
        """Return the participant as new, whoever held its name put out. Raises: RoomRefused."""
        if (somebody := room.participants.get(name)) is not None:
            self._end_connection(room, somebody, "evicted")
            return somebody
        if len(room.participants) >= room.limits.participants:
            raise RoomRefused("room_full")
        somebody = room.participants[name] = Participant(name, grants)
        return somebody

    def _end_connection(self, room: Room, somebody: Participant, reason: str) -> None:
        there = somebody.present
        if somebody.peer is not None:
            for name in self._counted:
                self._counted[name] += getattr(somebody.peer, name)
        if somebody.phone is not None:
            somebody.phone.close()
            somebody.phone = None
        room.disconnect(somebody)
        somebody.quality = "good"
        if there:
            self._tell(room.name, What.MEDIA_DOWN, somebody.name, {"reason": reason})

    def _remove(self, room: Room, somebody: Participant, reason: str) -> None:
        self._end_connection(room, somebody, reason)
        if room.participants.get(somebody.name) is somebody:
            del room.participants[somebody.name]
            room.vanish(somebody)

    def _heard(self, room: Room, somebody: Participant) -> Heard:
        """Return what a new peer of `somebody` calls; a peer that was replaced is not listened to."""
        generation = somebody.generation

        def current() -> bool:
            return somebody.generation == generation

        def up() -> None:
            if current():
                self._flows(room, somebody)

        def down(reason: str) -> None:
            if current():
                self._remove(room, somebody, reason)

        def level(loudness: int, now_s: float) -> None:
            room.heard(somebody, loudness, now_s)

        return Heard(up, down, level, lambda now_s: room.felt(somebody, now_s))

    def _flows(self, room: Room, somebody: Participant) -> None:
        if not somebody.flowing:
            somebody.flowing = True
            self._tell(room.name, What.MEDIA_UP, somebody.name, {})

    def _tell(self, room: str, what: What, participant: str | None, facts: dict[str, Any]) -> None:
        self._feed.tell(what, room, participant, **facts)

    async def _watch(self) -> None:
        """Notice who is not heard any more, for as long as the engine lives."""
        while True:
            await asyncio.sleep(_WATCH_S)
            now_s = time.monotonic()
            for room in list(self._rooms.values()):
                for somebody in list(room.participants.values()):
                    self._look_at(room, somebody, now_s)
                if room.participants:
                    room.used_s = now_s
                elif now_s - room.used_s > _EMPTY_S:
                    await self.close_room(room.name)

    def _look_at(self, room: Room, somebody: Participant, now_s: float) -> None:
        room.talk(somebody, somebody.talking.quiet(now_s))
        peer = somebody.peer
        if peer is None:
            if somebody.phone is None and now_s - somebody.joined_s > _NEVER_CAME_S:
                self._remove(room, somebody, "closed")
            return
        silent_s = now_s - peer.ice.heard_s
        sending = max((it.last_s for it in (peer.audio, peer.video) if it is not None), default=0.0)
        flowed = peer.ice.heard_s - sending < _FLOWED_S
        if silent_s > _GONE_S:
            self._remove(room, somebody, "closed")
        elif silent_s > (_LOST_S if flowed else _LOST_QUIET_S):
            if somebody.flowing:
                somebody.flowing = False
                self._tell(room.name, What.MEDIA_DOWN, somebody.name, {"reason": "lost"})
        elif peer.ready:
            self._flows(room, somebody)
            room.judge(somebody, round(peer.downlink.received_bps / 1000))


def _allowed(grants: Grants) -> set[str]:
    return {kind for kind, granted in (("audio", grants.audio), ("video", grants.video)) if granted}
