"""Pages of the register, for the desk; and of availability, for the interpreter herself."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from dispatch.interpreters import queries, services
from dispatch.interpreters.forms import DAYS, ExceptionForm, LanguageForm, LimitsForm, RegisterForm, week_from
from kernel import clock
from kernel.actor import Role
from kernel.http import accepted, current_actor, make_cursor, policy, read_cursor
from people import queries as people

register = Blueprint("register", __name__, url_prefix="/interpreters")
availability = Blueprint("availability", __name__, url_prefix="/availability")
_DESK = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})
_PAGE = 50


@register.get("")
@policy(_DESK)
def index() -> str:
    """List the register; narrowed by words, language, service and expiring certificates."""
    expiring = clock.now().date() + timedelta(days=60) if request.args.get("expiring") else None
    words = {name: request.args.get(name, "")[:60] for name in ("words", "language", "service")}
    chosen = queries.Filter(**words, expiring_before=expiring)
    found = queries.list_interpreters(current_actor(), chosen, after=read_cursor() or 0, limit=_PAGE + 1)
    cursor = make_cursor(found[_PAGE - 1].id) if len(found) > _PAGE else None
    shown = {"interpreters": found[:_PAGE], "chosen": chosen, "cursor": cursor, "today": clock.now().date()}
    return render_template("dispatch/interpreters/index.html", **shown)


@register.route("/new", methods=["GET", "POST"])
@policy(_DESK)
def new() -> str | Answer | tuple[str, int]:
    """Enter somebody in the register."""
    form, actor = RegisterForm(), current_actor()
    if request.method == "GET":
        return render_template("dispatch/interpreters/new.html", form=form)
    done = (
        accepted(form, lambda: services.register_interpreter(_registration(form), by=actor))
        if form.validate()
        else None
    )
    if done is None:
        return render_template("dispatch/interpreters/new.html", form=form), 422
    flash(_("Ingeschreven. Voeg nu de talen en certificaten toe."))
    return redirect(url_for(".show", interpreter_id=done))


@register.get("/<id:interpreter_id>")
@policy(_DESK)
def show(interpreter_id: int) -> str:
    """Show one interpreter."""
    row = queries.find_interpreter(interpreter_id, by=current_actor())
    shown = {"interpreter": row, "week": queries.week_of(interpreter_id), "days": DAYS, "today": clock.now().date()}
    shown["exceptions"] = queries.exceptions_of(interpreter_id, clock.now())
    return render_template("dispatch/interpreters/show.html", **shown, form=LanguageForm())


@register.post("/<id:interpreter_id>/languages")
@policy(_DESK)
def certify(interpreter_id: int) -> Answer | tuple[str, int]:
    """Add a language with its certificate, or change it."""
    form, actor = LanguageForm(), current_actor()
    done = form.validate() and accepted(
        form, lambda: services.certify_language(interpreter_id, form.skill(), by=actor) or True
    )
    if not done:
        row = queries.find_interpreter(interpreter_id, by=actor)
        shown = {"interpreter": row, "week": [], "days": DAYS, "today": clock.now().date(), "exceptions": []}
        return render_template("dispatch/interpreters/show.html", **shown, form=form), 422
    return redirect(url_for(".show", interpreter_id=interpreter_id))


@register.post("/<id:interpreter_id>/services")
@policy(_DESK)
def set_services(interpreter_id: int) -> Answer:
    """Say which services somebody offers."""
    services.set_services(interpreter_id, request.form.getlist("services"), by=current_actor())
    flash(_("Bewaard."))
    return redirect(url_for(".show", interpreter_id=interpreter_id))


@register.post("/<id:interpreter_id>/end")
@policy(_DESK)
def end(interpreter_id: int) -> Answer:
    """Take somebody out of the register from today on."""
    services.end_interpreter(interpreter_id, clock.now().date(), by=current_actor())
    flash(_("Uit het tolkenbestand gehaald. Wat gedaan is, blijft staan."))
    return redirect(url_for(".show", interpreter_id=interpreter_id))


@availability.get("", endpoint="index")
@policy(Role.INTERPRETER)
def show_own() -> str:
    """Show the own week, exceptions, and the switch."""
    return _own_page(ExceptionForm())


@availability.post("/week")
@policy(Role.INTERPRETER)
def set_week() -> Answer:
    """Replace the usual week."""
    services.set_week(_own_id(), week_from(request.form), by=current_actor())
    flash(_("Uw week is bewaard."))
    return redirect(url_for(".index"))


@availability.post("/exceptions")
@policy(Role.INTERPRETER)
def add_exception() -> Answer | tuple[str, int]:
    """Add a stretch that differs from the week."""
    form, actor = ExceptionForm(), current_actor()
    done = form.validate() and accepted(
        form,
        lambda: services.add_exception(_own_id(), *form.stretch(), available=form.available.data == "1", by=actor),
    )
    if not done:
        return _own_page(form), 422
    flash(_("Bewaard."))
    return redirect(url_for(".index"))


@availability.post("/exceptions/<id:exception_id>/remove")
@policy(Role.INTERPRETER)
def remove_exception(exception_id: int) -> Answer:
    """Take an exception back."""
    services.remove_exception(exception_id, by=current_actor())
    return redirect(url_for(".index"))


@availability.post("/limits")
@policy(Role.INTERPRETER)
def set_limits() -> Answer:
    """Change how far, and when not to be asked."""
    form = LimitsForm()
    form.validate()
    limit = form.travel_limit_km.data
    values = {"travel_limit_km": float(limit) if limit is not None else None}
    values |= {"quiet_from": form.quiet_from.data, "quiet_until": form.quiet_until.data}
    services.change_interpreter(_own_id(), by=current_actor(), **values)
    flash(_("Bewaard."))
    return redirect(url_for(".index"))


@availability.post("/now")
@policy(Role.INTERPRETER)
def switch() -> Answer:
    """Be there for calls at once, or not any more."""
    services.switch_available_now("on" in request.form, by=current_actor())
    return redirect(url_for(".index"))


@availability.post("/beat")
@policy(Role.INTERPRETER)
def beat() -> tuple[str, int]:
    """Say "still there"."""
    services.beat(by=current_actor())
    return "", 204


def _own_id() -> int:
    return current_actor().interpreter_id or 0


def _own_page(form: ExceptionForm) -> str:
    row = queries.find_interpreter(_own_id(), by=current_actor())
    week = queries.week_of(row.id)
    of_day = {day: [it for it in week if it.weekday == day] for day in range(7)}
    filled = {(day, n): it for day, stretches in of_day.items() for n, it in enumerate(stretches[:2])}
    limits = LimitsForm(obj=row)
    shown = {"interpreter": row, "filled": filled, "days": DAYS, "form": form, "limits": limits, "now": clock.now()}
    return render_template(
        "dispatch/interpreters/own.html", **shown, exceptions=queries.exceptions_of(row.id, clock.now())
    )


def _registration(form: RegisterForm) -> services.Registration:
    actor = current_actor()
    limit = form.travel_limit_km.data
    return services.Registration(
        name=form.name.data or "",
        email=form.email.data or "",
        phone=form.phone.data or None,
        number=form.number.data or "",
        gender=form.gender.data,
        postcode=form.postcode.data or "",
        municipality=form.municipality.data or "",
        travel_limit_km=float(limit) if limit is not None else None,
        services=tuple(form.services.data or ()),
        agency_ids=frozenset(it.id for it in people.list_agencies(actor)),
    )
