"""The embedded engine packet by packet, over real sockets: numbers that run on, repairs, hostile senders."""

import asyncio
import random
import re
import struct
import time

import pytest

from media.embedded import rtcp, twcc
from media.embedded.engine import EmbeddedEngine
from media.engine import Change, EngineEvent, Grants, Negotiation, Pc, RoomRefused, What
from tests.builders.caller import (
    DELTA,
    KEYFRAME,
    OPUS,
    RTX,
    VP8,
    eventually,
    offer,
    payload_of,
    sequence_of,
    timestamp_of,
)
from tests.builders.engines import ROOM, entered, on_a_loop, parted


def test_what_one_sends_the_others_get_under_the_numbers_of_their_own_slots() -> None:
    async def work(engine: EmbeddedEngine, events: list[EngineEvent]) -> None:
        one, other, third = await entered(engine, "one", "other", "third")
        for number in range(20):
            one.speak(number, bytes([number]) * 50)
            one.show(number, (KEYFRAME if number == 0 else DELTA) + bytes([number]) * 900)
        for caller in (other, third):
            await eventually(lambda caller=caller: len(caller.of(0, "video")) == 20 == len(caller.of(0, "audio")))
            for kind in ("audio", "video"):
                came = caller.of(0, kind)
                assert [payload_of(it)[-1] for it in came] == list(range(20))
                assert [sequence_of(it) - sequence_of(came[0]) & 0xFFFF for it in came] == list(range(20))
        assert {it[1] & 0x7F for it in other.got} == {OPUS, VP8}
        assert not one.got
        await parted(one, other, third)

    on_a_loop(work)


def test_a_slot_that_changes_hands_runs_on_and_begins_with_a_whole_picture() -> None:
    async def work(engine: EmbeddedEngine, events: list[EngineEvent]) -> None:
        stays, first = await entered(engine, "stays", "first")
        for number in range(5):
            first.show(60_000 + number, KEYFRAME if number == 0 else DELTA)
        await eventually(lambda: len(stays.of(0, "video")) == 5)
        await engine.leave(ROOM, "first")
        (second,) = await entered(engine, "second")
        second.show(7, DELTA + b"no picture to build on")
        await eventually(lambda: any(it.kind == rtcp.PSFB and it.format == rtcp.PLI for it in second.feedback))
        for number in range(8, 12):
            second.show(number, KEYFRAME if number == 8 else DELTA, timestamp=5 + number)
        await eventually(lambda: len(stays.of(0, "video")) == 9)
        came = stays.of(0, "video")
        numbers = [sequence_of(it) - sequence_of(came[0]) & 0xFFFF for it in came]
        assert numbers == list(range(9))
        assert 0 < (timestamp_of(came[5]) - timestamp_of(came[4]) & 0xFFFFFFFF) < 90_000 * 10
        streams = [
            it.facts["streams"][0]["from"] for it in events if it.what is What.STREAMS and it.participant == "stays"
        ]
        assert streams == [None, "first", None, "second"]
        await parted(stays, first, second)

    on_a_loop(work)


def test_a_packet_that_did_not_come_is_asked_for_until_it_does_and_passed_on_once() -> None:
    async def work(engine: EmbeddedEngine, events: list[EngineEvent]) -> None:
        one, other = await entered(engine, "one", "other")
        one.show(1, KEYFRAME)
        one.show(4)

        def asked() -> list[list[int]]:
            return [rtcp.nacked(it) for it in one.feedback if (it.kind, it.format) == (rtcp.RTPFB, rtcp.NACK)]

        await eventually(lambda: len(asked()) >= 3)
        assert asked()[0] == [2, 3]
        for number in (2, 3, 3):
            one.send(RTX, "rtx", number, number * 3000, struct.pack("!H", number) + DELTA)
        await eventually(lambda: len(other.of(0, "video")) == 4)
        await asyncio.sleep(0.1)
        count = len(asked())
        await asyncio.sleep(0.15)
        assert len(asked()) == count
        numbers = sorted(sequence_of(it) for it in other.of(0, "video"))
        assert numbers == list(range(numbers[0], numbers[0] + 4))
        await parted(one, other)

    on_a_loop(work)


def test_what_a_subscriber_missed_is_sent_again_as_a_retransmission() -> None:
    async def work(engine: EmbeddedEngine, events: list[EngineEvent]) -> None:
        one, other = await entered(engine, "one", "other")
        for number in range(10):
            one.show(number, (KEYFRAME if number == 0 else DELTA) + bytes([number]))
        await eventually(lambda: len(other.of(0, "video")) == 10)
        came = other.of(0, "video")
        missed = [sequence_of(came[3]), sequence_of(came[7])]
        ssrc = int.from_bytes(came[0][8:12], "big")
        other.tell(rtcp.write_nack(1, ssrc, [*missed, sequence_of(came[0]) - 5 & 0xFFFF]))
        await eventually(lambda: len(other.of(0, "rtx")) == 2)
        for sequence, packet in zip(missed, other.of(0, "rtx"), strict=True):
            assert packet[1] & 0x7F == RTX
            assert payload_of(packet)[:2] == struct.pack("!H", sequence)
        assert [payload_of(it)[-1] for it in other.of(0, "rtx")] == [3, 7]
        await parted(one, other)

    on_a_loop(work)


