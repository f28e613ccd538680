"""A year, event by event: requests come in, a policy asks, people answer or do not."""

from collections.abc import Callable
from heapq import heappop, heappush

import numpy as np

from benchmarks.dispatch_year.desk import Desk, Search, Standing
from benchmarks.dispatch_year.observed import Observed, Option, awake_after
from benchmarks.dispatch_year.params import DAY, ON_SITE, TRANSLATION, WEEK, YEAR_WEEKS
from benchmarks.dispatch_year.reality import Circumstances, Reality
from benchmarks.dispatch_year.record import NO, WITHDRAWN, YES, Fill, Offer, Record
from benchmarks.dispatch_year.world import Requests
from matching.acceptance import AcceptanceModel, learn
from matching.cases import Ask, Asked, Plan, Policy
from matching.hunt import Hunt
from matching.reaction import VOICE

_MADE, _LOOK, _ANSWER, _HANGS_UP, _CANCELLED, _LEARN = range(6)
# Minutes after which a request with nobody left is looked at again, if somebody has been freed since.
LOOK_AGAIN, LOOK_AGAIN_NOW = 30.0, 1.0
RINGS = 2.0
# A model is made anew after these weeks, of the whole year so far; the product learns every week, of a year.
LEARNS_AFTER = (1, 2, 3, *range(4, 24, 2), *range(24, YEAR_WEEKS, 4))

Make = Callable[[AcceptanceModel], Policy]


