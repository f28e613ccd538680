"""RTCP: what is read from compound packets and how each kind is written.

Source: RFC 3550 section 6, RFC 4585 section 6, RFC 5104 section 4.3.1 (FIR), draft-alvestrand-rmcat-remb-03.
Transport-wide feedback stands in `twcc.py`.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

SR, RR, SDES, BYE, RTPFB, PSFB = 200, 201, 202, 203, 205, 206
NACK, TWCC = 1, 15  # of RTPFB
PLI, FIR, APPLICATION = 1, 4, 15  # of PSFB
NTP_EPOCH = 2_208_988_800
_REPORT = struct.Struct("!LBBHLLLL")
_MOST_REPORTS = 31


class Part(NamedTuple):
    """One packet of a compound: its type, the five bits beside it (count or format), and the rest."""

    kind: int
    format: int
    body: bytes


class SenderReport(NamedTuple):
    """When (NTP, 32.32 bits) the sender's clock showed which RTP timestamp."""

    ssrc: int
    ntp: int
    timestamp: int


class Report(NamedTuple):
    """What a receiver says of one stream. `lost` of 256 since the last report; `delay` since `lsr` in 1/65536 s."""

    ssrc: int
    fraction: int
    lost: int
    highest: int
    jitter: int
    lsr: int
    delay: int


def parts(data: bytes) -> Iterator[Part]:
    """Yield the packets of a compound, up to the first that is malformed."""
    at, size = 0, len(data)
    while at + 4 <= size:
        first, kind, words = struct.unpack_from("!BBH", data, at)
        end = at + 4 + 4 * words
        if first >> 6 != 2 or end > size:
            return
        body = data[at + 4 : end]
        if first & 0x20:
            if not body or not 0 < body[-1] <= len(body):
                return
            body = body[: -body[-1]]
        yield Part(kind, first & 0x1F, body)
        at = end


def sender_report(part: Part) -> SenderReport | None:
    """Return the sender's part of a sender report."""
    if len(part.body) < 24:
        return None
    ssrc, ntp, timestamp = struct.unpack_from("!LQL", part.body)
    return SenderReport(ssrc, ntp, timestamp)


def reports(part: Part) -> list[Report]:
    """Return the receivers' reports in a sender's or receiver's report."""
    at = 24 if part.kind == SR else 4
    if len(part.body) < at + 24 * part.format:
        return []
    found = []
    for _ in range(part.format):
        ssrc, fraction, high, low, highest, jitter, lsr, delay = _REPORT.unpack_from(part.body, at)
        lost = high << 16 | low
        found.append(Report(ssrc, fraction, lost - (lost >> 23 << 24), highest, jitter, lsr, delay))
        at += 24
    return found


def nacked(part: Part) -> list[int]:
    """Return the sequence numbers a generic NACK asks for."""
    lost: list[int] = []
    for at in range(8, len(part.body) - 3, 4):
        first, more = struct.unpack_from("!HH", part.body, at)
        lost.append(first)
        lost += [first + 1 + bit & 0xFFFF for bit in range(16) if more >> bit & 1]
    return lost


def media_ssrc(part: Part) -> int:
    """Return the stream that feedback is about; 0 if it does not say."""
    return int.from_bytes(part.body[4:8], "big")


def fir_ssrcs(part: Part) -> list[int]:
    """Return the streams a full intra request is about."""
    return [int.from_bytes(part.body[at : at + 4], "big") for at in range(8, len(part.body) - 7, 8)]


def remb(part: Part) -> int | None:
    """Return the bit/s a receiver can take in total, if this says so."""
    body = part.body
    if len(body) < 16 or body[8:12] != b"REMB":
        return None
    exponent, mantissa = body[13] >> 2, (body[13] & 3) << 16 | body[14] << 8 | body[15]
    return mantissa << min(exponent, 40)


def _packet(count: int, kind: int, body: bytes) -> bytes:
    return struct.pack("!BBH", 0x80 | count, kind, len(body) // 4) + body


def write_sender_report(report: SenderReport, packets: int, octets: int) -> bytes:
    """Return a sender report without receivers' reports."""
    counts = struct.pack("!LL", packets & 0xFFFFFFFF, octets & 0xFFFFFFFF)
    return _packet(0, SR, struct.pack("!LQL", report.ssrc, report.ntp, report.timestamp & 0xFFFFFFFF) + counts)


def write_receiver_report(ssrc: int, told: Sequence[Report]) -> bytes:
    """Return a receiver report from `ssrc`."""
    body = struct.pack("!L", ssrc)
    for it in told[:_MOST_REPORTS]:
        lost = max(-0x800000, min(it.lost, 0x7FFFFF)) & 0xFFFFFF
        body += _REPORT.pack(
            it.ssrc, it.fraction, lost >> 16, lost & 0xFFFF, it.highest & 0xFFFFFFFF, it.jitter, it.lsr, it.delay
        )
    return _packet(min(len(told), _MOST_REPORTS), RR, body)


def write_names(ssrc: int, cname: str) -> bytes:
    """Return a source description with nothing but the canonical name, which is random and names nobody."""
    chunk = struct.pack("!LBB", ssrc, 1, len(cname)) + cname.encode()
    return _packet(1, SDES, chunk + bytes(4 - len(chunk) % 4))


def write_nack(ssrc: int, about: int, lost: Iterable[int]) -> bytes:
    """Return a generic NACK; `lost` are sequence numbers in order."""
    body = struct.pack("!LL", ssrc, about)
    first, more = -1, 0
    for sequence in lost:
        behind = sequence - first & 0xFFFF
        if first >= 0 and 0 < behind <= 16:
            more |= 1 << behind - 1
            continue
        if first >= 0:
            body += struct.pack("!HH", first, more)
        first, more = sequence, 0
    return _packet(NACK, RTPFB, body + struct.pack("!HH", first, more))


def write_pli(ssrc: int, about: int) -> bytes:
    """Return a request for a picture that needs no other."""
    return _packet(PLI, PSFB, struct.pack("!LL", ssrc, about))


def write_remb(ssrc: int, about: Sequence[int], bps: int) -> bytes:
    """Return how much the streams `about` may send together. Units: bit/s."""
    exponent = max(0, bps.bit_length() - 18)
    rate = exponent << 18 | bps >> exponent
    body = struct.pack("!LL4sBBH", ssrc, 0, b"REMB", len(about), rate >> 16, rate & 0xFFFF)
    return _packet(APPLICATION, PSFB, body + b"".join(it.to_bytes(4, "big") for it in about))


def ntp_of(seconds: float) -> int:
    """Return a moment (seconds since 1970) as an NTP timestamp of 32.32 bits."""
    return int((seconds + NTP_EPOCH) * (1 << 32))