def test_senders_are_told_when_each_of_their_packets_came() -> None:
    async def work(engine: EmbeddedEngine, events: list[EngineEvent]) -> None:
        one, other = await entered(engine, "one", "other")
        for number in (100, 101, 103, 104):
            one.speak(number)

        def told() -> list[twcc.Arrival]:
            parts = [it for it in one.feedback if (it.kind, it.format) == (rtcp.RTPFB, rtcp.TWCC)]
            return [arrival for it in parts for arrival in twcc.read(it.body)]

        await eventually(lambda: len(told()) == 5)
        assert [it.sequence for it in told() if it.at_s is None] == [102]
        await parted(one, other)

    on_a_loop(work)


def test_lips_and_voice_stay_together_on_one_clock() -> None:
    async def work(engine: EmbeddedEngine, events: list[EngineEvent]) -> None:
        one, other = await entered(engine, "one", "other")
        for number in range(3):
            one.speak(number)
            one.show(number, KEYFRAME)
        ntp = 99 << 32  # its clock is far off
        for kind, timestamp in (("audio", 1000), ("video", 50_000)):
            one.tell(rtcp.write_sender_report(rtcp.SenderReport(one.ssrcs[kind], ntp, timestamp), 3, 3))
        await eventually(lambda: sum(it.kind == rtcp.SR for it in other.feedback) >= 2, 3)
        reports = [it for part in other.feedback if part.kind == rtcp.SR and (it := rtcp.sender_report(part))]
        audio, video = other.of(0, "audio")[0], other.of(0, "video")[0]
        moments = {}
        for packet, rate, at_ntp in ((audio, 48_000, 1000), (video, 90_000, 50_000)):
            (report,) = [it for it in reports if it.ssrc == int.from_bytes(packet[8:12], "big")][:1]
            shift = timestamp_of(packet)  # what the first packet, sent with timestamp 0, is called here
            moments[rate] = report.ntp / 2**32 - ((report.timestamp - shift - at_ntp) & 0xFFFFFFFF) / rate
        assert moments[48_000] == pytest.approx(moments[90_000], abs=0.02)
        assert reports[0].ntp / 2**32 == pytest.approx(rtcp.ntp_of(time.time()) / 2**32, abs=5)
        await parted(one, other)

    on_a_loop(work)


def test_a_receiver_that_fails_takes_nothing_from_the_others() -> None:
    async def work(engine: EmbeddedEngine, events: list[EngineEvent]) -> None:
        one, other, fails = await entered(engine, "one", "other", "fails")
        broken = engine._rooms[ROOM].participants["fails"].peer
        assert broken is not None

        def fail(*_: object) -> None:
            raise RuntimeError

        broken.sending.send_rtp = fail  # type: ignore[method-assign]
        for number in range(5):
            one.speak(number)
        await eventually(lambda: len(other.of(0, "audio")) == 5)
        other.answers = False  # its socket fills, and nobody waits for it
        for number in range(5, 3000):
            one.speak(number, bytes(1000))
        fails.speak(1)
        await eventually(lambda: one.got)
        await parted(one, other, fails)

    on_a_loop(work)


def test_a_telephones_sound_goes_out_as_mu_law_in_a_slot() -> None:
    async def work(engine: EmbeddedEngine, events: list[EngineEvent]) -> None:
        (browser,) = await entered(engine, "browser")
        port = await engine.join_phone(ROOM, "phone")
        for _ in range(5):
            port.hear(b"\x12" * 100)
            port.hear(b"\x12" * 60)
        await eventually(lambda: len(browser.of(0, "audio")) == 5)
        came = browser.of(0, "audio")
        assert {it[1] & 0x7F for it in came} == {0}
        assert {payload_of(it) for it in came} == {b"\x12" * 160}
        assert [timestamp_of(it) - timestamp_of(came[0]) & 0xFFFFFFFF for it in came] == [0, 160, 320, 480, 640]
        ended = asyncio.create_task(_count(port.sounds()))
        again = await engine.join_phone(ROOM, "phone")
        await asyncio.wait_for(ended, 2)
        again.hear(b"\x13" * 160)
        await eventually(lambda: payload_of(browser.of(0, "audio")[-1]) == b"\x13" * 160)
        await parted(browser)

    on_a_loop(work)


