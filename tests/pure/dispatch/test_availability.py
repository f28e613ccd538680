"""When somebody works: the week in Brussels time, what differs from it, midnight, and the nights the clock moves."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.interpreters.domain import Skill, is_certified, is_quiet
from kernel.clock import BRUSSELS
from matching.hours import Deviation, Stretch, is_available

OFFICE = [Stretch(weekday, time(8), time(18)) for weekday in range(5)]
MONDAY = date(2026, 12, 7)
SUMMER_BEGINS, WINTER_BEGINS = date(2026, 3, 29), date(2026, 10, 25)  # both Sundays
QUARTER = timedelta(minutes=15)


def local(day: date, hour: int, minute: int = 0, fold: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute, fold=fold), BRUSSELS).astimezone(UTC)


def works(week, start: datetime, end: datetime, *deviations: Deviation) -> bool:
    return is_available(week, deviations, start, end)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [((8, 0), (18, 0), True), ((7, 59), (9, 0), False), ((17, 0), (18, 1), False), ((12, 0), (13, 0), True)],
)
def test_somebody_works_within_her_hours_and_not_a_minute_beyond(start, end, expected):
    assert works(OFFICE, local(MONDAY, *start), local(MONDAY, *end)) is expected


def test_nobody_works_on_a_day_that_is_not_in_the_week():
    saturday = MONDAY + timedelta(days=5)
    assert not works(OFFICE, local(saturday, 10), local(saturday, 11))


def test_who_never_filled_in_a_week_may_be_asked_but_who_emptied_it_may_not():
    assert works(None, local(MONDAY, 3), local(MONDAY, 4))
    assert not works([], local(MONDAY, 3), local(MONDAY, 4))


def test_two_stretches_that_touch_are_one_and_a_gap_is_a_gap():
    morning, afternoon = Stretch(0, time(8), time(12)), Stretch(0, time(12), time(17))
    assert works([morning, afternoon], local(MONDAY, 11), local(MONDAY, 13))
    assert not works([morning, Stretch(0, time(12, 30), time(17))], local(MONDAY, 11), local(MONDAY, 13))


def test_an_evening_until_2359_goes_on_after_midnight_when_the_next_day_begins_at_once():
    night = [Stretch(0, time(20), time(23, 59)), Stretch(1, time(0), time(6))]
    tuesday = MONDAY + timedelta(days=1)
    assert works(night, local(MONDAY, 23), local(tuesday, 2))
    assert not works(night[:1], local(MONDAY, 23), local(tuesday, 2))


def test_a_deviation_goes_before_the_week_in_both_directions():
    off = Deviation(local(MONDAY, 10), local(MONDAY, 11), available=False)
    extra = Deviation(local(MONDAY, 18), local(MONDAY, 20), available=True)
    assert not works(OFFICE, local(MONDAY, 9), local(MONDAY, 10, 15), off)
    assert works(OFFICE, local(MONDAY, 9), local(MONDAY, 10), off)
    assert works(OFFICE, local(MONDAY, 17), local(MONDAY, 19), extra)
    assert not works(OFFICE, local(MONDAY, 19), local(MONDAY, 20, 1), extra)


def test_who_has_no_week_but_says_when_she_is_free_works_only_then():
    free = Deviation(local(MONDAY, 10), local(MONDAY, 12), available=True)
    assert works(None, local(MONDAY, 10), local(MONDAY, 12), free)
    assert not works(None, local(MONDAY, 11), local(MONDAY, 13), free)


def test_the_week_is_brussels_time_in_summer_and_in_winter():
    july = date(2026, 7, 6)
    assert works(OFFICE, datetime(2026, 7, 6, 6, tzinfo=UTC), datetime(2026, 7, 6, 7, tzinfo=UTC))
    assert not works(OFFICE, datetime(2026, 12, 7, 6, tzinfo=UTC), datetime(2026, 12, 7, 7, tzinfo=UTC))
    assert works(OFFICE, local(july, 8), local(july, 18))


def test_a_night_shift_covers_the_hour_that_exists_twice_and_misses_none_when_one_is_skipped():
    night = [Stretch(6, time(1), time(5))]
    assert works(night, local(WINTER_BEGINS, 1), local(WINTER_BEGINS, 5))
    assert local(WINTER_BEGINS, 5) - local(WINTER_BEGINS, 1) == timedelta(hours=5)
    assert works(night, local(SUMMER_BEGINS, 1), local(SUMMER_BEGINS, 5))


def test_hours_that_end_within_the_hour_that_exists_twice_end_in_each_of_them():
    until_half_past = [Stretch(6, time(1), time(2, 30))]
    first, second = local(WINTER_BEGINS, 2, fold=0), local(WINTER_BEGINS, 2, fold=1)
    assert works(until_half_past, first, first + 2 * QUARTER)
    assert works(until_half_past, second, second + 2 * QUARTER)
    assert not works(until_half_past, first, first + 3 * QUARTER)
    assert not works(until_half_past, second, second + 3 * QUARTER)


def test_hours_that_end_within_the_skipped_hour_end_where_it_begins():
    until_half_past = [Stretch(6, time(1), time(2, 30))]
    skipped = local(SUMMER_BEGINS, 3)
    assert works(until_half_past, skipped - 4 * QUARTER, skipped)
    assert not works(until_half_past, skipped - QUARTER, skipped + QUARTER)


def test_hours_that_begin_within_the_skipped_hour_begin_where_it_ends():
    skipped = local(SUMMER_BEGINS, 3)
    assert works([Stretch(6, time(2), time(3, 15))], skipped, skipped + QUARTER)
    assert works([Stretch(6, time(2, 30), time(4))], skipped, skipped + 4 * QUARTER)
    assert not works([Stretch(6, time(2, 30), time(4))], skipped - QUARTER, skipped + QUARTER)


def test_a_deviation_that_ends_in_the_second_of_two_equal_hours_does_not_go_round_in_circles():
    week = [Stretch(6, time(1), time(2, 30))]
    free = Deviation(local(WINTER_BEGINS, 2, 30), local(WINTER_BEGINS, 2, fold=1), available=True)
    assert works(week, local(WINTER_BEGINS, 1), local(WINTER_BEGINS, 2, 30, fold=1), free)


def test_hours_that_begin_within_the_hour_lived_twice_are_interrupted_by_what_is_before_them():
    week = [Stretch(6, time(2, 15), time(3))]
    assert works(week, local(WINTER_BEGINS, 2, 15), local(WINTER_BEGINS, 2, fold=1))
    assert works(week, local(WINTER_BEGINS, 2, 15, fold=1), local(WINTER_BEGINS, 3))
    assert not works(week, local(WINTER_BEGINS, 2, 15), local(WINTER_BEGINS, 2, 15, fold=1))


def test_hours_from_the_hour_lived_twice_until_after_it_go_on_after_it():
    week = [Stretch(6, time(2, 15), time(3, 15))]
    assert works(week, local(WINTER_BEGINS, 3), local(WINTER_BEGINS, 3, 15))
    assert works(week, local(WINTER_BEGINS, 2, 15, fold=1), local(WINTER_BEGINS, 3, 15))
    assert not works(week, local(WINTER_BEGINS, 2), local(WINTER_BEGINS, 3))


moments = st.sampled_from([SUMMER_BEGINS, WINTER_BEGINS, MONDAY]).flatmap(
    lambda day: st.integers(-8, 200).map(lambda quarters: local(day, 0) + quarters * QUARTER)
)
quarters_of_day = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))
stretches = st.tuples(st.sampled_from([0, 1, 5, 6]), quarters_of_day, quarters_of_day).filter(lambda it: it[1] < it[2])
weeks = st.lists(stretches.map(lambda it: Stretch(*it)), max_size=6)
deviations = st.lists(
    st.tuples(moments, st.integers(1, 40), st.booleans()).map(
        lambda it: Deviation(it[0], it[0] + it[1] * QUARTER, it[2])
    ),
    max_size=3,
)


@given(week=weeks, around=deviations, start=moments, length=st.integers(1, 24))
def test_somebody_is_free_for_a_stretch_exactly_when_she_is_for_each_of_its_quarters(week, around, start, length):
    quarters = [start + n * QUARTER for n in range(length)]
    each = all(is_available(week, around, it, it + QUARTER) for it in quarters)
    assert is_available(week, around, start, start + length * QUARTER) is each


@given(week=weeks, moment=moments)
def test_at_every_moment_the_wall_clock_decides(week, moment):
    here = moment.astimezone(BRUSSELS)
    on_the_wall = any(
        it.weekday == here.weekday() and it.from_time <= here.time().replace(fold=0) < it.to_time for it in week
    )
    assert is_available(week, [], moment, moment + timedelta(minutes=1)) is on_the_wall


@pytest.mark.parametrize(
    ("hour", "quiet"), [((21, 59), False), ((22, 0), True), ((3, 0), True), ((6, 59), True), ((7, 0), False)]
)
def test_quiet_hours_may_go_over_midnight(hour, quiet):
    assert is_quiet(time(22), time(7), local(MONDAY, *hour)) is quiet


@pytest.mark.parametrize(("start", "end"), [(None, None), (time(22), None), (time(8), time(8))])
def test_half_a_wish_for_quiet_is_none(start, end):
    assert not is_quiet(start, end, local(MONDAY, 8))


@pytest.mark.parametrize(
    ("day", "valid"),
    [(date(2019, 12, 31), False), (date(2020, 1, 1), True), (date(2024, 12, 31), True), (date(2025, 1, 1), False)],
)
def test_a_certificate_is_valid_on_its_first_and_on_its_last_day(day, valid):
    skill = Skill("arb", certified_from=date(2020, 1, 1), certified_until=date(2024, 12, 31))
    assert is_certified(skill, day) is valid


def test_without_a_first_day_there_is_no_certificate_and_without_a_last_it_does_not_end():
    assert not is_certified(Skill("arb", certificate="beloofd"), date(2026, 1, 1))
    assert is_certified(Skill("arb", certified_from=date(2020, 1, 1)), date(2099, 1, 1))
