"""A day and a week of work: who goes where, who is booked how much, and the board on paper. Nothing here writes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from dispatch.assignments.models import AssignmentRow
from dispatch.assignments.queries import BINDING
from dispatch.calendars.domain import at, local_day
from dispatch.desk.queries.board import board_items
from dispatch.interpreters import queries as interpreters
from dispatch.interpreters.models import InterpreterRow
from dispatch.offers.models import DecisionRow
from dispatch.offers.queries import DayPlan
from dispatch.requests import queries as requests
from dispatch.requests.domain import Service, held_at
from dispatch.requests.models import RequestRow
from dispatch.requests.status import UNANSWERED
from kernel.actor import Actor
from kernel.database import db, one_of, rows
from people.models import OrganisationRow, PersonRow
from reference import queries as reference

# On paper: so many requests that need somebody, and so many people to call for each.
_PRINTED, _TO_CALL = 200, 3


@dataclass(frozen=True, slots=True)
class Day:
    """The assignments of one local day. Those on site with both places known are lines on the map."""

    day: date
    assignments: Sequence[Row[Any]]

    @property
    def on_map(self) -> list[Row[Any]]:
        return [it for it in self.assignments if it.service == "on_site" and it.lat is not None]


@dataclass(slots=True)
class Load:
    """How much one interpreter is booked: minutes per day of the week, beside what she usually works."""

    interpreter_id: int
    name: str
    number: str
    minutes: list[int] = field(default_factory=lambda: [0] * 7)
    usual: list[int] = field(default_factory=lambda: [0] * 7)
    talks: int = 0

    @property
    def total(self) -> int:
        return sum(self.minutes)


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from a Monday on, the busiest interpreter first; `talks` counts assignments per day."""

    monday: date
    loads: list[Load]
    talks: list[int]


def day_of(by: Actor, day: date) -> Day:
    """Return who goes where on a local day."""
    return Day(day, _booked(by, at(day, time(0)), at(day + timedelta(days=1), time(0))))


def week_of(by: Actor, day: date) -> Week:
    """Return the week in which a day lies: who is booked how much. Only who is booked at all is in it."""
    monday = day - timedelta(days=day.weekday())
    found = _booked(by, at(monday, time(0)), at(monday + timedelta(days=7), time(0)))
    loads: dict[int, Load] = {}
    talks = [0] * 7
    for it in found:
        load = loads.setdefault(it.interpreter_id, Load(it.interpreter_id, it.interpreter, it.number))
        n = (local_day(held_at(it)) - monday).days
        load.talks += 1
        talks[n] += 1
        if it.service != Service.TRANSLATION:
            load.minutes[n] += round((it.ends_at - it.starts_at) / timedelta(minutes=1))
    for interpreter_id, week in interpreters.weeks_of(list(loads)).items():
        for stretch in week:
            first, last = (it.hour * 60 + it.minute for it in (stretch.from_time, stretch.to_time))
            loads[interpreter_id].usual[stretch.weekday] += last - first
    return Week(monday, sorted(loads.values(), key=lambda it: (-it.total, it.name)), talks)


def printed_board(by: Actor, now: datetime) -> dict[str, Any]:
    """Return all that the desk needs on a day without network: what waits and whom to call, today and tomorrow.

    `unanswered` counts all that waits; of more than a pile of paper the first to run out are printed.
    """
    found = requests.board(by, requests.Filter(), limit=_PRINTED)
    counts, _ = requests.count_open(by)
    waiting = sorted(board_items(found, now), key=lambda it: (it.order, it.id))
    today = local_day(now)
    days = [day_of(by, today), day_of(by, today + timedelta(days=1))]
    unanswered = sum(counts.get(it, 0) for it in UNANSWERED)
    calls = _to_call([it.id for it in waiting])
    return {"waiting": waiting, "unanswered": unanswered, "calls": calls, "days": days, "made_at": now}


def _booked(by: Actor, start: datetime, end: datetime) -> Sequence[Row[Any]]:
    row, who, asked = AssignmentRow, aliased(PersonRow), aliased(PersonRow)
    columns = (
        row.id, row.request_id, row.interpreter_id, row.service, row.language, row.starts_at, row.ends_at, row.status,
        row.travel_minutes, who.name.label("interpreter"), who.phone.label("interpreter_phone"),
        InterpreterRow.number, InterpreterRow.home_lat, InterpreterRow.home_lon, RequestRow.reference, RequestRow.lat,
        RequestRow.lon, RequestRow.street, RequestRow.postcode, RequestRow.municipality, RequestRow.phone,
        OrganisationRow.name.label("organisation"), OrganisationRow.phone.label("organisation_phone"),
        asked.name.label("requester"), asked.phone.label("requester_phone"),
    )  # fmt: skip
    query = (
        select(*columns)
        .join(RequestRow, RequestRow.id == row.request_id)
        .join(OrganisationRow, OrganisationRow.id == RequestRow.organisation_id)
        .join(asked, asked.id == RequestRow.requester_id)
        .join(InterpreterRow, InterpreterRow.id == row.interpreter_id)
        .join(who, who.id == InterpreterRow.person_id)
        .where(RequestRow.agency_id.in_(by.agency_ids), one_of(row.status, BINDING))
        .where(
            or_(
                and_(row.service != Service.TRANSLATION, row.starts_at >= start, row.starts_at < end),
                and_(row.service == Service.TRANSLATION, row.ends_at >= start, row.ends_at < end),
            )
        )
        .order_by(case((row.service == Service.TRANSLATION, row.ends_at), else_=row.starts_at), row.id)
        .limit(2000)
    )
    return rows(query)


def _to_call(ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Return per request the first people matching would ask or asked, with their telephone numbers."""
    row = DecisionRow
    newest = select(func.max(row.id)).where(row.request_id.in_(ids)).group_by(row.request_id)
    told = db.session.execute(select(row.request_id, row.explanation).where(row.id.in_(newest))).all()
    people = {it[0]: [*it[1]["asked"], *it[1]["next"]][:_TO_CALL] for it in told}
    wanted = {who["interpreter_id"] for group in people.values() for who in group}
    reached = interpreters.reached_by_phone(wanted)
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for request_id, group in people.items():
        found[request_id] = [reached[who["interpreter_id"]] for who in group if who["interpreter_id"] in reached]
    return dict(found)


def outline() -> list[tuple[float, float]]:
    """Return the points of every municipality (latitude, longitude): together they draw the country."""
    return reference.municipality_points()


def told_plan(found: DayPlan) -> dict[str, Any]:
    """Return the plan of a day as the desk reads it: per interpreter what she would do in order, and what is left."""
    plan = found.plan
    names = interpreters.names_of({it.interpreter_id for it in plan.pairs})
    saved = {it.interpreter_id: 0.0 for it in plan.tours}
    for it in plan.tours:
        saved[it.interpreter_id] += it.saved_minutes
    days: dict[int, list[RequestRow]] = {}
    for pair in plan.pairs:
        days.setdefault(pair.interpreter_id, []).append(found.requests[pair.request_id])
    people = [
        names[who] | {"jobs": sorted(jobs, key=lambda it: it.starts_at), "saved_minutes": round(saved.get(who, 0.0))}
        for who, jobs in days.items()
    ]
    people.sort(key=lambda it: (it["jobs"][0].starts_at, it["interpreter_id"]))
    left = [found.requests[it] for it in plan.unfilled]
    return {"people": people, "left": left, "gap": plan.gap, "saved": round(sum(saved.values()))}
