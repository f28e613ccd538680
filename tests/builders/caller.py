"""A browser in forty lines for engines with slots: ICE by one check, DTLS by aiortc, packets made and read by hand."""

import asyncio
import contextlib
import re
import secrets
import socket
import struct
from typing import Any

from aioice import stun
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport

from media.embedded import rtcp
from media.engine import Grants, MediaEngine, Negotiation

OPUS, VP8, RTX = 111, 96, 97
KEYFRAME, DELTA = bytes([0x10, 0x00]), bytes([0x10, 0x01])
TWCC, LEVEL = 3, 1
_URI = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"


class Caller:
    """Somebody in a room. `got`: the RTP packets that came, in the clear; `feedback`: the RTCP packets."""

    def __init__(self, engine: MediaEngine, room: str, name: str) -> None:
        self._engine, self.room, self.name = engine, room, name
        self.got: list[bytes] = []
        self.feedback: list[rtcp.Part] = []
        self.ssrcs = {"audio": secrets.randbits(32), "video": secrets.randbits(32), "rtx": secrets.randbits(32)}
        self.answer = ""
        self.answers = True  # whether it takes what comes; when not, its socket fills

    async def join(self, *, rejoin: bool = False) -> "Caller":
        """Join, and return when packets can be sent. As a browser it nominates an address once its keys are agreed."""
        joined = await self._engine.join(self.room, self.name, Grants())
        self.generation = joined.generation
        certificate = RTCCertificate.generateCertificate()
        (fingerprint,) = [it.value for it in certificate.getFingerprints() if it.algorithm == "sha-256"]
        self.offer = offer(joined.slots, fingerprint)
        answered = await self._engine.negotiate(
            self.room, self.name, joined.generation, Negotiation(joined.offers_on, "offer", self.offer)
        )
        assert answered is not None
        self.answer = answered.body
        await self._reach()
        self._flights: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.dtls = RTCDtlsTransport(self, [certificate])  # type: ignore[arg-type]
        self.dtls._set_role("client")
        theirs = RTCDtlsFingerprint("sha-256", self.said(r"a=fingerprint:sha-256 (\S+)"))
        await asyncio.wait_for(self.dtls.start(RTCDtlsParameters([theirs], "server")), 10)
        assert self.dtls.state == "connected"
        self.check()
        return self

    role = state = "controlling"

    async def _recv(self) -> bytes:
        if (data := await self._flights.get()) is None:
            raise ConnectionError
        return data

    async def _send(self, data: bytes) -> None:
        self.socket.send(data)

    def said(self, pattern: str) -> str:
        """Return what the answer says."""
        found = re.search(pattern, self.answer)
        assert found
        return found[1]

    async def _reach(self) -> None:
        """Prove our address, without nominating it yet."""
        address, port = self.said(r"a=candidate:\S+ 1 udp \d+ (\S+ \d+)").split()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.connect((address, int(port)))
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self.socket.fileno(), self._read)
        self._reached = asyncio.Event()
        self.check(nominates=False)
        await asyncio.wait_for(self._reached.wait(), 5)

    def check(self, over: socket.socket | None = None, *, nominates: bool = True) -> None:
        """Send a STUN check."""
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        request.attributes["USERNAME"] = self.said(r"a=ice-ufrag:(\S+)") + ":ours"
        request.attributes["PRIORITY"] = 1
        request.attributes["ICE-CONTROLLING"] = 1
        if nominates:
            request.attributes["USE-CANDIDATE"] = None
        request.add_message_integrity(self.said(r"a=ice-pwd:(\S+)").encode())
        (over or self.socket).send(bytes(request))

    def move(self) -> None:
        """Go on from another address, as after a change of network."""
        before = self.socket
        self._loop.remove_reader(before.fileno())
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.connect(before.getpeername())
        before.close()
        self._loop.add_reader(self.socket.fileno(), self._read)
        self.check()

    def _read(self) -> None:
        while self.answers:
            try:
                data = self.socket.recv(2048)
            except OSError:
                return
            if data[0] < 4:
                self._reached.set()
            elif data[0] < 64:
                self._flights.put_nowait(data)
            elif 192 <= data[1] <= 223:
                self.feedback += rtcp.parts(self.dtls._rx_srtp.unprotect_rtcp(data))
            else:
                self.got.append(self.dtls._rx_srtp.unprotect(data))

    def speak(self, sequence: int, payload: bytes = b"voice", level: int = 127) -> None:
        """Send a packet of sound."""
        extension = bytes([LEVEL << 4, level, TWCC << 4 | 1, sequence >> 8 & 255, sequence & 255, 0, 0, 0])
        self.send(OPUS, "audio", sequence, sequence * 960, payload, extension=extension)

    def show(self, sequence: int, payload: bytes = DELTA, timestamp: int | None = None) -> None:
        """Send a packet of a picture."""
        self.send(VP8, "video", sequence, sequence * 3000 if timestamp is None else timestamp, payload)

    def send(
        self, codec: int, kind: str, sequence: int, timestamp: int, payload: bytes, *, extension: bytes = b""
    ) -> None:
        """Send an RTP packet."""
        head = struct.pack(
            "!BBHII", 0x90 if extension else 0x80, codec, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, self.ssrcs[kind]
        )
        if extension:
            head += struct.pack("!HH", 0xBEDE, len(extension) // 4) + extension
        self.raw(self.dtls._tx_srtp.protect(head + payload))

    def tell(self, packet: bytes) -> None:
        """Send RTCP."""
        self.raw(self.dtls._tx_srtp.protect_rtcp(packet))

    def raw(self, data: bytes) -> None:
        """Send bytes, whatever they are."""
        with contextlib.suppress(OSError):  # as a network would
            self.socket.send(data)

    def of(self, place: int, kind: str) -> list[bytes]:
        """Return what came in a slot: kind "audio", "video" or "rtx"."""
        lines = self.answer.split("m=")[3 + 2 * place + (kind != "audio")]
        numbers = [int(it) for it in dict.fromkeys(re.findall(r"a=ssrc:(\d+)", lines))]
        wanted = numbers[kind == "rtx"]
        return [it for it in self.got if int.from_bytes(it[8:12], "big") == wanted]

    async def close(self, *, farewell: bool = True) -> None:
        if farewell:
            await self.dtls.stop()
        elif self.dtls._task:
            self.dtls._task.cancel()
        self._loop.remove_reader(self.socket.fileno())
        self.socket.close()


def offer(slots: int, fingerprint: str, **changes: str) -> str:
    """Return what a browser would offer."""
    lines = ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0"]
    for mid in range(2 + 2 * slots):
        sound = mid % 2 == 0
        codecs = f"{OPUS} 0" if sound else f"{VP8} {RTX}"
        lines += [f"m={'audio' if sound else 'video'} 9 UDP/TLS/RTP/SAVPF {codecs}", f"a=mid:{mid}", "a=rtcp-mux"]
        lines += ["a=" + ("sendonly" if mid < 2 else "recvonly"), "a=ice-ufrag:ours", "a=ice-pwd:" + "p" * 22]
        lines += [f"a=fingerprint:sha-256 {fingerprint}", "a=setup:actpass", f"a=extmap:{TWCC} {_URI}"]
        if sound:
            lines += [f"a=extmap:{LEVEL} urn:ietf:params:rtp-hdrext:ssrc-audio-level", f"a=rtpmap:{OPUS} opus/48000/2"]
            lines += [f"a=fmtp:{OPUS} minptime=10;useinbandfec=1"]
        else:
            lines += [f"a=rtpmap:{VP8} VP8/90000", f"a=rtcp-fb:{VP8} nack", f"a=rtcp-fb:{VP8} nack pli"]
            lines += [f"a=rtcp-fb:{VP8} transport-cc", f"a=rtpmap:{RTX} rtx/90000", f"a=fmtp:{RTX} apt={VP8}"]
    text = "\r\n".join(lines) + "\r\n"
    for before, after in changes.items():
        text = text.replace(before, after)
    return text


def sequence_of(packet: bytes) -> int:
    return int.from_bytes(packet[2:4], "big")


def timestamp_of(packet: bytes) -> int:
    return int.from_bytes(packet[4:8], "big")


def payload_of(packet: bytes) -> bytes:
    at = 12 + (4 + 4 * int.from_bytes(packet[14:16], "big") if packet[0] & 0x10 else 0)
    return packet[at:]


async def eventually(condition: Any, seconds: float = 5, what: str = "") -> None:
    """Wait on the loop until a condition holds."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)
