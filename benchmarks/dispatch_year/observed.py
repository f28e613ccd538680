"""What whoever dispatches can see: the register, the calendars, and requests from the moment they are made.

Anything else raises `Hidden`: no way of asking can look at an answer that was not given.
"""

from collections import deque
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from benchmarks.dispatch_year.params import DAY, ON_SITE, QUIET_FROM, QUIET_UNTIL, TELEPHONE, TRANSLATION, VIDEO, WEEK
from benchmarks.dispatch_year.world import CELLS_PER_WEEK, SPARE_WEEKS, STEP, Pool, Requests

# An interpreter has to get there; a call has to be set up. Minutes before the start.
LAST_MOMENT = (90.0, 15.0, 15.0, 0.0)
CALL_BACK_AFTER = 30.0
# Nobody knows when a caller hangs up; after this the call is certainly over.
CALL_OVER_AFTER = 45.0
_KNOWN = frozenset(
    {
        "created", "start", "minutes", "service", "immediate", "language", "town", "sector", "certificate",
        "wish_female", "by_video", "by_telephone", "other_start", "call_back",
    }
)  # fmt: skip


class Hidden(LookupError):
    """Nobody who dispatches could know this."""


@dataclass(frozen=True, slots=True)
class Option:
    """One way to serve a request; 0 as asked. moved: at another moment than asked."""

    number: int
    service: int
    start: float
    minutes: float
    deadline: float
    immediate: bool
    moved: bool = False


