"""When a person looks, when a search ends and when the requester knows: worked out by hand, then what always holds."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.terms.domain import SearchMoments, Term, Terms, add, before, moments, plan_for
from dispatch.terms.services import first_terms
from tests.builders.calendars import CALENDAR, moment

TERMS = Terms(first_terms())
SINCE = moment("2015-01-01T00:00Z").date()
FRIDAY_16_59 = "2027-03-26T16:59+01:00"  # before Easter Monday and before the clock jumps


def searched(service: str, submitted: str, start: str, **given_facts: float) -> SearchMoments:
    asked, begins = moment(submitted), moment(start)
    plan = plan_for(service, CALENDAR.working_days_between(asked, begins), False, TERMS)
    return moments(plan, asked, begins, CALENDAR, **given_facts)


def expected(escalate: str, stop: str, answer: str) -> SearchMoments:
    return SearchMoments(moment(escalate), moment(stop), moment(answer))


@pytest.mark.parametrize(
    ("submitted", "start", "escalate", "stop", "answer"),
    [
        # 30 working days ahead: 7, 2 and 5 working days before, counted back over Easter Monday, at nine on the wall
        (
            "2027-02-15T10:00+01:00", "2027-03-30T09:00+02:00",
            "2027-03-18T09:00+01:00", "2027-03-25T09:00+01:00", "2027-03-22T09:00+01:00",
        ),
        # 10 ahead: 5, 1 and 3 before, counted back over All Saints, All Souls and the end of summer time
        (
            "2027-10-18T09:00+02:00", "2027-11-03T14:00+01:00",
            "2027-10-25T14:00+02:00", "2027-10-29T14:00+02:00", "2027-10-27T14:00+02:00",
        ),
        # 9 ahead: one day later. Stop 60 + 30 minutes before (12:30 in winter time); half of 15 days and 4:30 hours
        # (the night of the jump is an hour longer); answered two working days before: Thursday
        (
            "2027-10-19T09:00+02:00", "2027-11-03T14:00+01:00",
            "2027-10-26T23:15+02:00", "2027-11-03T12:30+01:00", "2027-10-28T14:00+02:00",
        ),
        # 2 ahead, Friday morning: the aim, two working days before at two in the afternoon, is still ahead;
        # half of 5 days, 2 hours, 30 minutes
        (
            "2027-03-26T09:00+01:00", "2027-03-31T14:00+02:00",
            "2027-03-28T23:15+02:00", "2027-03-31T12:30+02:00", "2027-03-26T14:00+01:00",
        ),
        # the same on Friday 16:59: the aim has passed, so on Tuesday at three; half of 4 days, 18 hours, 31 minutes
        (
            FRIDAY_16_59, "2027-03-31T14:00+02:00",
            "2027-03-29T01:14:30Z", "2027-03-31T12:30+02:00", "2027-03-30T15:00+02:00",
        ),
        # the next working day, asked on Friday 16:59: a person at once, an answer within the hour
        (
            FRIDAY_16_59, "2027-03-30T09:00+02:00",
            FRIDAY_16_59, "2027-03-30T08:30+02:00", "2027-03-26T17:59+01:00",
        ),
        # on All Saints itself, asked the Friday before: no working day ahead
        (
            "2027-10-29T16:59+02:00", "2027-11-01T10:00+01:00",
            "2027-10-29T16:59+02:00", "2027-11-01T09:30+01:00", "2027-10-29T17:59+02:00",
        ),
        # in two hours: the answer comes within the hour
        (
            "2026-12-01T08:00+01:00", "2026-12-01T10:00+01:00",
            "2026-12-01T08:00+01:00", "2026-12-01T09:30+01:00", "2026-12-01T09:00+01:00",
        ),
        # in an hour: the search ends before the hour of the answer is over
        (
            "2026-12-01T09:00+01:00", "2026-12-01T10:00+01:00",
            "2026-12-01T09:00+01:00", "2026-12-01T09:30+01:00", "2026-12-01T09:30+01:00",
        ),
        # in twenty minutes: nobody can be there in time
        (
            "2026-12-01T09:40+01:00", "2026-12-01T10:00+01:00",
            "2026-12-01T09:40+01:00", "2026-12-01T09:40+01:00", "2026-12-01T09:40+01:00",
        ),
    ],
)  # fmt: skip
def test_on_site(submitted: str, start: str, escalate: str, stop: str, answer: str) -> None:
    assert searched("on_site", submitted, start) == expected(escalate, stop, answer)


@pytest.mark.parametrize(
    ("submitted", "start", "journey", "stop"),
    [
        (FRIDAY_16_59, "2027-03-30T09:00+02:00", 12, "2027-03-30T08:48+02:00"),  # start - shortest journey
        (FRIDAY_16_59, "2027-03-31T14:00+02:00", 45, "2027-03-31T12:15+02:00"),  # start - journey - 1 h
        ("2027-10-18T09:00+02:00", "2027-11-03T14:00+01:00", 45, "2027-10-29T14:00+02:00"),  # a working day: no journey
    ],
)
def test_a_journey_that_is_known_counts_instead_of_the_assumed_one(
    submitted: str, start: str, journey: float, stop: str
) -> None:
    assert searched("on_site", submitted, start, travel_minutes=journey).hard_stop_at == moment(stop)


@pytest.mark.parametrize("service", ["telephone", "video"])
@pytest.mark.parametrize(
    ("submitted", "start", "stop"),
    [
        ("2027-02-15T10:00+01:00", "2027-03-30T09:00+02:00", "2027-03-25T09:00+01:00"),
        ("2027-10-18T09:00+02:00", "2027-11-03T14:00+01:00", "2027-10-29T14:00+02:00"),
        (FRIDAY_16_59, "2027-03-31T14:00+02:00", "2027-03-31T13:00+02:00"),
        (FRIDAY_16_59, "2027-03-30T09:00+02:00", "2027-03-30T08:55+02:00"),
    ],
)
def test_by_telephone_and_video_nobody_travels(service: str, submitted: str, start: str, stop: str) -> None:
    assert searched(service, submitted, start, travel_minutes=45).hard_stop_at == moment(stop)


def test_now_a_person_after_two_minutes_and_the_end_after_three() -> None:
    asked = moment("2027-10-31T00:59Z")  # a minute before the clock goes back
    plan = plan_for("telephone", 0, True, TERMS)
    assert moments(plan, asked, asked, CALENDAR) == expected(
        "2027-10-31T01:01Z", "2027-10-31T01:02Z", "2027-10-31T01:02Z"
    )
    assert moments(plan, asked, asked, CALENDAR, 60) == expected(
        "2027-10-31T00:59:02Z", "2027-10-31T00:59:03Z", "2027-10-31T00:59:03Z"
    )


def test_a_scale_shortens_waiting_and_not_what_hangs_on_the_start() -> None:
    scaled = searched("on_site", FRIDAY_16_59, "2027-03-30T09:00+02:00", time_scale=3600)
    assert scaled == expected(FRIDAY_16_59, "2027-03-30T08:30+02:00", "2027-03-26T16:59:01+01:00")


def test_a_start_that_has_passed_ends_the_search_at_once() -> None:
    past = searched("on_site", "2026-12-01T10:00+01:00", "2026-12-01T09:00+01:00")
    assert past.hard_stop_at == moment("2026-12-01T09:00+01:00")


def term(value: float, unit: str) -> Term:
    return Term("a_term", "any", 0, 10_000, value, unit, SINCE, "test")


@pytest.mark.parametrize(
    ("start", "value", "unit", "end"),
    [
        (FRIDAY_16_59, 15, "seconds", "2027-03-26T16:59:15+01:00"),
        (FRIDAY_16_59, 7.5, "minutes", "2027-03-26T17:06:30+01:00"),
        (FRIDAY_16_59, 2, "working_hours", "2027-03-30T08:59+02:00"),
        (FRIDAY_16_59, 4, "working_hours", "2027-03-30T10:59+02:00"),
        (FRIDAY_16_59, 1, "working_days", "2027-03-30T16:59+02:00"),
        (FRIDAY_16_59, 5, "working_days", "2027-04-05T16:59+02:00"),
        ("2027-10-29T16:59+02:00", 2, "working_hours", "2027-11-03T08:59+01:00"),
        ("2027-10-29T16:59+02:00", 10, "working_days", "2027-11-18T16:59+01:00"),  # 11 and 15 are closed
        ("2027-10-31T00:30Z", 90, "minutes", "2027-10-31T02:00Z"),
    ],
)
def test_the_end_of_a_term(start: str, value: float, unit: str, end: str) -> None:
    assert add(moment(start), term(value, unit), CALENDAR) == moment(end)


@pytest.mark.parametrize(
    ("value", "unit", "seconds"),
    [(30, "seconds", 30 / 3600), (15, "minutes", 0.25), (2, "working_hours", 2), (1, "working_days", 8)],
)
def test_scaled_an_hour_is_a_second_also_at_night(value: float, unit: str, seconds: float) -> None:
    saturday_night = moment("2027-03-27T23:00+01:00")
    end = add(saturday_night, term(value, unit), CALENDAR, 3600)
    assert end - saturday_night == pytest.approx(timedelta(seconds=seconds), abs=timedelta(microseconds=1))


def test_back_from_a_start() -> None:
    wednesday = moment("2027-11-03T14:00+01:00")
    assert before(wednesday, term(1, "working_days"), CALENDAR) == moment("2027-10-29T14:00+02:00")
    assert before(wednesday, term(90, "minutes"), CALENDAR) == moment("2027-11-03T12:30+01:00")


@given(
    st.sampled_from(["on_site", "telephone", "video", "translation"]),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 9, 1), timezones=st.just(UTC)),
    st.timedeltas(timedelta(minutes=1), timedelta(days=90)),
    st.one_of(st.none(), st.floats(0, 300)),
)
def test_nothing_lies_before_the_question_or_after_the_start(
    service: str, asked: datetime, ahead: timedelta, journey: float | None
) -> None:
    start = asked + ahead
    plan = plan_for(service, CALENDAR.working_days_between(asked, start), False, TERMS)
    found = moments(plan, asked, start, CALENDAR, travel_minutes=journey)
    assert asked <= found.escalate_at <= found.hard_stop_at <= start
    assert asked <= found.answer_by <= found.hard_stop_at
