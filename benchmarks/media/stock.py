"""What aiortc does by itself: every stream is decoded once and encoded for each who receives it (`MediaRelay`).

The peer our engine is compared with; as much of an engine as the benchmark asks for.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCRtpTransceiver, RTCSessionDescription
from aiortc.contrib.media import MediaRelay

from media.engine import EngineEvent, Grants, Joined, Limits, Negotiation, Pc


@dataclass(slots=True)
class _Room:
    relay: MediaRelay = field(default_factory=MediaRelay)
    peers: dict[str, RTCPeerConnection] = field(default_factory=dict)


class StockRelay:
    """Rooms in which every participant gets a relayed copy of everybody else."""

    def __init__(self) -> None:
        self.epoch = secrets.token_hex(8)
        self._rooms: dict[str, _Room] = {}

    async def create_room(self, room: str, limits: Limits) -> None:
        self._rooms[room] = _Room()

    async def join(self, room: str, participant: str, grants: Grants) -> Joined:
        return Joined(Pc.MAIN, 2, 1, self.epoch)

    async def negotiate(self, room: str, participant: str, generation: int, step: Negotiation) -> Negotiation:
        here = self._rooms[room]
        pc = RTCPeerConnection(RTCConfiguration(bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        await pc.setRemoteDescription(RTCSessionDescription(step.body, step.kind))
        transceivers = pc.getTransceivers()
        for other in here.peers.values():
            theirs = other.getTransceivers()
            for mine, their in zip(_free(transceivers), theirs[:2], strict=False):
                mine.sender.replaceTrack(here.relay.subscribe(their.receiver.track))
            for their, mine in zip(_free(theirs), transceivers[:2], strict=False):
                their.sender.replaceTrack(here.relay.subscribe(mine.receiver.track))
        here.peers[participant] = pc
        for slot in transceivers[2:]:
            slot.direction = "sendonly"
        await pc.setLocalDescription(await pc.createAnswer())
        return Negotiation(step.pc, "answer", pc.localDescription.sdp)

    async def events(self) -> AsyncIterator[EngineEvent]:
        await asyncio.Event().wait()
        yield  # type: ignore[misc]  # never: there is nothing to tell

    async def close_room(self, room: str) -> None:
        for pc in self._rooms.pop(room).peers.values():
            await pc.close()

    async def close(self) -> None:
        for room in list(self._rooms):
            await self.close_room(room)


def _free(transceivers: list[RTCRtpTransceiver]) -> list[RTCRtpTransceiver]:
    """Return the first pair of slots in which nobody is sent."""
    return [it for it in transceivers[2:] if it.sender.track is None][:2]
