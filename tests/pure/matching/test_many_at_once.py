"""Many requests planned together: nobody twice at once, nothing lost, and never further from the best than it says."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.batch import Effort, plan_many
from matching.domain import TRANSLATION
from matching.pool import Pool
from matching.ranking import rank
from tests.builders.crowds import crowds, needs, willing
from tests.builders.matching import AALST, GENT, HASSELT, HOUR, MONDAY_9H, a_need, a_translation, somebody

WORTH = 600.0
days = st.lists(needs, max_size=4).map(lambda found: [replace(it, request_id=n) for n, it in enumerate(found, 1)])


def at(hour, request_id, **changes):
    start = MONDAY_9H + timedelta(hours=hour)
    return a_need(request_id=request_id, slot_start=start, slot_end=start + HOUR, **changes)


def hours_of(plan, asked, crowd):
    """Return every job with the person and the hours it takes her, travel included; translations take none."""
    by_id = {it.request_id: it for it in asked}
    taken = [(by_id[it.request_id], it.interpreter_id) for it in plan.pairs]
    hours = [(need, stretch(need, who, crowd)) for need, who in taken]
    return [it for need, it in hours if need.service != TRANSLATION]


def stretch(need, interpreter_id, crowd):
    [ranked] = rank(need, [it for it in crowd if it.interpreter_id == interpreter_id]).ranked
    travel = timedelta(minutes=ranked.travel_minutes)
    return interpreter_id, need.slot_start - travel, need.slot_end + travel


def best_of_all(asked, crowd):
    """Return the value of the best plan there is, by trying every one."""
    prices = [
        [None, *((it.candidate.interpreter_id, it.cost_minutes) for it in rank(need, crowd).ranked)] for need in asked
    ]
    best = 0.0
    for choice in product(*prices):
        taken = [(need, *who) for need, who in zip(asked, choice, strict=True) if who]
        hours = [stretch(need, who, crowd) for need, who, _ in taken if need.service != TRANSLATION]
        if not any(overlap(a, b) for n, a in enumerate(hours) for b in hours[:n]):
            best = max(best, sum(WORTH - cost for _, _, cost in taken))
    return best


def overlap(one, other):
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def test_everybody_is_sent_where_it_costs_least_in_all():
    near, far = somebody(1, home=GENT), somebody(2, home=HASSELT)
    plan = plan_many([at(0, 7), at(0, 8, place=AALST)], Pool([near, far]))
    assert {(it.request_id, it.interpreter_id) for it in plan.pairs} == {(7, 1), (8, 2)}
    assert plan.unfilled == ()
    assert plan.gap == pytest.approx(0, abs=1e-9)


def test_one_person_does_several_jobs_in_a_day():
    plan = plan_many([at(0, 1), at(3, 2), at(6, 3)], Pool([somebody(1)]))
    assert [it.interpreter_id for it in plan.pairs] == [1, 1, 1]


def test_a_job_is_handed_over_when_that_makes_room_for_one_that_only_she_can_do():
    only_here, anywhere = somebody(1), somebody(2, home=AALST, services=frozenset({"on_site"}))
    asked = [at(0, 1), at(0, 2, service="video")]
    plan = plan_many(asked, Pool([only_here, anywhere]), effort=Effort(seconds=0))
    assert {(it.request_id, it.interpreter_id) for it in plan.pairs} == {(1, 2), (2, 1)}


def test_translations_are_done_between_appointments():
    plan = plan_many([at(0, 1), a_translation(request_id=2), a_translation(request_id=3)], Pool([somebody(1)]))
    assert len(plan.pairs) == 3


def test_without_requests_or_people_there_is_nothing_to_plan():
    assert plan_many([], Pool([somebody(1)])).pairs == ()
    nobody = plan_many([at(0, 4)], Pool())
    assert (nobody.pairs, nobody.unfilled, nobody.gap) == ((), (4,), 0.0)


def test_somebody_who_costs_more_than_the_request_is_worth_stays_at_home():
    assert plan_many([at(0, 1)], Pool([somebody(1, home=HASSELT)]), filled_minutes=30.0).unfilled == (1,)


@settings(max_examples=60, deadline=None)
@given(days, crowds)
def test_nobody_is_in_two_places_at_once_and_no_rule_is_broken(asked, crowd):
    plan = plan_many(asked, Pool(crowd))
    hours = hours_of(plan, asked, crowd)  # fails when somebody is sent whom a rule keeps out
    assert not any(overlap(a, b) for n, a in enumerate(hours) for b in hours[:n])
    assert sorted([*plan.unfilled, *(it.request_id for it in plan.pairs)]) == [it.request_id for it in asked]


@settings(max_examples=40, deadline=None)
@given(days, st.lists(willing, max_size=4, unique_by=lambda it: it.interpreter_id))
def test_the_plan_is_as_good_as_it_says(asked, crowd):
    best = best_of_all(asked, crowd)
    for effort in (Effort(), Effort(seconds=0)):
        plan = plan_many(asked, Pool(crowd), effort=effort)
        assert plan.value <= best + 1e-6 <= plan.bound + 2e-6 + 1e-4 * abs(plan.bound)
        assert plan.value >= plan.bound * (1 - plan.gap) - 1e-6
    exact = plan_many(asked, Pool(crowd), effort=Effort(gap=0.0))
    assert exact.value == pytest.approx(best, rel=1e-3, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(days, crowds, st.data())
def test_the_order_in_which_things_are_read_changes_nothing(asked, crowd, data):
    shuffled = plan_many(data.draw(st.permutations(asked)), Pool(data.draw(st.permutations(crowd))))
    assert shuffled == plan_many(asked, Pool(crowd))


@settings(max_examples=30, deadline=None)
@given(days, crowds, willing)
def test_one_more_interpreter_never_makes_the_best_plan_worse(asked, crowd, newcomer):
    exact = Effort(gap=0.0, width=100)
    before = plan_many(asked, Pool(crowd), effort=exact)
    after = plan_many(asked, Pool([*crowd, replace(newcomer, interpreter_id=1000)]), effort=exact)
    assert after.value >= before.value - 1e-3 * abs(before.value) - 1e-6
