"""Pages of what was asked: the list, one request, and everything that can be done with it."""

from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import quote

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Row
from werkzeug.wrappers import Response as Answer

from dispatch.assignments import queries as assignments
from dispatch.booking import queries
from dispatch.booking.forms import CancelForm, DisputeForm
from dispatch.booking.views.asking import pages
from dispatch.calendars.domain import local_day
from dispatch.calendars.queries import calendar_of
from dispatch.performances import queries as performance_queries
from dispatch.performances import services as performances
from dispatch.performances.domain import Who
from dispatch.requests import queries as requests
from dispatch.requests import services
from dispatch.requests.domain import CancelReason, held_at
from dispatch.requests.status import TRANSITIONS
from dispatch.translations import services as translations
from dispatch.translations.domain import Upload
from kernel import clock
from kernel.actor import Role
from kernel.http import EVERYONE, current_actor, make_cursor, policy, read_cursor

_PAGE = 30


@pages.get("")
@policy(Role.REQUESTER)
def index() -> str:
    """Show what needs the requester, then what is ahead for the organisation, then what is over."""
    actor, words, now = current_actor(), request.args.get("q", "")[:60], clock.now()
    chosen = requests.Filter(words=words, status=request.args.get("status", "")[:20])
    begun = read_cursor()
    found = requests.list_by_time(actor, chosen, now, after=begun, limit=_PAGE + 1)
    page, more = found[:_PAGE], len(found) > _PAGE
    sections = [(name, list(lines)) for name, lines in groupby(page, lambda it: _section(it, local_day(now)))]
    waiting = performance_queries.needing_requester(actor) if not words and not begun else []
    cursor = make_cursor([page[-1].over, page[-1].far, page[-1].id]) if more else None
    shown = {"sections": sections, "waiting": waiting, "words": words, "cursor": cursor}
    return render_template("dispatch/booking/index.html", **shown)


def _section(line: Row[Any], today: date) -> str:
    """Return under which word a line stands: "today", "ahead" or "over"."""
    return "over" if line.over else "today" if local_day(held_at(line)) <= today else "ahead"


@pages.get("/<id:request_id>")
@policy(Role.REQUESTER)
def show(request_id: int) -> str:
    """Show one request: where it stands, who comes, and what can be done."""
    picture = queries.picture_of(request_id, by=current_actor())
    services.note_reading(picture.request.id, picture.request.agency_id, by=current_actor())
    return render_template("dispatch/booking/show.html", **_shown(picture))


@pages.get("/<id:request_id>/now")
@policy(Role.REQUESTER)
def now(request_id: int) -> Response:
    """Show again what may have changed of a request, for a page that lies open; 304 where nothing did."""
    picture = queries.picture_of(request_id, by=current_actor())
    if request.if_none_match.contains(picture.version):
        return Response(status=304, headers={"ETag": f'"{picture.version}"'})
    services.note_reading(picture.request.id, picture.request.agency_id, by=current_actor())
    page = Response(render_template("dispatch/booking/_now.html", **_shown(picture)))
    page.set_etag(picture.version)
    return page


@pages.post("/<id:request_id>/rate/<id:performance_id>")
@policy(Role.REQUESTER)
def rate(request_id: int, performance_id: int) -> Answer:
    """Say how it was."""
    score, note = request.form.get("score", 0, type=int), request.form.get("note", "")
    performances.rate_performance(performance_id, score, note, by=current_actor())
    flash(_("Bedankt. We houden uw oordeel bij."))
    return _back_to(request_id)


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


def _shown(picture: queries.Picture) -> dict[str, Any]:
    asked = picture.request
    done = picture.performance
    return {
        "picture": picture,
        "request_": asked,
        "actions": TRANSITIONS.actions(asked.status, Role.REQUESTER),
        "cut_off": calendar_of(asked.agency_id).timely_cut_off(asked.starts_at),
        "late_cents": queries.late_cents(asked),
        "now": clock.now(),
        "cancel_form": CancelForm(formdata=None),
        "dispute_form": DisputeForm(formdata=None),
        "rating": performance_queries.rating_of(done.id, Role.REQUESTER) if done else None,
    }


def _back_to(request_id: int) -> Answer:
    if current_actor().role is Role.REQUESTER:
        return redirect(url_for(".show", request_id=request_id))
    return redirect(url_for("desk.show", request_id=request_id))
