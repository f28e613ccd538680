"""Turns: who is asked now, and who not yet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.cases import Asked, Case, Prospect
from matching.policy import AdaptiveWaves, by_cost
from matching.turns import InTurn

MONDAY = 9 * 60.0


def a_case(*asked, days=7.0, **changes):
    end = MONDAY + days * 24 * 60
    usual = {"request_id": 1, "now": MONDAY, "created_at": MONDAY, "deadline": end, "immediate": False,
             "service": "on_site", "asked": asked, "awake": ((MONDAY, end),)}  # fmt: skip
    return Case(**(usual | changes))


def people(count, p_yes=0.5):
    return [Prospect(n, 0, p_yes, float(n)) for n in range(1, count + 1)]


def thinking(who, answer=None):
    return Asked(who, 0, "push", MONDAY - 10, answer=answer)


def asked(policy, case, prospects):
    return [it.interpreter_id for it in policy.plan(case, prospects).ask]


def test_the_first_turn_asks_the_best_three():
    assert asked(InTurn(3), a_case(), people(5)) == [1, 2, 3]


def test_while_somebody_thinks_nobody_else_is_asked():
    assert asked(InTurn(3), a_case(thinking(1), thinking(2, "no")), people(5)) == []


def test_when_all_have_answered_the_next_are_asked():
    assert asked(InTurn(2), a_case(thinking(1, "no"), thinking(2, "expired")), people(5)) == [3, 4]


def test_everybody_at_once_means_everybody():
    assert asked(InTurn(None), a_case(), people(40)) == list(range(1, 41))


def test_somebody_who_cannot_help_but_refuse_comes_after_who_may_say_yes():
    assert asked(InTurn(1), a_case(), [Prospect(1, 0, 0.05, 10.0), Prospect(2, 0, 0.9, 20.0)]) == [2]
    assert asked(InTurn(1, by_cost), a_case(), [Prospect(1, 0, 0.05, 10.0), Prospect(2, 0, 0.9, 20.0)]) == [1]


@given(st.integers(1, 6), st.integers(0, 12), st.sets(st.integers(1, 12)))
def test_nobody_is_asked_twice(size, count, before):
    case = a_case(*(thinking(who, "no") for who in sorted(before)))
    for policy in (InTurn(size), AdaptiveWaves()):
        chosen = asked(policy, case, people(count))
        assert before.isdisjoint(chosen)
        assert len(chosen) == len(set(chosen))


@pytest.mark.parametrize("size", [0, -1])
def test_a_turn_asks_somebody(size):
    with pytest.raises(ValueError, match="asks somebody"):
        InTurn(size)
