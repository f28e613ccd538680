"""Everybody who may be asked, as columns: a row is a person, so that a rule is one comparison for all of them.

Filled from the database, which stays the truth, and kept up to date one person at a time with `put`.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.domain import Candidate, LanguageSkill
from matching.hours import minutes_of_week

Rows = NDArray[np.intp]
Table = dict[str, NDArray[Any]]

SERVICES = {"on_site": 1, "telephone": 2, "video": 4, "translation": 8}
DIRECTIONS = {"to_dutch": 1, "from_dutch": 2, "both": 3}
GENDERS = {None: 0, "female": 1, "male": 2, "other": 3}
NO_LANGUAGE = -1
NEVER = date.max.toordinal()

_FLAGS = (
    "active", "available", "present", "excludes", "knows_client", "over_hours_cap", "already_answered",
    "worked_here_before", "same_client", "quiet", "has_open_offer",
)  # fmt: skip
# One value a person: column -> (type, how it is read).
_SINGLE: dict[str, tuple[str, Callable[[Candidate], Any]]] = {
    "id": ("i8", lambda it: it.interpreter_id),
    "gender": ("i1", lambda it: GENDERS[it.gender]),
    "lat": ("f8", lambda it: it.home.lat if it.home else np.nan),
    "lon": ("f8", lambda it: it.home.lon if it.home else np.nan),
    "limit_km": ("f8", lambda it: np.inf if it.travel_limit_km is None else it.travel_limit_km),
    "services": ("u1", lambda it: sum(SERVICES[name] for name in it.services)),
    "month": ("f8", lambda it: it.assigned_minutes_this_month),
    "offers": ("f8", lambda it: it.offers_this_week),
    "has_week": ("?", lambda it: it.week is not None),
    "deviates": ("?", lambda it: bool(it.deviations)),
}
# Several values a person, in columns as wide as the longest list: the columns -> (types, what fills the rest).
_SEVERAL: dict[tuple[str, ...], tuple[str, tuple[float, ...]]] = {
    ("language", "direction", "certified_from", "certified_until"): ("i4", (NO_LANGUAGE, 0, NEVER, 0)),
    ("week_from", "week_to"): ("f8", (np.inf, -np.inf)),
    ("busy_from", "busy_to"): ("f8", (np.inf, -np.inf)),
    ("job_from", "job_to", "job_lat", "job_lon", "job_travel"): ("f8", (np.inf, -np.inf, np.nan, np.nan, 0.0)),
}

_FILLS = {name: fill for names, (_, rest) in _SEVERAL.items() for name, fill in zip(names, rest, strict=True)}


class Group(NamedTuple):
    """Some rows of a pool, their columns, and the people behind them.

    What somebody has several of (languages, stretches) lies along the first axis, people along the last.
    """

    rows: Rows
    columns: Table
    members: tuple[Candidate, ...]

    def only(self, which: Rows) -> "Group":
        """Return some of them, in this order."""
        columns = {name: column[..., which] for name, column in self.columns.items()}
        return Group(self.rows[which], columns, tuple([self.members[it] for it in which.tolist()]))


class Pool:
    """Everybody who may be asked. Rows come in the order of ids; `people[row]` is the person behind a row."""

    def __init__(self, people: Iterable[Candidate] = ()) -> None:
        self.people = sorted(people, key=lambda it: it.interpreter_id)
        self._codes: dict[str, int] = {}
        self._row_of = {it.interpreter_id: row for row, it in enumerate(self.people)}
        if len(self._row_of) != len(self.people):
            raise ValueError("somebody is given twice")
        self._all = self._columns(self.people)
        self._groups: dict[frozenset[str], Group] = {}

    def __len__(self) -> int:
        return len(self.people)

    def code(self, language: str) -> int:
        """Return the number of a language in the columns."""
        return self._codes.setdefault(language, len(self._codes))

    def everybody(self) -> Group:
        """Return everybody, whatever she speaks."""
        return self._group(np.arange(len(self.people)))

    def speakers(self, languages: Collection[str]) -> Group:
        """Return who speaks one of `languages`."""
        wanted = frozenset(languages)
        if (group := self._groups.get(wanted)) is None:
            codes = [self._codes[it] for it in sorted(wanted) if it in self._codes]
            rows = np.flatnonzero(np.isin(self._all["language"], codes).any(axis=1))
            group = self._groups[wanted] = self._group(rows)
        return group

    def put(self, who: Candidate) -> None:
        """Somebody is new, or something about her is."""
        row = self._row_of.get(who.interpreter_id)
        if row is None:
            self.__init__([*self.people, who])  # type: ignore[misc]  # a newcomer moves everybody behind her
            return
        touched = {it.language for it in (*who.languages, *self.people[row].languages)}
        self.people[row] = who
        for name, column in self._columns([who]).items():
            self._all[name] = _replaced(self._all[name], row, column, _FILLS.get(name, 0))
        self._groups = {group: found for group, found in self._groups.items() if touched.isdisjoint(group)}

    def remove(self, interpreter_id: int) -> None:
        """Somebody is gone."""
        if interpreter_id in self._row_of:
            self.__init__(it for it in self.people if it.interpreter_id != interpreter_id)  # type: ignore[misc]

    def _group(self, rows: Rows) -> Group:
        columns = {name: np.ascontiguousarray(column[rows].T) for name, column in self._all.items()}
        return Group(rows, columns, tuple([self.people[row] for row in rows]))

    def _columns(self, people: Sequence[Candidate]) -> Table:
        table: Table = {name: np.array([read(it) for it in people], kind) for name, (kind, read) in _SINGLE.items()}
        table |= {name: np.array([getattr(it, name) for it in people], bool) for name in _FLAGS}
        reads = (self._skills, _week, _busy, _jobs)
        lists = [[read(it) for it in people] for read in reads]
        for (names, (kind, rest)), values in zip(_SEVERAL.items(), lists, strict=True):
            table |= dict(zip(names, _padded(values, kind, rest), strict=True))
        return table

    def _skills(self, who: Candidate) -> list[tuple[float, ...]]:
        return [(self.code(it.language), DIRECTIONS[it.direction], *_certified(it)) for it in who.languages]


def seconds(moment: datetime) -> float:
    """Return a moment as the columns hold it: seconds since 1970, UTC."""
    return moment.timestamp()


def _certified(skill: LanguageSkill) -> tuple[int, int]:
    if skill.certified_from is None:
        return NEVER, 0
    until = NEVER if skill.certified_until is None else skill.certified_until.toordinal()
    return skill.certified_from.toordinal(), until


def _week(who: Candidate) -> list[tuple[float, ...]]:
    return [(float(start), float(end)) for start, end in minutes_of_week(who.week or ())]


def _busy(who: Candidate) -> list[tuple[float, ...]]:
    return [(seconds(start), seconds(end)) for start, end in who.busy]


def _jobs(who: Candidate) -> list[tuple[float, ...]]:
    return [
        (seconds(it.start), seconds(it.end), it.place.lat, it.place.lon, it.travel_minutes * 60.0) for it in who.jobs
    ]


def _padded(lists: Sequence[Sequence[tuple[float, ...]]], kind: str, rest: Sequence[float]) -> list[NDArray[Any]]:
    """Return one column per element of the tuples, as wide as the longest list."""
    lengths = np.array([len(it) for it in lists], int)
    width = max(1, int(lengths.max(initial=1)))
    taken = np.arange(width) < lengths[:, None]
    flat = np.array(list(chain.from_iterable(lists)), kind).reshape(-1, len(rest))
    columns = []
    for n, fill in enumerate(rest):
        column = np.full((len(lists), width), fill, kind)
        column[taken] = flat[:, n]
        columns.append(column)
    return columns


def _replaced(column: NDArray[Any], row: int, one: NDArray[Any], fill: float) -> NDArray[Any]:
    """Return a column with another value in one row, made wider where the value asks for it."""
    if column.ndim == 1:
        column[row] = one[0]
        return column
    missing = one.shape[1] - column.shape[1]
    if missing > 0:
        column = np.pad(column, ((0, 0), (0, missing)), constant_values=fill)
    column[row] = fill
    column[row, : one.shape[1]] = one[0]
    return column
