"""The requester's pages."""

from datetime import timedelta
from secrets import token_urlsafe
from urllib.parse import quote

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from dispatch.assignments import queries as assignments
from dispatch.booking import queries
from dispatch.booking import services as half_typed
from dispatch.booking.forms import BookingForm, CancelForm, DisputeForm
from dispatch.booking.models import HalfTypedRow
from dispatch.calendars.queries import calendar_of
from dispatch.offers import queries as offers
from dispatch.performances import services as performances
from dispatch.performances.domain import Who
from dispatch.requests import queries as requests
from dispatch.requests import services
from dispatch.requests.domain import CancelReason, Service, work_out
from dispatch.requests.models import RequestRow
from dispatch.requests.status import TRANSITIONS, Status
from dispatch.translations import services as translations
from dispatch.translations.domain import Upload
from kernel import clock
from kernel.actor import Role
from kernel.http import EVERYONE, accepted, current_actor, make_cursor, policy, read_cursor
from people import queries as people
from reference import queries as reference

pages = Blueprint("booking", __name__, url_prefix="/requests")
_PAGE = 30
_COMMON = ("arb", "ary", "tur", "prs", "pes", "pus", "som", "tir", "rus", "fra", "eng", "spa", "ron", "bul", "pol",
           "sqi", "ckb", "kmr", "amh", "urd", "por", "hye", "srp", "cmn", "ukr", "ara")  # fmt: skip


@pages.get("")
@policy(Role.REQUESTER)
def index() -> str:
    """Show what needs the requester, and then all requests of the organisation."""
    actor, words = current_actor(), request.args.get("q", "")[:60]
    chosen = requests.Filter(words=words, status=request.args.get("status", "")[:20])
    found = requests.list_lines(actor, chosen, before=read_cursor(), limit=_PAGE + 1)
    cursor = make_cursor(found[_PAGE - 1].id) if len(found) > _PAGE else None
    waiting = requests.needing_requester(actor) if not words else []
    shown = {"requests": found[:_PAGE], "waiting": waiting, "words": words, "cursor": cursor}
    return render_template("dispatch/booking/index.html", **shown)


@pages.route("/new", methods=["GET", "POST"])
@policy(Role.REQUESTER, Role.COORDINATOR)
def new() -> str | Answer | tuple[str, int]:
    """Ask for an interpreter. `like` begins with a copy of an earlier request."""
    actor = current_actor()
    if request.method == "GET":
        kept = None if "like" in request.args else queries.half_typed(by=actor)
        form = BookingForm(formdata=MultiDict(kept.fields)) if kept else BookingForm()
        if kept is None:
            _begin(form)
        return _booking_page(form, kept=kept)
    form = BookingForm()
    if "look" in request.form:
        outlook = accepted(form, lambda: _outlook(form)) if form.validate() else None
        return _booking_page(form, outlook=outlook)
    if "keep" in request.form:
        half_typed.keep_half_typed(request.form.to_dict(flat=False), by=actor)
        flash(_("Bewaard. U vindt het hier terug als u weer een tolk aanvraagt."))
        return redirect(url_for(".new"))
    ids = accepted(form, lambda: _submit(form)) if form.validate() else None
    if not ids:
        return _booking_page(form), 422
    flash(_("Uw aanvraag is binnen. U krijgt bericht zodra er een tolk is."))
    target = (
        url_for(".show", request_id=ids[0]) if actor.role is Role.REQUESTER else url_for("desk.show", request_id=ids[0])
    )
    return redirect(target)


@pages.post("/half-typed")
@policy(Role.REQUESTER, Role.COORDINATOR)
def keep() -> tuple[str, int]:
    """Keep what is typed so far; the page's script sends it while somebody types."""
    half_typed.keep_half_typed(request.form.to_dict(flat=False), by=current_actor())
    return "", 204


@pages.post("/half-typed/forget")
@policy(Role.REQUESTER, Role.COORDINATOR)
def forget() -> Answer:
    """Begin anew."""
    half_typed.forget_half_typed(current_actor().person_id or 0)
    return redirect(url_for(".new"))


