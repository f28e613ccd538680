"""Which service suits a talk, and which moments are worth showing."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from dispatch.booking.domain import DAYS_SHOWN, Talk, advise, moments_worth_showing
from dispatch.calendars.domain import WorkCalendar
from dispatch.requests.domain import Service
from kernel.clock import BRUSSELS

CALENDAR = WorkCalendar(closed_on=frozenset({date(2026, 12, 25)}))
NOW = datetime(2026, 12, 22, 9, 30, tzinfo=BRUSSELS).astimezone(UTC)


@pytest.mark.parametrize(
    ("talk", "service"),
    [
        (Talk.SHORT, Service.TELEPHONE),
        (Talk.DEEP, Service.VIDEO),
        (Talk.TOGETHER, Service.ON_SITE),
        (Talk.DOCUMENT, Service.TRANSLATION),
    ],
)
def test_a_talk_has_a_service_that_suits_it(talk: Talk, service: Service) -> None:
    assert advise(talk) is service


def test_the_days_shown_are_working_days() -> None:
    days, rows = moments_worth_showing(date(2026, 12, 24), timedelta(hours=1), CALENDAR, NOW)
    assert days == [date(2026, 12, 24), *(date(2026, 12, day) for day in (28, 29, 30, 31))]
    assert all(len(row) == DAYS_SHOWN for row in rows)


def test_a_first_day_that_is_closed_begins_at_the_next_one() -> None:
    days, _ = moments_worth_showing(date(2026, 12, 25), timedelta(hours=1), CALENDAR, NOW)
    assert days[0] == date(2026, 12, 28)


def test_a_long_talk_fits_before_closing() -> None:
    _, rows = moments_worth_showing(date(2026, 12, 28), timedelta(hours=3), CALENDAR, NOW)
    last = rows[-1][0]
    assert last is not None
    assert last.astimezone(BRUSSELS).time() == time(15)


def test_what_is_past_or_too_soon_is_not_offered() -> None:
    _, rows = moments_worth_showing(date(2026, 12, 22), timedelta(hours=1), CALENDAR, NOW)
    assert [row[0] is None for row in rows[:4]] == [True, True, True, False]  # 8, 9, 10 are gone; 11 is not


def test_an_hour_stays_the_same_hour_when_the_clock_changes() -> None:
    _, rows = moments_worth_showing(date(2027, 3, 26), timedelta(hours=1), CALENDAR, NOW)
    assert {it.astimezone(BRUSSELS).hour for it in rows[0] if it} == {8}
