"""Pages of availability, for the interpreter herself on a telephone."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from dispatch.interpreters import queries, services
from dispatch.interpreters.forms import DAYS, ExceptionForm, ExclusionForm, LimitsForm, WeekForm
from kernel import clock
from kernel.actor import Role
from kernel.http import accepted, current_actor, policy
from matching.hours import Stretch
from people.forms import Form

availability = Blueprint("availability", __name__, url_prefix="/availability")


@availability.get("")
@policy(Role.INTERPRETER)
def index() -> str:
    """Show the own week, exceptions, limits and wishes, and the switch."""
    return _page()


@availability.post("/week")
@policy(Role.INTERPRETER)
def set_week() -> Answer | tuple[str, int]:
    """Replace the usual week."""
    form, actor = WeekForm(), current_actor()

    def save() -> bool:
        services.set_week(_own_id(), form.week(), by=actor)
        return True

    done = form.validate() and accepted(form, save)
    return _saved(_("Uw week is bewaard.")) if done else (_page(week_form=form), 422)


@availability.post("/exceptions")
@policy(Role.INTERPRETER)
def add_exception() -> Answer | tuple[str, int]:
    """Add a stretch that differs from the week."""
    form, actor = ExceptionForm(), current_actor()
    done = form.validate() and accepted(
        form, lambda: services.add_exception(_own_id(), *form.stretch(), **form.what(), by=actor)
    )
    return _saved(_("Bewaard.")) if done else (_page(form=form), 422)


@availability.post("/exceptions/<id:exception_id>/remove")
@policy(Role.INTERPRETER)
def remove_exception(exception_id: int) -> Answer:
    """Take an exception back."""
    services.remove_exception(exception_id, by=current_actor())
    return _saved(_("Verwijderd."))


@availability.post("/limits")
@policy(Role.INTERPRETER)
def set_limits() -> Answer | tuple[str, int]:
    """Change how far, and when not to be asked."""
    form, actor = LimitsForm(), current_actor()

    def save() -> bool:
        services.change_interpreter(_own_id(), by=actor, **form.changes())
        return True

    done = form.validate() and accepted(form, save)
    return _saved(_("Bewaard.")) if done else (_page(limits=form), 422)


@availability.post("/exclusions")
@policy(Role.INTERPRETER)
def exclude() -> Answer | tuple[str, int]:
    """Say that one is not sent to an organisation; the organisation does not read it."""
    form, actor = ExclusionForm(), current_actor()
    form.offer(queries.organisations_around(_own_id(), by=actor))

    def save() -> bool:
        services.exclude(_own_id(), form.organisation.data, by=actor, reason=form.reason.data)
        return True

    done = form.validate() and accepted(form, save)
    return _saved(_("Bewaard. Alleen u en wij weten dit.")) if done else (_page(exclusion_form=form), 422)


@availability.post("/exclusions/<id:organisation_id>/end")
@policy(Role.INTERPRETER)
def include(organisation_id: int) -> Answer:
    """Take the own wish back."""
    services.include(_own_id(), organisation_id, by=current_actor())
    return _saved(_("Verwijderd."))


@availability.post("/now")
@policy(Role.INTERPRETER)
def switch() -> Answer:
    """Be there for calls at once, or not any more."""
    services.switch_available_now("on" in request.form, by=current_actor())
    return redirect(url_for(".index"))


@availability.post("/beat")
@policy(Role.INTERPRETER)
def beat() -> tuple[str, int]:
    """Say "still there"; 410 tells the page that the switch is off by now."""
    return "", 204 if services.beat(by=current_actor()) else 410


def _own_id() -> int:
    return current_actor().interpreter_id or 0


def _saved(words: str) -> Answer:
    flash(words)
    return redirect(url_for(".index"))


def _page(**forms: Form) -> str:
    actor, now = current_actor(), clock.now()
    row = queries.find_interpreter(_own_id(), by=actor)
    exclusion_form = forms.get("exclusion_form") or ExclusionForm(formdata=None)
    exclusion_form.offer(queries.organisations_around(row.id, by=actor))
    week_form = forms.get("week_form") or WeekForm(formdata=None)
    if "week_form" not in forms:
        week_form.show(queries.week_of(row.id))
    shown = {
        "interpreter": row,
        "present": row.available_now and row.present_until is not None and row.present_until > now,
        "week_form": week_form,
        "days": DAYS,
        "painted": _minutes(queries.week_of(row.id)),
        "exceptions": queries.exceptions_of(row.id, now),
        "wishes": queries.wishes_of(actor),
        "form": forms.get("form") or ExceptionForm(formdata=None),
        "limits": forms.get("limits") or LimitsForm(formdata=None, obj=row),
        "exclusion_form": exclusion_form,
    }
    return render_template("dispatch/interpreters/own.html", **shown)


def _minutes(week: list[Stretch]) -> list[list[list[int]]]:
    """Return a week as the page paints it: per day its stretches in minutes after midnight; 23:59 is midnight."""
    days: list[list[list[int]]] = [[] for _ in range(7)]
    for it in week:
        last = it.to_time.hour * 60 + it.to_time.minute
        days[it.weekday].append([it.from_time.hour * 60 + it.from_time.minute, 1440 if last == 1439 else last])
    return days
