"""Pages of the register, for the desk."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer
from wtforms.fields.choices import SelectChoice

from dispatch.interpreters import queries, services
from dispatch.interpreters.domain import EXPIRES_SOON
from dispatch.interpreters.forms import (
    DAYS,
    ChangeForm,
    ExceptionForm,
    ExclusionForm,
    LanguageForm,
    RegisterForm,
    WeekForm,
)
from kernel import clock
from kernel.actor import Role
from kernel.clock import BRUSSELS
from kernel.http import accepted, current_actor, make_cursor, policy, read_cursor
from people import queries as people
from people.forms import Form

register = Blueprint("register", __name__, url_prefix="/interpreters")
_DESK = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})
_PAGE = 50


@register.get("")
@policy(_DESK)
def index() -> str:
    """List the register; narrowed by words, language, service, expiring certificates, and who is active now."""
    today = clock.now().astimezone(BRUSSELS).date()
    typed = {name: request.args.get(name, "")[:60] for name in ("words", "language", "service")}
    code = queries.language_meant(typed["language"]) if typed["language"] else ""
    chosen = queries.Filter(
        words=typed["words"],
        service=typed["service"],
        language="?" if code is None else code,
        expiring_before=today + EXPIRES_SOON if request.args.get("expiring") else None,
        active_on=None if request.args.get("all") else today,
    )
    found = queries.list_interpreters(current_actor(), chosen, after=read_cursor() or 0, limit=_PAGE + 1)
    cursor = make_cursor(found[_PAGE - 1].id) if len(found) > _PAGE else None
    shown = {"interpreters": found[:_PAGE], "typed": typed, "chosen": chosen, "cursor": cursor, "today": today}
    return render_template("dispatch/interpreters/index.html", **shown, soon=today + EXPIRES_SOON)


@register.route("/new", methods=["GET", "POST"])
@policy(_DESK)
def new() -> str | Answer | tuple[str, int]:
    """Enter somebody in the register."""
    form, actor = RegisterForm(), current_actor()
    form.agencies.choices = [SelectChoice(it.id, it.name) for it in people.list_agencies(actor)]
    if request.method == "GET":
        form.agencies.data = [it.value for it in form.agencies.choices]
        return render_template("dispatch/interpreters/new.html", form=form)
    done = form.validate() and accepted(form, lambda: services.register_interpreter(_registration(form), by=actor))
    if not done:
        return render_template("dispatch/interpreters/new.html", form=form), 422
    flash(_("Ingeschreven. Voeg nu de talen en certificaten toe."))
    return redirect(url_for(".show", interpreter_id=done))


@register.get("/<id:interpreter_id>")
@policy(_DESK)
def show(interpreter_id: int) -> str:
    """Show one interpreter."""
    return _page(interpreter_id)


@register.route("/<id:interpreter_id>/change", methods=["GET", "POST"])
@policy(_DESK)
def change(interpreter_id: int) -> str | Answer | tuple[str, int]:
    """Change what stands in the register."""
    actor = current_actor()
    row = queries.find_interpreter(interpreter_id, by=actor)
    form = ChangeForm(obj=row)
    if request.method == "GET":
        return render_template("dispatch/interpreters/change.html", form=form, interpreter=row)
    if _done(form, lambda: services.change_interpreter(interpreter_id, by=actor, **form.changes())):
        return _back(interpreter_id)
    return render_template("dispatch/interpreters/change.html", form=form, interpreter=row), 422


@register.route("/<id:interpreter_id>/week", methods=["GET", "POST"])
@policy(_DESK)
def set_week(interpreter_id: int) -> str | Answer | tuple[str, int]:
    """Write down the usual week of somebody who phones it in."""
    form, actor = WeekForm(), current_actor()
    shown = {"form": form, "interpreter": queries.find_interpreter(interpreter_id, by=actor), "days": DAYS}
    if request.method == "GET":
        form.show(queries.week_of(interpreter_id))
        return render_template("dispatch/interpreters/week.html", **shown)
    if _done(form, lambda: services.set_week(interpreter_id, form.week(), by=actor)):
        return _back(interpreter_id)
    return render_template("dispatch/interpreters/week.html", **shown), 422


@register.post("/<id:interpreter_id>/languages")
@policy(_DESK)
def certify(interpreter_id: int) -> Answer | tuple[str, int]:
    """Add a language with its certificate, or change it."""
    form, actor = LanguageForm(), current_actor()
    if _done(form, lambda: services.certify_language(interpreter_id, form.skill(), by=actor)):
        return _back(interpreter_id)
    return _page(interpreter_id, form=form), 422


@register.post("/<id:interpreter_id>/languages/<language>/end")
@policy(_DESK)
def end_language(interpreter_id: int, language: str) -> Answer:
    """Take a language from somebody."""
    services.end_language(interpreter_id, language, by=current_actor())
    return _back(interpreter_id)


@register.post("/<id:interpreter_id>/services")
@policy(_DESK)
def set_services(interpreter_id: int) -> Answer:
    """Say which services somebody offers."""
    services.set_services(interpreter_id, request.form.getlist("services"), by=current_actor())
    return _back(interpreter_id)


@register.post("/<id:interpreter_id>/agencies")
@policy(_DESK)
def set_agencies(interpreter_id: int) -> Answer:
    """Say for which of one's own agencies somebody works."""
    chosen = request.form.getlist("agencies", type=int)
    services.set_agencies(interpreter_id, chosen, by=current_actor())
    flash(_("Bewaard."))
    return redirect(url_for(".index"))  # she may be out of sight now


