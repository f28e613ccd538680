"""DTLS and SRTP of one connection: the only file that knows aiortc and pylibsrtp, and private names of theirs.

`tests/contract/test_crypto.py` holds these names; another version than the one it was written for is refused.
"""

import asyncio
import importlib.metadata
from collections.abc import Callable
from typing import Any

import pylibsrtp
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport
from pylibsrtp._binding import ffi, lib

WRITTEN_FOR = {"aiortc": "1.16.", "pylibsrtp": "1.0."}
LARGEST_BYTES = 1500  # a datagram of more is nobody's packet
_ROOM_BYTES = 2048  # and what encryption adds
_HANDSHAKE_S, _WAITING_FLIGHTS = 15.0, 64


class UnknownVersion(RuntimeError):
    """A library is not of the version whose private names are known here."""


def check_versions() -> None:
    """Refuse libraries this was not written for. Raises: UnknownVersion."""
    for name, prefix in WRITTEN_FOR.items():
        if not (there := importlib.metadata.version(name)).startswith(prefix):
            raise UnknownVersion(f"{name} {there} is installed; media.embedded.crypto was written for {prefix}x")


class Buffer:
    """Memory in which a packet is written, encrypted and sent from, without copies. One for all of a thread.

    `upto[n]` is its first n bytes: made once, as making them costs as much as encrypting does.
    """

    __slots__ = ("content", "length", "memory", "upto", "view")

    def __init__(self) -> None:
        self.memory = ffi.new("char[]", _ROOM_BYTES)
        self.content = ffi.buffer(self.memory)
        self.view = memoryview(self.content)
        self.upto = [self.view[:size] for size in range(_ROOM_BYTES + 1)]
        self.length = ffi.new("int *")


class Srtp:
    """The keys of one connection, both ways."""

    __slots__ = ("_content", "_kept", "_length", "_memory", "_receiving", "_sending")

    def __init__(self, dtls: RTCDtlsTransport, buffer: Buffer) -> None:
        receiving, sending = dtls._rx_srtp, dtls._tx_srtp
        self._kept = (receiving, sending)  # they free what is used below
        self._receiving, self._sending = receiving._srtp[0], sending._srtp[0]
        self._memory, self._length, self._content = buffer.memory, buffer.length, buffer.content

    def protect(self, size: int) -> int:
        """Encrypt the RTP packet of `size` bytes that stands in the buffer; return its new size, 0: it could not be."""
        self._length[0] = size
        return self._length[0] if lib.srtp_protect(self._sending, self._memory, self._length) == 0 else 0

    def unprotect(self, data: bytes) -> bytes | None:
        """Return the RTP packet in `data`, or None when it is not genuine."""
        size = len(data)
        self._content[:size] = data
        self._length[0] = size
        if lib.srtp_unprotect(self._receiving, self._memory, self._length):
            return None
        plain: bytes = self._content[: self._length[0]]
        return plain

    def unprotect_rtcp(self, data: bytes) -> bytes | None:
        """Return the RTCP packets in `data`, or None when they are not genuine."""
        size = len(data)
        self._content[:size] = data
        self._length[0] = size
        if lib.srtp_unprotect_rtcp(self._receiving, self._memory, self._length):
            return None
        plain: bytes = self._content[: self._length[0]]
        return plain

    def protect_rtcp(self, data: bytes) -> bytes:
        """Return RTCP packets, encrypted. Raises: pylibsrtp.Error."""
        protected: bytes = self._kept[1].protect_rtcp(data)
        return protected


def _nothing(*_: object) -> None: ...


class Dtls:
    """A DTLS handshake over datagrams that `receive` is handed and `send` sends: we are the server.

    `on_end(srtp)` is called once: with the keys, or with None when the handshake fails; `on_close()` when the other
    side ends the session afterwards.
    """

    def __init__(
        self,
        fingerprints: list[tuple[str, str]],
        buffer: Buffer,
        send: Callable[[bytes], None],
        on_end: Callable[[Srtp | None], None],
        on_close: Callable[[], None],
    ) -> None:
        self._buffer, self._send_now, self._on_end, self._on_close = buffer, send, on_end, on_close
        self._flights: asyncio.Queue[bytes | None] = asyncio.Queue(_WAITING_FLIGHTS)
        self._certificate = RTCCertificate.generateCertificate()
        self._dtls = RTCDtlsTransport(self, [self._certificate])  # type: ignore[arg-type]
        self._dtls._set_role("server")
        remote = [RTCDtlsFingerprint(algorithm, value) for algorithm, value in fingerprints]
        self._parameters = RTCDtlsParameters(remote, "client")
        self._task = asyncio.create_task(self._run())
        self._closed = False

    role = state = "controlled"  # what RTCDtlsTransport asks of its transport, besides these two:

    async def _recv(self) -> bytes:
        if (data := await self._flights.get()) is None:
            raise ConnectionError
        return data

    async def _send(self, data: bytes) -> None:
        self._send_now(data)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of our certificate, as SDP writes it."""
        told = {it.algorithm: it.value for it in self._certificate.getFingerprints()}
        return str(told["sha-256"])

    def receive(self, data: bytes) -> None:
        """Take a DTLS datagram. More than a handshake can need is dropped."""
        if not self._flights.full():
            self._flights.put_nowait(data)

    async def _run(self) -> None:
        try:
            await asyncio.wait_for(self._dtls.start(self._parameters), _HANDSHAKE_S)
        except (TimeoutError, ConnectionError, ValueError, pylibsrtp.Error):
            self._on_end(None)
            return
        ready = self._dtls.state == "connected"
        if ready:
            self._dtls.add_listener("statechange", self._changed)
        self._on_end(Srtp(self._dtls, self._buffer) if ready else None)

    def _changed(self, *_: Any) -> None:
        if self._dtls.state == "closed" and not self._closed:
            self._on_close()

    async def close(self) -> None:
        """Tell the other side, and end."""
        self._closed = True
        self._task.cancel()
        pump = self._dtls._task
        await self._dtls.stop()
        for task in (self._task, pump):
            if task is not None and task is not asyncio.current_task():
                await asyncio.gather(task, return_exceptions=True)
        self._dtls.remove_all_listeners()
        self._send_now = self._on_end = self._on_close = _nothing  # and lets go of whoever was told
        self._dtls._transport = None  # type: ignore[assignment]
