"""Counts over individual records. Nothing here writes."""

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, extract, func, select

from dispatch.requests.models import RequestRow
from dispatch.requests.queries import IS_ANSWERED
from kernel.actor import Actor
from kernel.clock import BRUSSELS
from kernel.database import db
from reporting.domain import Answered, Counts, Figure37, Quarter
from reporting.models import BottleneckReportRow

_GROUPS: dict[str, Any] = {
    "month": extract("month", RequestRow.held_on),
    "region": RequestRow.region,
    "language": RequestRow.language,
    "organisation": RequestRow.organisation_id,
    "agency": RequestRow.agency_id,
    "service": RequestRow.service,
}


def figure_37(year: int, *, by: Actor, service_agency: int | None = None) -> Figure37:
    """Return the annual overview of the agencies the actor may see (of one of them with `service_agency`)."""
    conditions = _of_year(year, by)
    if service_agency is not None:
        conditions.append(RequestRow.agency_id == service_agency)
    counts = _count(RequestRow.service, conditions)
    return Figure37(year, counts)


def breakdown(year: int, group: str, *, by: Actor) -> dict[Hashable, Counts]:
    """Return the leaves of a year per month, region, language, organisation, agency or service.

    Raises: KeyError: no such group.
    """
    return _count(_GROUPS[group], _of_year(year, by))


def answered(first: date, last: date, group: str, *, by: Actor) -> dict[Hashable, Answered]:
    """Return how many requests held in a period have an answer, per group; those still open count as such.

    Raises: KeyError: no such group.
    """
    key, outcome = _GROUPS[group], RequestRow.outcome
    numbers = (
        func.count().filter(IS_ANSWERED),
        func.count().filter(outcome.is_(None) & ~IS_ANSWERED),
        func.count().filter(outcome.in_(("not_available", "other_reason"))),
    )
    query = select(key, *numbers).where(RequestRow.held_on.between(first, last), RequestRow.status != "draft")
    if not by.is_system:
        query = query.where(RequestRow.agency_id.in_(by.agency_ids))
    return {row[0]: Answered(*row[1:]) for row in db.session.execute(query.group_by(key))}


def years(by: Actor) -> list[int]:
    """Return the years in which something was held, newest first."""
    first, last = db.session.execute(
        select(func.min(RequestRow.held_on), func.max(RequestRow.held_on)).where(RequestRow.outcome.is_not(None))
    ).one()
    return list(range(last.year, first.year - 1, -1)) if first else []


def _of_year(year: int, by: Actor) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        RequestRow.outcome.is_not(None),
        RequestRow.held_on >= date(year, 1, 1),
        RequestRow.held_on <= date(year, 12, 31),
    ]
    if not by.is_system:
        conditions.append(RequestRow.agency_id.in_(by.agency_ids))
    return conditions


def _count(group: Any, conditions: list[ColumnElement[bool]]) -> dict[Any, Counts]:
    query = select(group, RequestRow.outcome, func.count()).where(*conditions).group_by(group, RequestRow.outcome)
    leaves: dict[Any, dict[str, int]] = defaultdict(dict)
    for key, outcome, number in db.session.execute(query):
        leaves[key][outcome] = number
    return {key: Counts(numbers) for key, numbers in leaves.items()}


def languages_of(agency_id: int, quarter: Quarter) -> dict[str, Counts]:
    """Return the leaves of an agency's requests for an interpreter in a quarter, per language."""
    found: dict[str, Counts] = _count(RequestRow.language, _of_quarter(agency_id, quarter))
    return found


@dataclass(frozen=True, slots=True)
class Region:
    """Where most was missed: how often, and the middle of the places (degrees; None: nothing there has a place)."""

    name: str
    missed: int
    lat: float | None
    lon: float | None


def worst_region(agency_id: int, quarter: Quarter, language: str) -> Region:
    """Return the region in which a language was missed most often in a quarter."""
    row = RequestRow
    missed = func.count().label("missed")
    query = (
        select(row.region, missed, func.avg(row.lat), func.avg(row.lon))
        .where(*_of_quarter(agency_id, quarter), row.language == language, row.outcome == "not_available")
        .group_by(row.region)
        .order_by(missed.desc(), row.region)
    )
    found = db.session.execute(query.limit(1)).first()
    return Region(*found) if found else Region("onbekend", 0, None, None)


def bottleneck_report(agency_id: int, quarter: Quarter) -> BottleneckReportRow | None:
    """Return what was counted of a quarter, if it was."""
    row = BottleneckReportRow
    mine = (row.agency_id == agency_id, row.quarter == str(quarter))
    return db.session.scalars(select(row).where(*mine).execution_options(populate_existing=True)).one_or_none()


def uncounted_agencies(quarter: Quarter) -> list[int]:
    """Return the agencies that had requests in a quarter whose bottlenecks were not counted since it ended."""
    row, over = BottleneckReportRow, datetime.combine(quarter.next.first, time(), BRUSSELS)
    counted = select(row.agency_id).where(row.quarter == str(quarter), row.counted_at >= over)
    held = (RequestRow.held_on >= quarter.first, RequestRow.held_on <= quarter.last, RequestRow.outcome.is_not(None))
    return sorted(db.session.scalars(select(RequestRow.agency_id).where(*held).distinct().except_(counted)))


def quarters(by: Actor) -> list[Quarter]:
    """Return the last quarters in which something was held, the newest first."""
    first, last = db.session.execute(
        select(func.min(RequestRow.held_on), func.max(RequestRow.held_on)).where(
            RequestRow.outcome.is_not(None), *([] if by.is_system else [RequestRow.agency_id.in_(by.agency_ids)])
        )
    ).one()
    found: list[Quarter] = []
    quarter = Quarter.of(last) if last else None
    while quarter and quarter >= Quarter.of(first) and len(found) < 12:
        found.append(quarter)
        quarter = quarter.previous
    return found


def _of_quarter(agency_id: int, quarter: Quarter) -> list[ColumnElement[bool]]:
    row = RequestRow
    held = (row.held_on >= quarter.first, row.held_on <= quarter.last)
    return [row.outcome.is_not(None), row.agency_id == agency_id, row.service != "translation", *held]
