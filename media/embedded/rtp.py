"""RTP packets as bytes: reading a header, writing the header of a forwarded packet, arithmetic of 16 and 32 bits.

Source: RFC 3550 section 5.1, RFC 8285 section 4.2 (one-byte header extensions).
"""

import struct
from typing import NamedTuple

HEADER = struct.Struct("!BBHII")
FORWARDED = struct.Struct("!BBHIIHHI")
HEADER_BYTES, FORWARDED_BYTES = 12, 20
ONE_BYTE_PROFILE = 0xBEDE
MARKER = 0x80
PADDED = 0x20


class Packet(NamedTuple):
    """What a forwarded packet consists of. `marker` is 0x80 or 0, `padded` 0x20 or 0: the bits as they stand."""

    sequence: int
    timestamp: int
    marker: int
    padded: int
    payload: bytes


def payload_at(data: bytes) -> int:
    """Return where the payload of an RTP packet begins, or -1 if it is no RTP packet."""
    size = len(data)
    if size < HEADER_BYTES:
        return -1
    first = data[0]
    at = HEADER_BYTES + 4 * (first & 0x0F)
    if first & 0x10:
        if size < at + 4:
            return -1
        at += 4 + 4 * (data[at + 2] << 8 | data[at + 3])
    if at > size:
        return -1
    if first & PADDED and (size == at or data[-1] > size - at or not data[-1]):
        return -1
    return at


def extensions(data: bytes) -> dict[int, tuple[int, int]]:
    """Return where the one-byte header extensions of an RTP packet stand: id -> (position of the value, bytes)."""
    found: dict[int, tuple[int, int]] = {}
    if not data[0] & 0x10:
        return found
    at = HEADER_BYTES + 4 * (data[0] & 0x0F)
    if data[at] << 8 | data[at + 1] != ONE_BYTE_PROFILE:
        return found
    end = at + 4 + 4 * (data[at + 2] << 8 | data[at + 3])
    at += 4
    while at < end:
        head = data[at]
        at += 1
        if not head:
            continue
        if head >> 4 == 15:
            break
        size = (head & 0x0F) + 1
        if at + size > end:
            break
        found[head >> 4] = (at, size)
        at += size
    return found


def newer(sequence: int, than: int) -> bool:
    """Return whether a 16-bit number comes after another, across the wrap."""
    return 0 < (sequence - than & 0xFFFF) < 0x8000


def distance(sequence: int, since: int) -> int:
    """Return how far a 16-bit number is from another: negative when it is older."""
    return (sequence - since + 0x8000 & 0xFFFF) - 0x8000


class Unwrapped:
    """Counts on where 16 bits begin again."""

    __slots__ = ("highest",)

    def __init__(self) -> None:
        self.highest = -1

    def of(self, sequence: int) -> int:
        """Return the number `sequence` stands for, nearest to what came before."""
        if self.highest < 0:
            self.highest = sequence + 0x10000  # room for what was overtaken on its way
            return self.highest
        full = self.highest + distance(sequence, self.highest & 0xFFFF)
        if full > self.highest:
            self.highest = full
        return full


def starts_vp8_keyframe(payload: bytes) -> bool:
    """Return whether a VP8 payload begins a picture that needs no other. Source: RFC 7741 section 4.2."""
    size = len(payload)
    if size < 2 or payload[0] & 0x17 != 0x10:  # S bit set, partition 0
        return False
    at = 1
    if payload[0] & 0x80:
        has = payload[1]
        at = 2
        if has & 0x80:
            at += 2 if at < size and payload[at] & 0x80 else 1
        at += bool(has & 0x40) + bool(has & 0x30)
    return at < size and not payload[at] & 0x01
