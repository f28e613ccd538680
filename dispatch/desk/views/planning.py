"""A day on the map, a week of work, and the board on paper."""

from datetime import date, timedelta

from flask import render_template, request

from dispatch.booking.forms import DayForm
from dispatch.desk import queries, services
from dispatch.desk.domain import frame_of
from dispatch.desk.views.board import pages
from kernel import clock
from kernel.actor import Role
from kernel.clock import BRUSSELS
from kernel.http import current_actor, policy


@pages.get("/day")
@policy(Role.COORDINATOR)
def day() -> str:
    """Show who goes where on a day."""
    on = _day()
    shown = {"day": queries.day_of(current_actor(), on), "frame": frame_of(queries.outline())}
    near = {"before": on - timedelta(days=1), "after": on + timedelta(days=1)}
    return render_template("dispatch/desk/day.html", **shown, **near, outline=queries.outline())


@pages.get("/week")
@policy(Role.COORDINATOR)
def week() -> str:
    """Show who is booked how much in a week."""
    found = queries.week_of(current_actor(), _day())
    days = [found.monday + timedelta(days=n) for n in range(7)]
    near = {"before": found.monday - timedelta(days=7), "after": found.monday + timedelta(days=7)}
    return render_template("dispatch/desk/week.html", week=found, days=days, **near)


@pages.get("/paper")
@policy(Role.COORDINATOR)
def paper() -> str:
    """Show the board as it is printed: everything for a day without network. Taking it along is kept."""
    actor = current_actor()
    shown = queries.printed_board(actor, clock.now())
    on_it = [it["id"] for it in shown["waiting"]] + [it.request_id for day in shown["days"] for it in day.assignments]
    services.note_printing(sorted(set(on_it)), by=actor)
    return render_template("dispatch/desk/paper.html", **shown)


def _day() -> date:
    """Return the day asked for; today where none is, or it is no day."""
    return DayForm(formdata=request.args).day() or clock.now().astimezone(BRUSSELS).date()
