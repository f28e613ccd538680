"""The coordinator's pages."""

import re
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as Answer

from dispatch.assignments import queries as bound
from dispatch.assignments import services as assignments
from dispatch.assignments.domain import WithdrawReason
from dispatch.booking import queries as booking
from dispatch.desk import queries
from dispatch.desk.forms import CloseForm, DayForm, NoteForm, ProposalForm, QuestionForm, QuoteForm
from dispatch.offers import queries as offers
from dispatch.offers import services as offer_services
from dispatch.partners import queries as partners
from dispatch.performances import services as performances
from dispatch.performances.domain import Report, Who
from dispatch.requests import queries as requests
from dispatch.requests import services
from dispatch.requests.domain import Reason
from dispatch.requests.status import TRANSITIONS, UNANSWERED
from dispatch.translations import services as translations
from kernel import clock
from kernel.actor import Role
from kernel.clock import BRUSSELS
from kernel.http import accepted, current_actor, make_cursor, policy, read_cursor

pages = Blueprint("desk", __name__, url_prefix="/desk")
_PAGE = 100


@pages.get("/board")
@policy(Role.COORDINATOR)
def board() -> str:
    """Show what is still unanswered, the least time left first; live."""
    actor, now = current_actor(), clock.now()
    chosen = requests.Filter(
        service=request.args.get("service", "")[:20], language=request.args.get("language", "")[:3]
    )
    after = read_cursor()
    place = (datetime.fromisoformat(after[0]), after[1]) if after else None
    found = requests.board(actor, chosen, after=place, limit=_PAGE + 1)
    last = found[_PAGE - 1] if len(found) > _PAGE else None
    cursor = make_cursor([(last.hard_stop_at or now).isoformat(), last.id]) if last else None
    rows = [queries.board_item(it, now) for it in found[:_PAGE]]
    shown = {"rows": rows, "counts": requests.count_open(actor), "cursor": cursor, "chosen": chosen}
    shown["silent"] = len(bound.not_reconfirmed(actor))
    return render_template("dispatch/desk/board.html", **shown)


@pages.get("/day")
@policy(Role.COORDINATOR)
def day() -> str:
    """Show who could go where on a day so that most of what is open is met, near sites in one tour."""
    form = DayForm(request.args)
    on = form.on.data or clock.now().astimezone(BRUSSELS).date()
    form.on.data = on
    shown = queries.told_day(offers.day_plan(on, clock.now(), by=current_actor()))
    return render_template("dispatch/desk/day.html", form=form, on=on, **shown)


@pages.post("/day/ask")
@policy(Role.COORDINATOR)
def ask_day() -> Answer:
    """Offer what the plan of the day says to whom it says."""
    pairs = [it.split("-", 1) for it in request.form.getlist("pair") if re.fullmatch(r"\d{1,18}-\d{1,18}", it)]
    actor = current_actor()
    asked = sum(offer_services.ask_by_name(int(one), [int(who)], by=actor) for one, who in pairs)
    flash(ngettext("%(num)s tolk gevraagd.", "%(num)s tolken gevraagd.", asked))
    return redirect(url_for(".day", on=request.form.get("on", "")[:10]))


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
    """Show one request with all that is known: candidates, offers, history, notes."""
    actor = current_actor()
    picture = booking.picture_of(request_id, by=actor)
    asked = picture.request
    services.note_reading(asked.id, asked.agency_id, by=actor)
    searching = asked.status in UNANSWERED
    proposal = ProposalForm(language=asked.language, service="video")
    start = asked.starts_at.astimezone(BRUSSELS)
    proposal.day.data, proposal.hour.data = start.date(), start.time()
    shown = {
        "picture": picture,
        "request_": asked,
        "offers": offers.list_offers_of(request_id),
        "searching": searching,
        "people": queries.candidates_of(request_id, by=actor) if searching else None,
        "decisions": [(it, queries.told_of(it)) for it in offers.decisions_of(request_id)],
        "outlook": offers.outlook(asked, clock.now()) if searching else None,
        "funnel": offers.frozen_funnel(request_id),
        "relays": queries.told_relays(asked) if searching else [],
        "partners": partners.partners_of(asked),
        "notes": requests.notes_of(request_id),
        "actions": TRANSITIONS.actions(asked.status, Role.COORDINATOR),
        "close_form": CloseForm(),
        "note_form": NoteForm(),
        "question_form": QuestionForm(),
        "proposal_form": proposal,
        "quote_form": QuoteForm(),
        "now": clock.now(),
    }
    return render_template("dispatch/desk/show.html", **shown)


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
