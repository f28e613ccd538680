"""The dispatcher's desk: from what is observed to the case and the prospects that a policy is asked about."""

from dataclasses import dataclass, field

import numpy as np

from benchmarks.dispatch_year.observed import Observed, Option, awake_stretches, cells_of
from benchmarks.dispatch_year.params import DAY, ON_SITE, SERVICES, TRANSLATION
from matching.acceptance import AcceptanceModel, Offers
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

    def prospects(self, search: Search) -> tuple[list[Prospect], dict[int, tuple[np.ndarray, Offers, np.ndarray]]]:
        """Return who may come now, and per option the people, their columns and chances behind it."""
        found: list[Prospect] = []
        behind = {}
        for option in search.options:
            if option.deadline <= self.observed.now or (option.number == 0 and search.hung_up):
                continue
            if option.number not in search.lists:
                search.lists[option.number] = self._shortlist(search.number, option)
            who, offers, travel = self._now(search.number, search.lists[option.number])
            if not len(who):
                continue
            chances = self._chances(offers, who)
            behind[option.number] = (who, offers, chances)
            cost = travel + self.prices.load * offers.load + self.prices.offer * offers.offers_7d + self._rare[who]
            found += [
                Prospect(person, option.number, p, minutes)
                for person, p, minutes in zip(who.tolist(), chances.tolist(), cost.tolist(), strict=True)
            ]
        return found, behind

    def _chances(self, offers: Offers, who: np.ndarray) -> np.ndarray:
        chances = self.model.with_intercepts(offers, self._own[who]) if self.model.learned else self.model.p_yes(offers)
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

    def _now(self, number: int, short: Shortlist) -> tuple[np.ndarray, Offers, np.ndarray]:
        """Return who of a shortlist is free at this moment, their columns as they stand, and their travel."""
        seen, option, who = self.observed, short.option, short.who
        if option.immediate:
            busy = seen.busy[who, cells_of(seen.now, seen.now + option.minutes)]
            free = ~busy.any(1) & ((seen.rung_until[who] <= seen.now) | (seen.rung_for[who] == number))
        else:
            free = ~(seen.busy[who, short.cells] & short.blocked).any(1) & (seen.now + short.travel <= option.start)
        left = who[free]
        rows = short.offers.rows(free)
        lead = max(0.0, option.start - seen.now) / 60
        columns = {name: getattr(rows, name) for name in _FIXED}
        offers = Offers(
            lead_hours=np.full(len(left), lead),
            load=seen.load(left, option.start),
            offers_7d=seen.offers_7d[left],
            **columns,
        )
        return left, offers, short.travel[free]


_FIXED = (
    "interpreter_id", "service", "immediate", "distance_km", "duration_minutes", "evening", "weekend", "option",
)  # fmt: skip
