"""Requests as they are asked: Arabic on site in Gent, an hour, a week from now."""

from datetime import date, datetime, time, timedelta
from typing import Any

from dispatch.offers import queries as offers
from dispatch.offers import services as offer_services
from dispatch.requests import services
from dispatch.requests.domain import Asked, Place, Service, Typed, work_out
from dispatch.requests.models import RequestRow
from kernel import clock
from kernel.actor import Actor
from kernel.clock import BRUSSELS
from kernel.database import db

GENT = Place("Botermarkt 1", "9000", "Gent")


def a_weekday(days_ahead: int = 7, hour: int = 10) -> datetime:
    """Return a moment on a weekday, at least so many days ahead, in office hours."""
    day = clock.now().astimezone(BRUSSELS).date() + timedelta(days=days_ahead)
    while day.weekday() > 3:
        day += timedelta(days=1)
    return datetime.combine(day, time(hour), BRUSSELS)


def the_night_the_clock_moves(month: int) -> date:
    """Return the next last Sunday of March (3) or October (10)."""
    today = clock.now().astimezone(BRUSSELS).date()
    ends = [date(year, month, 31) for year in (today.year, today.year + 1)]
    sundays = [it - timedelta(days=(it.weekday() + 1) % 7) for it in ends]
    return next(it for it in sundays if it > today)


def asked(**changes: Any) -> Asked:
    """Return what somebody asks for; `changes` are fields of `Typed`, and details such as place or phone."""
    details = {"place": GENT, "phone": "+3292000000", "subject": "intake", "note": "bel aan bij Sofie"}
    details |= {
        name: changes.pop(name) for name in (*details, "interpreter_gender", "client_reference") if name in changes
    }
    usual = {"service": Service.ON_SITE, "language": "arb", "duration": timedelta(hours=1)}
    if "deadline_at" not in changes and not changes.get("immediate"):
        usual["starts_at"] = a_weekday()
    return work_out(Typed(**(usual | changes)), clock.now(), **details)


def a_request(requester: Actor, *, search: bool = True, **changes: Any) -> RequestRow:
    """Return a submitted request; with `search` its first step is taken, as the worker would."""
    request_id = services.submit_request(asked(**changes), by=requester)
    if search:
        offer_services.advance_search(request_id)
    return fresh(request_id)


def fresh(request_id: int) -> RequestRow:
    """Return a request as it stands in the database now."""
    db.session.expire_all()
    return db.session.get_one(RequestRow, request_id)


def offer_to(request: RequestRow, interpreter_id: int) -> int:
    """Return the newest offer of a request to an interpreter."""
    return [it.offer_id for it in offers.offers_of(request.id) if it.interpreter_id == interpreter_id][-1]