@pages.get("/chance")
@policy(Role.REQUESTER, Role.COORDINATOR)
def chance() -> str | tuple[str, int]:
    """Show the chance of what is filled in so far, and what would be better; nothing while too little is."""
    form = BookingForm(formdata=request.args)
    outlook = accepted(form, lambda: _outlook(form)) if form.validate() else None
    return render_template("dispatch/booking/_chance.html", outlook=outlook) if outlook else ("", 204)


@pages.get("/languages")
@policy(EVERYONE)
def languages() -> Response:
    """Suggest languages for what was typed so far."""
    found = reference.search_languages(request.args.get("q", "")[:60], 8)
    return jsonify([{"code": it.iso639_3, "name": it.name_nl, "own": it.endonym} for it in found])


@pages.get("/<id:request_id>")
@policy(Role.REQUESTER)
def show(request_id: int) -> str:
    """Show one request: where it stands, who comes, and what can be done."""
    picture = queries.picture_of(request_id, by=current_actor())
    asked = picture.request
    services.note_reading(asked.id, asked.agency_id, by=current_actor())
    shown = {
        "picture": picture,
        "request_": asked,
        "actions": TRANSITIONS.actions(asked.status, Role.REQUESTER),
        "cut_off": calendar_of(asked.agency_id).timely_cut_off(asked.starts_at),
        "now": clock.now(),
        "cancel_form": CancelForm(),
        "dispute_form": DisputeForm(),
    }
    return render_template("dispatch/booking/show.html", **shown)


@pages.route("/<id:request_id>/change", methods=["GET", "POST"])
@policy(Role.REQUESTER, Role.COORDINATOR)
def change(request_id: int) -> str | Answer | tuple[str, int]:
    """Change what was asked; whoever said yes is shown the difference."""
    asked, form = requests.find_request(request_id, by=current_actor()), BookingForm()
    if request.method == "GET":
        form.show(asked)
        return _booking_page(form, asked)
    done = accepted(form, lambda: _change(form, asked)) if form.validate() else None
    if not done:
        return _booking_page(form, asked), 422
    flash(_("Gewijzigd."))
    return redirect(url_for(".show", request_id=done))


@pages.post("/<id:request_id>/cancel")
@policy(Role.REQUESTER, Role.COORDINATOR)
def cancel(request_id: int) -> Answer:
    """Call the request off."""
    reason = request.form.get("reason", "")
    known = CancelReason(reason) if reason in set(CancelReason) else CancelReason.OTHER
    ending = services.cancel_request(request_id, by=current_actor(), reason=known)
    late = ending.timely is False
    flash(
        _("Geannuleerd. Dit was laattijdig: de kosten worden aangerekend.")
        if late
        else _("Geannuleerd, zonder kosten.")
    )
    return _back_to(request_id)


@pages.post("/<id:request_id>/proposal")
@policy(Role.REQUESTER, Role.COORDINATOR)
def answer_proposal(request_id: int) -> Answer:
    """Take the counter-proposal, or not."""
    services.answer_proposal(request_id, "accept" in request.form, by=current_actor())
    return _back_to(request_id)


@pages.post("/<id:request_id>/quote")
@policy(Role.REQUESTER, Role.COORDINATOR)
def answer_quote(request_id: int) -> Answer:
    """Take the quote, or not."""
    translations.answer_quote(request_id, "accept" in request.form, by=current_actor())
    return _back_to(request_id)


@pages.post("/<id:request_id>/resubmit")
@policy(Role.REQUESTER)
def resubmit(request_id: int) -> Answer:
    """Send a completed request back to the desk; what was added stands in its documents and note."""
    services.resubmit_as_it_is(request_id, note=request.form.get("note", ""), by=current_actor())
    return _back_to(request_id)


@pages.post("/<id:request_id>/confirm/<id:performance_id>")
@policy(Role.REQUESTER)
def confirm(request_id: int, performance_id: int) -> Answer:
    """Agree with what the interpreter wrote down."""
    performances.confirm_performance(performance_id, by=current_actor())
    flash(_("Bedankt. De prestatie is bevestigd."))
    return _back_to(request_id)


