"""RTP and RTCP as bytes: what is read is what was written, and what is malformed is dropped."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.embedded import rtcp, rtp
from media.embedded.losses import RETRY_S, Gaps, Keyframes, Reception
from media.embedded.publication import repaired_of
from media.embedded.rtp import Packet, Unwrapped, distance, newer

SIXTEEN = st.integers(0, 0xFFFF)


@given(st.binary(max_size=200))
def test_no_bytes_whatever_break_the_reading(data: bytes) -> None:
    at = rtp.payload_at(data)
    assert at == -1 or rtp.HEADER_BYTES <= at <= len(data)
    if at >= 0:
        assert all(start + size <= len(data) for start, size in rtp.extensions(data).values())
    list(rtcp.parts(data))
    rtp.starts_vp8_keyframe(data)


@given(st.integers(200, 206), st.integers(0, 31), st.binary(max_size=120))
def test_no_feedback_whatever_breaks_the_reading(kind: int, form: int, body: bytes) -> None:
    part = rtcp.Part(kind, form, body)
    rtcp.sender_report(part), rtcp.reports(part), rtcp.nacked(part), rtcp.fir_ssrcs(part), rtcp.remb(part)


def test_extensions_are_found_where_they_stand() -> None:
    extension = bytes([0x30 | 1, 7, 8, 0x10, 0x85, 0, 0, 0])
    data = struct.pack("!BBHII", 0x90, 96, 1, 2, 3) + struct.pack("!HH", 0xBEDE, 2) + extension + b"payload"
    assert data[rtp.payload_at(data) :] == b"payload"
    found = rtp.extensions(data)
    assert {number: data[at : at + size] for number, (at, size) in found.items()} == {3: b"\x07\x08", 1: b"\x85"}


@given(SIXTEEN, st.integers(1, 0x7FFF))
def test_newer_holds_across_the_wrap(start: int, ahead: int) -> None:
    after = start + ahead & 0xFFFF
    assert newer(after, start) and not newer(start, after)
    assert distance(after, start) == ahead and distance(start, after) == -ahead


@given(st.lists(st.integers(-100, 3000), max_size=200), SIXTEEN)
def test_numbers_run_on_where_sixteen_bits_begin_again(steps: list[int], start: int) -> None:
    unwrapped, true = Unwrapped(), start + 0x10000
    assert unwrapped.of(start) == true
    for step in steps:
        true = max(true + step, 0x10000)
        near = abs(true - unwrapped.highest) < 0x8000
        assert not near or unwrapped.of(true & 0xFFFF) == true


@given(st.sets(SIXTEEN, min_size=1, max_size=60))
def test_a_nack_asks_for_exactly_what_is_missing(lost: set[int]) -> None:
    (part,) = rtcp.parts(rtcp.write_nack(1, 2, sorted(lost)))
    assert (part.kind, part.format, rtcp.media_ssrc(part)) == (rtcp.RTPFB, rtcp.NACK, 2)
    assert set(rtcp.nacked(part)) == lost


@given(st.integers(1, 30_000_000))
def test_a_bitrate_is_told_within_one_in_a_hundred_thousand(bps: int) -> None:
    (part,) = rtcp.parts(rtcp.write_remb(1, [2, 3], bps))
    told = rtcp.remb(part)
    assert told is not None and bps * 0.99999 <= told <= bps


def test_reports_come_back_as_they_were_sent_also_with_more_packets_than_came() -> None:
    report = rtcp.Report(7, 12, -3, 70_000, 5, 9, 11)
    compound = rtcp.write_receiver_report(1, [report]) + rtcp.write_names(1, "abc") + rtcp.write_pli(1, 2)
    parts = list(rtcp.parts(compound))
    assert rtcp.reports(parts[0]) == [report]
    assert [it.kind for it in parts] == [rtcp.RR, rtcp.SDES, rtcp.PSFB]


def test_a_sender_report_keeps_time() -> None:
    (part,) = rtcp.parts(rtcp.write_sender_report(rtcp.SenderReport(5, 1 << 40, 77), 3, 4))
    assert rtcp.sender_report(part) == rtcp.SenderReport(5, 1 << 40, 77)


def test_what_is_missing_is_asked_for_at_once_then_every_40_ms_and_ten_times_at_most() -> None:
    gaps = Gaps()
    gaps.came(10, 0.0)
    assert gaps.came(13, 0.0)
    asked = []
    for step in range(1000):
        now_s = step * 0.001
        if missing := gaps.to_ask(now_s):
            asked.append((now_s, missing))
    assert [missing for _, missing in asked] == [[11, 12]] * 10
    assert all(later - earlier > RETRY_S - 1e-9 for (earlier, _), (later, _) in zip(asked, asked[1:], strict=False))
    assert not gaps


def test_what_came_in_the_end_is_not_asked_for_again() -> None:
    gaps, unwrapped = Gaps(), Unwrapped()
    for number in (65_534, 1):
        gaps.came(unwrapped.of(number), 0.0)
    assert gaps.to_ask(0.0) == [65_535, 0]
    gaps.came(unwrapped.of(65_535), 0.01)
    assert gaps.to_ask(0.05) == [0]
    gaps.came(unwrapped.of(0), 0.06)
    assert not gaps and gaps.to_ask(1.0) == []


def test_a_gap_that_is_too_old_or_too_wide_is_forgotten() -> None:
    gaps = Gaps()
    gaps.came(1, 0.0)
    gaps.came(3, 0.0)
    for number in range(4, 600):
        gaps.came(number, 0.0)
    assert gaps.to_ask(0.0) == []
    assert not gaps.came(1200, 0.0) and gaps.to_ask(1.0) == []


def test_loss_and_jitter_are_reckoned_as_the_standard_says() -> None:
    reception = Reception(90_000)
    for number in range(100):
        if number % 10:
            reception.came(number + 0x10000, number * 3000, number * 3000 / 90_000)
    told = reception.report(1, 0, 0)
    assert told is not None
    assert told.lost == 9 and told.fraction == pytest.approx(256 * 9 / 99, abs=1) and told.jitter == 0
    assert told.highest == 99
    assert Reception(8_000).report(1, 0, 0) is None


def test_a_picture_is_asked_twice_a_second_at_most_and_what_was_asked_between_is_asked_once() -> None:
    keyframes = Keyframes()
    assert keyframes.wanted(10.0) == 0
    assert keyframes.wanted(10.1) == pytest.approx(0.4)
    assert keyframes.wanted(10.2) is None
    keyframes.trailing(10.5)
    assert keyframes.wanted(10.6) == pytest.approx(0.4)


def test_an_empty_retransmission_is_nothing() -> None:
    assert repaired_of(Packet(1, 2, 0, 0, b"")) is None
    assert repaired_of(Packet(1, 2, 0, 0, b"\x00\x05")) is None
    assert repaired_of(Packet(1, 2, 0, 0x20, b"\x00\x05" + bytes(9) + b"\x0a")) is None
    assert repaired_of(Packet(9, 2, 0x80, 0, b"\x00\x05VP8")) == Packet(5, 2, 0x80, 0, b"VP8")


def test_a_picture_that_needs_no_other_is_known_by_its_first_packet() -> None:
    plain, described = bytes([0x10, 0x00]), bytes([0x90, 0x80, 0x81, 0x23, 0x00])
    assert rtp.starts_vp8_keyframe(plain) and rtp.starts_vp8_keyframe(described)
    for other in (bytes([0x10, 0x01]), bytes([0x00, 0x00]), bytes([0x11, 0x00]), bytes([0x90, 0x80, 0x81, 0x23, 0x01])):
        assert not rtp.starts_vp8_keyframe(other)
