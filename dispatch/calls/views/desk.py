"""The desk's page of the telephone, and ringing somebody into a talk."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer
from wtforms.fields.choices import SelectChoice

from dispatch.calls import queries, services
from dispatch.calls.forms import CodeForm, InviteForm, NumbersForm
from dispatch.conversations import queries as conversations
from kernel import clock
from kernel.actor import Role
from kernel.http import accepted, current_actor, policy
from people import queries as people

pages = Blueprint("telephone", __name__)
_DESK = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})
_IN_TALK = frozenset({Role.REQUESTER, Role.INTERPRETER, Role.COORDINATOR})
_MOST_ORGANISATIONS = 500
_MEASURED = timedelta(days=30)


@pages.get("/telephone")
@policy(_DESK)
def index() -> str:
    """Show numbers, codes, the calls of this moment, and how long callers wait for a voice."""
    return _page()


@pages.post("/telephone/codes")
@policy(_DESK)
def make_code() -> str | tuple[str, int]:
    """Make a customer code. It is shown now and never again."""
    form, actor = _code_form(), current_actor()
    until = form.valid_until
    done = form.validate() and accepted(
        form, lambda: services.make_code(form.organisation.data, by=actor, valid_until=until.data)
    )
    if not done:
        return _page(code_form=form), 422
    return _page(made={"code": done[1], "organisation": people.organisation_name(form.organisation.data)})


@pages.post("/telephone/codes/<id:code_id>/end")
@policy(_DESK)
def end_code(code_id: int) -> Answer:
    """Let a code work no more."""
    services.end_code(code_id, by=current_actor())
    flash(_("Deze klantcode werkt niet meer."))
    return redirect(url_for(".index"))


@pages.post("/telephone/numbers")
@policy(Role.ADMINISTRATOR)
def set_numbers() -> Answer | tuple[str, int]:
    """Say on which numbers an agency is called."""
    form, actor = _numbers_form(), current_actor()
    values = (form.agency.data, form.number.data or "", form.desk_number.data or "")
    if not form.validate() or accepted(form, lambda: services.set_numbers(*values, by=actor) or True) is None:
        return _page(numbers_form=form), 422
    flash(_("Bewaard."))
    return redirect(url_for(".index"))


@pages.route("/conversations/<id:conversation_id>/telephone", methods=["GET", "POST"])
@policy(_IN_TALK)
def invite(conversation_id: int) -> str | Answer | tuple[str, int]:
    """Ring somebody into a talk or a video room."""
    form, actor = InviteForm(), current_actor()
    talk = conversations.find_conversation(conversation_id, by=actor)
    shown = {"form": form, "talk": talk, "can_ring": _can_ring(talk.agency_id)}
    if request.method == "GET":
        return render_template("dispatch/calls/invite.html", **shown)
    number = form.number.data or ""
    rung = form.validate() and accepted(form, lambda: services.add_number_as(conversation_id, number, by=actor) or True)
    if not rung:
        return render_template("dispatch/calls/invite.html", **shown), 422
    flash(_("Het nummer wordt gebeld."))
    return redirect(url_for(".invite", conversation_id=conversation_id))


def _page(**changes: Any) -> str:
    actor, now = current_actor(), clock.now()
    agencies = people.list_agencies(actor)
    shown = {
        "code_form": _code_form(empty=True),
        "numbers_form": _numbers_form(empty=True) if actor.role is Role.ADMINISTRATOR else None,
        "made": None,
        "connected": current_app.config["SETTINGS"].has_telephone,
        "lines": [(it, queries.line_of(it.id), queries.spent_cents(it.id, now)) for it in agencies],
        "codes": queries.codes_of(actor),
        "calls": queries.live_calls(actor),
        "waits": queries.connect_quantiles(now - _MEASURED),
    }
    return render_template("dispatch/calls/index.html", **(shown | changes))


def _code_form(*, empty: bool = False) -> CodeForm:
    form = CodeForm(formdata=None) if empty else CodeForm()
    found = people.list_organisations(current_actor(), limit=_MOST_ORGANISATIONS)
    form.organisation.choices = [SelectChoice(it.id, it.name) for it in found]
    return form


def _numbers_form(*, empty: bool = False) -> NumbersForm:
    form = NumbersForm(formdata=None) if empty else NumbersForm()
    form.agency.choices = [SelectChoice(it.id, it.name) for it in people.list_agencies(current_actor())]
    return form


def _can_ring(agency_id: int) -> bool:
    return current_app.config["SETTINGS"].has_telephone and queries.line_of(agency_id) is not None
