"""Waves: who is asked now, and who not yet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.ranking import Ranking, rank
from matching.waves import WavePolicy, next_wave
from tests.builders.matching import a_need, somebody


def a_ranking(people: int, thinking: set[int] = frozenset()) -> Ranking:
    """Return interpreters 1, 2, 3 ... in that order; those in `thinking` have an open offer."""
    return rank(a_need(), [somebody(it, has_open_offer=it in thinking) for it in range(1, people + 1)])


def asked(ranking: Ranking, policy: WavePolicy, wave: int = 1, open_offers: int = 0) -> list[int]:
    return [it.candidate.interpreter_id for it in next_wave(ranking, policy, wave, open_offers)]


def test_the_first_wave_asks_the_best_three():
    assert asked(a_ranking(5), WavePolicy(size=3)) == [1, 2, 3]


def test_nobody_is_asked_twice():
    assert asked(a_ranking(5, thinking={1, 2}), WavePolicy(size=5), open_offers=2) == [3, 4, 5]


def test_after_an_early_no_only_the_next_one_is_asked():
    assert asked(a_ranking(5, thinking={1, 3}), WavePolicy(size=3), open_offers=2) == [2]


def test_while_the_wave_is_full_nobody_is_asked():
    assert asked(a_ranking(5, thinking={1, 2, 3}), WavePolicy(size=3), open_offers=3) == []


def test_a_smaller_wave_waits_until_the_larger_one_before_it_has_shrunk():
    assert asked(a_ranking(9, thinking={1, 2, 3, 4, 5}), WavePolicy(size=3), wave=2, open_offers=5) == []


def test_in_a_crisis_everybody_who_fits_is_asked_at_once():
    policy = WavePolicy(size=3, all_at_once=True)
    assert asked(a_ranking(5, thinking={2}), policy, open_offers=1) == [1, 3, 4, 5]


def test_after_the_last_wave_nobody_is_asked():
    policy = WavePolicy(size=5, max_waves=3)
    assert asked(a_ranking(9), policy, wave=3) == [1, 2, 3, 4, 5]
    assert asked(a_ranking(9), policy, wave=4) == []


def test_the_last_wave_counts_in_a_crisis_too():
    assert asked(a_ranking(2), WavePolicy(size=1, max_waves=1, all_at_once=True), wave=2) == []


def test_without_a_maximum_waves_go_on_until_nobody_is_left():
    assert asked(a_ranking(2), WavePolicy(size=3), wave=40) == [1, 2]
    assert asked(a_ranking(0), WavePolicy(size=3)) == []


def test_a_wave_asks_at_least_somebody():
    with pytest.raises(ValueError, match="size 0"):
        WavePolicy(size=0)


def test_waves_count_from_one():
    with pytest.raises(ValueError, match="from 1"):
        asked(a_ranking(1), WavePolicy(size=1), wave=0)


@given(st.integers(0, 12), st.sets(st.integers(1, 12)), st.integers(1, 6))
def test_a_wave_never_has_more_than_its_size_thinking_together(people, thinking, size):
    thinking = {it for it in thinking if it <= people}
    new = asked(a_ranking(people, thinking), WavePolicy(size=size), open_offers=len(thinking))
    assert thinking.isdisjoint(new)
    assert len(thinking) + len(new) <= max(size, len(thinking))
    assert len(thinking) + len(new) >= min(size, people)