class Replay:
    """One policy, one year. `make` gives the policy for a model; it is asked again when the model has learned."""

    def __init__(self, observed: Observed, requests: Requests, reality: Reality, desk: Desk, make: Make) -> None:
        self.observed, self.requests, self.reality, self.desk, self.make = observed, requests, reality, desk, make
        self.policy = make(desk.model)
        self.record = Record()
        self.events: list[tuple[float, int, int, int, int]] = []
        self.searches: dict[int, Search] = {}
        self.freed_at = 0.0
        self._count = 0

    def run(self) -> Record:
        """Replay everything and return the record."""
        for number in np.flatnonzero(~self.requests.other_reason).tolist():
            self._at(float(self.requests.created[number]), _MADE, number)
        last = float(self.requests.created[-1])
        for week in LEARNS_AFTER:
            if week * WEEK < last:
                self._at(week * WEEK, _LEARN, 0)
        handle = {
            _MADE: self._made, _LOOK: self._look, _ANSWER: self._answered,
            _HANGS_UP: self._hangs_up, _CANCELLED: self._cancelled, _LEARN: self._learn,
        }  # fmt: skip
        while self.events:
            now, _, kind, a, b = heappop(self.events)
            self.observed.advance(now)
            handle[kind](a, b)
        return self.record

    def _at(self, moment: float, kind: int, a: int, b: int = 0) -> None:
        self._count += 1
        heappush(self.events, (moment, self._count, kind, a, b))

    def _made(self, number: int, _: int) -> None:
        search = self.searches[number] = self.desk.open(number)
        if search.immediate:
            self._at(search.created + float(self.reality.patience_minutes[number]), _HANGS_UP, number)
        self._plan(search)

    def _look(self, number: int, version: int) -> None:
        search = self.searches.get(number)
        if search is None or search.version != version:
            return
        now = self.observed.now
        if search.idle_since is None or search.idle_since <= self.freed_at or now >= self.desk.deadline(search):
            self._plan(search)
        else:
            self._at(min(now + LOOK_AGAIN, self.desk.deadline(search)), _LOOK, number, version)

    def _plan(self, search: Search) -> None:
        now, search.version = self.observed.now, search.version + 1
        deadline = self.desk.deadline(search)
        if now >= deadline:
            self._close(search)
            return
        prospects, behind = self.desk.prospects(search)
        case = self.desk.case(search, tuple([_known(it, now) for it in search.asked]))
        plan = self.policy.plan(case, prospects)
        if plan.ask:
            hunt = Hunt.so_far(case, prospects, self.desk.model.spread)
            for ask in plan.ask:
                self._ask(search, ask, behind, hunt)
        search.wave += bool(plan.ask)
        search.idle_since = now if plan.again_at is None and not search.immediate else None
        self._at(max(now + 1e-3, self._again(search, plan, deadline)), _LOOK, search.number, search.version)

    def _again(self, search: Search, plan: Plan, deadline: float) -> float:
        if plan.again_at is not None:
            return min(deadline, plan.again_at)
        return min(deadline, self.observed.now + (LOOK_AGAIN_NOW if search.immediate else LOOK_AGAIN))

    def _ask(self, search: Search, ask: Ask, behind: dict[int, Standing], hunt: Hunt) -> None:
        now, who = self.observed.now, ask.interpreter_id
        standing = behind[ask.option]
        place = int(np.searchsorted(standing.who, who))
        option = search.options[ask.option]
        after = self.reality.answer_after(search.number, who, ask.option, ask.channel, option.immediate)
        answer_at = None if after is None else awake_after(now, after)
        offer = Offer(
            row=len(self.record.offers),
            search=search.number,
            who=who,
            option=ask.option,
            channel=ask.channel,
            sent_at=now,
            expires_at=ask.expires_at,
            will_see_at=None if after is None else awake_after(now, 0.8 * after),
            will_answer_at=answer_at,
            will_say_yes=self._will_say_yes(search, option, who),
        )
        told = hunt.says_yes(float(standing.chances[place]))
        self.record.add(offer, standing.features(place), told, self.desk.model.learned)
        search.asked.append(offer)
        self.observed.note_offer(who, search.number, now + RINGS if option.immediate else now)
        if answer_at is not None and answer_at <= ask.expires_at:
            self._at(answer_at, _ANSWER, search.number, offer.row)

    def _will_say_yes(self, search: Search, option: Option, who: int) -> bool:
        yes = bool(self.reality.says_yes(search.number, who, option.number, self._circumstances(search, option, who)))
        first = search.options[0]
        if not yes or option.number == 0 or option.moved or who not in self._as_asked(search):
            return yes
        as_asked = self.reality.says_yes(search.number, who, 0, self._circumstances(search, first, who))
        return bool(as_asked) or not bool(self.reality.refusal_carries(search.number, who, option.number))

    def _as_asked(self, search: Search) -> np.ndarray:
        return search.lists[0].who if 0 in search.lists else self.observed.eligible(search.number, search.options[0])

    def _circumstances(self, search: Search, option: Option, who: int) -> Circumstances:
        seen = self.observed
        km = float(seen.pool.km_to[who, int(seen.request(search.number, "town"))]) if option.service == ON_SITE else 0.0
        return Circumstances(
            service=option.service,
            km=km,
            lead_hours=max(0.0, option.start - seen.now) / 60,
            minutes=option.minutes,
            evening=option.start % DAY >= 18 * 60,
            weekend=option.start // DAY % 7 >= 5,
            load=float(seen.load(who, option.start)),
            offers_7d=float(seen.offers_7d[who]),
        )

    def _answered(self, number: int, row: int) -> None:
        offer, search = self.record.offers[row], self.searches.get(number)
        if search is None or offer.answer is not None:
            return
        now = self.observed.now
        option = search.options[offer.option]
        offer.answered_at, offer.answer = now, YES if offer.will_say_yes else NO
        for other in search.asked:
            if other.who == offer.who and other.option == offer.option and other.answer is None:
                other.answered_at, other.answer = now, WITHDRAWN
        if offer.will_say_yes and now < option.deadline and not (offer.option == 0 and search.hung_up):
            if self._book(search, option, offer.who):
                self._close(search)
                return
            offer.answer = WITHDRAWN
        self._plan(search)

    def _book(self, search: Search, option: Option, who: int) -> bool:
        seen = self.observed
        start = seen.now if option.immediate else option.start
        travel = float(seen.travel(search.number, option, who))
        since, until = start - travel, start + option.minutes + travel
        if option.service == TRANSLATION:
            until = since
        elif not seen.is_free(who, since, until):
            return False
        hours = option.minutes / 60
        seen.book(who, since, until, hours)
        km = float(seen.pool.km_to[who, int(seen.request(search.number, "town"))]) if travel else 0.0
        self.record.fills[search.number] = Fill(who, option.number, option.service, seen.now, since, until, hours, km)
        if self.reality.cancelled[search.number]:
            at = seen.now + float(self.reality.cancelled_after[search.number]) * max(0.0, start - seen.now)
            self._at(at, _CANCELLED, search.number)
        return True

    def _cancelled(self, number: int, _: int) -> None:
        fill = self.record.fills[number]
        self.observed.book(fill.who, fill.since, fill.until, fill.hours, taken=False)
        fill.hours = 0.0
        self.freed_at = self.observed.now

    def _hangs_up(self, number: int, _: int) -> None:
        search = self.searches.get(number)
        if search is None:
            return
        search.hung_up = True
        for offer in search.asked:
            if offer.option == 0 and offer.answer is None:
                offer.answered_at, offer.answer = self.observed.now, WITHDRAWN
        self._plan(search)

    def _close(self, search: Search) -> None:
        """End a search, found or not: whoever still thinks is told that it is over."""
        for offer in search.asked:
            if offer.answer is None:
                offer.answered_at, offer.answer = self.observed.now, WITHDRAWN
        del self.searches[search.number]

    def _learn(self, _: int, __: int) -> None:
        now = self.observed.now
        model = learn(self.record.log(now), f"week {now / WEEK:.0f}", 0.0, now)
        self.desk.use(model)
        self.policy = self.make(model)


def _known(offer: Offer, now: float) -> Asked:
    """Return what can be known of an offer: whether it was seen, not whether it will be."""
    seen_at = offer.will_see_at if offer.will_see_at is not None and offer.will_see_at <= now else None
    return Asked(
        offer.who, offer.option, offer.channel, offer.sent_at, offer.sent_at, seen_at, offer.answered_at, offer.answer
    )


__all__ = ["VOICE", "Replay"]
