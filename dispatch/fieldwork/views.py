"""The interpreter's pages, for a telephone."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from dispatch.assignments import queries as assignments
from dispatch.assignments import services as assignment_services
from dispatch.assignments.domain import WithdrawReason
from dispatch.assignments.status import TRANSITIONS
from dispatch.conversations import queries as conversations
from dispatch.fieldwork.forms import DeclineForm, PerformanceForm, WithdrawForm
from dispatch.offers import queries as offers
from dispatch.offers import services as offer_services
from dispatch.offers.domain import DeclineReason
from dispatch.performances import queries as performances
from dispatch.performances import services as performance_services
from dispatch.performances.domain import Who
from dispatch.requests import services as requests
from dispatch.translations import queries as translations
from kernel import clock
from kernel.actor import Role
from kernel.http import accepted, current_actor, policy

pages = Blueprint("fieldwork", __name__)

# So long before the agreed hour somebody may say "I am there".
_EARLY = timedelta(minutes=30)


@pages.get("/offers")
@policy(Role.INTERPRETER)
def index() -> str:
    """Show what the interpreter may answer now, and how the last ones ended."""
    actor, now = current_actor(), clock.now()
    shown = {"offers": offers.open_offers(actor, now), "recent": offers.recent_offers(actor, 10), "now": now}
    return render_template("dispatch/fieldwork/index.html", **shown, decline_form=DeclineForm())


@pages.post("/offers/seen")
@policy(Role.INTERPRETER)
def seen() -> tuple[str, int]:
    """The page tells that the offers are before her eyes; loading it alone is no proof of that."""
    offer_services.see_offers(by=current_actor())
    return "", 204


@pages.post("/offers/<id:offer_id>/accept")
@policy(Role.INTERPRETER)
def accept(offer_id: int) -> Answer:
    """Say yes, and wait for the server's word."""
    assignment_id = offer_services.accept_offer(offer_id, by=current_actor())
    flash(_("Van u. De opdracht staat in uw agenda."))
    talk = conversations.conversation_of(assignment_id)
    if talk is not None and talk.opens_at <= clock.now():  # somebody waits for her now
        return redirect(url_for("conversations.room", conversation_id=talk.id))
    return redirect(url_for(".show", assignment_id=assignment_id))


@pages.post("/offers/<id:offer_id>/decline")
@policy(Role.INTERPRETER)
def decline(offer_id: int) -> Answer:
    """Say no."""
    reason = request.form.get("reason", "")
    known = DeclineReason(reason) if reason in set(DeclineReason) else DeclineReason.OTHER
    offer_services.decline_offer(offer_id, by=current_actor(), reason=known)
    flash(_("Genoteerd. We vragen iemand anders."))
    return redirect(url_for(".index"))


@pages.get("/agenda")
@policy(Role.INTERPRETER)
def agenda() -> str:
    """Show what comes, day by day."""
    rows = assignments.agenda(current_actor(), clock.now() - timedelta(hours=12))
    rooms = conversations.conversations_of([it.id for it in rows])
    return render_template("dispatch/fieldwork/agenda.html", assignments=rows, conversations=rooms, now=clock.now())


@pages.get("/records")
@policy(Role.INTERPRETER)
def records() -> str:
    """Show what is over: what still has to be written down, and what was earned."""
    found = assignments.finished(current_actor(), clock.now())
    kept = {it.id: performances.performance_of(it.request_id) for it in found}
    return render_template("dispatch/fieldwork/records.html", assignments=found, performances=kept)


@pages.get("/assignments/<id:assignment_id>")
@policy(Role.INTERPRETER)
def show(assignment_id: int) -> str:
    """Show one assignment with everything the interpreter needs there."""
    row = assignments.find_assignment(assignment_id, by=current_actor())
    requests.note_reading(row.request_id, row.request.agency_id, by=current_actor())
    shown = {
        "assignment": row,
        "actions": TRANSITIONS.actions(row.status, Role.INTERPRETER),
        "performance": performances.performance_of(row.request_id),
        "conversation": conversations.conversation_of(row.id),
        "documents": translations.documents_of(row.request_id) if row.status in assignments.BINDING else [],
        "withdraw_form": WithdrawForm(),
        "may_start_at": row.starts_at - _EARLY,
        "now": clock.now(),
    }
    return render_template("dispatch/fieldwork/show.html", **shown)


@pages.post("/assignments/<id:assignment_id>/start")
@policy(Role.INTERPRETER)
def start(assignment_id: int) -> Answer:
    """Say "I am there", or "I begin"."""
    assignment_services.start_assignment(assignment_id, by=current_actor())
    return redirect(url_for(".show", assignment_id=assignment_id))


@pages.post("/assignments/<id:assignment_id>/reconfirm")
@policy(Role.INTERPRETER)
def reconfirm(assignment_id: int) -> Answer:
    """Say once more "I come"."""
    assignment_services.reconfirm_assignment(assignment_id, by=current_actor())
    flash(_("Dank u, we rekenen op u."))
    return redirect(url_for(".show", assignment_id=assignment_id))


@pages.post("/assignments/<id:assignment_id>/withdraw")
@policy(Role.INTERPRETER)
def withdraw(assignment_id: int) -> Answer:
    """Give the assignment back."""
    reason = request.form.get("reason", "")
    known = WithdrawReason(reason) if reason in set(WithdrawReason) else WithdrawReason.OTHER
    assignment_services.withdraw_assignment(assignment_id, by=current_actor(), reason=known)
    flash(_("Teruggegeven. De aanvrager weet het en we zoeken iemand anders."))
    return redirect(url_for(".agenda"))


@pages.post("/assignments/<id:assignment_id>/absent")
@policy(Role.INTERPRETER)
def absent(assignment_id: int) -> Answer:
    """Say that the client or the requester did not come."""
    who = Who.REQUESTER if request.form.get("who") == "requester" else Who.CLIENT
    performance_services.report_absence(assignment_id, who, by=current_actor())
    flash(_("Genoteerd."))
    return redirect(url_for(".records"))


@pages.route("/assignments/<id:assignment_id>/perform", methods=["GET", "POST"])
@policy(Role.INTERPRETER)
def perform(assignment_id: int) -> str | Answer | tuple[str, int]:
    """Write down what took place; what a conversation here left of itself stands there already."""
    actor, form = current_actor(), PerformanceForm()
    row = assignments.find_assignment(assignment_id, by=actor)
    if request.method == "GET":
        draft = conversations.draft_of(assignment_id)
        form.show(row, draft)
        return render_template("dispatch/fieldwork/perform.html", form=form, assignment=row, draft=draft)
    on_site = row.service == "on_site"
    done = (
        accepted(
            form,
            lambda: performance_services.submit_performance(assignment_id, form.report(on_site=on_site), by=actor),
        )
        if form.validate()
        else None
    )
    if done is None:
        return render_template("dispatch/fieldwork/perform.html", form=form, assignment=row), 422
    flash(_("Ingevuld. De aanvrager bevestigt, of na vijf werkdagen geldt het als bevestigd."))
    return redirect(url_for(".records"))
