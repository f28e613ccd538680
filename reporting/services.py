"""Counting what takes long: the bottlenecks of a quarter. The only file here that writes, and only its own rows."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from dispatch.offers import queries as offers
from dispatch.requests.domain import Service
from dispatch.terms.queries import terms_at
from kernel import clock
from kernel.actor import Actor, Role
from kernel.clock import BRUSSELS
from kernel.database import transaction
from kernel.errors import Forbidden, NotFound
from matching.domain import Place
from matching.recruiting import DRAWS, gain, newcomer
from reporting import queries
from reporting.domain import Counts, Quarter, bottlenecks
from reporting.models import BottleneckReportRow

# So many certified interpreters more are thought of, for each language where most is missed.
NEWCOMERS = 2
Progress = Callable[[str], None]


def ask_bottlenecks(agency_id: int, quarter: Quarter, *, by: Actor) -> None:
    """Let the worker count a quarter (again).

    Raises: NotFound, Forbidden.
    """
    if not by.is_system:
        if agency_id not in by.agency_ids:
            raise NotFound(thing="agencies")
        if by.role not in {Role.MANAGER, Role.ADMINISTRATOR}:
            raise Forbidden()
    with transaction() as tx:
        tx.defer("reporting.count_bottlenecks", agency_id=agency_id, quarter=str(quarter))


def ask_due_bottlenecks() -> int:
    """Let the worker count the quarter that is over, of every agency that has something to count; return how many."""
    quarter = Quarter.of(clock.now().astimezone(BRUSSELS).date()).previous
    due = queries.uncounted_agencies(quarter)
    with transaction() as tx:
        tx.defer_all("reporting.count_bottlenecks", [{"agency_id": it, "quarter": str(quarter)} for it in due])
    return len(due)


def count_bottlenecks(
    agency_id: int, quarter: Quarter, *, draws: int = DRAWS, progress: Progress = lambda language: None
) -> list[dict[str, Any]]:
    """Count a quarter and keep it; return a row per bottleneck language. Counting twice keeps the newest.

    A row: `language`, the counts of figure 37, `success_ratio`, the `region` where most was missed with `missed_there`,
    and `gain` (see `matching.recruiting.Gain`): the quarter again with two more certified interpreters living there.
    """
    rows = []
    for language, counts in bottlenecks(queries.languages_of(agency_id, quarter)):
        progress(language)
        rows.append(_row(agency_id, quarter, language, counts, draws))
    with transaction() as tx:
        kept = {"counted_at": tx.now(), "rows": rows}
        values = insert(BottleneckReportRow).values(agency_id=agency_id, quarter=str(quarter), **kept)
        name = "uq_bottleneck_reports_agency_id_quarter"
        tx.session.execute(values.on_conflict_do_update(constraint=name, set_=kept))
    return rows


COLUMNS = (
    "agency", "quarter", "language", "requested", "answered", "completed", "cancelled", "not_available",
    "success_ratio", "region", "missed_there", "newcomers", "more_answered", "low", "high",
)  # fmt: skip


def told(language: str, counts: Counts) -> dict[str, Any]:
    """Return the counts of a language as a row has them."""
    names = ("requested", "answered", "completed", "cancelled", "not_available")
    return {"language": language, **{it: counts.value(it) for it in names}, "success_ratio": counts.success_ratio}


def as_cells(agency: str, quarter: Quarter, row: dict[str, Any]) -> list[Any]:
    """Return a row in the order of `COLUMNS`; what was not counted yet is empty."""
    more = row.get("gain") or {}
    found = {"agency": agency, "quarter": str(quarter), **row, **more, "more_answered": more.get("more")}
    cells = [found.get(name) for name in COLUMNS]
    return [round(it, 3) if isinstance(it, float) else "" if it is None else it for it in cells]


def _row(agency_id: int, quarter: Quarter, language: str, counts: Counts, draws: int) -> dict[str, Any]:
    region = queries.worst_region(agency_id, quarter, language)
    certified_from = datetime.combine(quarter.first, time(), UTC) - timedelta(days=365)
    limit = terms_at(quarter.first).value("travel_limit", Service.ON_SITE)
    home = Place(region.lat, region.lon) if region.lat is not None and region.lon is not None else None
    people = [newcomer(n, language, home, limit, certified_from) for n in range(1, NEWCOMERS + 1)]
    past = offers.pasts_of(agency_id, language, quarter.first, quarter.last)
    place = {"region": region.name, "missed_there": region.missed, "newcomers": NEWCOMERS}
    return {**told(language, counts), **place, "gain": asdict(gain(past, people, draws))}
