"""One stream that somebody sends, sound or picture: what arrived, what is missing, and who gets it."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Protocol

from media.embedded import rtp
from media.embedded.losses import RETRY_S, Gaps, Keyframes, Reception
from media.embedded.rtcp import Report, SenderReport, ntp_of
from media.embedded.rtp import Packet, Unwrapped

logger = logging.getLogger(__name__)

_KEPT = 512  # packets kept for who missed them: some seconds of video. A power of two
_PROTECTED = ("vp8",)  # sound has its own correction (in-band FEC), and comes too late when asked for again


class Sink(Protocol):
    """Whoever gets a stream."""

    def forward(self, packet: Packet, now_s: float) -> None:
        """Take a packet, in the order in which packets came."""
        ...

    def restart(self) -> None:
        """Note that what comes now does not continue what came."""
        ...


class SenderClock:
    """How far the clock of one sender is from ours. Sound and picture share it: so they stay together."""

    def __init__(self) -> None:
        self._ahead: int | None = None

    def heard(self, ntp: int) -> None:
        """Note what the clock just showed: what took least time on its way tells best."""
        ahead = ntp_of(time.time()) - ntp
        self._ahead = ahead if self._ahead is None else min(self._ahead, ahead)

    def ours(self, ntp: int) -> int:
        """Return the moment on our clock."""
        return ntp + (self._ahead or 0)


class Publication:
    """A stream from one participant to all others. `ask` sends NACKs (SSRC, numbers) or, without numbers, a PLI."""

    def __init__(self, codec: str, rate: int, clock: SenderClock, ask: Callable[[int, list[int] | None], None]) -> None:
        self.codec, self.rate, self._clock, self._ask = codec, rate, clock, ask
        self.ssrc: int | None = None
        self.sinks: tuple[Sink, ...] = ()
        self.packets = self.octets = 0
        self.last_s = float("-inf")
        self._loop = asyncio.get_running_loop()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._keyframes = Keyframes()
        self._heard: tuple[SenderReport, float] | None = None
        self._begin()

    def _begin(self) -> None:
        self._kept: list[Packet | None] = [None] * (_KEPT if self.codec in _PROTECTED else 0)
        self._gaps: Gaps | None = Gaps() if self.codec in _PROTECTED else None
        self._unwrapped = Unwrapped()
        self._reception = Reception(self.rate)
        self._heard = None

    def received(self, ssrc: int, packet: Packet, now_s: float) -> None:
        """Take a packet as it came from the network and pass it on."""
        if ssrc != self.ssrc:
            self._start_over(ssrc)
        number = self._unwrapped.of(packet.sequence)
        self._reception.came(number, packet.timestamp, now_s)
        self._pass_on(number, packet, now_s)

    def repaired(self, packet: Packet, now_s: float) -> None:
        """Take a packet that was sent again, unless it had come already."""
        if self._gaps is None or self.ssrc is None:
            return
        there = self._kept[packet.sequence & _KEPT - 1]
        if there is None or there.sequence != packet.sequence:
            self._pass_on(self._unwrapped.of(packet.sequence), packet, now_s)

    def _pass_on(self, number: int, packet: Packet, now_s: float) -> None:
        """Hand a packet to everybody; what one of them does wrong is nobody else's trouble."""
        self.packets += 1
        self.octets += len(packet.payload)
        self.last_s = now_s
        if self._gaps is not None:
            self._kept[packet.sequence & _KEPT - 1] = packet
            if self._gaps.came(number, now_s):
                self._ask_missing()
        for sink in self.sinks:
            try:
                sink.forward(packet, now_s)
            except Exception:
                logger.exception("a receiver failed: it gets no more of this stream")
                self.remove(sink)

    def kept(self, sequence: int) -> Packet | None:
        """Return a packet that came not long ago."""
        packet = self._kept[sequence & _KEPT - 1] if self._kept else None
        return packet if packet is not None and packet.sequence == sequence else None

    def keyframe(self) -> None:
        """Ask for a picture that needs no other, at most twice a second."""
        if self.codec not in _PROTECTED or self.ssrc is None:
            return
        wait_s = self._keyframes.wanted(time.monotonic())
        if wait_s == 0:
            self._ask(self.ssrc, None)
        elif wait_s:
            self._timers["keyframe"] = self._loop.call_later(wait_s, self._ask_keyframe)

    def reported(self, report: SenderReport, now_s: float) -> None:
        """Note when the sender's clock showed what."""
        if report.ssrc == self.ssrc:
            self._clock.heard(report.ntp)
            self._heard = (report, now_s)

    def at(self, moment_s: float) -> tuple[int, int] | None:
        """Return the time (our NTP clock, 32.32 bits) and the RTP timestamp at a moment; None before it is known."""
        if self._heard is None:
            return None
        report, heard_s = self._heard
        passed_s = moment_s - heard_s
        return self._clock.ours(report.ntp) + int(passed_s * (1 << 32)), report.timestamp + int(
            passed_s * self.rate
        ) & 0xFFFFFFFF

    def reception(self, now_s: float) -> Report | None:
        """Return how well it arrived since the last time this was asked."""
        lsr = delay = 0
        if self._heard is not None:
            report, heard_s = self._heard
            lsr, delay = report.ntp >> 16 & 0xFFFFFFFF, int((now_s - heard_s) * 65536)
        return self._reception.report(self.ssrc or 0, lsr, delay)

    def add(self, sink: Sink) -> None:
        """Let somebody have it from now on."""
        if sink not in self.sinks:
            self.sinks = (*self.sinks, sink)

    def remove(self, sink: Sink) -> None:
        """Let somebody have it no more."""
        self.sinks = tuple(it for it in self.sinks if it is not sink)

    def close(self) -> None:
        """Let nobody have it any more."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self.sinks = ()
        self._ask = lambda ssrc, lost: None  # nobody is there to be asked, and whoever was is let go

    def _start_over(self, ssrc: int) -> None:
        self.ssrc = ssrc
        self._begin()
        for sink in self.sinks:
            sink.restart()

    def _ask_keyframe(self) -> None:
        self._keyframes.trailing(time.monotonic())
        if self.ssrc is not None:
            self._ask(self.ssrc, None)

    def _ask_missing(self) -> None:
        """Ask for what is missing, and again as long as it is."""
        if (timer := self._timers.pop("gaps", None)) is not None:
            timer.cancel()
        if self._gaps is None or self.ssrc is None:
            return
        if missing := self._gaps.to_ask(time.monotonic()):
            self._ask(self.ssrc, missing)
        if self._gaps:
            self._timers["gaps"] = self._loop.call_later(RETRY_S, self._ask_missing)


_new = tuple.__new__  # a third of what calling the class costs


def packet_of(data: bytes, at: int) -> tuple[int, Packet]:
    """Return the SSRC and content of a genuine RTP packet whose payload begins at `at`."""
    first, second, sequence, timestamp, ssrc = rtp.HEADER.unpack_from(data)
    return ssrc, _new(Packet, (sequence, timestamp, second & 0x80, first & 0x20, data[at:]))


def repaired_of(packet: Packet) -> Packet | None:
    """Return the packet that a retransmission carries; None when it is empty (Chrome fills links with those).

    Source: RFC 4588 section 4.
    """
    payload = packet.payload
    if packet.padded:
        payload = payload[: -payload[-1]]
    if len(payload) <= 2:
        return None
    return Packet(payload[0] << 8 | payload[1], packet.timestamp, packet.marker, 0, payload[2:])
