"""Transport-wide congestion control: what arrived when, told to who sent it; and reading what others tell us.

Source: draft-holmer-rmcat-transport-wide-cc-extensions-01. Arrivals are in ticks of 250 microseconds.
"""

import struct
from typing import NamedTuple

from media.embedded.rtp import Unwrapped

URI = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
TICK_S = 250e-6
_REFERENCE_TICKS = 256  # 64 ms
_MOST = 400  # packets in one feedback, so that it stays within a datagram
_WINDOW = 2000


class Arrival(NamedTuple):
    """What a receiver says of one packet; `at_s` on its own clock, None: it did not come."""

    sequence: int
    at_s: float | None


class Arrivals:
    """Notes when packets came, and says so in feedback."""

    __slots__ = ("_at", "_came", "_count", "_next", "_unwrapped")

    def __init__(self) -> None:
        self._unwrapped = Unwrapped()
        self._came: list[tuple[int, float]] = []
        self._at: dict[int, int] = {}
        self._next = -1
        self._count = 0

    def note(self, sequence: int, now_s: float) -> None:
        """Note that the packet with this number has come."""
        self._came.append((sequence, now_s))

    def feedback(self, ssrc: int, about: int) -> bytes | None:
        """Return what to tell about everything that came since the last time; None if nothing did."""
        for sequence, at_s in self._came:
            if (number := self._unwrapped.of(sequence)) >= self._next - _WINDOW:
                self._at.setdefault(number, int(at_s / TICK_S))
        self._came.clear()
        if not self._at:
            return None
        first = min(self._at)
        if 0 <= self._next < first and first - self._next < _WINDOW:
            first = self._next
        last = min(max(self._at), first + _MOST - 1)
        statuses, deltas, reference = self._deltas(first, last)
        self._next = last + 1
        self._at = {number: at for number, at in self._at.items() if number > last}
        head = struct.pack("!LLHH", ssrc, about, first & 0xFFFF, len(statuses))
        body = head + (reference & 0xFFFFFF).to_bytes(3, "big") + bytes([self._count])
        self._count = self._count + 1 & 0xFF
        body += _chunks(statuses) + deltas
        padding = -len(body) % 4
        if padding:
            body += bytes(padding - 1) + bytes([padding])
        return struct.pack("!BBH", 0x8F | (0x20 if padding else 0), 205, len(body) // 4) + body

    def _deltas(self, first: int, last: int) -> tuple[list[int], bytes, int]:
        """Return a status for each packet (0 lost, 1 small delta, 2 large), the deltas, and the reference time."""
        came = [number for number in range(first, last + 1) if number in self._at]
        reference = self._at[came[0]] // _REFERENCE_TICKS
        before = reference * _REFERENCE_TICKS
        statuses, deltas = [], bytearray()
        for number in range(first, last + 1):
            at = self._at.get(number)
            if at is None:
                statuses.append(0)
                continue
            delta = max(-32768, min(at - before, 32767))
            before += delta
            if 0 <= delta <= 255:
                statuses.append(1)
                deltas.append(delta)
            else:
                statuses.append(2)
                deltas += struct.pack("!h", delta)
        return statuses, bytes(deltas), reference


def _chunks(statuses: list[int]) -> bytes:
    """Return packet status chunks: runs where seven or more are alike, else seven symbols of two bits."""
    out, at = bytearray(), 0
    while at < len(statuses):
        run = 1
        while at + run < len(statuses) and statuses[at + run] == statuses[at] and run < 8191:
            run += 1
        if run >= 7 or at + run == len(statuses):
            out += struct.pack("!H", statuses[at] << 13 | run)
            at += run
            continue
        seven = statuses[at : at + 7]
        chunk = 0xC000
        for place, status in enumerate(seven):
            chunk |= status << 12 - 2 * place
        out += struct.pack("!H", chunk)
        at += 7
    return bytes(out)


def read(body: bytes) -> list[Arrival]:
    """Return what a feedback (the part after the first word) says, in order; empty if it is malformed."""
    if len(body) < 16:
        return []
    first, count = struct.unpack_from("!HH", body, 8)
    ticks = int.from_bytes(body[12:15], "big") * _REFERENCE_TICKS
    statuses, at = _statuses(body, count)
    if len(statuses) < count or 3 in statuses:
        return []
    told = []
    for place, status in enumerate(statuses):
        moment = None
        if status:
            size = 1 if status == 1 else 2
            if at + size > len(body):
                return []
            ticks += body[at] if size == 1 else struct.unpack_from("!h", body, at)[0]
            at += size
            moment = ticks * TICK_S
        told.append(Arrival(first + place & 0xFFFF, moment))
    return told


def _statuses(body: bytes, count: int) -> tuple[list[int], int]:
    statuses: list[int] = []
    at = 16
    while len(statuses) < count and at + 2 <= len(body):
        chunk = body[at] << 8 | body[at + 1]
        at += 2
        if not chunk & 0x8000:
            statuses += [chunk >> 13 & 3] * min(chunk & 0x1FFF, count)
        elif chunk & 0x4000:
            statuses += [chunk >> 12 - 2 * place & 3 for place in range(7)]
        else:
            statuses += [chunk >> 13 - place & 1 for place in range(14)]
    return statuses[:count], at
