"""A day on the map and planned as a whole, a week of work, and the board on paper."""

import re
from datetime import date, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response as Answer

from dispatch.booking.forms import DayForm
from dispatch.desk import queries, services
from dispatch.desk.domain import frame_of
from dispatch.desk.views.board import pages
from dispatch.offers import queries as offers
from dispatch.offers import services as offer_services
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


@pages.get("/plan")
@policy(Role.COORDINATOR)
def plan() -> str:
    """Show who could go where on a day so that most of what is open is met, near sites in one tour."""
    on = _day()
    form = DayForm()
    form.on.data = on
    shown = queries.told_plan(offers.day_plan(on, clock.now(), by=current_actor()))
    return render_template("dispatch/desk/plan.html", form=form, on=on, **shown)


@pages.post("/plan/ask")
@policy(Role.COORDINATOR)
def ask_plan() -> Answer:
    """Offer what the plan of the day says to whom it says."""
    pairs = [it.split("-", 1) for it in request.form.getlist("pair") if re.fullmatch(r"\d{1,18}-\d{1,18}", it)]
    actor = current_actor()
    asked = sum(offer_services.ask_by_name(int(one), [int(who)], by=actor) for one, who in pairs)
    flash(ngettext("%(num)s tolk gevraagd.", "%(num)s tolken gevraagd.", asked))
    return redirect(url_for(".plan", on=request.form.get("on", "")[:10]))


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
    on_it = [it.id for it in shown["waiting"]] + [it.request_id for day in shown["days"] for it in day.assignments]
    services.note_printing(sorted(set(on_it)), by=actor)
    return render_template("dispatch/desk/paper.html", **shown)


def _day() -> date:
    """Return the day asked for; today where none is, or it is no day."""
    return DayForm(formdata=request.args).day() or clock.now().astimezone(BRUSSELS).date()
