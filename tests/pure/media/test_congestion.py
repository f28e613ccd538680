"""Congestion control: what is told of each packet, what is concluded from it, and what is given up first."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.embedded import rtcp, twcc
from media.embedded.bandwidth import START_BPS, Downlink
from media.embedded.ladder import AUDIO_BPS, LEAST_VIDEO_BPS, Ladder
from media.embedded.twcc import TICK_S, Arrival, Arrivals


def told(arrivals: Arrivals) -> list[Arrival]:
    found: list[Arrival] = []
    while (feedback := arrivals.feedback(1, 2)) is not None:
        (part,) = rtcp.parts(feedback)
        assert (part.kind, part.format) == (rtcp.RTPFB, rtcp.TWCC) and len(feedback) < 1400
        found += twcc.read(part.body)
    return found


@given(
    st.integers(0, 0xFFFF),
    st.lists(st.tuples(st.integers(1, 12), st.integers(-20, 900)), min_size=1, max_size=300),
)
def test_what_came_is_told_when_it_came_and_what_did_not_is_told_too(start: int, steps: list[tuple[int, int]]) -> None:
    arrivals, number, ticks = Arrivals(), start, 1_000_000
    came: dict[int, int] = {}
    for ahead, later in steps:
        arrivals.note(number & 0xFFFF, ticks * TICK_S + 1e-6)
        came[number] = ticks
        number, ticks = number + ahead, ticks + later
    found = told(arrivals)
    numbers = [it.sequence for it in found]
    assert numbers == [it & 0xFFFF for it in range(min(came), max(came) + 1)]
    base = next(iter(came.values())) - round((found[0].at_s or 0) / TICK_S)
    for place, arrival in enumerate(found):
        ticks_then = came.get(min(came) + place)
        assert (arrival.at_s is None) == (ticks_then is None)
        if arrival.at_s is not None and ticks_then is not None:
            assert round(arrival.at_s / TICK_S) + base == ticks_then


def test_what_is_missing_between_two_feedbacks_is_told_by_the_second() -> None:
    arrivals = Arrivals()
    arrivals.note(1, 1.0)
    assert [it.sequence for it in told(arrivals)] == [1]
    arrivals.note(4, 1.1)
    assert [(it.sequence, it.at_s is None) for it in told(arrivals)] == [(2, True), (3, True), (4, False)]
    assert told(arrivals) == []


@given(st.binary(max_size=150))
def test_no_feedback_whatever_breaks_the_reading(body: bytes) -> None:
    twcc.read(body)


class Link:
    """A link of `bps` with a queue of `queue_s`, and `loss` besides: what a subscriber's browser would say of it."""

    def __init__(self, bps: float, queue_s: float = 0.2, loss: float = 0.0) -> None:
        self.bps, self.queue_s, self.loss = bps, queue_s, loss
        self.downlink = Downlink()
        self._chance, self._free_s, self._number = random.Random(7), 0.0, 0
        self.now_s, self.size = 100.0, 1200

    def run(self, seconds: float, wish_bps: float = 3_000_000, least_bps: float = 0.0) -> None:
        """Send at what the estimate allows, at most `wish_bps`, with feedback ten times a second."""
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            told = []
            until_s = self.now_s + 0.1
            while self.now_s < until_s:
                self.now_s += 8 * self.size / max(least_bps, min(wish_bps, self.downlink.bps))
                self._number = self._number + 1 & 0xFFFF
                self.downlink.sent(self._number, self.size, self.now_s)
                self._free_s = max(self._free_s, self.now_s)
                lost = self._free_s - self.now_s > self.queue_s or self._chance.random() < self.loss
                if not lost:
                    self._free_s += 8 * self.size / self.bps
                told.append(Arrival(self._number, None if lost else self._free_s + 0.02))
            self.downlink.told(told, self.now_s)


@pytest.mark.parametrize("bps", [300_000, 800_000, 2_000_000])
def test_the_estimate_settles_below_what_the_link_can_take_and_uses_most_of_it(bps: int) -> None:
    link = Link(bps)
    link.run(20)
    seen = []
    for _ in range(20):
        link.run(1)
        seen.append(link.downlink.received_bps)
    assert sum(seen) / len(seen) > 0.65 * bps
    assert link.downlink.bps < 1.35 * bps


def test_five_of_a_hundred_lost_at_random_do_not_bring_it_down() -> None:
    link = Link(5_000_000, loss=0.05)
    link.run(30, wish_bps=1_200_000)
    assert link.downlink.bps >= 0.9 * START_BPS
    assert link.downlink.loss == pytest.approx(0.05, abs=0.04)


