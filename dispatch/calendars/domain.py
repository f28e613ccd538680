"""Rules of days and hours. Pure. Local means Europe/Brussels; moments are aware."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from dispatch.calendars.errors import AmbiguousTime, NonexistentTime
from kernel.clock import BRUSSELS
from kernel.errors import Invalid

_DAY = timedelta(days=1)
# Source: agii.be, cancellation of an interpreting assignment: before 10:00 on the working day before (rules A-D1).
CUT_OFF = time(10, 0)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The working days of an agency: its weekdays (0 is Monday) without its closing days, from `opens` to `closes`.

    Raises: ValueError: it is never open, so that no term on it would ever end.
    """

    closed_on: frozenset[date] = frozenset()
    opens: time = time(8, 0)
    closes: time = time(18, 0)
    weekdays: frozenset[int] = frozenset(range(5))

    def __post_init__(self) -> None:
        if self.opens >= self.closes or not self.weekdays & set(range(7)):
            raise ValueError(f"never open: {self.opens}-{self.closes} on weekdays {sorted(self.weekdays)}")

    def is_working_day(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day not in self.closed_on

    def previous_working_day(self, day: date) -> date:
        """Return the last working day before `day`."""
        return self.shift(day, -1)

    def shift(self, day: date, working_days: int) -> date:
        """Return the day `working_days` further (or back, when negative); 0 is `day` itself."""
        step = _DAY if working_days > 0 else -_DAY
        for _ in range(abs(working_days)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day

    def working_days_between(self, start: datetime, end: datetime) -> int:
        """Return the number of working days after the day of `start`, up to and including the day of `end`."""
        first, last = local_day(start), local_day(end)
        days = ((first + _DAY * n) for n in range(1, (last - first).days + 1))
        return sum(self.is_working_day(day) for day in days)

    def add_working_days(self, moment: datetime, working_days: int) -> datetime:
        """Return the same local time of day, so many working days further (or back)."""
        here = moment.astimezone(BRUSSELS)
        return at(self.shift(here.date(), working_days), here.time())

    def add_working_time(self, moment: datetime, duration: timedelta) -> datetime:
        """Return when `duration` of office hours has passed since `moment`; none, at a closed hour, is the opening."""
        moment = moment.astimezone(UTC)
        day, left = local_day(moment), duration
        while True:
            if self.is_working_day(day):
                start, end = max(moment, at(day, self.opens)), at(day, self.closes)
                if start < end:
                    if start + left <= end:
                        return start + left
                    left -= end - start
            day += _DAY

    def timely_cut_off(self, starts_at: datetime, cut_off: time = CUT_OFF) -> datetime:
        """Return until when (exclusive) calling off is timely: 10:00 on the last working day before the day."""
        return at(self.previous_working_day(local_day(starts_at)), cut_off)


def local_day(moment: datetime) -> date:
    return moment.astimezone(BRUSSELS).date()


def at(day: date, hour: time) -> datetime:
    """Return the moment of a local day and time; one that the clock skips becomes the same instant an hour on."""
    return datetime.combine(day, hour.replace(tzinfo=None), BRUSSELS).astimezone(UTC)


def resolve_local(day: date, hour: time, fold: int | None = None) -> datetime:
    """Return the moment somebody meant by a local day and time; asked, never guessed.

    Raises: NonexistentTime, AmbiguousTime (unless `fold` says which: 0 the first, 1 the second), Invalid (a year at
        the very edge of what can be counted).
    """
    if not date.min < day < date.max:
        raise Invalid(fields={"starts_at": "out_of_range"})
    naive = datetime.combine(day, hour)
    first, second = (naive.replace(tzinfo=BRUSSELS, fold=which) for which in (0, 1))
    if first.astimezone(UTC).astimezone(BRUSSELS).replace(tzinfo=None) != naive:
        raise NonexistentTime(time=f"{hour:%H:%M}", fields={"starts_at": "time_does_not_exist"})
    if first.utcoffset() != second.utcoffset():
        if fold not in {0, 1}:
            options = [first.isoformat(), second.isoformat()]
            raise AmbiguousTime(time=f"{hour:%H:%M}", options=options, fields={"starts_at": "time_exists_twice"})
        return (first, second)[fold].astimezone(UTC)
    return first.astimezone(UTC)