async def _count(sounds: object) -> int:
    return len([it async for it in sounds])  # type: ignore[attr-defined]


def test_who_is_silent_is_told_lost_within_three_seconds_and_up_when_it_comes_back() -> None:
    async def work(engine: EmbeddedEngine, events: list[EngineEvent]) -> None:
        (one,) = await entered(engine, "one")
        for number in range(50):
            one.speak(number)
            await asyncio.sleep(0.005)
        down = [it for it in events if it.what is What.MEDIA_DOWN]
        await eventually(lambda: any(it.what is What.MEDIA_DOWN for it in events), 3.5)
        assert not down
        one.speak(51)
        await eventually(lambda: sum(it.what is What.MEDIA_UP for it in events) == 2, 2)
        reasons = [it.facts["reason"] for it in events if it.what is What.MEDIA_DOWN]
        assert reasons == ["lost"]
        await parted(one)

    on_a_loop(work)


def test_a_browser_that_changed_its_network_goes_on_without_a_word() -> None:
    async def work(engine: EmbeddedEngine, events: list[EngineEvent]) -> None:
        one, other = await entered(engine, "one", "other")
        one.speak(1)
        await eventually(lambda: len(other.of(0, "audio")) == 1)
        other.move()
        one.move()
        await asyncio.sleep(0.1)
        one.speak(2)
        await eventually(lambda: len(other.of(0, "audio")) == 2)
        answer = await engine.negotiate(ROOM, "one", one.generation, Negotiation(Pc.MAIN, "offer", one.offer))
        assert answer is not None
        assert re.search(r"a=ice-ufrag:(\S+)", answer.body)[1] != one.said(r"a=ice-ufrag:(\S+)")  # type: ignore[index]
        one.answer = answer.body
        one.move()
        await asyncio.sleep(0.1)
        one.speak(3)
        await eventually(lambda: len(other.of(0, "audio")) == 3)
        await parted(one, other)

    on_a_loop(work)


def test_neither_malformed_nor_oversized_nor_forged_packets_disturb_anybody() -> None:
    async def work(engine: EmbeddedEngine, events: list[EngineEvent]) -> None:
        one, other, hostile = await entered(engine, "one", "other", "hostile")
        chance = random.Random(5)
        for number in range(3000):
            data = chance.randbytes(chance.choice([0, 1, 2, 11, 12, 60, 1400, 1501, 2000, 4000]))
            first = chance.choice([b"", b"\x80", b"\x90", b"\x80\xc8", b"\x16", b"\x00", b"\x81\xcd"])
            hostile.raw((first + data)[:4000])
            if number % 3 == 0:  # genuine, and nonsense
                hostile.send(chance.choice([OPUS, VP8, RTX, 5]), "video", number, 0, data[:1200])
                hostile.tell(first[:1] + data[:1200].ljust(12, b"\x00"))
            if number % 100 == 0:
                one.speak(number // 100)
                await asyncio.sleep(0)
        await eventually(lambda: len([it for it in other.got if payload_of(it) == b"voice"]) == 30)
        assert (await engine.stats())["participants"] == 3
        await parted(one, other, hostile)

    on_a_loop(work)


@pytest.mark.parametrize("prefix", ["", "v=0\r\n", "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"])
def test_no_offer_whatever_is_taken_for_one_or_breaks_anything(prefix: str) -> None:
    async def work(engine: EmbeddedEngine, events: list[EngineEvent]) -> None:
        joined = await engine.join(ROOM, "hostile", Grants())
        chance = random.Random(len(prefix))
        good = offer(3, "AA:BB")
        for _ in range(300):
            lines = [it for it in good.split("\r\n") if chance.random() > 0.3] * chance.choice([1, 1, 40])
            chance.shuffle(lines)
            text = prefix + "\r\n".join(lines)
            step = Negotiation(joined.offers_on, "offer", text)
            try:
                await engine.negotiate(ROOM, "hostile", joined.generation, step)
            except RoomRefused as refusal:
                assert refusal.code == "bad_sdp"
            else:
                joined = await engine.join(ROOM, "hostile", Grants())

    on_a_loop(work)


def test_who_receives_no_video_gets_none_and_gets_it_again() -> None:
    async def work(engine: EmbeddedEngine, events: list[EngineEvent]) -> None:
        one, other = await entered(engine, "one", "other")
        await engine.update(ROOM, "other", Change(receives_video=False))
        for number in range(5):
            one.show(number, KEYFRAME)
            one.speak(number)
        await eventually(lambda: len(other.of(0, "audio")) == 5)
        assert not other.of(0, "video")
        await engine.update(ROOM, "other", Change(receives_video=True, pinned="one"))
        one.show(6, KEYFRAME)
        await eventually(lambda: len(other.of(0, "video")) == 1)
        await parted(one, other)

    on_a_loop(work)
