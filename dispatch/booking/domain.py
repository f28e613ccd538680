"""Rules of asking: which service suits a talk, and which moments are worth showing. Pure."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum

from dispatch.calendars.domain import WorkCalendar, at
from dispatch.requests.domain import Service

# So many working days side by side, and nothing sooner than this.
DAYS_SHOWN, SOONEST = 5, timedelta(hours=1)


class Talk(StrEnum):
    """What kind of talk it is, as whoever asks sees it."""

    SHORT = "short"
    DEEP = "deep"
    TOGETHER = "together"
    DOCUMENT = "document"


# The interpreter on the screen sees faces and gestures and does not travel: video for longer talks and talks with
# much content (annual report 2020, section 4.2.5; rules D-6). A short, simple talk needs no picture. On site where
# several people talk at once, something is shown or done, or a screen stands in the way; the requester decides.
_ADVICE = {
    Talk.SHORT: Service.TELEPHONE,
    Talk.DEEP: Service.VIDEO,
    Talk.TOGETHER: Service.ON_SITE,
    Talk.DOCUMENT: Service.TRANSLATION,
}


def advise(talk: Talk) -> Service:
    """Return the service that suits a talk."""
    return _ADVICE[talk]


def moments_worth_showing(
    first: date, length: timedelta, calendar: WorkCalendar, now: datetime
) -> tuple[list[date], list[list[datetime | None]]]:
    """Return the days shown, and rows of an hour with its moment on each of them; None where that is past or too soon.

    The days are working days from `first` on; the hours those at which a talk of this length fits in the opening hours.
    """
    begin = first if calendar.is_working_day(first) else calendar.shift(first, 1)
    days = [calendar.shift(begin, n) for n in range(DAYS_SHOWN)]
    minutes = min(length, timedelta(hours=8)) / timedelta(minutes=1)
    close = calendar.closes.hour * 60 + calendar.closes.minute
    hours = [time(n) for n in range(24) if time(n) >= calendar.opens and n * 60 + minutes <= close]
    rows = [[at(day, hour) for day in days] for hour in hours]
    return days, [[it if it > now + SOONEST else None for it in row] for row in rows]
