"""What the coordinator sees of one request, and does with it."""

from datetime import datetime, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from dispatch.assignments import queries as bound
from dispatch.assignments import services as assignments
from dispatch.assignments.domain import WithdrawReason
from dispatch.booking import queries as booking
from dispatch.booking.forms import DURATIONS
from dispatch.desk import queries
from dispatch.desk.forms import CloseForm, MessageForm, NoteForm, ProposalForm, QuestionForm, QuoteForm
from dispatch.desk.views.board import pages
from dispatch.offers import queries as offers
from dispatch.offers import services as offer_services
from dispatch.offers.domain import DeclineReason
from dispatch.partners import queries as partners
from dispatch.performances import services as performances
from dispatch.performances.domain import Report, Who
from dispatch.requests import queries as requests
from dispatch.requests import services
from dispatch.requests.domain import Reason
from dispatch.requests.models import RequestRow
from dispatch.requests.status import TRANSITIONS, UNANSWERED
from dispatch.translations import services as translations
from kernel import clock
from kernel.actor import Role
from kernel.clock import BRUSSELS
from kernel.http import accepted, current_actor, make_cursor, policy, read_cursor
from people import queries as people
from people.forms import Form


@pages.get("/waiting")
@policy(Role.COORDINATOR)
def waiting() -> str:
    """Show what the desk has to do beside the search."""
    actor = current_actor()
    shown = {"requests": requests.waiting_for_desk(actor), "silent": bound.not_reconfirmed(actor)}
    return render_template("dispatch/desk/waiting.html", **shown)


@pages.post("/requests/<id:request_id>/reconfirmed/<id:assignment_id>")
@policy(Role.COORDINATOR)
def reconfirmed(request_id: int, assignment_id: int) -> Answer:
    """Note that the interpreter said by telephone that she comes."""
    assignments.reconfirm_assignment(assignment_id, by=current_actor())
    flash(_("Genoteerd: de tolk komt."))
    return _back(request_id)


@pages.get("/requests")
@policy(Role.COORDINATOR)
def index() -> str:
    """Search all requests of the agency."""
    names = ("words", "status", "service", "language")
    chosen = requests.Filter(**{name: request.args.get(name, "")[:60] for name in names})
    found = requests.list_requests(current_actor(), chosen, before=read_cursor(), limit=51)
    cursor = make_cursor(found[49].id) if len(found) > 50 else None
    return render_template("dispatch/desk/index.html", requests=found[:50], chosen=chosen, cursor=cursor)


@pages.get("/requests/<id:request_id>")
@policy(Role.COORDINATOR)
def show(request_id: int) -> str:
    """Show one request with all that is known: what helps now, candidates, offers, history, notes."""
    actor = current_actor()
    picture = booking.picture_of(request_id, by=actor)
    asked = picture.request
    services.note_reading(asked.id, asked.agency_id, by=actor)
    shown = {
        "picture": picture,
        "request_": asked,
        "insight": queries.insight_of(asked),
        "frozen_funnel": offers.frozen_funnel(request_id),
        "relays": queries.told_relays(asked) if asked.status in UNANSWERED else [],
        "partners": partners.partners_of(asked),
        "notes": requests.notes_of(request_id),
        "actions": TRANSITIONS.actions(asked.status, Role.COORDINATOR),
        "trail": queries.Trail(picture.course, asked),
        "colleagues": queries.colleagues_of(asked, by=actor),
        "told_of": queries.told_of,
        "owner": people.names_of([asked.owner_id or 0]).get(asked.owner_id or 0),
        "now": clock.now(),
    }
    return render_template("dispatch/desk/show.html", **shown, **_forms(asked))


def _forms(asked: RequestRow) -> dict[str, Form]:
    proposal = ProposalForm(language=asked.language, service=request.args.get("service", "video"))
    start = _moment_asked_for() or asked.starts_at.astimezone(BRUSSELS)
    proposal.day.data, proposal.hour.data = start.date(), start.time()
    length = (asked.ends_at - asked.starts_at) // timedelta(minutes=1)
    proposal.minutes.data = min((it for it in DURATIONS if it >= length), default=DURATIONS[-1])
    return {
        "close_form": CloseForm(),
        "note_form": NoteForm(),
        "message_form": MessageForm(),
        "question_form": QuestionForm(),
        "proposal_form": proposal,
        "quote_form": QuoteForm(),
    }


