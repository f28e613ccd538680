"""Rules over dated terms. Pure.

A term has a unit; a deadline is counted in office hours and working days of the agency's calendar, or in plain minutes.
`time_scale` divides every waiting term (tests): an hour of a term then lasts 3600 / scale seconds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from dispatch.calendars.domain import WorkCalendar, at, local_day

ANY = "any"
NO_END = 10_000
_OFFICE_DAY = timedelta(hours=8)
_MINUTES_A_DAY = 24 * 60


class Unit(StrEnum):
    SECONDS = "seconds"
    MINUTES = "minutes"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    COUNT = "count"
    PERCENT = "percent"
    KM = "km"


@dataclass(frozen=True, slots=True)
class Term:
    """One threshold for a service (or any) and a band of lead: `band_from` <= working days ahead < `band_to`."""

    name: str
    service: str
    band_from: int
    band_to: int
    value: float
    unit: str
    valid_from: date
    source: str
    valid_until: date | None = None

    def covers(self, service: str, lead_wd: int) -> bool:
        return self.service in {service, ANY} and self.band_from <= lead_wd < self.band_to


class Terms:
    """The terms in force on one day."""

    def __init__(self, rows: Iterable[Term]) -> None:
        self._named: dict[str, list[Term]] = {}
        for row in rows:
            self._named.setdefault(row.name, []).append(row)

    def find(self, name: str, service: str = ANY, lead_wd: int = 0) -> Term | None:
        """Return the term for this service and lead: the service's own before the one for any."""
        fitting = [row for row in self._named.get(name, ()) if row.covers(service, lead_wd)]
        return min(fitting, key=lambda row: row.service == ANY, default=None)

    def value(self, name: str, service: str = ANY, lead_wd: int = 0) -> float:
        """Return the value of a term that must exist.

        Raises: LookupError.
        """
        if (term := self.find(name, service, lead_wd)) is None:
            raise LookupError(f"no term {name} for {service} at {lead_wd} working days")
        return term.value

    def count(self, name: str, service: str = ANY, lead_wd: int = 0) -> int | None:
        """Return a whole number, or None where the term is absent: no limit."""
        term = self.find(name, service, lead_wd)
        return int(term.value) if term else None


# Terms whose zero would ask nobody, or let an offer end as it is made.
_NEVER_ZERO = frozenset({"offer_life", "wave_size", "wave_size_1", "wave_size_2", "max_waves"})
# Terms that hold a time of day: minutes after midnight.
_HOURS = frozenset({"answer_hour", "cancel_cut_off"})
_WHOLE = frozenset({Unit.COUNT, Unit.WORKING_DAYS})
_LARGEST = {Unit.PERCENT: 100}
MAX_VALUE = 100_000


def value_fits(name: str, unit: str, value: float) -> bool:
    """Return whether a term can have this value: not negative, whole where it counts, a real time of day."""
    if not 0 <= value <= _LARGEST.get(Unit(unit), MAX_VALUE) or (value == 0 and name in _NEVER_ZERO):
        return False
    if name in _HOURS and value >= _MINUTES_A_DAY:
        return False
    return Unit(unit) not in _WHOLE or value == int(value)


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """How a search is run: `wave_sizes` one after the other (the last repeats; None is everybody at once).

    `travel` is the journey an interpreter is assumed to need when it is not known, on top of `hard_stop`.
    `fill_target`: as few people are asked at a time as still give this chance (0 to 1) of a yes in time, whatever the
    waves; a wave then only counts how many were asked, `offer_life` is how long an answer is awaited before a person
    looks, and an offer stays open while the search lasts. None: exactly the wave, each for the life of an offer.
    The requester is answered by `answer_by` before the start; where that has passed already, on the next working day
    at `answer_hour` (minutes after midnight); and where the start is too near for either, `answer_within` from now.
    """

    wave_sizes: tuple[int | None, ...]
    max_waves: int | None
    offer_life: Term
    escalate_after_waves: int | None
    escalate: Term | None
    hard_stop: Term
    travel: Term | None
    answer_by: Term | None
    answer_hour: Term | None
    answer_within: Term | None
    immediate: bool
    fill_target: float | None = None

    def size_of(self, wave: int) -> int | None:
        """Return how many are asked in `wave` (1 is the first)."""
        return self.wave_sizes[min(wave, len(self.wave_sizes)) - 1]


@dataclass(frozen=True, slots=True)
class SearchMoments:
    escalate_at: datetime
    hard_stop_at: datetime
    answer_by: datetime


def add(moment: datetime, term: Term, calendar: WorkCalendar, time_scale: float = 1.0) -> datetime:
    """Return the moment a term after `moment`."""
    if time_scale != 1:
        return moment + elapsed(term) / time_scale
    if term.unit == Unit.WORKING_HOURS:
        return calendar.add_working_time(moment, timedelta(hours=term.value))
    if term.unit == Unit.WORKING_DAYS:
        return calendar.add_working_days(moment, int(term.value))
    return moment + elapsed(term)


