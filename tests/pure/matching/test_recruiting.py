"""What somebody more would have meant: never less than nothing, never more than was missed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.decision import Mind
from matching.policy import ours
from matching.recruiting import Gain, Past, gain, newcomer
from tests.builders.matching import GENT, MONDAY_9H, OOSTENDE, a_need
from tests.pure.matching.test_one_decision import a_case

MIND = Mind(ours(), "ours")
LONG_AGO = MONDAY_9H - timedelta(days=1000)


def past(number: int, *, answered: bool = False, **changes) -> Past:
    start = MONDAY_9H + timedelta(days=number % 5, hours=2 * (number // 5 % 3))
    need = a_need(
        request_id=number,
        slot_start=start,
        slot_end=start + timedelta(hours=1),
        now=start - timedelta(days=7),
        **changes,
    )
    return Past(replace(a_case(need), request_id=number), (need,), (), {}, answered, MIND)


def people(count: int, language: str = "arb", home=GENT):
    return [newcomer(n, language, home, 75.0, LONG_AGO) for n in range(1, count + 1)]


def test_two_more_people_answer_much_of_what_nobody_else_could():
    found = gain([past(n) for n in range(15)], people(2))
    assert (found.requests, found.missed) == (15, 15)
    assert 6 < found.more < 15 and found.low <= found.more <= found.high


def test_what_was_answered_anyway_is_no_gain_but_takes_their_time():
    missed = [past(n + 15) for n in range(5)]  # at the hours of the answered ones, which came in just before
    beside = [past(n, answered=True) for n in range(5)]
    assert gain([replace(it, answered=True) for it in missed], people(2)).more == 0
    assert gain([*missed, *beside], people(1)).more < gain(missed, people(1)).more


@pytest.mark.parametrize("who", [people(2, "tur"), people(2, home=OOSTENDE), []])
def test_people_who_cannot_come_change_nothing(who):
    found = gain([past(n, place=GENT) for n in range(3)], [replace(it, travel_limit_km=10.0) for it in who])
    assert found == Gain(3, 3, 0.0, 0.0, 0.0)


def test_nothing_asked_is_nothing_gained():
    assert gain([], people(2)) == Gain(0, 0, 0.0, 0.0, 0.0)
    assert gain([past(1)], people(2), draws=0).more == 0


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 14), st.booleans()), max_size=8, unique_by=lambda it: it[0]), st.data())
def test_order_changes_nothing_and_nobody_does_more_than_was_missed(asked, data):
    known = [past(n, answered=answered) for n, answered in asked]
    found = gain(known, people(2), draws=5)
    assert gain(data.draw(st.permutations(known)), people(2), draws=5) == found
    assert 0 <= found.low <= found.more <= found.high <= found.missed
