"""Counting rules of figures. Pure. Source: annual report 2020, figure 37; decision rules D-1 to D-8."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

SERVICES = ("on_site", "telephone", "video", "translation")
LEAVES = ("completed", "cancelled", "not_available", "other_reason")

# The rows of figure 37 in printed order: code, what it is the sum of.
ROWS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("requested", LEAVES),
    ("answered", ("completed", "cancelled")),
    ("completed", ("completed",)),
    ("cancelled", ("cancelled",)),
    ("not_answered", ("not_available", "other_reason")),
    ("not_available", ("not_available",)),
    ("other_reason", ("other_reason",)),
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many requests ended in each leaf."""

    leaves: Mapping[str, int] = field(default_factory=dict)

    def value(self, row: str) -> int:
        """Return a row of figure 37: a leaf, or the sum of leaves it stands for."""
        return sum(self.leaves.get(leaf, 0) for leaf in dict(ROWS)[row])

    @property
    def answered_share(self) -> float | None:
        """Answered / requested, or None when nothing was asked."""
        asked = self.value("requested")
        return self.value("answered") / asked if asked else None

    @property
    def success_ratio(self) -> float | None:
        """Completed / requested (D-7), or None when nothing was asked."""
        asked = self.value("requested")
        return self.value("completed") / asked if asked else None


@dataclass(frozen=True, slots=True)
class Answered:
    """Requests of a period by whether they have an answer: yes, not yet, no. A period that still runs has all three."""

    answered: int = 0
    still_open: int = 0
    missed: int = 0

    @property
    def requested(self) -> int:
        return self.answered + self.still_open + self.missed

    @property
    def share(self) -> int | None:
        """Answered of requested, in whole percents; None when nothing was asked."""
        return round(100 * self.answered / self.requested) if self.requested else None


def quarter_of(day: date) -> tuple[date, date]:
    """Return the first and the last day of the quarter of a day."""
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    after = date(first.year + first.month // 10, (first.month + 2) % 12 + 1, 1)
    return first, after - timedelta(days=1)


def plus(parts: Iterable[Counts]) -> Counts:
    """Return the counts of several groups together."""
    total = dict.fromkeys(LEAVES, 0)
    for part in parts:
        for leaf, number in part.leaves.items():
            total[leaf] += number
    return Counts(total)


@dataclass(frozen=True, slots=True)
class Figure37:
    """The annual overview: a column per service, and their total."""

    year: int
    services: Mapping[str, Counts]

    @property
    def total(self) -> Counts:
        return plus(self.services.values())

    def table(self) -> list[tuple[str, list[int]]]:
        """Return the rows as printed: code, and a number per service and the total."""
        columns = [self.services.get(service, Counts()) for service in SERVICES] + [self.total]
        return [(row, [column.value(row) for column in columns]) for row, _ in ROWS]


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of a year, written as 2020Q3."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Quarter":
        """Return the quarter meant.

        Raises: ValueError: that is no quarter.
        """
        if not (found := re.fullmatch(r"(2[01]\d\d)-?[Qq]([1-4])", text.strip())):
            raise ValueError(f"not a quarter: {text}")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> "Quarter":
        """Return the quarter of a day."""
        return cls(day.year, (day.month + 2) // 3)

    @property
    def first(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> "Quarter":
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def previous(self) -> "Quarter":
        return Quarter.of(self.first - timedelta(days=1))

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"


TOP = 10


def bottlenecks(languages: Mapping[str, Counts]) -> list[tuple[str, Counts]]:
    """Return the languages in which most requests found nobody, the worst first; at most ten.

    Source: annual report 2020, section 4.2.6 (rules D-7): a top 10 of bottleneck languages per quarter and
    organisation. Equal numbers: the lower success ratio first, then by code.
    """
    short = [(language, it) for language, it in languages.items() if it.value("not_available")]
    return sorted(short, key=lambda it: (-it[1].value("not_available"), it[1].success_ratio or 0.0, it[0]))[:TOP]
