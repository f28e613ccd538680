"""Pages of terms and closing days, for administrators."""

from datetime import date, timedelta
from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer
from wtforms.fields.choices import SelectChoice

from dispatch.calendars import queries as calendars
from dispatch.calendars import services as calendar_services
from dispatch.terms import queries, services
from dispatch.terms.forms import ClosingDayForm, TermForm
from kernel import clock
from kernel.actor import Role
from kernel.http import accepted, current_actor, policy
from people import queries as people

pages = Blueprint("terms", __name__, url_prefix="/terms")


@pages.get("")
@policy(Role.ADMINISTRATOR)
def index() -> str:
    """List the terms in force and to come, and the closing days."""
    return _page(_closing_form())


@pages.route("/<id:term_id>", methods=["GET", "POST"])
@policy(Role.ADMINISTRATOR)
def change(term_id: int) -> str | Answer | tuple[str, int]:
    """Give a term another value from a day on."""
    form, actor, term = TermForm(), current_actor(), queries.find_term(term_id)
    if request.method == "GET":
        form.value.data, form.valid_from.data = Decimal(f"{term.value:g}"), clock.now().date() + timedelta(days=1)
        return render_template("dispatch/terms/change.html", form=form, term=term)
    values = {"valid_from": form.valid_from.data, "source": form.source.data or ""}
    done = form.validate() and accepted(
        form, lambda: services.change_term(term_id, by=actor, value=float(form.value.data or 0), **values)
    )
    if not done:
        return render_template("dispatch/terms/change.html", form=form, term=term), 422
    flash(_("Bewaard. De nieuwe waarde geldt vanaf die dag."))
    return redirect(url_for(".index"))


@pages.post("/closing-days")
@policy(Role.ADMINISTRATOR)
def close_day() -> Answer | tuple[str, int]:
    """Close an agency on a day."""
    form, actor = _closing_form(), current_actor()
    if not form.validate():
        return _page(form), 422
    calendar_services.close_day(form.agency.data, form.day.data, form.name.data or "", by=actor)
    flash(_("Gesloten op die dag."))
    return redirect(url_for(".index"))


@pages.post("/closing-days/<id:agency_id>/<day>/reopen")
@policy(Role.ADMINISTRATOR)
def reopen_day(agency_id: int, day: str) -> Answer:
    """Work on a day that was closed."""
    known = {it.day.isoformat(): it.day for it in calendars.closing_days(agency_id, clock.now().date())}
    calendar_services.reopen_day(agency_id, known.get(day, date.min), by=current_actor())
    return redirect(url_for(".index"))


def _closing_form() -> ClosingDayForm:
    form = ClosingDayForm()
    form.agency.choices = [SelectChoice(it.id, it.name) for it in people.list_agencies(current_actor())]
    return form


def _page(form: ClosingDayForm) -> str:
    today = clock.now().date()
    days = {it.id: calendars.closing_days(it.id, today)[:20] for it in people.list_agencies(current_actor())}
    names = {it.id: it.name for it in people.list_agencies(current_actor())}
    shown = {"terms": queries.all_terms(today), "days": days, "names": names, "form": form, "today": today}
    return render_template("dispatch/terms/index.html", **shown)
