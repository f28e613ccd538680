"""The frozen funnel: how many were left at each stage, and the reason that follows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.domain import Candidate, Need
from matching.funnel import STAGES, Funnel, count_funnel, derive_reason
from matching.hard import REASONS
from matching.ranking import rank
from tests.builders.crowds import crowds, needs
from tests.builders.matching import HASSELT, HOUR, MONDAY_9H, a_need, somebody, speaks

NOBODY: frozenset[int] = frozenset()
MOMENTARY = {"arrives_in_time", "already_answered", "quiet_hours"}


def funnel(need: Need, *people: Candidate, offered=NOBODY, delivered=NOBODY, seen=NOBODY, answered=NOBODY) -> Funnel:
    return count_funnel(need, people, rank(need, people), offered, delivered, seen, answered)


def test_each_stage_counts_who_is_left():
    people = [
        somebody(1),
        somebody(2, home=HASSELT, travel_limit_km=10.0),
        somebody(3, available=False),
        somebody(4, gender="male"),
        somebody(5, services=frozenset({"telephone"})),
        somebody(6, languages=(speaks(certified_from=None),)),
        somebody(7, languages=(speaks(direction="to_dutch"),)),
        somebody(8, languages=(speaks("tur"),)),
        somebody(9, active=False),
    ]
    counted = funnel(a_need(interpreter_gender="female"), *people, offered={1}, delivered={1})
    assert counted.as_dict() == {
        "registered": 8,
        "right_language": 6,
        "certified": 5,
        "service": 4,
        "suitable": 3,
        "available": 2,
        "reachable": 1,
        "offered": 1,
        "delivered": 1,
        "seen": 0,
        "answered": 0,
    }


def test_somebody_with_several_obstacles_leaves_at_the_first():
    counted = funnel(a_need(), somebody(1, services=frozenset(), available=False, excludes=True))
    assert (counted.certified, counted.service, counted.available) == (1, 0, 0)


def test_a_no_does_not_take_somebody_out_of_the_funnel():
    counted = funnel(a_need(), somebody(1, already_answered=True), offered={1}, seen={1}, answered={1})
    assert set(counted.as_dict().values()) == {1}


def test_whoever_was_asked_could_come_then_whatever_changed_since():
    since_then = somebody(1, active=False, busy=((MONDAY_9H, MONDAY_9H + HOUR),))
    counted = funnel(a_need(), since_then, offered={1})
    assert (counted.registered, counted.reachable, counted.offered, counted.seen) == (1, 1, 1, 0)


def test_an_answer_by_telephone_counts_as_seen():
    counted = funnel(a_need(), somebody(1), offered={1}, answered={1})
    assert (counted.delivered, counted.seen, counted.answered) == (1, 1, 1)


def test_somebody_who_left_the_register_still_counts_as_asked():
    counted = funnel(a_need(), somebody(1), offered={1, 99})
    assert (counted.registered, counted.offered) == (2, 2)


def test_at_the_very_end_it_still_shows_who_could_have_come():
    too_late = a_need(now=MONDAY_9H)
    assert funnel(too_late, somebody(1), somebody(2, quiet=True)).reachable == 2


def test_a_funnel_names_its_request():
    assert funnel(a_need(request_id=41)).request_id == 41


def test_a_stored_funnel_gives_the_same_reason():
    counted = funnel(a_need(), somebody(1))
    assert Funnel(request_id=counted.request_id, **counted.as_dict()) == counted


def test_every_lasting_rule_has_exactly_one_stage():
    staged = [rule for rules in STAGES.values() for rule in rules]
    assert sorted([*staged, *MOMENTARY]) == sorted(REASONS)


@pytest.mark.parametrize(
    ("people", "reason"),
    [
        ([], "language_unavailable"),
        ([somebody(1, languages=(speaks("tur"),))], "language_unavailable"),
        ([somebody(1, active=False)], "language_unavailable"),
        ([somebody(1, languages=(speaks(direction="to_dutch"),))], "language_unavailable"),
        ([somebody(1, languages=(speaks(certified_from=None),))], "interpreter_unavailable"),
        ([somebody(1, available=False)], "interpreter_unavailable"),
        ([somebody(1)], "interpreter_unavailable"),
    ],
)
def test_the_language_is_missing_only_when_no_active_interpreter_has_the_pair(people, reason):
    assert derive_reason(funnel(a_need(), *people)) == reason


@given(needs, crowds, st.data())
def test_no_stage_has_more_people_than_the_one_before_it(need, crowd, data):
    ids = st.sets(st.sampled_from([it.interpreter_id for it in crowd] or [1]))
    reached = {stage: data.draw(ids) for stage in ("offered", "delivered", "seen", "answered")}
    counts = list(funnel(need, *crowd, **reached).as_dict().values())
    assert counts == sorted(counts, reverse=True)


@given(needs, crowds)
def test_nobody_ranked_is_lost_on_the_way(need, crowd):
    assert funnel(need, *crowd).reachable >= len(rank(need, crowd).ranked)
