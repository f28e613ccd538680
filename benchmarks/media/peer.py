"""A participant that sends the clip and counts what comes: aiortc for ICE and DTLS, packets made and read by hand.

Sending and receiving pass around aiortc's own tasks, so that one core drives dozens of participants and the server is
what is measured.
"""

import asyncio
import itertools
import random
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aioice import ice
from aiortc import MediaStreamTrack, RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtcrtptransceiver import RTCRtpTransceiver

from benchmarks.media.clip import AUDIO_CLOCK, FRAMES_PER_S, SOUNDS_PER_S, VIDEO_CLOCK, clip
from media.engine import Joined, Negotiation, Pc

_HEADER, _EXTENSION = struct.Struct("!BBHII"), struct.Struct("!HHI")
_AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
_ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
_STAMPED_FROM = 400  # bytes of payload; no sound is as large
_MOMENT = struct.Struct("!Q")
_ONE_OF = 7  # every so manieth packet is opened to see how old it is

Negotiate = Callable[[Negotiation], Awaitable[Negotiation | None]]


class _Silent(MediaStreamTrack):
    """A track from which nothing comes: the packets are made by hand."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__()

    async def recv(self) -> Any:
        await asyncio.Event().wait()


@dataclass(slots=True)
class Counted:
    """What a participant saw since it was last asked. `ages_ms`: of sampled packets, from their sending."""

    sent: int = 0
    received: int = 0
    marked: int = 0  # last packets of pictures
    ages_ms: list[float] = field(default_factory=list)


class _Stream:
    """What is sent on one m-line: consecutive numbers and times of RTP, and the extension a browser would send."""

    def __init__(self, transceiver: RTCRtpTransceiver) -> None:
        self.timestamp = random.randrange(1 << 31)
        self._sequence = random.randrange(1 << 15)
        self._dtls = transceiver.sender.transport
        self._ssrc = transceiver.sender._ssrc
        self._payload_type = transceiver._codecs[0].payloadType
        self._extension = _AUDIO_LEVEL if transceiver.kind == "audio" else _ABS_SEND_TIME
        self._extension_id = {it.uri: it.id for it in transceiver._headerExtensions}.get(self._extension)

    def send(self, payload: bytes, marker: bool) -> None:
        first, extension = (0x90, self._extended()) if self._extension_id else (0x80, b"")
        head = _HEADER.pack(first, self._payload_type | marker << 7, self._sequence, self.timestamp, self._ssrc)
        self._sequence = (self._sequence + 1) & 0xFFFF
        data = self._dtls._tx_srtp.protect(head + extension + payload)
        pair = self._dtls.transport._connection._nominated.get(1)
        if pair:
            pair.protocol.transport.sendto(data, pair.remote_addr)

    def _extended(self) -> bytes:
        """Return a header extension of one word, RFC 8285, section 4.2."""
        if self._extension is _AUDIO_LEVEL:
            return _EXTENSION.pack(0xBEDE, 1, self._extension_id << 28 | 0x80 + 30 << 16)  # -30 dBov, and a voice
        moment = int(time.time() * (1 << 18)) & 0xFFFFFF
        return _EXTENSION.pack(0xBEDE, 1, self._extension_id << 28 | 2 << 24 | moment)


class Peer:
    """One participant. `stamped`: the last bytes of a large packet carry the moment of sending, as payload is opaque.

    A server that decodes gets the clip unharmed.
    """

    def __init__(self, negotiate: Negotiate, *, stamped: bool = True) -> None:
        self.counted = Counted()
        self._negotiate, self._stamped = negotiate, stamped
        self._pcs: dict[Pc, RTCPeerConnection] = {}
        self._audio: _Stream | None = None
        self._video: _Stream | None = None
        self._sending: list[asyncio.Task[None]] = []
        self._at = 0
        self._heard_s = time.monotonic()

    async def connect(self, joined: Joined) -> None:
        """Make the offer and wait until sound and picture can be sent."""
        pc = self._pcs[joined.offers_on] = _peer_connection()
        sending = [pc.addTransceiver(_Silent(kind), direction="sendonly") for kind in ("audio", "video")]
        for _ in range(joined.slots):
            for kind in ("audio", "video"):
                pc.addTransceiver(kind, direction="recvonly")
        await pc.setLocalDescription(await pc.createOffer())
        answer = await self._negotiate(
            Negotiation(joined.offers_on, "offer", _one_fingerprint(pc.localDescription.sdp))
        )
        assert answer is not None
        await pc.setRemoteDescription(RTCSessionDescription(answer.body, "answer"))
        await _connected(pc)
        self._watch(pc)
        self._audio, self._video = (_Stream(it) for it in sending)
        sending[1].sender._send_keyframe = self._begin_again

    async def offered(self, pc: Pc, sdp: str) -> None:
        """Answer an offer of the engine."""
        known = self._pcs.get(pc)
        connection = self._pcs[pc] = known or _peer_connection()
        await connection.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        await self._negotiate(Negotiation(pc, "answer", _one_fingerprint(connection.localDescription.sdp)))
        if known is None:
            await _connected(connection)
            self._watch(connection)

    def start(self) -> None:
        """Send the clip, over and over."""
        self._sending = [asyncio.create_task(self._send_pictures()), asyncio.create_task(self._send_sounds())]

    def count(self) -> Counted:
        """Return what was counted, and begin anew."""
        counted, self.counted = self.counted, Counted()
        return counted

    def silent_s(self) -> float:
        """Return for how long nothing came. Unit: seconds."""
        return time.monotonic() - self._heard_s

    async def close(self) -> None:
        for task in self._sending:
            task.cancel()
        for pc in self._pcs.values():
            _watching.pop(_ice(pc), None)
            await pc.close()

    def take(self, data: bytes, dtls: Any, pictures: set[int]) -> None:
        """Count a packet, and look into some."""
        counted = self.counted
        counted.received += 1
        self._heard_s = time.monotonic()
        counted.marked += data[1] > 127 and data[1] & 127 in pictures
        if counted.received % _ONE_OF == 0 and self._stamped and len(data) > _STAMPED_FROM + 60:
            (sent_ns,) = _MOMENT.unpack(dtls._rx_srtp.unprotect(data)[-8:])
            counted.ages_ms.append((time.monotonic_ns() - sent_ns) / 1e6)

    def _watch(self, pc: RTCPeerConnection) -> None:
        dtls = pc.getTransceivers()[0].receiver.transport
        pictures = {codec.payloadType for it in pc.getTransceivers() if it.kind == "video" for codec in it._codecs}
        _watching[_ice(pc)] = lambda data: self.take(data, dtls, pictures)

    def _begin_again(self) -> None:
        """Somebody cannot decode what comes: the clip begins with a whole picture."""
        if self._at > FRAMES_PER_S // 2:  # who asks twice may wait for the first answer
            self._at = 0

    async def _send_pictures(self) -> None:
        assert self._video
        video, frames = self._video, clip().frames
        async for _ in _paced(FRAMES_PER_S):
            packets = frames[self._at]
            self._at = (self._at + 1) % len(frames)
            for last, payload in enumerate(packets, 1 - len(packets)):
                if self._stamped and len(payload) > _STAMPED_FROM:
                    payload = payload[:-8] + _MOMENT.pack(time.monotonic_ns())
                video.send(payload, marker=not last)
            video.timestamp = (video.timestamp + VIDEO_CLOCK // FRAMES_PER_S) & 0xFFFFFFFF
            self.counted.sent += len(packets)

    async def _send_sounds(self) -> None:
        assert self._audio
        audio, sounds = self._audio, clip().sounds
        async for number in _paced(SOUNDS_PER_S):
            audio.send(sounds[number % len(sounds)], False)
            audio.timestamp = (audio.timestamp + AUDIO_CLOCK // SOUNDS_PER_S) & 0xFFFFFFFF
            self.counted.sent += 1


async def _paced(per_s: int) -> AsyncIterator[int]:
    """Yield 0, 1, 2 ... so many times a second, beginning anywhere in a period; late ones follow at once."""
    begun = time.monotonic() + random.random() / per_s
    for number in itertools.count():
        wait = begun + number / per_s - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        yield number


def _peer_connection() -> RTCPeerConnection:
    return RTCPeerConnection(RTCConfiguration(bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))


def _ice(pc: RTCPeerConnection) -> Any:
    return pc.getTransceivers()[0].receiver.transport.transport._connection


async def _connected(pc: RTCPeerConnection) -> None:
    """Raises: ConnectionError, TimeoutError."""
    async with asyncio.timeout(20):
        while pc.connectionState != "connected":
            if pc.connectionState in {"failed", "closed"}:
                raise ConnectionError(pc.connectionState)
            await asyncio.sleep(0.02)


def _one_fingerprint(sdp: str) -> str:
    """Return `sdp` with the SHA-256 fingerprint alone: Janus 1.1.2 takes the last one for the only one."""
    return "".join(line for line in sdp.splitlines(True) if not line.startswith("a=fingerprint:") or "sha-256" in line)


_watching: dict[Any, Callable[[bytes], None]] = {}
_received_by_aioice = ice.StunProtocol.datagram_received


def _received(self: ice.StunProtocol, data: bytes, address: tuple[Any, ...]) -> None:
    is_rtp = 127 < data[0] < 192 and not 192 <= data[1] < 224  # RFC 7983, section 7; RFC 5761, section 4
    if is_rtp and (watch := _watching.get(self.receiver)):
        watch(data)
    else:
        _received_by_aioice(self, data, address)


ice.StunProtocol.datagram_received = _received
