"""One stream that a browser receives: its numbers run on without a break, whoever is behind it.

A slot keeps its SSRC for as long as the connection lives. Bound to somebody else it continues its own sequence numbers
and timestamps, and shows a picture only from one on that needs no other.
"""

import time
from typing import Protocol

from media.embedded import rtcp
from media.embedded.publication import Publication
from media.embedded.rtp import Packet, distance, starts_vp8_keyframe
from media.embedded.sdp import Codec

_AGAIN_S = 0.02  # asked for again within this time, a packet is on its way
_SETTLES_PACKETS = 1000  # after so many nothing from before the binding comes any more


class Way(Protocol):
    """The connection a slot sends on."""

    @property
    def ready(self) -> bool:
        """Whether anything sent arrives."""
        ...

    def send_rtp(self, codec: int, stream: "Outgoing", numbers: tuple[int, int], packet: Packet, now_s: float) -> None:
        """Send what a packet holds under the stream's SSRC and these numbers: sequence, timestamp."""
        ...

    def may_repeat(self, size: int) -> bool:
        """Return whether there is room on the link to send so many bytes again."""
        ...


class Outgoing:
    """An SSRC of ours and the header extension its packets carry (id, 0: none)."""

    __slots__ = ("extension", "octets", "packets", "ssrc")

    def __init__(self, ssrc: int, extension: int) -> None:
        self.ssrc, self.extension = ssrc, extension
        self.packets = self.octets = 0


class Slot:
    """A stream to one browser. `codecs` by name; `paused` sends nothing and remembers where it was."""

    def __init__(self, way: Way, codecs: dict[str, Codec], stream: Outgoing, repair: Outgoing | None) -> None:
        self._way, self._codecs, self.stream, self._repair = way, codecs, stream, repair
        self.publication: Publication | None = None
        self._codec: Codec | None = None
        self._payload_type = 0
        self._paused = False
        self._fresh = True  # the next packet does not continue the one before
        self._sequence_offset = self._timestamp_offset = 0
        self._first = self._since = 0  # the sender's number at which the binding began, and packets since
        self._last_sequence = stream.ssrc & 0x3FFF  # low, so that it does not wrap before keys are settled
        self._last_timestamp = stream.ssrc * 7 & 0x7FFFFFFF
        self._last_s = time.monotonic()
        self._repair_sequence = stream.ssrc >> 4 & 0x3FFF
        self._repaired_s: dict[int, float] = {}

    @property
    def paused(self) -> bool:
        """Whether nothing is sent although somebody is bound."""
        return self._paused

    @paused.setter
    def paused(self, paused: bool) -> None:
        if self._paused and not paused:
            self.restart()
        self._paused = paused

    def bind(self, publication: Publication | None) -> None:
        """Show this stream from now on; None: nobody's."""
        if publication is self.publication:
            return
        if self.publication is not None:
            self.publication.remove(self)
        self.publication = publication
        if publication is not None:
            self._codec = self._codecs.get(publication.codec)
            self._payload_type = self._codec.payload_type if self._codec else 0
            publication.add(self)
            self.restart()

    def restart(self) -> None:
        """Continue our own numbers with the next packet; pictures from the next that needs no other."""
        self._fresh = True
        self._repaired_s.clear()
        if self.publication is not None and not self._paused and self._way.ready:
            self.publication.keyframe()

    def forward(self, packet: Packet, now_s: float) -> None:
        """Send a packet on, under our numbers."""
        if self._paused or self._codec is None:
            return
        if self._fresh:
            if not self._may_begin(packet):
                return
            self._begin(packet, now_s)
        elif self._since < _SETTLES_PACKETS:
            self._since += 1
            if distance(packet.sequence, self._first) < 0:
                return
        sequence = packet[0] + self._sequence_offset & 0xFFFF
        timestamp = packet[1] + self._timestamp_offset & 0xFFFFFFFF
        if 0 < (sequence - self._last_sequence & 0xFFFF) < 0x8000:
            self._last_sequence, self._last_timestamp, self._last_s = sequence, timestamp, now_s
        self._way.send_rtp(self._payload_type, self.stream, (sequence, timestamp), packet, now_s)

    def repeat(self, sequences: list[int], now_s: float) -> None:
        """Send again what the browser missed, as far as it is there and the link has room."""
        publication, codec = self.publication, self._codec
        if publication is None or codec is None or self._fresh or self._paused:
            return
        for sequence in sequences:
            number = sequence - self._sequence_offset & 0xFFFF
            packet = publication.kept(number)
            if packet is None or (self._since < _SETTLES_PACKETS and distance(number, self._first) < 0):
                continue
            if now_s - self._repaired_s.get(sequence, 0.0) < _AGAIN_S or not self._way.may_repeat(len(packet.payload)):
                continue
            self._repaired_s.pop(sequence, None)
            self._repaired_s[sequence] = now_s
            if len(self._repaired_s) > 256:
                del self._repaired_s[next(iter(self._repaired_s))]
            self._send_again(codec, sequence, packet, now_s)

    def report(self, now_s: float) -> bytes | None:
        """Return a sender report, so that the browser keeps lips and voice together."""
        publication = self.publication
        if publication is None or self._fresh or not self.stream.packets or (said := publication.at(now_s)) is None:
            return None
        report = rtcp.SenderReport(self.stream.ssrc, said[0], said[1] + self._timestamp_offset & 0xFFFFFFFF)
        return rtcp.write_sender_report(report, self.stream.packets, self.stream.octets)

    def _may_begin(self, packet: Packet) -> bool:
        if not self._way.ready:  # a whole picture that is sent too early is lost
            return False
        if self.publication is None or self.publication.codec != "vp8" or starts_vp8_keyframe(packet.payload):
            return True
        self.publication.keyframe()
        return False

    def _begin(self, packet: Packet, now_s: float) -> None:
        codec = self._codec
        passed = max(1, int((now_s - self._last_s) * (codec.rate if codec else 0)))
        self._sequence_offset = self._last_sequence + 1 - packet.sequence & 0xFFFF
        self._timestamp_offset = self._last_timestamp + passed - packet.timestamp & 0xFFFFFFFF
        self._first, self._since, self._fresh = packet.sequence, 0, False

    def _send_again(self, codec: Codec, sequence: int, packet: Packet, now_s: float) -> None:
        timestamp = packet.timestamp + self._timestamp_offset & 0xFFFFFFFF
        if codec.rtx is None or self._repair is None:
            self._way.send_rtp(codec.payload_type, self.stream, (sequence, timestamp), packet, now_s)
            return
        self._repair_sequence = self._repair_sequence + 1 & 0xFFFF
        again = packet._replace(payload=sequence.to_bytes(2, "big") + packet.payload)
        self._way.send_rtp(codec.rtx, self._repair, (self._repair_sequence, timestamp), again, now_s)
