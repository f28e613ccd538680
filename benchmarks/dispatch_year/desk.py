"""The dispatcher's desk: from what is observed to the case and the prospects that a policy is asked about."""

from dataclasses import dataclass, field, replace

import numpy as np

from benchmarks.dispatch_year.observed import Observed, Option, awake_stretches, cells_of
from benchmarks.dispatch_year.params import DAY, ON_SITE, SERVICES, TRANSLATION
from benchmarks.dispatch_year.record import features_of
from matching.acceptance import AcceptanceModel, Moment, Offers
from matching.cases import Asked, Case, Prospect


@dataclass(frozen=True, slots=True)
class Prices:
    """What coming costs, in minutes, besides the way.

    load: per week of wanted hours already promised. offer: per offer of the last seven days. rare: for keeping somebody
    from her rarest language, divided by how many speak that.
    """

    load: float = 40.0
    offer: float = 8.0
    rare: float = 600.0


@dataclass(slots=True)
class Shortlist:
    """Who may come for one option, with what does not change while it is looked for."""

    option: Option
    who: np.ndarray
    km: np.ndarray
    travel: np.ndarray
    cells: slice
    blocked: np.ndarray
    offers: Offers
    lasting: np.ndarray | None = None  # of the model `version`
    version: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Who of a shortlist may be asked at this moment (`free`: places in it), how they stand, and their chances."""

    short: Shortlist
    free: np.ndarray
    who: np.ndarray
    moment: Moment
    chances: np.ndarray

    def features(self, place: int) -> tuple[float, ...]:
        """Return what was known of one of them when she was asked, in the order of the log."""
        load, asked = float(self.moment.load[place]), float(self.moment.offers_7d[place])
        row = int(self.free[place])
        return features_of(self.short.offers, row, lead_hours=self.moment.lead_hours, load=load, offers_7d=asked)


@dataclass(slots=True)
class Search:
    """A request that looks for somebody. `asked` are offers as the desk keeps them; see `replay.Offer`."""

    number: int
    options: list[Option]
    service: str
    immediate: bool
    created: float
    lists: dict[int, Shortlist] = field(default_factory=dict)
    asked: list["object"] = field(default_factory=list)
    wave: int = 0
    version: int = 0
    hung_up: bool = False
    idle_since: float | None = None


class Desk:
    """Prepares decisions for one policy. Uses `Observed` and the acceptance model, nothing else."""

    def __init__(self, observed: Observed, model: AcceptanceModel, flexible: bool, prices: Prices, odds: float) -> None:
        self.observed, self.flexible, self.prices, self._odds = observed, flexible, prices, odds
        speakers = observed.pool.speaks.sum(0)
        self._rare = prices.rare / np.where(observed.pool.speaks, speakers, np.inf).min(1)
        self.use(model)

    def use(self, model: AcceptanceModel) -> None:
        """Take a new model into use."""
        self.model = model
        self._own = np.array([model.intercepts.get(who, 0.0) for who in range(len(self.observed.pool))])

    def open(self, number: int) -> Search:
        """Return a new search."""
        ask = self.observed.request
        options = self.observed.options(number)
        return Search(
            number,
            options if self.flexible else options[:1],
            SERVICES[int(ask(number, "service"))],
            bool(ask(number, "immediate")),
            ask(number, "created"),
        )

    def case(self, search: Search, asked: tuple[Asked, ...]) -> Case:
        """Return the search as a policy sees it now."""
        now = self.observed.now
        deadline = self.deadline(search)
        awake = awake_stretches(search.created, deadline)
        return Case(
            search.number, now, search.created, deadline, search.immediate, search.service, asked, search.wave, awake
        )

    def deadline(self, search: Search) -> float:
        """Return the hard stop: of the request as asked while that can be done, then of what is left."""
        first = search.options[0].deadline
        if not search.hung_up and self.observed.now < first:
            return first
        return max((it.deadline for it in search.options[1:]), default=first if not search.hung_up else 0.0)

    def prospects(self, search: Search) -> tuple[list[Prospect], dict[int, Standing]]:
        """Return who may come now, and per option how they stand."""
        found: list[Prospect] = []
        behind = {}
        for option in search.options:
            if option.deadline <= self.observed.now or (option.number == 0 and search.hung_up):
                continue
            if option.number not in search.lists:
                search.lists[option.number] = self._shortlist(search.number, option)
            short = search.lists[option.number]
            free = self._free(search.number, short)
            if not len(free):
                continue
            it = behind[option.number] = self._standing(short, free)
            prices = self.prices
            cost = (
                short.travel[free] + prices.load * it.moment.load + prices.offer * it.moment.offers_7d
                + self._rare[it.who]
            )  # fmt: skip
            found += [
                Prospect(person, option.number, p, minutes)
                for person, p, minutes in zip(it.who.tolist(), it.chances.tolist(), cost.tolist(), strict=True)
            ]
        return found, behind

    def _standing(self, short: Shortlist, free: np.ndarray) -> Standing:
        seen, option, who = self.observed, short.option, short.who[free]
        lead = max(0.0, option.start - seen.now) / 60
        load, asked = seen.load(who, option.start), seen.offers_7d[who]
        moment = Moment(option.service == ON_SITE, option.immediate, lead, load, asked)
        if not self.model.learned:
            now = replace(short.offers.rows(free), lead_hours=np.full(len(who), lead), load=load, offers_7d=asked)
            return Standing(short, free, who, moment, self._at_odds(self.model.p_yes(now)))
        if short.version != self.model.version:
            short.lasting, short.version = self.model.lasting(short.offers), self.model.version
        chances = self.model.chances_now(short.lasting[free], self._own[who], moment)
        return Standing(short, free, who, moment, self._at_odds(chances))

    def _at_odds(self, chances: np.ndarray) -> np.ndarray:
        """Return the chances as a model would tell them that is wrong by this world's odds."""
        if self._odds == 1.0:
            return chances
        odds = self._odds * chances / (1 - chances)
        return odds / (1 + odds)

    def _shortlist(self, number: int, option: Option) -> Shortlist:
        seen = self.observed
        who = seen.eligible(number, option)
        travel = seen.travel(number, option, who)
        km = (
            seen.pool.km_to[who, int(seen.request(number, "town"))]
            if option.service == ON_SITE
            else np.full(len(who), np.nan)
        )
        since, until = option.start - travel, option.start + option.minutes + travel
        cells = cells_of(since.min(initial=option.start), until.max(initial=option.start + 1))
        edges = np.arange(cells.start, cells.stop) * 5.0
        blocked = (edges + 5.0 > since[:, None]) & (edges < until[:, None])
        blocked &= option.service != TRANSLATION
        n = len(who)
        offers = Offers(
            interpreter_id=who,
            service=np.full(n, option.service),
            immediate=np.full(n, option.immediate),
            lead_hours=np.zeros(n),
            distance_km=km,
            duration_minutes=np.full(n, option.minutes),
            evening=np.full(n, option.start % DAY >= 18 * 60),
            weekend=np.full(n, option.start // DAY % 7 >= 5),
            load=np.zeros(n),
            offers_7d=np.zeros(n),
            option=np.full(n, option.number),
        )
        return Shortlist(option, who, km, travel, cells, blocked, offers)

    def _free(self, number: int, short: Shortlist) -> np.ndarray:
        """Return who of a shortlist is free at this moment: places in it."""
        seen, option, who = self.observed, short.option, short.who
        if option.immediate:
            busy = seen.busy[who, cells_of(seen.now, seen.now + option.minutes)]
            free = ~busy.any(1) & ((seen.rung_until[who] <= seen.now) | (seen.rung_for[who] == number))
        else:
            free = ~(seen.busy[who, short.cells] & short.blocked).any(1) & (seen.now + short.travel <= option.start)
        return np.flatnonzero(free)