def before(moment: datetime, term: Term, calendar: WorkCalendar) -> datetime:
    """Return the moment a term before `moment` (never scaled: it hangs on the appointment, not on waiting)."""
    if term.unit == Unit.WORKING_DAYS:
        return calendar.add_working_days(moment, -int(term.value))
    return moment - elapsed(term)


def elapsed(term: Term) -> timedelta:
    """Return a term as plain time: a working day counts eight hours."""
    per_unit = {
        Unit.SECONDS: timedelta(seconds=1),
        Unit.MINUTES: timedelta(minutes=1),
        Unit.WORKING_HOURS: timedelta(hours=1),
        Unit.WORKING_DAYS: _OFFICE_DAY,
    }
    return per_unit[Unit(term.unit)] * term.value


def plan_for(service: str, lead_wd: int, immediate: bool, terms: Terms) -> SearchPlan:
    """Return how to search for a service at this lead. "Now" has a plan of its own.

    Raises: LookupError: a term that every plan needs is missing from the table.
    """
    kind = "immediate" if immediate else service
    sizes = tuple(terms.count(f"wave_size_{n}", kind, lead_wd) for n in (1, 2, 3)) if immediate else ()
    life, stop = terms.find("offer_life", kind, lead_wd), terms.find("hard_stop", kind, lead_wd)
    target = terms.find("fill_target", kind, lead_wd)
    if life is None or stop is None:
        raise LookupError(f"offer_life and hard_stop are needed for {kind} at {lead_wd} working days")
    return SearchPlan(
        wave_sizes=sizes or (terms.count("wave_size", kind, lead_wd),),
        max_waves=terms.count("max_waves", kind, lead_wd),
        offer_life=life,
        escalate_after_waves=terms.count("escalate_after_waves", kind, lead_wd),
        escalate=terms.find("escalate", kind, lead_wd),
        hard_stop=stop,
        travel=terms.find("stop_travel", kind, lead_wd),
        answer_by=terms.find("answer_by", kind, lead_wd),
        answer_hour=terms.find("answer_hour", kind, lead_wd),
        answer_within=terms.find("answer_within", kind, lead_wd),
        immediate=immediate,
        fill_target=None if immediate or target is None else target.value / 100,
    )


def moments(
    plan: SearchPlan,
    submitted_at: datetime,
    starts_at: datetime,
    calendar: WorkCalendar,
    time_scale: float = 1.0,
    travel_minutes: float | None = None,
) -> SearchMoments:
    """Return when a person looks, when the search ends, and when the requester should know.

    For "now" the terms count from the submission, else back from the start. Nothing lies before the submission, and
    the end of a planned search is never after its start. `travel_minutes` is the shortest journey, where it is known.
    """
    if plan.immediate:
        stop = add(submitted_at, plan.hard_stop, calendar, time_scale)
        look = add(submitted_at, plan.escalate, calendar, time_scale) if plan.escalate else submitted_at
        return SearchMoments(min(look, stop), stop, stop)
    stop = before(starts_at, plan.hard_stop, calendar)
    if plan.travel is not None:
        stop -= elapsed(plan.travel) if travel_minutes is None else timedelta(minutes=travel_minutes)
    stop = _between(submitted_at, stop, starts_at)
    look = _look_at(plan, submitted_at, starts_at, stop, calendar)
    due = _answer_by(plan, submitted_at, starts_at, calendar, time_scale) or stop
    return SearchMoments(_between(submitted_at, look, stop), stop, _between(submitted_at, due, stop))


def _look_at(
    plan: SearchPlan, submitted_at: datetime, starts_at: datetime, stop: datetime, calendar: WorkCalendar
) -> datetime:
    """Return when a person looks: at once, so long before the start, or when half of the time is over."""
    if plan.escalate_after_waves == 0:
        return submitted_at
    if plan.escalate is not None:
        return before(starts_at, plan.escalate, calendar)
    return submitted_at + (stop - submitted_at) / 2


def _answer_by(
    plan: SearchPlan, submitted_at: datetime, starts_at: datetime, calendar: WorkCalendar, time_scale: float
) -> datetime | None:
    if plan.answer_by is not None:
        aim = before(starts_at, plan.answer_by, calendar)
        if aim > submitted_at or plan.answer_hour is None:
            return aim
        return at(calendar.shift(local_day(submitted_at), 1), clock_time(plan.answer_hour))
    return add(submitted_at, plan.answer_within, calendar, time_scale) if plan.answer_within else None


def clock_time(term: Term) -> time:
    """Return the local hour of a term that holds minutes after midnight."""
    hours, minutes = divmod(int(term.value), 60)
    return time(hours, minutes)


def _between(earliest: datetime, moment: datetime, latest: datetime) -> datetime:
    return min(max(moment, earliest), latest)
