"""Every pair of request and person that a plan may take, and which of them nobody can do both."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from matching.domain import ON_SITE, TRANSLATION, Need, kms_between, travel_minutes
from matching.pool import seconds
from matching.shortlist import Listed

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Edges:
    """Every pair that is looked at: request x person, the hours it takes her with travel, and its value.

    In the order of persons and of the start of their hours; who takes no hours (translations) comes last.
    travel: seconds one way; lat, lon: of the site, not a number where nobody travels or the place is not known.
    """

    request: Ints
    person: Ints
    start: Floats
    end: Floats
    value: Floats
    cost: Floats
    travel: Floats
    lat: Floats
    lon: Floats
    near_km: float

    def __len__(self) -> int:
        return len(self.request)

    def only(self, which: Ints) -> "Edges":
        """Return some of them."""
        names = [it.name for it in fields(self) if it.name != "near_km"]
        return replace(self, **{name: getattr(self, name)[which] for name in names})

    def worth(self, chosen: Sequence[int] | Ints) -> float:
        """Return the value of some of them together."""
        return float(self.value[np.asarray(chosen, np.intp)].sum())

    @property
    def arrives(self) -> Floats:
        """Return when the work itself begins."""
        arrives: Floats = self.start + self.travel
        return arrives

    @property
    def leaves(self) -> Floats:
        """Return when the work itself ends."""
        leaves: Floats = self.end - self.travel
        return leaves

    def leg_minutes(self, one: Ints, other: Ints) -> Floats:
        """Return the way from one site to another; not a number: not near, or not known."""
        legs = np.full(len(one), np.nan)
        on_map = np.flatnonzero(~np.isnan(self.lat[one]) & ~np.isnan(self.lat[other]))
        if self.near_km and len(on_map):
            here, there = one[on_map], other[on_map]
            km = kms_between(self.lat[here], self.lon[here], self.lat[there], self.lon[there])
            legs[on_map] = np.where(km <= self.near_km, travel_minutes(km), np.nan)
        return legs

    @cached_property
    def last(self) -> Ints:
        """Return until where (exclusive) those of the same person follow that begin before each one ends."""
        timed = int((self.end > self.start).sum())
        moments, code = np.unique(np.concatenate([self.start[:timed], self.end[:timed]]), return_inverse=True)
        person = np.unique(self.person[:timed], return_inverse=True)[1] * (len(moments) + 1)
        last = np.arange(1, len(self) + 1)
        last[:timed] = np.searchsorted(person + code[:timed], person + code[timed:])
        return last

    @cached_property
    def overlaps(self) -> tuple[Ints, Ints]:
        """Return the pairs (earlier, later) of which the hours overlap, travel included."""
        earlier, place = _counted(self.last - np.arange(len(self)) - 1)
        return earlier, earlier + 1 + place

    @cached_property
    def in_a_tour(self) -> NDArray[np.bool_]:
        """Return which of `overlaps` can be done all the same, by going straight from one site on to the other."""
        earlier, later = self.overlaps
        between = np.maximum(self.arrives[later] - self.leaves[earlier], self.arrives[earlier] - self.leaves[later])
        apart = np.flatnonzero(between >= 0)
        can = np.zeros(len(earlier), bool)
        can[apart] = self.leg_minutes(earlier[apart], later[apart]) * 60 <= between[apart]
        return can

    @cached_property
    def clashes(self) -> csr_array:
        """Return of which pairs nobody can do both: edge x edge, both ways."""
        earlier, later = (it[~self.in_a_tour] for it in self.overlaps)
        ones = np.ones(len(earlier), np.int8)
        one_way = csr_array((ones, (earlier, later)), shape=(len(self), len(self)))
        return (one_way + one_way.T).tocsr()

    @cached_property
    def rivals(self) -> csr_array:
        """Return groups of which a person can do one at most: group x edge; every clash is in one of them.

        Whatever still goes on when another begins makes a group with it. One in which two can be done in a tour falls
        apart: the later of the two goes to the next group with the same other, and so on.
        """
        earlier, later = self.overlaps
        first, second = self._tours_beside_another()
        mixed = np.zeros(len(self), bool)
        mixed[later[first]] = mixed[later[self.in_a_tour]] = True
        size = np.bincount(later, minlength=len(self))
        within = np.append((size[1:] == size[:-1] + 1) & ~mixed[1:], False)  # the next group holds this one
        left = ~self.in_a_tour & ~within[later]
        groups = [csr_array((0, len(self)))]
        while left.any():
            waits = np.zeros(len(left), bool)
            waits[second[left[first] & left[second]]] = True
            groups.append(self._with(earlier[left & ~waits], later[left & ~waits]))
            left &= waits
        return csr_array(vstack(groups))

    def _tours_beside_another(self) -> tuple[Ints, Ints]:
        """Return where in `overlaps` both of a tour stand with a third that begins before either ends."""
        earlier, later = self.overlaps
        one, other = earlier[self.in_a_tour], later[self.in_a_tour]
        tour, place = _counted(np.minimum(self.last[one], self.last[other]) - other - 1)
        third = other[tour] + 1 + place
        count = self.last - np.arange(len(self)) - 1
        begins = np.cumsum(count) - count - np.arange(len(self)) - 1
        return begins[one[tour]] + third, begins[other[tour]] + third

    def _with(self, members: Ints, heads: Ints) -> csr_array:
        """Return a group for each head: itself and its members."""
        every, row = np.unique(heads, return_inverse=True)
        rows, columns = np.append(row, np.arange(len(every))), np.append(members, every)
        return csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(every), len(self)))

    def against(self, it: int) -> Ints:
        """Return whatever clashes with one of them."""
        found: Ints = self.clashes.indices[self.clashes.indptr[it] : self.clashes.indptr[it + 1]]
        return found


def _counted(counts: Ints) -> tuple[Ints, Ints]:
    """Return for counts 2, 0, 3 where each belongs, 0 0 2 2 2, and which of its own it is, 0 1 0 1 2."""
    of = np.repeat(np.arange(len(counts)), counts)
    return of, np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)


def edges_of(needs: Sequence[Need], lists: Sequence[Listed], filled_minutes: float, near_km: float) -> Edges:
    """Return every pair of a request (by its place in `needs`) and somebody on its list."""
    length = [len(it.ids) for it in lists]
    sites = [it.place if it.service == ON_SITE else None for it in needs]
    timed = np.repeat([it.service != TRANSLATION for it in needs], length)
    lat = np.repeat([np.nan if it is None else it.lat for it in sites], length)
    lon = np.repeat([np.nan if it is None else it.lon for it in sites], length)
    begin, end = (
        np.repeat([seconds(getattr(it, name)) for it in needs], length) for name in ("slot_start", "slot_end")
    )
    person = np.concatenate([np.empty(0, np.intp), *[it.ids for it in lists]])
    cost = np.concatenate([np.empty(0), *[it.cost for it in lists]])
    travel = np.concatenate([np.empty(0), *[it.travel for it in lists]])
    start = begin - travel
    edges = Edges(
        request=np.repeat(np.arange(len(needs)), length),
        person=person.astype(np.intp),
        start=start,
        end=np.where(timed, end + travel, start),
        value=filled_minutes - cost,
        cost=cost,
        travel=travel,
        lat=lat,
        lon=lon,
        near_km=near_km,
    )
    return edges.only(np.lexsort((edges.request, edges.start, edges.person, ~timed.astype(bool))))