@register.post("/<id:interpreter_id>/exceptions")
@policy(_DESK)
def add_exception(interpreter_id: int) -> Answer | tuple[str, int]:
    """Write down a stretch that differs from the week."""
    form, actor = ExceptionForm(), current_actor()
    if _done(form, lambda: services.add_exception(interpreter_id, *form.stretch(), **form.what(), by=actor)):
        return _back(interpreter_id)
    return _page(interpreter_id, exception_form=form), 422


@register.post("/<id:interpreter_id>/exceptions/<id:exception_id>/remove")
@policy(_DESK)
def remove_exception(interpreter_id: int, exception_id: int) -> Answer:
    """Take an exception back."""
    services.remove_exception(exception_id, by=current_actor())
    return _back(interpreter_id)


@register.post("/<id:interpreter_id>/exclusions")
@policy(_DESK)
def exclude(interpreter_id: int) -> Answer | tuple[str, int]:
    """Say for the agency that somebody is not sent to an organisation."""
    form, actor = ExclusionForm(), current_actor()
    form.offer(queries.organisations_around(interpreter_id, by=actor))
    if _done(form, lambda: services.exclude(interpreter_id, form.organisation.data, by=actor, reason=form.reason.data)):
        return _back(interpreter_id)
    return _page(interpreter_id, exclusion_form=form), 422


@register.post("/<id:interpreter_id>/exclusions/<id:organisation_id>/end")
@policy(_DESK)
def include(interpreter_id: int, organisation_id: int) -> Answer:
    """Take the agency's wish back."""
    services.include(interpreter_id, organisation_id, by=current_actor())
    return _back(interpreter_id)


@register.post("/<id:interpreter_id>/end")
@policy(_DESK)
def end(interpreter_id: int) -> Answer:
    """Take somebody out of the register from today on."""
    today = clock.now().astimezone(BRUSSELS).date()
    services.end_interpreter(interpreter_id, today, by=current_actor())
    flash(_("Uit het tolkenbestand gehaald. Wat gedaan is, blijft staan."))
    return redirect(url_for(".show", interpreter_id=interpreter_id))


def _done(form: Form, use_case: Callable[[], object]) -> bool:
    """Run a use case that answers nothing with what a form holds; return whether it was done."""

    def run() -> bool:
        use_case()
        return True

    return bool(form.validate() and accepted(form, run))


def _back(interpreter_id: int) -> Answer:
    flash(_("Bewaard."))
    return redirect(url_for(".show", interpreter_id=interpreter_id))


def _page(interpreter_id: int, **forms: Form) -> str:
    actor, now = current_actor(), clock.now()
    row = queries.find_interpreter(interpreter_id, by=actor)
    today = now.astimezone(BRUSSELS).date()
    exclusion_form = forms.get("exclusion_form") or ExclusionForm(formdata=None)
    exclusion_form.offer(queries.organisations_around(interpreter_id, by=actor))
    shown: dict[str, Any] = {
        "interpreter": row,
        "week": queries.week_of(interpreter_id),
        "days": DAYS,
        "today": today,
        "soon": today + EXPIRES_SOON,
        "exceptions": queries.exceptions_of(interpreter_id, now),
        "wishes": queries.wishes_of(actor, interpreter_id),
        "agencies": people.list_agencies(actor),
        "form": forms.get("form") or LanguageForm(formdata=None),
        "exception_form": forms.get("exception_form") or ExceptionForm(formdata=None),
        "exclusion_form": exclusion_form,
    }
    return render_template("dispatch/interpreters/show.html", **shown)


def _registration(form: RegisterForm) -> services.Registration:
    return services.Registration(
        name=form.name.data or "",
        email=form.email.data or "",
        phone=form.phone.data or None,
        number=form.number.data or "",
        gender=form.gender.data,
        postcode=form.postcode.data or "",
        municipality=form.municipality.data or "",
        travel_limit_km=form.travel_limit_km.data,
        services=tuple(form.services.data or ()),
        agency_ids=frozenset(form.agencies.data or ()),
    )
