"""Counts over individual records. Nothing here writes."""

from collections import defaultdict
from collections.abc import Hashable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, extract, func, select

from dispatch.requests.models import RequestRow
from kernel.actor import Actor
from kernel.database import db
from reporting.domain import Answered, Counts, Figure37

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
    yes = outcome.in_(("completed", "cancelled")) | (outcome.is_(None) & RequestRow.answered_at.is_not(None))
    no = outcome.in_(("not_available", "other_reason"))
    numbers = (func.count().filter(yes), func.count().filter(~yes & outcome.is_(None)), func.count().filter(no))
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
