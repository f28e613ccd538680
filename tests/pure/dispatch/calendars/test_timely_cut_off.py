"""Until when calling off is timely: 10:00 on the last working day before, worked out by hand, row by row.

In winter 10:00 in Brussels is 09:00 UTC, in summer 08:00 UTC.
"""

from datetime import time, timedelta

import pytest

from tests.builders.calendars import CALENDAR, moment

# start of the assignment, cut-off, what is special
CASES = [
    # spring 2026: summer time begins on Sunday 29 March, Easter Monday is 6 April
    ("2026-03-27T09:00+01:00", "2026-03-26T09:00Z", "Friday: the day before"),
    ("2026-03-28T11:00+01:00", "2026-03-27T09:00Z", "Saturday: Friday"),
    ("2026-03-29T01:30+01:00", "2026-03-27T09:00Z", "Sunday, half an hour before the clock jumps"),
    ("2026-03-29T03:30+02:00", "2026-03-27T09:00Z", "Sunday, half an hour after the clock jumped"),
    ("2026-03-30T09:00+02:00", "2026-03-27T09:00Z", "Monday in summer time: Friday in winter time"),
    ("2026-03-31T09:00+02:00", "2026-03-30T08:00Z", "Tuesday: Monday in summer time"),
    ("2026-04-03T14:00+02:00", "2026-04-02T08:00Z", "Good Friday is a working day"),
    ("2026-04-06T10:00+02:00", "2026-04-03T08:00Z", "on Easter Monday itself"),
    ("2026-04-07T09:00+02:00", "2026-04-03T08:00Z", "Tuesday after Easter: Good Friday"),
    ("2026-04-08T09:00+02:00", "2026-04-07T08:00Z", "Wednesday after Easter"),
    # May to August 2026
    ("2026-05-01T20:00+02:00", "2026-04-30T08:00Z", "on Labour Day, a Friday"),
    ("2026-05-04T09:00+02:00", "2026-04-30T08:00Z", "Monday after Labour Day: Thursday"),
    ("2026-05-14T09:00+02:00", "2026-05-13T08:00Z", "on Ascension Day"),
    ("2026-05-15T09:00+02:00", "2026-05-13T08:00Z", "Friday after Ascension Day: Wednesday"),
    ("2026-05-18T09:00+02:00", "2026-05-15T08:00Z", "Monday after: that Friday is a working day"),
    ("2026-05-25T09:00+02:00", "2026-05-22T08:00Z", "on Whit Monday"),
    ("2026-05-26T09:00+02:00", "2026-05-22T08:00Z", "Tuesday after Whit Monday: Friday"),
    ("2026-07-13T09:00+02:00", "2026-07-10T08:00Z", "11 July is a Saturday: nothing shifts"),
    ("2026-07-21T09:00+02:00", "2026-07-20T08:00Z", "on the national holiday"),
    ("2026-07-22T09:00+02:00", "2026-07-20T08:00Z", "Wednesday after the national holiday: Monday"),
    ("2026-08-17T09:00+02:00", "2026-08-14T08:00Z", "15 August is a Saturday"),
    # autumn 2026: winter time begins on Sunday 25 October; 1 November is a Sunday, 2 November a closed Monday
    ("2026-10-23T09:00+02:00", "2026-10-22T08:00Z", "Friday in summer time"),
    ("2026-10-25T02:30+02:00", "2026-10-23T08:00Z", "the first half past two of that night"),
    ("2026-10-25T02:30+01:00", "2026-10-23T08:00Z", "the second half past two of that night"),
    ("2026-10-26T09:00+01:00", "2026-10-23T08:00Z", "Monday in winter time: Friday in summer time"),
    ("2026-10-27T09:00+01:00", "2026-10-26T09:00Z", "Tuesday: Monday in winter time"),
    ("2026-11-01T10:00+01:00", "2026-10-30T09:00Z", "on All Saints, a Sunday"),
    ("2026-11-02T10:00+01:00", "2026-10-30T09:00Z", "on All Souls, a Monday"),
    ("2026-11-03T10:00+01:00", "2026-10-30T09:00Z", "Tuesday after both: Friday"),
    ("2026-11-04T10:00+01:00", "2026-11-03T09:00Z", "Wednesday: Tuesday"),
    ("2026-11-11T10:00+01:00", "2026-11-10T09:00Z", "on Armistice Day"),
    ("2026-11-12T10:00+01:00", "2026-11-10T09:00Z", "Thursday after Armistice Day: Tuesday"),
    ("2026-11-16T10:00+01:00", "2026-11-13T09:00Z", "15 November is a Sunday"),
    # the turn of the year
    ("2026-12-25T10:00+01:00", "2026-12-24T09:00Z", "on Christmas, a Friday"),
    ("2026-12-28T10:00+01:00", "2026-12-24T09:00Z", "Monday after Christmas: Thursday"),
    ("2026-12-29T10:00+01:00", "2026-12-28T09:00Z", "Tuesday after Christmas"),
    ("2026-12-31T10:00+01:00", "2026-12-30T09:00Z", "on New Year's Eve"),
    ("2027-01-01T10:00+01:00", "2026-12-31T09:00Z", "on New Year's Day, a Friday: in the old year"),
    ("2027-01-04T10:00+01:00", "2026-12-31T09:00Z", "the first Monday: in the old year"),
    ("2027-01-05T10:00+01:00", "2027-01-04T09:00Z", "the first Tuesday"),
    # spring 2027: summer time begins on Easter Sunday 28 March
    ("2027-03-26T09:00+01:00", "2027-03-25T09:00Z", "on Good Friday"),
    ("2027-03-27T09:00+01:00", "2027-03-26T09:00Z", "Saturday: Good Friday"),
    ("2027-03-28T01:59+01:00", "2027-03-26T09:00Z", "Easter Sunday, the last minute of winter time"),
    ("2027-03-28T03:00+02:00", "2027-03-26T09:00Z", "Easter Sunday, the first minute of summer time"),
    ("2027-03-29T08:00+02:00", "2027-03-26T09:00Z", "on Easter Monday"),
    ("2027-03-30T09:00+02:00", "2027-03-26T09:00Z", "Tuesday after Easter: over the holiday and the jump"),
    ("2027-03-31T09:00+02:00", "2027-03-30T08:00Z", "Wednesday after Easter: in summer time"),
    # May to August 2027
    ("2027-05-03T09:00+02:00", "2027-04-30T08:00Z", "1 May is a Saturday"),
    ("2027-05-06T09:00+02:00", "2027-05-05T08:00Z", "on Ascension Day"),
    ("2027-05-07T09:00+02:00", "2027-05-05T08:00Z", "Friday after Ascension Day: Wednesday"),
    ("2027-05-10T09:00+02:00", "2027-05-07T08:00Z", "Monday after: Friday"),
    ("2027-05-17T09:00+02:00", "2027-05-14T08:00Z", "on Whit Monday"),
    ("2027-05-18T09:00+02:00", "2027-05-14T08:00Z", "Tuesday after Whit Monday: Friday"),
    ("2027-07-12T09:00+02:00", "2027-07-09T08:00Z", "11 July is a Sunday"),
    ("2027-07-22T09:00+02:00", "2027-07-20T08:00Z", "Thursday after the national holiday: Tuesday"),
    ("2027-08-16T09:00+02:00", "2027-08-13T08:00Z", "15 August is a Sunday"),
    # autumn 2027: winter time begins on Sunday 31 October, then two closed days
    ("2027-10-29T09:00+02:00", "2027-10-28T08:00Z", "Friday in summer time"),
    ("2027-10-31T02:30+02:00", "2027-10-29T08:00Z", "the first half past two of that night"),
    ("2027-10-31T02:30+01:00", "2027-10-29T08:00Z", "the second half past two of that night"),
    ("2027-11-01T09:00+01:00", "2027-10-29T08:00Z", "on All Saints"),
    ("2027-11-02T09:00+01:00", "2027-10-29T08:00Z", "on All Souls"),
    ("2027-11-03T09:00+01:00", "2027-10-29T08:00Z", "Wednesday: Friday, over two closed days and the jump"),
    ("2027-11-04T09:00+01:00", "2027-11-03T09:00Z", "Thursday: Wednesday"),
    ("2027-11-11T09:00+01:00", "2027-11-10T09:00Z", "on Armistice Day"),
    ("2027-11-12T09:00+01:00", "2027-11-10T09:00Z", "Friday after Armistice Day: Wednesday"),
    ("2027-11-15T09:00+01:00", "2027-11-12T09:00Z", "on the King's Feast, a Monday"),
    ("2027-11-16T09:00+01:00", "2027-11-12T09:00Z", "Tuesday after the King's Feast: Friday"),
    ("2027-12-27T09:00+01:00", "2027-12-24T09:00Z", "Christmas falls in the weekend"),
    ("2028-01-03T09:00+01:00", "2027-12-31T09:00Z", "New Year's Day falls on a Saturday"),
    # which day it is, is decided in Brussels
    ("2026-12-01T00:00+01:00", "2026-11-30T09:00Z", "midnight belongs to the new day"),
    ("2026-11-30T23:30+01:00", "2026-11-27T09:00Z", "half past eleven belongs to the old one"),
    ("2026-11-30T22:59:59Z", "2026-11-27T09:00Z", "a second to midnight, told in UTC"),
    ("2026-11-30T23:00Z", "2026-11-30T09:00Z", "midnight, told in UTC: the next day here"),
    ("2026-07-01T22:30Z", "2026-07-01T08:00Z", "half past midnight in summer, told in UTC"),
    ("2026-12-01T09:00-05:00", "2026-11-30T09:00Z", "any offset is an instant"),
]


def test_there_are_enough_cases() -> None:
    assert len({start for start, _, _ in CASES}) == len(CASES) >= 60


@pytest.mark.parametrize(("start", "cut_off", "_why"), CASES, ids=[f"{it[0]} {it[2]}" for it in CASES])
def test_the_cut_off_is_as_worked_out_by_hand(start: str, cut_off: str, _why: str) -> None:
    assert CALENDAR.timely_cut_off(moment(start)) == moment(cut_off)


def test_another_hour_can_be_the_line() -> None:
    wednesday_after_all_souls = moment("2027-11-03T09:00+01:00")
    assert CALENDAR.timely_cut_off(wednesday_after_all_souls, time(12, 0)) == moment("2027-10-29T10:00Z")


def test_the_hour_of_the_day_does_not_matter() -> None:
    midnight = moment("2027-03-30T00:00+02:00")
    of_the_day = {CALENDAR.timely_cut_off(midnight + timedelta(minutes=15 * n)) for n in range(96)}
    assert of_the_day == {moment("2027-03-26T09:00Z")}
