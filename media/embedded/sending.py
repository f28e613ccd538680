"""The way out to one browser: packets get their header, are encrypted and sent; what the link takes is kept in mind."""

import random
import time

from media.embedded import rtp
from media.embedded.bandwidth import Downlink
from media.embedded.crypto import LARGEST_BYTES, Buffer, Srtp
from media.embedded.ice import Connection
from media.embedded.rtp import Packet
from media.embedded.slot import Outgoing

_REPEAT_SHARE, _REPEAT_LEAST_BPS, _REPEAT_BURST_BYTES = 0.35, 200_000, 40_000


class Sending:
    """What goes out to one browser. Until it has `keys` nothing does."""

    def __init__(self, ice: Connection, buffer: Buffer) -> None:
        self._ice, self._buffer = ice, buffer
        self.keys: Srtp | None = None
        self.downlink = Downlink()
        self.packets = 0
        self._sent = random.randrange(0x7FFF)  # noqa: S311 - a number to begin with, not a secret
        self._repeat_bytes, self._repeat_s = float(_REPEAT_BURST_BYTES), time.monotonic()

    @property
    def ready(self) -> bool:
        """Whether anything sent arrives."""
        return self.keys is not None

    def send_rtp(self, codec: int, stream: Outgoing, numbers: tuple[int, int], packet: Packet, now_s: float) -> None:
        """Send what a packet holds under the stream's SSRC and these numbers: sequence, timestamp."""
        keys = self.keys
        if keys is None:
            return
        _, _, marker, padded, payload = packet
        sequence, timestamp = numbers
        view, second = self._buffer.view, marker | codec
        extension = stream.extension
        if extension:
            if extension > 0:
                self._sent = self._sent + 1 & 0xFFFF
                word = extension << 28 | 1 << 24 | self._sent << 8
            else:  # when it left, in 1/2^18 s of 64 s
                word = -extension << 28 | 2 << 24 | int(time.time() * (1 << 18)) & 0xFFFFFF
            first = 0x90 | padded
            rtp.FORWARDED.pack_into(view, 0, first, second, sequence, timestamp, stream.ssrc, 0xBEDE, 1, word)
            start = rtp.FORWARDED_BYTES
        else:
            rtp.HEADER.pack_into(view, 0, 0x80 | padded, second, sequence, timestamp, stream.ssrc)
            start = rtp.HEADER_BYTES
        size = start + len(payload)
        if size > LARGEST_BYTES:
            return
        view[start:size] = payload
        if not (size := keys.protect(size)) or not self._ice.send(self._buffer.upto[size]):
            return
        stream.packets += 1
        stream.octets += len(payload)
        self.packets += 1
        if extension > 0:
            self.downlink.sent(self._sent, size, now_s)

    def may_repeat(self, size: int) -> bool:
        """Return whether there is room on the link to send so many bytes again: repairs must not fill it."""
        now_s = time.monotonic()
        rate = max(_REPEAT_LEAST_BPS, self.downlink.bps * _REPEAT_SHARE) / 8
        self._repeat_bytes = min(_REPEAT_BURST_BYTES, self._repeat_bytes + (now_s - self._repeat_s) * rate)
        self._repeat_s = now_s
        if self._repeat_bytes < size:
            return False
        self._repeat_bytes -= size
        return True

    def send_rtcp(self, message: bytes) -> None:
        """Send RTCP packets."""
        if self.keys is not None and message:
            self._ice.send(self.keys.protect_rtcp(message))
