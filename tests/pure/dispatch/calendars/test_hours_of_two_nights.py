"""The hour that does not exist and the hour that exists twice are asked about, never guessed."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from dispatch.calendars.domain import resolve_local
from dispatch.calendars.errors import AmbiguousTime, NonexistentTime
from kernel.clock import BRUSSELS
from kernel.errors import Invalid
from tests.builders.calendars import moment

SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)


@pytest.mark.parametrize("minute", [0, 1, 30, 59])
def test_between_two_and_three_in_spring_there_is_nothing(minute: int) -> None:
    with pytest.raises(NonexistentTime) as refused:
        resolve_local(SPRING, time(2, minute))
    assert refused.value.code == "time_does_not_exist"
    assert refused.value.facts["time"] == f"02:{minute:02}"


@pytest.mark.parametrize("minute", [0, 1, 30, 59])
def test_between_two_and_three_in_autumn_both_are_offered(minute: int) -> None:
    with pytest.raises(AmbiguousTime) as refused:
        resolve_local(AUTUMN, time(2, minute))
    assert refused.value.code == "time_exists_twice"
    assert refused.value.facts["options"] == [f"2027-10-31T02:{minute:02}:00+0{n}:00" for n in (2, 1)]


def test_whoever_chose_is_believed() -> None:
    assert resolve_local(AUTUMN, time(2, 30), fold=0) == moment("2027-10-31T00:30Z")
    assert resolve_local(AUTUMN, time(2, 30), fold=1) == moment("2027-10-31T01:30Z")


def test_a_choice_means_nothing_where_there_is_none() -> None:
    assert resolve_local(date(2027, 6, 1), time(9), fold=1) == moment("2027-06-01T07:00Z")
    with pytest.raises(NonexistentTime):
        resolve_local(SPRING, time(2, 30), fold=1)


@pytest.mark.parametrize(
    ("day", "hour", "utc"),
    [
        (SPRING, time(1, 59), "2027-03-28T00:59Z"),
        (SPRING, time(3, 0), "2027-03-28T01:00Z"),
        (AUTUMN, time(1, 59), "2027-10-30T23:59Z"),
        (AUTUMN, time(3, 0), "2027-10-31T02:00Z"),
        (date(2026, 12, 1), time(9, 0), "2026-12-01T08:00Z"),
    ],
)
def test_the_minutes_around_are_certain(day: date, hour: time, utc: str) -> None:
    assert resolve_local(day, hour) == moment(utc)


def test_in_a_whole_year_only_eight_quarters_are_refused() -> None:
    refused = []
    for n in range(365 * 96):
        wall = datetime(2027, 1, 1) + timedelta(minutes=15 * n)
        try:
            found = resolve_local(wall.date(), wall.time())
        except (NonexistentTime, AmbiguousTime) as error:
            refused.append((type(error), wall))
        else:
            assert found.tzinfo is UTC
            assert found.astimezone(BRUSSELS).replace(tzinfo=None) == wall
    spring, autumn = datetime(2027, 3, 28, 2), datetime(2027, 10, 31, 2)
    quarters = [timedelta(minutes=15 * n) for n in range(4)]
    assert refused == [(NonexistentTime, spring + q) for q in quarters] + [
        (AmbiguousTime, autumn + q) for q in quarters
    ]


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_edges_of_the_calendar_are_refused_not_crashed_into(day: date) -> None:
    with pytest.raises(Invalid) as refused:
        resolve_local(day, time(0, 0))
    assert refused.value.facts["fields"] == {"starts_at": "out_of_range"}
