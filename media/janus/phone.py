"""A telephone in a room of Janus: a small peer of our own publishes its mu-law as it is, and hears all voices.

Janus offers no mixed sound in a VideoRoom; the mixing is that of the embedded engine, fed from here.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from fractions import Fraction
from typing import Any

import av
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.rtp import RtpPacket

from media import g711
from media.embedded.phone import Phone
from media.embedded.publication import Publication, SenderClock
from media.embedded.rtp import Packet
from media.embedded.talking import Talking
from media.engine import Negotiation, Pc, RoomRefused

_LOOK_S = 0.5
_MOST_WAITING = 25  # frames of 20 ms that wait for the network

Negotiate = Callable[[Negotiation], Awaitable[Negotiation | None]]


class _Voice(MediaStreamTrack):
    """What the telephone says, as a track for aiortc: packets that are sent as they are. A sink of a publication."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._frames: asyncio.Queue[av.Packet[Any]] = asyncio.Queue()

    def forward(self, packet: Packet, now_s: float) -> None:
        if self._frames.qsize() < _MOST_WAITING:
            made = av.Packet(packet.payload)
            made.pts, made.time_base = packet.timestamp, Fraction(1, g711.RATE)
            self._frames.put_nowait(made)

    def restart(self) -> None:
        """There is one telephone: nothing else can come."""

    async def recv(self) -> Any:
        return await self._frames.get()


class Line:
    """The peer of one telephone, whose side is `port`; it takes what a seat would tell a browser."""

    def __init__(self, negotiate: Negotiate, on_talking: Callable[[bool], None]) -> None:
        self.port = Phone(self._heard)
        self._negotiate, self._on_talking = negotiate, on_talking
        self._talking = Talking()
        self._pcs: dict[Pc, RTCPeerConnection] = {}
        self._names: dict[str, str] = {}  # whose voice, by mid
        self._voices: dict[str, Publication] = {}  # by mid
        self._steps = asyncio.Lock()
        self._tasks = {asyncio.create_task(self._notice_silence())}

    async def connect(self) -> None:
        """Publish what the telephone says.

        Raises: RoomRefused.
        """
        voice = _Voice()
        self.port.audio.add(voice)
        pc = self._pcs[Pc.PUBLISH] = _peer_connection()
        transceiver = pc.addTransceiver(voice, direction="sendonly")
        codecs = RTCRtpSender.getCapabilities("audio").codecs
        transceiver.setCodecPreferences([it for it in codecs if it.mimeType == "audio/PCMU"])
        await pc.setLocalDescription(await pc.createOffer())
        answer = await self._negotiate(Negotiation(Pc.PUBLISH, "offer", _one_fingerprint(pc.localDescription.sdp)))
        assert answer is not None
        await pc.setRemoteDescription(RTCSessionDescription(answer.body, "answer"))

    def streams(self, streams: list[dict[str, Any]]) -> None:
        """Note whose voice comes where."""
        self._names = {it["audio_mid"]: it["from"] for it in streams if it["audio_mid"] is not None}
        self._listen()

    def offered(self, sdp: str) -> None:
        """Answer an offer of Janus, after the one before it."""
        task = asyncio.create_task(self._answer(sdp))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Hang up."""
        self.port.close()
        for task in list(self._tasks):
            task.cancel()
        for pc in self._pcs.values():
            await pc.close()
        for voice in self._voices.values():
            voice.close()

    async def _answer(self, sdp: str) -> None:
        async with self._steps:
            pc = self._pcs.setdefault(Pc.SUBSCRIBE, _peer_connection())
            await pc.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
            await pc.setLocalDescription(await pc.createAnswer())
            for transceiver in pc.getTransceivers():
                if transceiver.mid not in self._voices:
                    self._hear(transceiver)
            with suppress(RoomRefused):  # the seat was left meanwhile
                await self._negotiate(Negotiation(Pc.SUBSCRIBE, "answer", _one_fingerprint(pc.localDescription.sdp)))
            self._listen()

    def _hear(self, transceiver: Any) -> None:
        """Take the packets of a voice before aiortc decodes them: the telephone needs its own decoding."""
        codec = transceiver._codecs[0]
        voice = Publication(codec.name.lower(), codec.clockRate, SenderClock(), lambda ssrc, lost: None)
        self._voices[transceiver.mid] = voice

        async def take(packet: RtpPacket, arrival_time_ms: int) -> None:
            read = Packet(packet.sequence_number, packet.timestamp, packet.marker << 7, 0, packet.payload)
            voice.received(packet.ssrc, read, time.monotonic())

        transceiver.receiver._handle_rtp_packet = take

    def _listen(self) -> None:
        names = self._names.items()
        self.port.listen({name: self._voices[mid] for mid, name in names if mid in self._voices})

    def _heard(self, level: int, now_s: float) -> None:
        self._talk(self._talking.heard(level, now_s))

    async def _notice_silence(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_S)
            self._talk(self._talking.quiet(time.monotonic()))

    def _talk(self, talking: bool | None) -> None:
        if talking is not None:
            self._on_talking(talking)


def _peer_connection() -> RTCPeerConnection:
    return RTCPeerConnection(RTCConfiguration(bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))


def _one_fingerprint(sdp: str) -> str:
    """Return `sdp` with the SHA-256 fingerprint alone: of several, Janus 1.1.2 takes the wrong one."""
    lines = sdp.splitlines(keepends=True)
    return "".join(it for it in lines if not it.startswith("a=fingerprint:") or "sha-256" in it)
