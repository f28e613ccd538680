"""The interpreter's pages, for a telephone."""

from datetime import timedelta

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from dispatch.assignments import queries as assignments
from dispatch.assignments import services as assignment_services
from dispatch.assignments.domain import WithdrawReason
from dispatch.assignments.models import AssignmentRow
from dispatch.assignments.status import TRANSITIONS
from dispatch.booking.forms import DayForm
from dispatch.conversations import queries as conversations
from dispatch.fieldwork import queries
from dispatch.fieldwork.forms import DeclineForm, PerformanceForm, WithdrawForm
from dispatch.interpreters import queries as register
from dispatch.offers import queries as offers
from dispatch.offers import services as offer_services
from dispatch.offers.domain import DeclineReason
from dispatch.performances import queries as performances
from dispatch.performances import services as performance_services
from dispatch.performances.domain import Who
from dispatch.requests import services as requests
from dispatch.requests.domain import held_at
from dispatch.terms.queries import terms_at
from dispatch.translations import queries as translations
from kernel import clock
from kernel.actor import Role
from kernel.clock import BRUSSELS
from kernel.http import accepted, current_actor, policy

pages = Blueprint("fieldwork", __name__)

# So long before the agreed hour somebody may say "I am there".
_EARLY = timedelta(minutes=30)


@pages.get("/offers")
@policy(Role.INTERPRETER)
def index() -> str:
    """Show what the interpreter may answer now, and how the last ones ended."""
    actor, now = current_actor(), clock.now()
    found = offers.open_offers(actor, now)
    shown = {"offers": found, "recent": offers.recent_offers(actor, 10), "fits": queries.fits_of(found, by=actor)}
    return render_template("dispatch/fieldwork/index.html", **shown, now=now, decline_form=DeclineForm())


@pages.get("/offers/not-asked")
@policy(Role.INTERPRETER)
def not_asked() -> str:
    """Tell for which requests in her languages somebody else was asked, and why not she."""
    found = offers.not_asked(current_actor(), clock.now())
    return render_template("dispatch/fieldwork/not_asked.html", found=found)


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


@pages.post("/assignments/<id:assignment_id>/rate/<id:performance_id>")
@policy(Role.INTERPRETER)
def rate(assignment_id: int, performance_id: int) -> Answer:
    """Say how it was."""
    score, note = request.form.get("score", 0, type=int), request.form.get("note", "")
    performance_services.rate_performance(performance_id, score, note, by=current_actor())
    flash(_("Bedankt. We houden uw oordeel bij."))
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
    """Show what comes, day by day; or one week, where somebody asks for it."""
    actor, now, chosen = current_actor(), clock.now(), DayForm(formdata=request.args).day()
    today = now.astimezone(BRUSSELS).date()
    if chosen is None:
        rows = sorted(assignments.agenda(actor, now - timedelta(hours=12)), key=held_at)
        rooms = conversations.conversations_of([it.id for it in rows])
        shown = {"assignments": rows, "conversations": rooms, "now": now, "today": today}
        return render_template("dispatch/fieldwork/agenda.html", **shown)
    monday, days = queries.week_of(actor, chosen)
    near = {"before": monday - timedelta(days=7), "after": monday + timedelta(days=7)}
    return render_template("dispatch/fieldwork/week.html", monday=monday, days=days, today=today, **near)


@pages.get("/agenda/kept")
@policy(Role.INTERPRETER)
def kept_agenda() -> Response:
    """Give what a device keeps of the agenda for when there is no network."""
    found, word = queries.kept_agenda(current_actor(), clock.now()), current_app.jinja_env.filters["label"]
    said = [f"{word(it['language'], 'language')}, {word(it['service'], 'service')}" for it in found]
    return jsonify({"items": [it | {"what": what} for it, what in zip(found, said, strict=True)]})


@pages.get("/records")
@policy(Role.INTERPRETER)
def records() -> str:
    """Show what is over: what still has to be written down, and what was earned."""
    found = assignments.finished(current_actor(), clock.now())
    kept = {it.id: performances.performance_of(it.request_id) for it in found}
    return render_template("dispatch/fieldwork/records.html", assignments=found, performances=kept)


@pages.get("/records/earned")
@policy(Role.INTERPRETER)
def earned() -> str:
    """Show what was earned in a year, month by month; made to be printed."""
    actor, this_year = current_actor(), clock.now().astimezone(BRUSSELS).year
    year = max(2000, min(request.args.get("year", this_year, type=int), this_year))
    shown = {"months": queries.earned(actor, year), "year": year, "this_year": this_year}
    return render_template("dispatch/fieldwork/earned.html", **shown)


@pages.get("/mine")
@policy(Role.INTERPRETER)
def mine() -> str:
    """Show what stands of the interpreter herself: certificates, her share of the work, settings."""
    actor, now = current_actor(), clock.now()
    row, today = register.find_interpreter(actor.interpreter_id or 0, by=actor), now.astimezone(BRUSSELS).date()
    notice = timedelta(days=terms_at(today).value("certificate_notice"))
    shown = {"interpreter": row, "share": queries.share_of(actor, now), "today": today, "soon": today + notice}
    return render_template("dispatch/fieldwork/mine.html", **shown)


@pages.get("/assignments/<id:assignment_id>")
@policy(Role.INTERPRETER)
def show(assignment_id: int) -> str:
    """Show one assignment with everything the interpreter needs there."""
    row = assignments.find_assignment(assignment_id, by=current_actor())
    requests.note_reading(row.request_id, row.request.agency_id, by=current_actor())
    done = performances.performance_of(row.request_id)
    shown = {
        "assignment": row,
        "actions": TRANSITIONS.actions(row.status, Role.INTERPRETER),
        "conversation": conversations.conversation_of(row.id),
        "performance": done,
        "rating": performances.rating_of(done.id, Role.INTERPRETER) if done else None,
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
    done = accepted(form, lambda: _record(row, form)) if form.validate() else None
    if done is None:
        return render_template("dispatch/fieldwork/perform.html", form=form, assignment=row), 422
    if form.code.data:
        flash(_("Ingevuld en bevestigd: alles is in orde."))
    else:
        flash(_("Ingevuld. De aanvrager bevestigt, of na vijf werkdagen geldt het als bevestigd."))
    return redirect(url_for(".records"))


def _record(row: AssignmentRow, form: PerformanceForm) -> int:
    """Write down what took place; with the requester's code it is confirmed at once."""
    report, actor = form.report(on_site=row.service == "on_site"), current_actor()
    if form.code.data:
        return performance_services.perform_at_the_door(row.id, report, form.code.data, by=actor)
    return performance_services.submit_performance(row.id, report, by=actor)
