"""Coordinators with a telephone and a list: one call at a time per request, same province first, office hours."""

from heapq import heappop, heappush

import numpy as np

from benchmarks.dispatch_year.observed import Observed, Option, awake_after
from benchmarks.dispatch_year.params import DAY, ON_SITE, TRANSLATION, Manual
from benchmarks.dispatch_year.places import REGION_OF
from benchmarks.dispatch_year.reality import Circumstances, Reality
from benchmarks.dispatch_year.record import Fill, Offer, Record
from benchmarks.dispatch_year.world import Requests
from matching.reaction import VOICE

OPENS, CLOSES = 8.5 * 60, 17 * 60
_READY, _LATE, _CANCELLED, _DONE = range(4)


class Office:
    """The manual policy. What it may see of agendas is in `Manual`; bookings of the agency itself it knows."""

    def __init__(self, observed: Observed, requests: Requests, reality: Reality, manual: Manual) -> None:
        self.observed, self.requests, self.reality, self.manual = observed, requests, reality, manual
        self.record = Record()
        self.lists: dict[int, tuple[Option, list[int], set[int]]] = {}
        self.tried: dict[int, int] = {}
        self.events: list[tuple[float, int, int, int, int]] = []
        self.queue: list[tuple[int, float, int]] = []
        self.idle = manual.coordinators
        self._count = 0

    def run(self) -> Record:
        """Replay everything and return the record."""
        for number in np.flatnonzero(~self.requests.other_reason).tolist():
            created = float(self.requests.created[number])
            self._at(created if self.requests.immediate[number] else _office(created), _READY, number)
        while self.events:
            now, _, kind, number, who = heappop(self.events)
            self.observed.advance(now)
            if kind == _READY:
                urgent = 0 if self.requests.immediate[number] else 1
                heappush(self.queue, (urgent, now, number))
            elif kind == _LATE:
                self._late(number, who)
            elif kind == _CANCELLED:
                self._cancelled(number)
            else:
                self.idle += 1
            while self.idle and self.queue:
                self._serve(heappop(self.queue)[2])
        return self.record

    def _at(self, moment: float, kind: int, number: int, who: int = -1) -> None:
        self._count += 1
        heappush(self.events, (moment, self._count, kind, number, who))

    def _open(self, number: int) -> tuple[Option, list[int], set[int]]:
        seen = self.observed
        option = seen.options(number)[0]
        able = seen.eligible(number, option)
        everybody = able if self.manual.agendas_known or option.immediate else seen.registered(number, option)
        home = REGION_OF[seen.pool.town[everybody]] == REGION_OF[int(seen.request(number, "town"))]
        order = np.lexsort((everybody, ~home))
        return option, everybody[order].tolist()[::-1], set(able.tolist())

    def _over(self, number: int, option: Option) -> bool:
        late = self.observed.now >= option.deadline
        gone = self.observed.now >= option.start + self.reality.patience_minutes[number] if option.immediate else False
        return late or bool(gone) or number in self.record.fills

    def _serve(self, number: int) -> None:
        """A coordinator takes a request and calls the next person on its list."""
        if number not in self.lists:
            self.lists[number] = self._open(number)
        option, people, _ = self.lists[number]
        if self._over(number, option):
            return
        while people and not self._is_free(number, option, people[-1]):
            people.pop()
        if not people or self.tried.get(number, 0) >= self.manual.attempts:
            return
        self.tried[number] = self.tried.get(number, 0) + 1
        self._call(number, option, people.pop())

    def _is_free(self, number: int, option: Option, who: int) -> bool:
        if option.service == TRANSLATION:
            return True
        since, until = self._stretch(number, option, who)
        return self.observed.is_free(who, since, until)

    def _stretch(self, number: int, option: Option, who: int) -> tuple[float, float]:
        start = self.observed.now if option.immediate else option.start
        travel = float(self.observed.travel(number, option, who))
        return start - travel, start + option.minutes + travel

    def _call(self, number: int, option: Option, who: int) -> None:
        now = self.observed.now
        takes = self.manual.call_minutes_now if option.immediate else self.manual.call_minutes
        after = self.reality.answer_after(number, who, 0, VOICE, option.immediate)
        self.idle -= 1
        self._at(now + takes, _DONE, number)
        offer = Offer(len(self.record.offers), number, who, 0, VOICE, now, option.deadline, now, None, False)
        self.record.add(offer, (), 0.0, False)
        at_once = after is not None and after <= 2.0
        self.observed.note_offer(who, number, now + takes if option.immediate else now)
        if at_once and self._yes(number, option, who) and self._book(number, option, who, now + takes):
            return
        if not at_once and after is not None:
            self._at(awake_after(now, after), _LATE, number, who)
        hold = 0.0 if at_once or option.immediate else self.manual.hold_minutes
        ready = now + takes + hold
        self._at(ready if option.immediate else _office(ready), _READY, number)

    def _yes(self, number: int, option: Option, who: int) -> bool:
        if who not in self.lists[number][2]:
            return False
        seen = self.observed
        return bool(self.reality.says_yes(number, who, 0, Circumstances(
            service=option.service,
            km=float(seen.pool.km_to[who, int(seen.request(number, "town"))]) if option.service == ON_SITE else 0.0,
            lead_hours=max(0.0, option.start - seen.now) / 60,
            minutes=option.minutes,
            evening=option.start % DAY >= 18 * 60,
            weekend=option.start // DAY % 7 >= 5,
            load=float(seen.load(who, option.start)),
            offers_7d=float(seen.offers_7d[who]),
        )))  # fmt: skip

    def _late(self, number: int, who: int) -> None:
        option = self.lists[number][0]
        if not self._over(number, option) and self._yes(number, option, who):
            self._book(number, option, who, self.observed.now)

    def _book(self, number: int, option: Option, who: int, at: float) -> bool:
        if not self._is_free(number, option, who):
            return False
        since, until = self._stretch(number, option, who)
        if option.service == TRANSLATION:
            until = since
        km = (until - since - option.minutes) / 2 and float(
            self.observed.pool.km_to[who, int(self.requests.town[number])]
        )
        hours = option.minutes / 60
        self.observed.book(who, since, until, hours)
        self.record.fills[number] = Fill(
            who, 0, option.service, at, since, until, hours, km if option.service == ON_SITE else 0.0
        )
        if self.reality.cancelled[number]:
            start = max(at, option.start)
            self._at(at + float(self.reality.cancelled_after[number]) * (start - at), _CANCELLED, number)
        return True

    def _cancelled(self, number: int) -> None:
        fill = self.record.fills[number]
        self.observed.book(fill.who, fill.since, fill.until, fill.hours, taken=False)
        fill.hours = 0.0


def _office(moment: float) -> float:
    """Return the moment itself in office hours, else the next opening."""
    day, minute = divmod(moment, DAY)
    if minute >= CLOSES:
        day, minute = day + 1, OPENS
    minute = max(minute, OPENS)
    while day % 7 >= 5:
        day, minute = day + 1, OPENS
    return day * DAY + minute
