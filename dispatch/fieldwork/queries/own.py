"""An interpreter's own days, earnings and share. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from dispatch.assignments import queries as assignments
from dispatch.assignments.models import AssignmentRow
from dispatch.assignments.status import LIVE
from dispatch.calendars.domain import at, local_day
from dispatch.fieldwork.domain import Appointment, Fit, Share, fit, share
from dispatch.interpreters import queries as register
from dispatch.offers.models import OfferRow
from dispatch.performances.models import PerformanceRow
from dispatch.performances.status import Status
from dispatch.requests.domain import held_at
from dispatch.terms.queries import terms_at
from kernel.actor import Actor
from kernel.database import one_of, rows

# What an agenda without network holds: so far ahead; and the way there only for what begins within a day.
_KEPT, _WAY_KEPT = timedelta(days=14), timedelta(hours=24)
# Own share is counted over so long.
_SHARE = timedelta(days=90)
_MINUTE = timedelta(minutes=1)


def week_of(by: Actor, day: date) -> tuple[date, list[tuple[date, list[AssignmentRow]]]]:
    """Return the Monday of a week and its days, each with what binds the interpreter then."""
    monday = day - timedelta(days=day.weekday())
    start, end = at(monday, time(0)), at(monday + timedelta(days=7), time(0))
    found = [it for it in assignments.agenda(by, start, until=end) if it.status in assignments.BINDING]
    days = [monday + timedelta(days=n) for n in range(7)]
    return monday, [(it, [row for row in found if local_day(held_at(row)) == it]) for it in days]


def fits_of(offers: Sequence[OfferRow], *, by: Actor) -> dict[int, Fit]:
    """Return how each offer fits between what the interpreter agreed already: one statement for all."""
    if not offers:
        return {}
    first = min(it.starts_at for it in offers) - timedelta(days=1)
    last = max(it.ends_at for it in offers) + timedelta(days=1)
    booked = [it for it in assignments.agenda(by, first, until=last) if it.status in LIVE]
    agreed = [
        Appointment(it.starts_at, it.ends_at, it.travel_minutes * _MINUTE)
        for it in booked
        if it.service != "translation"
    ]
    return {
        it.id: fit(it.starts_at, it.ends_at, it.travel_minutes * _MINUTE, agreed)
        for it in offers
        if it.service != "translation"
    }


def kept_agenda(by: Actor, now: datetime) -> list[dict[str, Any]]:
    """Return what a device keeps of an agenda for when there is no network: as little as gets her there.

    No client, no subject, no note. Street and telephone only of what begins within a day; each line says until when
    it may be kept.
    """
    found = assignments.agenda(by, now - timedelta(hours=1), until=now + _KEPT)
    return [_kept(it, now) for it in found if it.status in LIVE]


def _kept(it: AssignmentRow, now: datetime) -> dict[str, Any]:
    asked, near = it.request, held_at(it) - now <= _WAY_KEPT
    on_site = it.service == "on_site"
    return {
        "id": it.id,
        "reference": asked.reference,
        "service": it.service,
        "language": it.language,
        "held_at": held_at(it).isoformat(),
        "ends_at": it.ends_at.isoformat(),
        "municipality": asked.municipality if on_site else None,
        "street": asked.street if on_site and near else None,
        "phone": asked.phone if near else None,
        "keep_until": (it.ends_at + timedelta(hours=2)).isoformat(),
    }


@dataclass(frozen=True, slots=True)
class Earned:
    """A month of performances: how many, minutes talked, and cents, confirmed and still waiting for it."""

    month: date
    count: int
    minutes: int
    confirmed_cents: int
    waiting_cents: int


def earned(by: Actor, year: int) -> list[Earned]:
    """Return what an interpreter earned, month by month, newest first. Source: her own performance records."""
    row, bound = PerformanceRow, AssignmentRow
    month = func.date_trunc("month", func.timezone("Europe/Brussels", row.started_at))
    money = row.fee_cents + row.travel_cents
    talk = func.sum(func.extract("epoch", row.ended_at - row.started_at) / 60).filter(bound.service != "translation")
    confirmed = row.status == Status.CONFIRMED
    columns = (
        month.label("month"), func.count().label("count"), talk.label("minutes"),
        func.sum(money).filter(confirmed).label("confirmed"), func.sum(money).filter(~confirmed).label("waiting"),
    )  # fmt: skip
    query = select(*columns).join(bound, bound.id == row.assignment_id)
    query = query.where(bound.interpreter_id == (by.interpreter_id or 0))
    query = query.where(
        row.started_at >= at(date(year, 1, 1), time(0)), row.started_at < at(date(year + 1, 1, 1), time(0))
    )
    return [
        Earned(it.month.date(), it.count, int(it.minutes or 0), int(it.confirmed or 0), int(it.waiting or 0))
        for it in rows(query.group_by(month).order_by(month.desc()))
    ]


def share_of(by: Actor, now: datetime) -> Share | None:
    """Return an interpreter's offers and hours of three months beside those who speak a language of hers.

    Nothing where the group is smaller than the term `share_group`: two medians of four people say something of one.
    """
    own = by.interpreter_id or 0
    group = [it for it in register.peers_of(own, local_day(now)) if it != own]
    counted = _counted([own, *group], now - _SHARE, now)
    nobody = (0, 0.0)
    smallest = int(terms_at(local_day(now)).value("share_group"))
    return share(counted.get(own, nobody), [counted.get(it, nobody) for it in group], smallest)


def _counted(ids: Sequence[int], since: datetime, now: datetime) -> dict[int, tuple[int, float]]:
    offer, bound, people = OfferRow, AssignmentRow, cast(list(ids), ARRAY(BigInteger))
    asked = select(offer.interpreter_id, func.count().label("number"))
    asked = asked.where(offer.interpreter_id == func.any(people), offer.created_at >= since)
    worked = select(
        bound.interpreter_id, (func.sum(func.extract("epoch", bound.ends_at - bound.starts_at)) / 3600).label("hours")
    ).where(
        bound.interpreter_id == func.any(people), one_of(bound.status, assignments.BINDING),
        bound.service != "translation", bound.starts_at >= since, bound.starts_at < now,
    )  # fmt: skip
    offers = {it.interpreter_id: it.number for it in rows(asked.group_by(offer.interpreter_id))}
    hours = {it.interpreter_id: round(float(it.hours or 0), 1) for it in rows(worked.group_by(bound.interpreter_id))}
    return {it: (offers.get(it, 0), hours.get(it, 0.0)) for it in ids}