class Observed:
    """The register, the calendars and what was asked so far, at the moment `now`."""

    def __init__(self, pool: Pool, requests: Requests, weeks: int) -> None:
        n = len(pool)
        self.pool = pool
        self.now = 0.0
        self._requests = requests
        last = np.nanmax([requests.start, requests.other_start]) // WEEK
        weeks = max(weeks + SPARE_WEEKS, int(last) + 2)  # the last work may end in the week after it began
        self.busy = np.zeros((n, weeks * CELLS_PER_WEEK), dtype=bool)
        self.promised_hours = np.zeros((n, weeks))
        self.offers_7d = np.zeros(n)
        self.rung_until = np.full(n, -1.0)
        self.rung_for = np.full(n, -1)
        self._recent: deque[tuple[float, int]] = deque()
        self._able = {
            (language, service): np.flatnonzero(pool.speaks[:, language] & pool.offers_service[:, service])
            for language in range(pool.speaks.shape[1])
            for service in range(4)
        }

    def request(self, number: int, what: str) -> float:
        """Return one thing about a request.

        Raises:
            Hidden: the request has not been made yet, or nobody tells this.
        """
        if what not in _KNOWN or self._requests.created[number] > self.now:
            raise Hidden(f"{what} of request {number}")
        return getattr(self._requests, what)[number].item()

    def __getattr__(self, name: str) -> object:
        raise Hidden(name)

    def advance(self, now: float) -> None:
        """Let time pass."""
        self.now = now
        while self._recent and self._recent[0][0] <= now - WEEK:
            self.offers_7d[self._recent.popleft()[1]] -= 1

    def note_offer(self, who: int, number: int, rings_until: float) -> None:
        """Remember that somebody was asked, and is rung for it until a moment."""
        self.offers_7d[who] += 1
        if rings_until > self.now:
            self.rung_until[who], self.rung_for[who] = rings_until, number
        self._recent.append((self.now, who))

    def options(self, number: int) -> list[Option]:
        """Return the ways to serve a request that its client agreed to, as asked first."""
        ask = self.request
        service, start, minutes = int(ask(number, "service")), ask(number, "start"), ask(number, "minutes")
        immediate = bool(ask(number, "immediate"))
        until = start + CALL_OVER_AFTER if immediate else start - LAST_MOMENT[service]
        found = [(service, start, until, immediate, False)]
        if ask(number, "by_video"):
            found.append((VIDEO, start, start - LAST_MOMENT[VIDEO], False, False))
        if (moved := ask(number, "other_start")) > 0:
            found.append((ON_SITE, moved, moved - LAST_MOMENT[ON_SITE], False, True))
        if ask(number, "by_telephone"):
            found.append((TELEPHONE, start, start - LAST_MOMENT[TELEPHONE], False, False))
        if ask(number, "call_back"):
            found.append((TELEPHONE, start + CALL_BACK_AFTER, start + CALL_BACK_AFTER, False, True))
        return [
            Option(n, service, start, minutes, until, now, moved)
            for n, (service, start, until, now, moved) in enumerate(found)
        ]

    def registered(self, number: int, option: Option) -> np.ndarray:
        """Return who could come by the register alone, whatever her agenda: indices into the pool."""
        ask, pool = self.request, self.pool
        who = self._able[int(ask(number, "language")), option.service]
        fits = ~pool.refuses[who, int(ask(number, "sector"))]
        if ask(number, "certificate"):
            fits &= pool.certified[who]
        if (wish := ask(number, "wish_female")) >= 0:
            fits &= pool.female[who] == bool(wish)
        if option.service == ON_SITE:
            fits &= pool.km_to[who, int(ask(number, "town"))] <= pool.radius_km[who]
        return who[fits]

    def eligible(self, number: int, option: Option) -> np.ndarray:
        """Return who could come by the register and the agenda, bookings apart: indices into the pool."""
        who = self.registered(number, option)
        who = who[~self.pool.away[who, int(option.start // WEEK)]]
        if option.service == TRANSLATION:
            return who
        cells = cells_of(option.start, option.start + option.minutes)
        week = int(option.start // WEEK) * CELLS_PER_WEEK
        return who[self.pool.works[who, cells.start - week : min(cells.stop - week, CELLS_PER_WEEK)].all(1)]

    def travel(self, number: int, option: Option, who: np.ndarray | int) -> np.ndarray:
        """Return the minutes one way; zero where nobody travels."""
        if option.service != ON_SITE:
            return np.zeros(np.shape(who))
        return self.pool.minutes_to[who, int(self.request(number, "town"))]

    def is_free(self, who: int, since: float, until: float) -> bool:
        """Return whether nothing is promised in a stretch."""
        return not self.busy[who, cells_of(since, until)].any()

    def book(self, who: int, since: float, until: float, hours: float, taken: bool = True) -> None:
        """Promise a stretch, or with `taken` False give it back."""
        if until > since:
            self.busy[who, cells_of(since, until)] = taken
        self.promised_hours[who, int(since // WEEK)] += hours if taken else -hours

    def load(self, who: np.ndarray | int, at: float) -> np.ndarray:
        """Return the hours promised in the week of a moment, divided by those wanted."""
        return self.promised_hours[who, int(at // WEEK)] / self.pool.wanted_hours[who]


def cells_of(since: float, until: float) -> slice:
    """Return the five-minute cells that a stretch touches."""
    return slice(max(0, int(since // STEP)), int(-(-until // STEP)))


def awake_after(moment: float, minutes: float) -> float:
    """Return the moment at which so many awake minutes have passed."""
    day, minute = divmod(moment, DAY)
    minute = min(max(minute, QUIET_UNTIL), QUIET_FROM)
    days, rest = divmod(minute - QUIET_UNTIL + minutes, QUIET_FROM - QUIET_UNTIL)
    return (day + days) * DAY + QUIET_UNTIL + rest


@lru_cache(maxsize=1 << 16)
def awake_stretches(since: float, until: float) -> tuple[tuple[float, float], ...]:
    """Return the stretches in which people may be disturbed."""
    found = []
    for day in range(int(since // DAY), int(until // DAY) + 1):
        start, end = max(since, day * DAY + QUIET_UNTIL), min(until, day * DAY + QUIET_FROM)
        if start < end:
            found.append((start, end))
    return tuple(found)
