"""Working days and office hours, over weekends, holidays and the two nights of the year."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.calendars.domain import WorkCalendar, local_day
from kernel.clock import BRUSSELS
from tests.builders.calendars import CALENDAR, moment

moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2027-03-26", True),  # Good Friday
        ("2027-03-27", False),  # Saturday
        ("2027-03-28", False),  # Sunday
        ("2027-03-29", False),  # Easter Monday
        ("2027-03-30", True),
        ("2027-11-01", False),  # All Saints
        ("2026-11-15", False),  # a Sunday
    ],
)
def test_what_a_working_day_is(day: str, working: bool) -> None:
    assert CALENDAR.is_working_day(date.fromisoformat(day)) is working


def test_an_agency_may_work_on_saturdays() -> None:
    six_days = WorkCalendar(weekdays=frozenset(range(6)))
    assert six_days.previous_working_day(date(2027, 3, 29)) == date(2027, 3, 27)


@pytest.mark.parametrize(
    "never", [{"opens": time(18), "closes": time(8)}, {"opens": time(8), "closes": time(8)}, {"weekdays": frozenset()}]
)
def test_a_calendar_that_is_never_open_is_refused(never: dict) -> None:
    with pytest.raises(ValueError, match="never open"):
        WorkCalendar(**never)


@pytest.mark.parametrize(
    ("day", "step", "reached"),
    [
        ("2027-03-26", 1, "2027-03-30"),
        ("2027-03-30", -1, "2027-03-26"),
        ("2027-03-30", 0, "2027-03-30"),
        ("2027-03-28", 1, "2027-03-30"),
        ("2027-10-29", 2, "2027-11-04"),
        ("2027-11-16", -3, "2027-11-09"),  # 12, 10 (11 closed), 9
        ("2026-12-24", 5, "2027-01-04"),  # 28, 29, 30, 31, then over New Year
    ],
)
def test_days_are_counted_over_weekends_and_closing_days(day: str, step: int, reached: str) -> None:
    assert CALENDAR.shift(date.fromisoformat(day), step) == date.fromisoformat(reached)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2027-03-26T16:59+01:00", "2027-03-30T09:00+02:00", 1),
        ("2027-03-26T09:00+01:00", "2027-03-26T17:00+01:00", 0),
        ("2027-03-27T09:00+01:00", "2027-03-30T09:00+02:00", 1),
        ("2027-10-29T09:00+02:00", "2027-11-03T09:00+01:00", 1),
        ("2027-10-18T09:00+02:00", "2027-11-03T14:00+01:00", 10),
        ("2027-02-15T10:00+01:00", "2027-03-30T09:00+02:00", 30),
        ("2026-11-29T23:30Z", "2026-11-30T22:00Z", 0),  # both are Monday here
        ("2027-03-30T09:00+02:00", "2027-03-26T09:00+01:00", 0),
    ],
)
def test_working_days_ahead(start: str, end: str, days: int) -> None:
    assert CALENDAR.working_days_between(moment(start), moment(end)) == days


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2027-03-26T16:59+01:00", 1, "2027-03-30T16:59+02:00"),
        ("2027-03-30T09:00+02:00", -1, "2027-03-26T09:00+01:00"),
        ("2027-11-03T14:00+01:00", -1, "2027-10-29T14:00+02:00"),
        ("2026-10-23T09:00+02:00", 1, "2026-10-26T09:00+01:00"),
    ],
)
def test_a_working_day_further_is_the_same_hour_on_the_wall(start: str, days: int, end: str) -> None:
    assert CALENDAR.add_working_days(moment(start), days) == moment(end)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-12-01T09:00+01:00", 2, "2026-12-01T11:00+01:00"),
        ("2026-12-01T07:00+01:00", 1, "2026-12-01T09:00+01:00"),  # nothing counts before eight
        ("2026-12-01T17:30+01:00", 1, "2026-12-02T08:30+01:00"),  # across closing time
        ("2026-12-01T08:00+01:00", 10, "2026-12-01T18:00+01:00"),  # a whole day ends at closing time
        ("2026-12-01T18:00+01:00", 1, "2026-12-02T09:00+01:00"),
        ("2026-12-05T12:00+01:00", 1, "2026-12-07T09:00+01:00"),  # Saturday
        ("2026-12-05T12:00+01:00", 0, "2026-12-07T08:00+01:00"),
        ("2026-12-01T08:00+01:00", 25, "2026-12-03T13:00+01:00"),
        ("2027-03-26T16:59+01:00", 2, "2027-03-30T08:59+02:00"),  # Friday 16:59, over Easter and the jump
        ("2027-03-26T16:59+01:00", 4, "2027-03-30T10:59+02:00"),
        ("2027-10-29T17:30+02:00", 1, "2027-11-03T08:30+01:00"),  # over two closed days and the jump
        ("2027-10-31T02:30+02:00", 1, "2027-11-03T09:00+01:00"),
    ],
)
def test_office_hours_pass_only_when_the_office_is_open(start: str, hours: float, end: str) -> None:
    assert CALENDAR.add_working_time(moment(start), timedelta(hours=hours)) == moment(end)


def test_a_moment_in_local_time_counts_as_the_same_instant() -> None:
    here = moment("2027-03-26T15:59Z").astimezone(BRUSSELS)
    reached = CALENDAR.add_working_time(here, timedelta(hours=2))
    assert reached == moment("2027-03-30T06:59Z")
    assert reached.utcoffset() == timedelta(0)


@given(moments, st.integers(1, 40), st.integers(1, 40))
def test_office_hours_add_up(start: datetime, first: int, second: int) -> None:
    apart = CALENDAR.add_working_time(CALENDAR.add_working_time(start, timedelta(hours=first)), timedelta(hours=second))
    assert apart == CALENDAR.add_working_time(start, timedelta(hours=first + second))


@given(moments, st.integers(1, 30))
def test_so_many_working_days_further_is_so_many_counted_back(start: datetime, days: int) -> None:
    assert CALENDAR.working_days_between(start, CALENDAR.add_working_days(start, days)) == days


@given(moments)
def test_the_cut_off_is_on_a_working_day_before_with_none_between(start: datetime) -> None:
    day = local_day(CALENDAR.timely_cut_off(start))
    assert CALENDAR.is_working_day(day)
    between = [day + timedelta(days=n) for n in range(1, (local_day(start) - day).days)]
    assert day < local_day(start)
    assert not any(CALENDAR.is_working_day(it) for it in between)