def test_a_link_that_became_thin_is_noticed_within_three_seconds_and_one_that_is_wide_again_within_thirty() -> None:
    link = Link(3_000_000)
    link.run(10, wish_bps=1_200_000)
    link.bps = 400_000
    link.run(3, wish_bps=1_200_000)
    assert link.downlink.bps < 480_000
    link.bps = 3_000_000
    link.run(30, wish_bps=1_200_000)
    assert link.downlink.bps > 1_000_000


def test_a_bad_moment_after_sending_little_does_not_take_nearly_everything() -> None:
    link = Link(5_000_000)
    link.run(10, wish_bps=60_000)  # sound alone: what arrives says nothing about the link
    before_bps, link.bps = link.downlink.bps, 40_000
    while link.downlink.bps >= before_bps and link.now_s < 200:
        link.run(0.1, wish_bps=60_000)
    assert 0.55 * before_bps < link.downlink.bps < before_bps


def test_where_there_is_little_it_grows_by_a_packet_in_a_few_round_trips() -> None:
    link = Link(120_000)
    link.run(20)
    before_bps, link.bps = link.downlink.bps, 5_000_000
    link.run(5)
    assert before_bps < 160_000
    assert link.downlink.bps > before_bps + 3 * 40_000


def test_a_policer_that_drops_without_a_queue_is_noticed_by_what_it_drops() -> None:
    link = Link(800_000, queue_s=0.005)
    link.run(15)
    losses = []
    for _ in range(10):
        link.run(1)
        losses.append(link.downlink.loss)
    assert sum(losses) / len(losses) < 0.04
    assert 600_000 < link.downlink.received_bps < 1_000_000


def test_what_the_air_loses_is_told_apart_from_what_is_lost_for_sending_too_much() -> None:
    link = Link(800_000, queue_s=0.005, loss=0.05)
    link.run(40)
    assert link.downlink.received_bps > 500_000


def test_a_picture_that_was_given_up_comes_back_when_the_link_is_wide_again() -> None:
    link, ladder = Link(100_000, queue_s=0.05), Ladder()
    shown: dict[str, float] = {"other": 0.0}

    def live(seconds: int) -> None:
        for _ in range(seconds * 5):
            link.size = 1200 if shown else 120  # sound comes in small packets
            link.run(0.2, wish_bps=AUDIO_BPS + sum(min(it, 800_000) for it in shown.values()), least_bps=AUDIO_BPS)
            shown.clear()
            shown.update(ladder.shares(link.downlink.bps, 1, ["other"], link.now_s))

    live(20)
    assert not shown
    link.bps = 3_000_000
    live(30)
    assert shown["other"] > 600_000


PICTURES = ["pinned", "other"]


def shares_after(ladder: Ladder, bps: float, from_s: float, seconds: float) -> dict[str, float]:
    shares: dict[str, float] = {}
    for step in range(int(seconds * 5)):
        shares = ladder.shares(bps, 2, PICTURES, from_s + step / 5)
    return shares


def test_pictures_share_what_sound_leaves() -> None:
    shares = Ladder().shares(1_200_000, 2, PICTURES, 0.0)
    assert shares["pinned"] == shares["other"]
    assert sum(shares.values()) + 2 * AUDIO_BPS <= 1_200_000


def test_pictures_are_given_up_one_by_one_the_pinned_one_last_and_sound_never() -> None:
    ladder = Ladder()
    thin = 2 * AUDIO_BPS + LEAST_VIDEO_BPS * 2
    assert set(shares_after(ladder, thin, 0.0, 1.5)) == {"pinned", "other"}  # not for a moment's trouble
    assert set(shares_after(ladder, thin, 1.5, 3)) == {"pinned"}
    assert shares_after(ladder, 100_000, 4.5, 3) == {}


def test_a_picture_comes_back_when_the_link_is_wide_again_and_later_when_it_failed_before() -> None:
    ladder = Ladder()
    assert shares_after(ladder, 60_000, 0.0, 10) == {}
    assert set(shares_after(ladder, 2_000_000, 10.0, 40)) == {"pinned", "other"}
    tries = 0
    before: set[str] = set()
    for step in range(5 * 120):  # wide enough to try, too thin to hold
        now_s = 60 + step / 5
        shown = set(ladder.shares(60_000 if before else 400_000, 2, PICTURES, now_s))
        tries += bool(shown - before)
        before = shown
    assert 1 <= tries <= 6
