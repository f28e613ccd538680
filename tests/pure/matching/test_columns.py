"""A pool of columns says the same as each person by herself, whatever was put in and taken out on the way."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from matching.hours import Stretch, is_available
from matching.pool import Pool
from matching.ranking import judge, rank
from tests.builders.crowds import candidates, crowds, needs, weeks, willing
from tests.builders.matching import HOUR, MONDAY_9H, a_need, somebody, speaks

EVERY_NIGHT = tuple(Stretch(day, time(0), time(23, 59)) for day in range(7))
moments = st.datetimes(datetime(2026, 3, 26), datetime(2026, 10, 28), timezones=st.just(UTC))


def told(need, pool):
    judgement = judge(need, pool, group=pool.everybody())
    return judgement.ranked(), judgement.rejected()


@given(weeks, moments, st.integers(1, 1500))
@example(EVERY_NIGHT, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 60)  # half past two comes twice
@example((Stretch(6, time(1), time(2, 30)),), datetime(2026, 3, 29, 0, 30, tzinfo=UTC), 60)  # two o'clock never comes
def test_a_week_in_columns_covers_what_the_week_covers(week, start, minutes):
    need = a_need(slot_start=start, slot_end=start + timedelta(minutes=minutes), now=start - 24 * HOUR)
    rejected = rank(need, [somebody(week=week)]).rejected
    assert (not rejected) is is_available(week, (), need.slot_start, need.slot_end)


def test_the_night_from_sunday_to_monday_is_one_stretch():
    need = a_need(slot_start=MONDAY_9H - 10 * HOUR - timedelta(minutes=30), slot_end=MONDAY_9H - 8 * HOUR)
    assert rank(need, [somebody(week=EVERY_NIGHT)]).ranked


@given(needs, crowds, candidates | willing)
def test_somebody_put_into_a_pool_is_judged_as_if_she_had_always_been_there(need, crowd, newcomer):
    pool = Pool(crowd)
    told(need, pool)
    judge(need, pool)
    pool.put(newcomer)
    others = [it for it in crowd if it.interpreter_id != newcomer.interpreter_id]
    fresh = Pool([*others, newcomer])
    assert told(need, pool) == told(need, fresh)
    assert judge(need, pool).first_reasons() == judge(need, fresh).first_reasons()


@given(needs, crowds, st.data())
def test_somebody_changed_is_judged_as_she_is_now(need, crowd, data):
    pool = Pool(crowd)
    judge(need, pool)
    if not crowd:
        return
    before = data.draw(st.sampled_from(crowd))
    after = replace(data.draw(candidates), interpreter_id=before.interpreter_id)
    pool.put(after)
    assert told(need, pool) == told(need, Pool([after if it is before else it for it in crowd]))


@given(needs, crowds)
def test_who_does_not_speak_the_language_need_not_be_looked_at(need, crowd):
    pool = Pool(crowd)
    among, everybody = judge(need, pool), judge(need, pool, group=pool.everybody())
    assert among.ranked() == everybody.ranked()


@given(needs, crowds)
def test_everybody_is_out_by_one_first_reason_or_may_come(need, crowd):
    judgement = judge(need, Pool(crowd))
    assert sum(judgement.first_reasons().values()) + len(judgement.order) == len(judgement.crowd.members)


def test_somebody_who_learns_a_language_is_found_by_it():
    pool, need = Pool([somebody(1)]), a_need(language="tir")
    assert not len(judge(need, pool).order)
    pool.put(somebody(1, languages=(speaks(), speaks("tir"))))
    assert len(judge(need, pool).order) == 1
    pool.remove(1)
    assert not len(judge(need, pool).order)
    assert len(pool) == 0


def test_nobody_is_in_a_pool_twice():
    with pytest.raises(ValueError, match="twice"):
        Pool([somebody(1), somebody(1)])