def _moment_asked_for() -> datetime | None:
    """Return the moment (local) that a link proposes, if it is one."""
    try:
        return datetime.strptime(request.args.get("at", ""), "%Y-%m-%dT%H:%M")
    except ValueError:
        return None


@pages.get("/requests/<id:request_id>/decisions/<id:decision_id>")
@policy(Role.COORDINATOR)
def decision(request_id: int, decision_id: int) -> str:
    """Show one decision, made again from what it was made from."""
    asked = requests.find_request(request_id, by=current_actor())
    kept, again = offers.decision_again(decision_id, request_id)
    shown = {"request_": asked, "kept": kept, "told": queries.told_of(kept)}
    same = again is not None and dict(again.explanation) == kept.explanation
    return render_template("dispatch/desk/decision.html", **shown, again=again, same=same)


@pages.post("/requests/<id:request_id>/assign")
@policy(Role.COORDINATOR)
def assign(request_id: int) -> Answer:
    """Bind somebody by hand."""
    interpreter_id = request.form.get("interpreter_id", 0, type=int)
    offer_services.assign_by_hand(request_id, interpreter_id, by=current_actor())
    flash(_("Toegewezen. Aanvrager en tolk krijgen bericht."))
    return _back(request_id)


@pages.post("/requests/<id:request_id>/escalate")
@policy(Role.COORDINATOR)
def escalate(request_id: int) -> Answer:
    """Take the request out of the machine's hands."""
    services.escalate_request(request_id, "asked_by_coordinator", by=current_actor())
    return _back(request_id)


@pages.post("/requests/<id:request_id>/take-over")
@policy(Role.COORDINATOR)
def take_over(request_id: int) -> Answer:
    """Say "I am on it"."""
    services.take_over(request_id, by=current_actor())
    return _back(request_id)


@pages.post("/requests/<id:request_id>/resume")
@policy(Role.COORDINATOR)
def resume(request_id: int) -> Answer:
    """Let the machine search again."""
    services.resume_search(request_id, by=current_actor())
    return _back(request_id)


@pages.post("/requests/<id:request_id>/release")
@policy(Role.COORDINATOR)
def release(request_id: int) -> Answer:
    """Find a request in review to be in order."""
    services.release_from_review(request_id, by=current_actor())
    return _back(request_id)


@pages.post("/requests/<id:request_id>/question")
@policy(Role.COORDINATOR)
def question(request_id: int) -> Answer:
    """Ask the requester for something more."""
    services.ask_completion(request_id, request.form.get("question", ""), by=current_actor())
    return _back(request_id)


@pages.post("/requests/<id:request_id>/propose")
@policy(Role.COORDINATOR)
def propose(request_id: int) -> Answer | tuple[str, int]:
    """Ask the requester whether it may be otherwise."""
    form = ProposalForm()
    actor = current_actor()
    done = (
        accepted(form, lambda: services.propose_alternative(request_id, form.wish(), by=actor))
        if _valid(form)
        else None
    )
    if done is None:
        return _again(request_id, form), 422
    flash(_("Voorgesteld. De aanvrager krijgt bericht."))
    return _back(request_id)


@pages.post("/requests/<id:request_id>/quote")
@policy(Role.COORDINATOR)
def quote(request_id: int) -> Answer | tuple[str, int]:
    """Make a quote for a translation."""
    form, actor = QuoteForm(), current_actor()
    done = (
        accepted(form, lambda: translations.make_quote(request_id, form.quote(), by=actor)) if form.validate() else None
    )
    if done is None:
        return _again(request_id, form), 422
    flash(_("De offerte is verstuurd."))
    return _back(request_id)


@pages.post("/requests/<id:request_id>/close")
@policy(Role.COORDINATOR)
def close(request_id: int) -> Answer | tuple[str, int]:
    """Close a request unanswered."""
    form, actor = CloseForm(), current_actor()
    reason = Reason(form.reason.data) if form.reason.data in set(Reason) else None
    done = accepted(
        form, lambda: offer_services.close_unanswered(request_id, by=actor, reason=reason, note=form.note.data)
    )
    if done is None:
        return _again(request_id, form), 422
    flash(_("Afgesloten. De aanvrager krijgt bericht."))
    return _back(request_id)


