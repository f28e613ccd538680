"""Whom a policy asks, whatever the case: never twice, never at night, the same whoever is read first."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.cases import ASKED, NO, NOBODY_LEFT, QUIET, REASONS, TOO_LATE, Asked, Case, Prospect
from matching.hunt import Hunt
from matching.policy import (
    OURS,
    AdaptiveWaves,
    Horizon,
    Waves,
    WithFallback,
    WithSecondChannel,
    broadcast,
    by_cost,
    sequential,
)
from matching.reaction import PUSH, VOICE, Reactions

DAY = 1440.0
POLICIES = (
    OURS,
    AdaptiveWaves(),
    Horizon(AdaptiveWaves()),
    WithSecondChannel(AdaptiveWaves()),
    WithFallback(Waves(4, 45, 2)),
    sequential(),
    broadcast(),
)


def a_case(**changes) -> Case:
    """Return a request on site, asked at eight, with until the next noon to find somebody."""
    usual = {
        "request_id": 7,
        "now": 480.0,
        "created_at": 480.0,
        "deadline": DAY + 720,
        "immediate": False,
        "service": "on_site",
        "awake": ((480.0, 1260.0), (DAY + 420, DAY + 720)),
    }
    return Case(**(usual | changes))


def people(count: int, p_yes: float = 0.4, option: int = 0) -> list[Prospect]:
    """Return so many who may come, the first one cheapest."""
    return [Prospect(who, option, p_yes, 10.0 * who) for who in range(1, count + 1)]


def sent(who: int, at: float = 480.0, **changes) -> Asked:
    return Asked(who, **({"option": 0, "channel": PUSH, "sent_at": at, "delivered_at": at} | changes))


prospects = st.lists(
    st.builds(
        Prospect,
        interpreter_id=st.integers(1, 12),
        option=st.integers(0, 3),
        p_yes=st.floats(0, 1),
        cost_minutes=st.floats(-100, 500),
    ),
    max_size=30,
    unique_by=lambda it: (it.interpreter_id, it.option),
)
earlier = st.lists(
    st.builds(
        Asked,
        interpreter_id=st.integers(1, 12),
        option=st.integers(0, 3),
        channel=st.sampled_from((PUSH, VOICE)),
        sent_at=st.floats(480, 1000),
        seen_at=st.none() | st.just(1000.0),
        answer=st.sampled_from((None, NO, "expired", "withdrawn")),
    ),
    max_size=12,
    unique_by=lambda it: (it.interpreter_id, it.option, it.channel),
)
moments = st.floats(400, DAY + 900)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda it: type(it).__name__)
@given(prospects, earlier, moments, st.booleans(), st.data())
def test_nobody_is_asked_twice_and_nobody_who_may_not_come(policy, found, asked, now, immediate, data):
    case = a_case(asked=tuple(asked), now=now, immediate=immediate)
    plan = policy.plan(case, found)
    before = {(it.interpreter_id, it.option, it.channel) for it in asked}
    now_asked = [(it.interpreter_id, it.option, it.channel) for it in plan.ask]
    assert len(set(now_asked)) == len(now_asked) and before.isdisjoint(now_asked)
    assert {it[:2] for it in now_asked} <= {(it.interpreter_id, it.option) for it in found}
    assert plan.reason in REASONS and bool(plan.ask) == (plan.reason == ASKED)
    assert not plan.ask or case.may_disturb
    assert plan.again_at is None or now < plan.again_at <= case.deadline or plan.again_at <= case.awake[-1][1]
    assert -1e-9 <= plan.fill <= 1
    assert policy.plan(case, data.draw(st.permutations(found))) == plan


@pytest.mark.parametrize("policy", POLICIES, ids=lambda it: type(it).__name__)
def test_a_case_without_anybody_has_a_reason(policy):
    plan = policy.plan(a_case(), [])
    assert (plan.ask, plan.again_at, plan.reason) == ((), None, NOBODY_LEFT)


def test_at_night_nobody_is_woken_and_after_the_deadline_nobody_is_asked():
    night = OURS.plan(a_case(now=1300.0), people(5))
    assert (night.ask, night.again_at, night.reason) == ((), DAY + 420, QUIET)
    assert OURS.plan(a_case(now=DAY + 720), people(5)).reason == TOO_LATE


def test_with_days_to_go_few_are_asked_and_with_an_hour_to_go_many():
    days = AdaptiveWaves().plan(a_case(deadline=6 * DAY, awake=((480.0, 6 * DAY),)), people(20))
    hour = AdaptiveWaves().plan(a_case(deadline=540.0, awake=((480.0, 540.0),)), people(20))
    assert len(days.ask) == 1
    assert len(hour.ask) >= 8
    assert hour.fill > days.fill


def test_where_everybody_together_is_not_enough_they_are_asked_sooner():
    few, many = people(7, p_yes=0.2), people(30, p_yes=0.2)
    patient = AdaptiveWaves(rounds_short=1.0)
    assert len(AdaptiveWaves().plan(a_case(), few).ask) > len(patient.plan(a_case(), few).ask)
    assert AdaptiveWaves().plan(a_case(), many) == patient.plan(a_case(), many)


def test_a_caller_is_not_kept_waiting_for_one_person():
    sure, unsure = (AdaptiveWaves().plan(a_case(immediate=True), people(20, p)) for p in (0.95, 0.4))
    assert 2 <= len(sure.ask) < len(unsure.ask)
    assert sure.again_at < 480 + 3


def test_for_a_caller_people_are_rung_and_for_later_work_they_get_a_message():
    caller, later = (OURS.plan(a_case(immediate=now), people(20)) for now in (True, False))
    assert {it.channel for it in caller.ask} == {VOICE}
    assert {it.channel for it in later.ask} == {PUSH}


def test_likelier_people_come_before_nearer_ones_when_that_is_worth_the_way():
    near, likely = Prospect(1, 0, 0.2, 20.0), Prospect(2, 0, 0.9, 50.0)
    assert AdaptiveWaves(order=by_cost).plan(a_case(), [near, likely]).ask[0].interpreter_id == 1
    assert AdaptiveWaves().plan(a_case(), [near, likely]).ask[0].interpreter_id == 2


def test_an_alternative_waits_while_the_request_as_asked_can_still_be_filled():
    by_video = people(20, 0.9, option=1)
    many, few = OURS.plan(a_case(), [*people(20), *by_video]), OURS.plan(a_case(), [*people(1), *by_video])
    assert (many.open_option, {it.option for it in many.ask}) == (0, {0})
    assert few.open_option == 1


def test_who_never_opened_the_message_is_called_and_who_did_is_not():
    found = people(2)
    unseen = a_case(now=600.0, asked=(sent(1), sent(2, seen_at=490.0)))
    plan = WithSecondChannel(AdaptiveWaves()).plan(unseen, found)
    assert [(it.interpreter_id, it.channel) for it in plan.ask] == [(1, VOICE)]
    called = replace(unseen, now=720.0, asked=(*unseen.asked, sent(1, 600.0, channel=VOICE)))
    assert WithSecondChannel(AdaptiveWaves()).plan(called, found).ask == ()


def test_with_nobody_left_the_call_to_who_is_silent_is_not_forgotten():
    plan = WithSecondChannel(AdaptiveWaves()).plan(a_case(now=500.0, asked=(sent(1),)), people(1))
    assert (plan.ask, plan.again_at) == ((), 540.0)
    called = WithSecondChannel(AdaptiveWaves()).plan(a_case(now=540.0, asked=(sent(1),)), people(1))
    assert [it.channel for it in called.ask] == [VOICE]


def test_a_wave_ends_early_when_everybody_in_it_has_answered():
    wave = Waves(2, 45, 2)
    thinking = a_case(now=490.0, asked=(sent(1), sent(2, answer=NO)))
    assert wave.plan(thinking, people(6)).ask == ()
    over = a_case(now=490.0, asked=(sent(1, answer=NO), sent(2, answer=NO)))
    assert [it.interpreter_id for it in wave.plan(over, people(6)).ask] == [3, 4]


def test_requests_that_wait_are_looked_at_together_but_callers_are_not():
    horizon = Horizon(AdaptiveWaves(), 20)
    assert horizon.plan(a_case(now=485.0), people(5)).again_at == 500.0
    assert horizon.plan(a_case(now=485.0, immediate=True), people(5)).ask


def test_a_refusal_makes_the_next_yes_less_likely_and_a_yes_more():
    fresh = Hunt(0.8)
    assert fresh.after(0.5, said_yes=False).chance((0.5,)) < fresh.chance((0.5,)) == pytest.approx(0.5, abs=0.01)
    assert fresh.after(0.5, said_yes=True).chance((0.5,)) > 0.5
    alike = Hunt(0.0).after(0.5, said_yes=False)
    assert alike.chance((0.5, 0.5)) == pytest.approx(0.75)


def test_more_people_are_needed_where_requests_differ_much():
    chances = [0.4] * 50
    assert Hunt(1.0).needed(chances, 1.0, 0.97) > Hunt(0.0).needed(chances, 1.0, 0.97) == 7


def test_open_offers_count_for_what_is_left_of_them():
    early = Hunt.of(a_case(now=485.0, asked=(sent(1),)), people(1), Reactions(), 0.5, 600.0)
    late = Hunt.of(a_case(now=1200.0, asked=(sent(1),)), people(1), Reactions(), 0.5, 600.0)
    gone = Hunt.of(a_case(now=485.0, asked=(sent(1, answer=NO),)), people(1), Reactions(), 0.5, 600.0)
    assert early.chance() > late.chance() > gone.chance() == pytest.approx(0.0)
