"""A year again under other rules: known answers stand, and two ways are compared like with like."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from matching.decision import Mind
from matching.policy import broadcast, ours, sequential
from matching.replay import Replayed, ServiceResult, compare, replay
from tests.builders.crowds import crowds, needs
from tests.builders.matching import a_need, somebody
from tests.pure.matching.test_one_decision import a_case

OURS, ONE_BY_ONE, ALL = Mind(ours(), "ours"), Mind(sequential(), "one by one"), Mind(broadcast(), "broadcast")
PEOPLE = [somebody(n) for n in range(1, 7)]


def again(mind, *people, known=None, **changes):
    need = a_need(**changes)
    return replay(a_case(need), [need], people, mind, known or {})


def test_a_yes_that_was_given_fills_the_request_and_a_no_does_not():
    assert again(ONE_BY_ONE, somebody(1), known={(1, 0): True}).filled
    assert not again(ONE_BY_ONE, somebody(1), known={(1, 0): False}).filled


def test_whoever_asks_more_people_at_once_hears_sooner_and_disturbs_more():
    known = {(n, 0): n > 4 for n in range(1, 7)}
    slow, fast = again(ONE_BY_ONE, *PEOPLE, known=known), again(ALL, *PEOPLE, known=known)
    assert slow.filled
    assert fast.filled
    assert fast.minutes < slow.minutes
    assert fast.asked == 6


def test_nobody_to_ask_is_not_filled():
    assert again(OURS) == Replayed("on_site", False, 0)


@settings(max_examples=60, deadline=None)
@given(needs, crowds, st.data())
def test_the_same_year_gives_the_same_result_in_whatever_order(need, crowd, data):
    case = a_case(need)
    first = replay(case, [need], crowd, OURS, {})
    assert replay(case, [need], data.draw(st.permutations(crowd)), OURS, {}) == first
    assert first.asked >= first.filled


def test_two_ways_are_compared_by_service():
    now = [Replayed("on_site", True, 2), Replayed("on_site", False, 4), Replayed("video", True, 1)]
    then = [replace(it, filled=False, asked=1) if it.service == "on_site" else it for it in now]
    on_site, video = compare(now, then)
    assert on_site == ServiceResult("on_site", 2, 0.5, 0.0, 3.0, 1.0)
    assert (on_site.loses, video.loses) == (True, False)
    assert compare([], []) == ()


def test_one_point_may_be_lost_and_not_more():
    assert not ServiceResult("video", 100, 0.90, 0.89, 1, 1).loses
    assert ServiceResult("video", 1000, 0.90, 0.889, 1, 1).loses
