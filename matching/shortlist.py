"""Whom to look at for each of many requests: the cheapest, but nobody so often at one hour that others go without."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.crowd import Crowd
from matching.domain import ON_SITE, TRANSLATION, Need, Place
from matching.hard import HARD, OF_THE_HOUR, REASONS
from matching.pool import Group, Pool, Rows, seconds
from matching.ranking import Judgement, Weights, judge, least_cost

Floats = NDArray[np.float64]
HOUR = 3600

# So many people are held beside the rules, cheapest first; all of them only where these are not enough.
_AT_FIRST = (192, 1024)
_HOURLY = reduce(np.bitwise_or, [np.uint32(1 << REASONS.index(it)) for it in OF_THE_HOUR])


class Listed(NamedTuple):
    """Who is looked at for a request (interpreter ids), what each costs, and the seconds of her way there."""

    ids: NDArray[np.int64]
    cost: Floats
    travel: Floats


def shortlists(
    needs: Sequence[Need], pool: Pool, weights: Weights, *, width: int, filled_minutes: float
) -> list[Listed]:
    """Return for each need at most `width` people who may come and cost less than `filled_minutes`.

    Who stands on `width` lists at an hour comes after everybody else for it: were each list the same cheapest few, many
    requests of a large language would go without. Work on site is first, since it can choose from fewest.
    """
    lists = _Lists(pool, weights, width, filled_minutes)
    order = sorted(range(len(needs)), key=lambda it: (_work(needs[it]), needs[it].slot_start, needs[it].request_id))
    found = {}
    for _, same in groupby(order, key=lambda it: _work(needs[it])):
        crowds: dict[int, _Judged] = {}
        for number in same:
            found[number] = lists.make(needs[number], crowds)
    return [found[number] for number in range(len(needs))]


def _work(it: Need) -> tuple[object, ...]:
    """Return all that counts of a need but its hour and who is excluded."""
    place = (it.place.lat, it.place.lon) if it.place and it.service == ON_SITE else ()
    languages = it.language, *sorted(it.understood_languages)
    asks = (it.held_on, it.interpreter_gender or "", it.certificate_required, it.direction, it.immediate)
    return it.service != ON_SITE, it.service, languages, place, *asks


class _Judged(NamedTuple):
    """Speakers beside the rules whatever the hour, and what those left out cost at least."""

    judgement: Judgement
    cost: Floats
    others: float


class _Lists:
    """Lists that are made one after the other, and on how many everybody stands at every hour."""

    def __init__(self, pool: Pool, weights: Weights, width: int, filled_minutes: float) -> None:
        self.pool, self.weights, self.width, self.filled_minutes = pool, weights, width, filled_minutes
        self._speakers: dict[tuple[frozenset[str], Place | None], tuple[Group, Rows, Floats]] = {}
        self._standing: dict[int, NDArray[np.int32]] = defaultdict(lambda: np.zeros(len(pool), np.int32))

    def make(self, need: Need, crowds: dict[int, _Judged]) -> Listed:
        """Return who is looked at for a need, and remember it; `crowds`: those judged for the same work before.

        Nobody left out is cheaper, but who stands on enough lists; all are judged where `width` others are not found.
        """
        for most in (*_AT_FIRST, len(self.pool)):
            if most not in crowds:
                crowds[most] = self._judged(need, most)
            crowd, who, cost = self._at_this_hour(need, crowds[most])
            full = self._full(need, crowd.rows[who])
            good = np.flatnonzero(~full)[: self.width]
            others = crowds[most].others
            if (len(good) == self.width and cost[good[-1]] <= others) or others >= self.filled_minutes:
                break
        good = np.append(good, np.flatnonzero(full)[: self.width - len(good)])
        good = np.sort(good[cost[good] < self.filled_minutes])
        travel = crowd.travel_minutes[who[good]] * 60
        if need.service != TRANSLATION:
            self._remember(need, crowd.rows[who[good]], travel)
        return Listed(crowd["id"][who[good]], cost[good], travel)

    def _at_this_hour(self, need: Need, found: _Judged) -> tuple[Crowd, Rows, Floats]:
        """Return who may come, cheapest first, and what each costs. Only a tour makes the price depend on the hour."""
        judgement, cost = found.judgement, found.cost
        if need.service == ON_SITE and np.isfinite(judgement.crowd["job_from"]).any():
            again = judge(need, self.pool, self.weights, _group_of(judgement.crowd))
            return again.crowd, again.order, again.cost_minutes
        crowd = replace(judgement.crowd, need=need)
        may = reduce(np.logical_and, [HARD[name](crowd) for name in OF_THE_HOUR])[judgement.order]
        return crowd, judgement.order[may], cost[may]

    def _judged(self, need: Need, most: int) -> _Judged:
        group, order, least = self._speakers_of(need)
        others = np.inf
        if most < len(order):
            group, others = group.only(order[:most]), float(least[most])
        judgement = judge(need, self.pool, self.weights, group, _HOURLY)
        return _Judged(judgement, judgement.cost_minutes, others)

    def _speakers_of(self, need: Need) -> tuple[Group, Rows, Floats]:
        """Return who speaks a language, in which order they cost something at least, and what that is."""
        key = frozenset({need.language, *need.understood_languages}), need.place if need.service == ON_SITE else None
        if key not in self._speakers:
            group = self.pool.speakers(key[0])
            least = least_cost(group.columns, self.weights, key[1])
            order = np.argsort(least, kind="stable")
            self._speakers = {key: (group, order, least[order])}  # the same work comes together
        return self._speakers[key]

    def _full(self, need: Need, rows: Rows) -> NDArray[np.bool_]:
        full = np.zeros(len(rows), bool)
        if need.service != TRANSLATION:
            for hour in _hours(seconds(need.slot_start), seconds(need.slot_end)):
                if hour in self._standing:
                    full |= self._standing[hour][rows] >= self.width
        return full

    def _remember(self, need: Need, rows: Rows, travel: Floats) -> None:
        start, end = seconds(need.slot_start) - travel, seconds(need.slot_end) + travel
        for hour in _hours(start.min(initial=np.inf), end.max(initial=-np.inf)):
            self._standing[hour][rows[(start < (hour + 1) * HOUR) & (hour * HOUR < end)]] += 1


def _hours(start: float, end: float) -> range:
    """Return the hours since 1970 that a stretch touches."""
    return range(int(start // HOUR), int(-(-end // HOUR))) if start < end else range(0)


def _group_of(crowd: Crowd) -> Group:
    return Group(crowd.rows, crowd.people, crowd.members)
