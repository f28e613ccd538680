"""A synthetic year: loading it, and counting figure 37 of it and of ten of them."""

import time
from argparse import Namespace
from collections.abc import Callable

from sqlalchemy import text

from benchmarks.figures import Figure, at_most, percentile
from benchmarks.place import YEAR, Place
from demo.domain import YEAR_2020
from kernel.actor import SYSTEM
from kernel.database import db
from reporting.queries import figure_37

YEARS, TIMES = 10, 20
_TABLES = ("requests", "offers", "assignments", "performances", "events")
_KEYS = {"id", "request_id", "offer_id", "assignment_id", "subject_id"}
# How a column of the copy is made from the original; `n` years later.
_LATER = "{0} + make_interval(years => :n)"
_BY_TYPE = {
    "timestamp with time zone": _LATER,
    "date": f"({_LATER})::date",
    "tstzrange": "CASE WHEN isempty({0}) THEN {0} ELSE tstzrange(lower({0}) + make_interval(years => :n),"
    " upper({0}) + make_interval(years => :n)) END",
}
_PLAIN = text(
    """SELECT service, outcome, count(*) FROM requests
       WHERE outcome IS NOT NULL AND held_on BETWEEN make_date(:first, 1, 1) AND make_date(:last, 12, 31)
       GROUP BY service, outcome"""
)


def run(place: Place, options: Namespace) -> list[Figure]:
    """Return the time to load a year, and to count it and ten of them."""
    database, requests = place.database("ten_years", place.year), sum(YEAR_2020.values())
    with place.app(database):
        one = _counted("figure 37 of one year", 1, 300)
        before = time.perf_counter()
        rows = _copy_year(1)
        copied_s = time.perf_counter() - before
        for n in range(2, YEARS):
            _copy_year(n)
        db.session.execute(text("ANALYZE requests"))
        db.session.commit()
        ten = _counted("figure 37 of ten such years", YEARS, 1000)
    place.drop(database)
    note = f"{requests:,} requests with offers, assignments, performances and events: {rows:,} rows"
    beside = {"beside": "the same rows by INSERT SELECT", "bound": copied_s}
    return [at_most("a year is loaded", place.year_took_s, "s", 120, requests, note=note, **beside), one, ten]


def _copy_year(n: int) -> int:
    """Copy the year with all that belongs to it, `n` years later; every constraint and index is in force."""
    rows = 0
    db.session.execute(text("SET LOCAL statement_timeout = 0"))
    for table in _TABLES:
        columns = db.session.execute(
            text("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = :t"), {"t": table}
        ).all()
        names = ", ".join(name for name, _ in columns)
        made = ", ".join(_made(name, kind) for name, kind in columns)
        of_first_year = f"id < (SELECT min(id) + {_STEP} FROM {table})"
        copied = text(f"INSERT INTO {table} ({names}) SELECT {made} FROM {table} WHERE {of_first_year}")
        rows += db.session.execute(copied, {"n": n, "year": f"J{YEAR}-", "copy": f"J{YEAR + n}-"}).rowcount  # type: ignore[attr-defined]
    db.session.commit()
    return rows


_STEP = 100_000_000


def _made(name: str, kind: str) -> str:
    if name in _KEYS:
        return f"{name} + :n * {_STEP}"
    if name == "reference":
        return "replace(reference, :year, :copy)"
    return _BY_TYPE.get(kind, "{0}").format(name)


def _counted(name: str, years: int, limit_ms: float) -> Figure:
    """Measure figure 37 of each of `years` years, one after the other, beside one plain count over them all.

    Raises:
        AssertionError: a year does not count what was put into it.
    """
    wanted = range(YEAR, YEAR + years)
    for year in wanted:
        found = figure_37(year, by=SYSTEM)
        for (service, leaf), number in YEAR_2020.items():
            assert found.services[service].leaves[leaf] == number, (year, service, leaf)
    ours = _timed(lambda: [figure_37(year, by=SYSTEM) for year in wanted])
    values = {"first": YEAR, "last": YEAR + years - 1}
    plain = _timed(lambda: db.session.execute(_PLAIN, values).all())
    bound = percentile(plain, 0.5)
    note = f"p50 {percentile(ours, 0.5):.1f} ms; a call per year"
    return at_most(
        name, percentile(ours, 0.95), "ms", limit_ms, TIMES, beside="one plain SELECT count", bound=bound, note=note
    )


def _timed(what: Callable[[], object]) -> list[float]:
    """Return how many milliseconds each of several calls took."""
    taken = []
    for _ in range(TIMES):
        before = time.perf_counter()
        what()
        db.session.rollback()
        taken.append((time.perf_counter() - before) * 1000)
    return taken