@pages.post("/<id:request_id>/dispute/<id:performance_id>")
@policy(Role.REQUESTER)
def dispute(request_id: int, performance_id: int) -> Answer:
    """Do not agree; the desk looks at it."""
    performances.dispute_performance(performance_id, request.form.get("why", ""), by=current_actor())
    flash(_("We bekijken het en nemen contact op."))
    return _back_to(request_id)


@pages.post("/<id:request_id>/absent")
@policy(Role.REQUESTER)
def absent(request_id: int) -> Answer:
    """Say that the interpreter did not come."""
    row = assignments.last_assignment_of(queries.picture_of(request_id, by=current_actor()).request.id)
    performances.report_absence(row.id if row else 0, Who.INTERPRETER, by=current_actor())
    return _back_to(request_id)


@pages.post("/<id:request_id>/documents")
@policy(EVERYONE)
def add_documents(request_id: int) -> Answer:
    """Attach files."""
    for upload in request.files.getlist("documents"):
        translations.add_document(request_id, Upload(upload.filename or "", upload.read()), by=current_actor())
    came_from = request.referrer or ""
    return redirect(came_from if came_from.startswith(request.host_url) else url_for("people.home"))


@pages.get("/documents/<id:document_id>")
@policy(EVERYONE)
def document(document_id: int) -> Response:
    """Give a file, always as a download; every reading is kept."""
    name, kind, content = translations.open_document(document_id, by=current_actor())
    head = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    head["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return Response(content, mimetype=kind, headers=head)


def _begin(form: BookingForm) -> None:
    actor = current_actor()
    if like := request.args.get("like", type=int):
        earlier = requests.find_request(like, by=actor)
        form.show(earlier)
        form.day.data = None
        return
    form.day.data = (clock.now() + timedelta(days=3)).astimezone(clock.BRUSSELS).date()
    if actor.organisation_id:
        own = people.find_organisation(actor.organisation_id, by=actor)
        form.street.data, form.postcode.data, form.municipality.data = own.street, own.postcode, own.municipality
        form.phone.data = own.phone


def _submit(form: BookingForm) -> list[int]:
    actor, now = current_actor(), clock.now()
    organisation_id = request.args.get("organisation", type=int)
    asked = [work_out(typed, now, **form.details()) for typed in form.typed()]
    if len(asked) > 1:
        ids = services.submit_series(asked, by=actor, organisation_id=organisation_id)
    else:
        ids = [services.submit_request(asked[0], by=actor, organisation_id=organisation_id)]
    half_typed.forget_half_typed(actor.person_id or 0)
    for upload in form.documents.data or []:
        if upload and upload.filename:
            translations.add_document(ids[0], Upload(upload.filename, upload.read()), by=actor)
    return ids


def _outlook(form: BookingForm) -> offers.Outlook:
    """Return the chance of the first of what is filled in."""
    asked = work_out(form.typed()[0], clock.now(), **form.details())
    return queries.outlook_for(asked, request.args.get("organisation", type=int), by=current_actor())


def _change(form: BookingForm, asked: RequestRow) -> int:
    wanted = work_out(form.typed()[0], clock.now(), **form.details())
    version = request.form.get("version", 0, type=int)
    return services.change_request(asked.id, wanted, by=current_actor(), version=version)


def _booking_page(
    form: BookingForm,
    asked: RequestRow | None = None,
    *,
    outlook: offers.Outlook | None = None,
    kept: HalfTypedRow | None = None,
) -> str:
    common = [reference.language_name(code) for code in _COMMON]
    shown = {"form": form, "asked": asked, "common": common, "towns": reference.municipality_names()}
    # A look is an answer of its own: what is sent after it is another question, with another key.
    shown |= {"outlook": outlook, "kept": kept, "once": token_urlsafe(12) if "look" in request.form else None}
    shown["closed"] = asked is not None and asked.status == Status.ASSIGNED
    return render_template("dispatch/booking/new.html", **shown, Service=Service)


def _back_to(request_id: int) -> Answer:
    if current_actor().role is Role.REQUESTER:
        return redirect(url_for(".show", request_id=request_id))
    return redirect(url_for("desk.show", request_id=request_id))