@pages.post("/requests/<id:request_id>/notes")
@policy(Role.COORDINATOR)
def write_note(request_id: int) -> Answer:
    """Write something down for colleagues."""
    services.write_note(request_id, request.form.get("text", ""), by=current_actor())
    return _back(request_id)


@pages.post("/requests/<id:request_id>/message")
@policy(Role.COORDINATOR)
def write_to_requester(request_id: int) -> Answer | tuple[str, int]:
    """Write something to the side that asked."""
    form, actor = MessageForm(), current_actor()
    done = form.validate() and accepted(
        form, lambda: services.write_to_requester(request_id, form.text.data or "", by=actor)
    )
    if not done:
        return _again(request_id, form), 422
    flash(_("Verstuurd. De aanvrager leest het bij de aanvraag."))
    return _back(request_id)


@pages.post("/requests/<id:request_id>/hand-over")
@policy(Role.COORDINATOR)
def hand_over(request_id: int) -> Answer:
    """Ask a colleague to go on with it."""
    services.hand_over(request_id, request.form.get("colleague", 0, type=int), by=current_actor())
    flash(_("Doorgegeven. Uw collega krijgt bericht."))
    return _back(request_id)


@pages.post("/offers/<id:offer_id>/accept")
@policy(Role.COORDINATOR)
def accept_for(offer_id: int) -> Answer:
    """Note a yes that an interpreter gave by telephone; both names stand in the trail."""
    request_id = offers.find_offer(offer_id, by=current_actor()).request_id
    offer_services.accept_offer(offer_id, by=current_actor())
    flash(_("Genoteerd: de tolk zei ja. Aanvrager en tolk krijgen bericht."))
    return _back(request_id)


@pages.post("/offers/<id:offer_id>/decline")
@policy(Role.COORDINATOR)
def decline_for(offer_id: int) -> Answer:
    """Note a no that an interpreter gave by telephone."""
    request_id, reason = offers.find_offer(offer_id, by=current_actor()).request_id, request.form.get("reason", "")
    known = DeclineReason(reason) if reason in set(DeclineReason) else DeclineReason.OTHER
    offer_services.decline_offer(offer_id, by=current_actor(), reason=known)
    flash(_("Genoteerd: de tolk kan niet."))
    return _back(request_id)


@pages.post("/requests/<id:request_id>/withdraw/<id:assignment_id>")
@policy(Role.COORDINATOR)
def withdraw(request_id: int, assignment_id: int) -> Answer:
    """Take the assignment from somebody; the search begins anew."""
    assignments.withdraw_assignment(assignment_id, by=current_actor(), reason=WithdrawReason.OTHER)
    return _back(request_id)


@pages.post("/requests/<id:request_id>/absent/<id:assignment_id>")
@policy(Role.COORDINATOR)
def absent(request_id: int, assignment_id: int) -> Answer:
    """Note who did not come."""
    who = request.form.get("who", "")
    performances.report_absence(assignment_id, Who(who) if who in set(Who) else Who.CLIENT, by=current_actor())
    return _back(request_id)


@pages.post("/requests/<id:request_id>/settle/<id:performance_id>")
@policy(Role.COORDINATOR)
def settle(request_id: int, performance_id: int) -> Answer:
    """Decide a dispute: the record stands as the interpreter wrote it."""
    record = booking.picture_of(request_id, by=current_actor()).performance
    if record is not None:
        report = Report(**{name: getattr(record, name) for name in Report.__slots__})
        performances.settle_performance(performance_id, report, by=current_actor())
    return _back(request_id)


def _valid(form: ProposalForm) -> bool:
    return bool(form.validate()) and not form.language_unclear


def _back(request_id: int) -> Answer:
    return redirect(url_for(".show", request_id=request_id))


def _again(request_id: int, form: object) -> str:
    asked = requests.find_request(request_id, by=current_actor())
    return render_template("dispatch/desk/again.html", form=form, request_=asked)
