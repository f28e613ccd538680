"""Pages of the own organisation for whoever manages it: people, units, what is asked and what it costs."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Row
from werkzeug.wrappers import Response as Answer

from dispatch.customers import services
from dispatch.customers.forms import RequesterForm, UnitForm
from dispatch.performances import queries as performances
from kernel import clock
from kernel.actor import Actor, Role
from kernel.clock import BRUSSELS
from kernel.errors import NotFound
from kernel.http import accepted, current_actor, policy, table_as_file
from people import queries as people
from people import services as people_services
from people.forms import Form

organisation = Blueprint("organisation", __name__, url_prefix="/organisation")


@organisation.get("")
@policy(Role.REQUESTER)
def index() -> str:
    """Show who asks for the organisation, its units, and what a year cost."""
    return _page()


@organisation.post("/people")
@policy(Role.REQUESTER)
def add_person() -> Answer | tuple[str, int]:
    """Let a colleague ask for the organisation."""
    form, by = RequesterForm(), _manager()
    who = (by.organisation_id or 0, form.name.data or "", form.email.data or "")
    done = form.validate() and accepted(
        form, lambda: services.add_requester(*who, phone=form.phone.data or None, by=by)
    )
    if not done:
        return _page(requester_form=form), 422
    flash(_("Toegevoegd. Wie nieuw is, krijgt een uitnodiging."))
    return redirect(url_for(".index"))


@organisation.post("/people/<id:membership_id>/end")
@policy(Role.REQUESTER)
def end_person(membership_id: int) -> Answer:
    """Keep somebody from asking for the organisation."""
    if _colleague(membership_id).person_id != _manager().person_id:
        people_services.end_role(membership_id, by=current_actor())
        flash(_("Deze persoon kan niet meer aanvragen voor uw organisatie."))
    return redirect(url_for(".index"))


@organisation.post("/people/<id:membership_id>/manage")
@policy(Role.REQUESTER)
def let_manage(membership_id: int) -> Answer:
    """Let a colleague look after the organisation too, or no longer."""
    if _colleague(membership_id).person_id != _manager().person_id:
        people_services.let_manage(membership_id, "manages" in request.form, by=current_actor())
    return redirect(url_for(".index"))


@organisation.post("/units")
@policy(Role.REQUESTER)
def add_unit() -> Answer | tuple[str, int]:
    """Add a team or site."""
    form, by = UnitForm(), _manager()
    name = form.name.data or ""
    if not (form.validate() and accepted(form, lambda: services.add_unit(by.organisation_id or 0, name, by=by))):
        return _page(unit_form=form), 422
    flash(_("De afdeling is toegevoegd."))
    return redirect(url_for(".index"))


@organisation.get("/use.csv")
@policy(Role.REQUESTER)
def use_csv() -> Response:
    """Give what was asked and what it cost as a file."""
    year = _year()
    head = ["month", "unit", "asked", "answered", "performed", "late", "euros"]
    rows = [
        [f"{it.month:%Y-%m}", it.unit or "", it.asked, it.answered, it.performed, it.late, it.cents / 100]
        for it in _use(_manager(), year)
    ]
    return table_as_file(f"use-{year}", [head, *rows])


def _manager() -> Actor:
    """Return who asks, if they manage their organisation; to everybody else these pages do not exist.

    Raises: NotFound.
    """
    if not (actor := current_actor()).manages_organisation:
        raise NotFound(thing="organisations")
    return actor


def _colleague(membership_id: int) -> Row[Any]:
    own = people.memberships_in(_manager().organisation_id or 0)
    if (found := next((it for it in own if it.id == membership_id), None)) is None:
        raise NotFound(thing="memberships")
    return found


def _use(by: Actor, year: int) -> Sequence[Row[Any]]:
    return performances.cost_of(by.organisation_id or 0, date(year, 1, 1), date(year, 12, 31))


def _year() -> int:
    this = clock.now().astimezone(BRUSSELS).year
    asked = request.args.get("year", this, type=int)
    return asked if 2000 <= asked <= this + 2 else this


def _page(**forms: Form) -> str:
    by, year = _manager(), _year()
    shown = {
        "own": people.find_organisation(by.organisation_id or 0, by=by),
        "people": people.memberships_in(by.organisation_id or 0),
        "units": people.units_of(by.organisation_id or 0),
        "use": _use(by, year),
        "year": year,
        "requester_form": forms.get("requester_form") or RequesterForm(formdata=None),
        "unit_form": forms.get("unit_form") or UnitForm(formdata=None),
    }
    return render_template("dispatch/booking/organisation.html", **shown)
