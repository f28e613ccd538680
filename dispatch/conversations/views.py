"""The pages of a conversation: before it, in it, and for guests."""

from typing import Any

from flask import Blueprint, Response, current_app, flash, jsonify, redirect, render_template, request, session, url_for
from flask_babel import force_locale, get_locale, ngettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from dispatch.conversations import queries, services
from dispatch.conversations.errors import LinkOver, PagesRefused
from dispatch.conversations.forms import GuestForm
from dispatch.conversations.models import ConversationRow, ParticipantRow
from dispatch.conversations.permissions import rights_of
from dispatch.conversations.services import Guest, Leaflet, Way
from dispatch.conversations.status import FINAL
from dispatch.offers import queries as offers
from dispatch.offers.status import OPEN as OPEN_OFFERS
from dispatch.requests import queries as requests
from dispatch.requests.status import UNANSWERED
from dispatch.terms.queries import terms_at
from dispatch.translations import queries as documents
from kernel import clock
from kernel.actor import Role
from kernel.errors import Invalid, NotFound
from kernel.http import current_actor, policy
from media import pages as leaves

pages = Blueprint("conversations", __name__)
INSIDE = frozenset({Role.REQUESTER, Role.INTERPRETER, Role.COORDINATOR})
_GUEST = "guest"
_BOUND = frozenset({"assigned", "in_progress"})


@pages.get("/conversations/<id:conversation_id>")
@policy(INSIDE)
def room(conversation_id: int) -> str:
    """Show the room: first its door, with what one needs to know before going in."""
    row = queries.find_conversation(conversation_id, by=current_actor())
    who = services.enter_as(row.id, by=current_actor())
    files = documents.documents_of(row.request_id)
    shown = {"documents": [it for it in files if it.content_type in services.SHOWN_TYPES], "form": GuestForm()}
    return _room_page(row, who, back=_back(row), **shown)


@pages.get("/requests/<id:request_id>/way")
@policy(Role.REQUESTER)
def way(request_id: int) -> Response:
    """Say to somebody who waits for an interpreter now what happens, and where the room is once it is there."""
    asked = requests.find_request(request_id, by=current_actor())
    talk = queries.last_conversation_of(asked.id)
    if talk is not None and talk.status not in FINAL and asked.status in _BOUND:
        return jsonify(room=url_for(".room", conversation_id=talk.id), over=False, says="", choices=False)
    if asked.status not in UNANSWERED:
        return jsonify(room=None, over=True, says="", choices=False)
    open_offers = sum(1 for it in offers.offers_of(asked.id) if it.status in OPEN_OFFERS)
    waited_s = (clock.now() - (asked.submitted_at or asked.created_at)).total_seconds() * clock.time_scale()
    patience_s = terms_at(clock.now().date()).value("spoken_choice", "immediate")
    return jsonify(room=None, over=False, says=_told(asked.status, open_offers), choices=waited_s > patience_s)


def _told(status: str, open_offers: int) -> str:
    if status == "escalated":
        return _("Een coördinator zoekt mee. Blijf op deze pagina.")
    if open_offers:
        return ngettext("We vragen nu %(num)s tolk.", "We vragen nu %(num)s tolken tegelijk.", open_offers)
    return _("We zoeken een tolk voor u. Blijf op deze pagina.")


@pages.get("/conversations/check")
@policy(INSIDE)
def check() -> str:
    """Try camera, microphone, loudspeaker and network before a conversation."""
    return render_template(
        "dispatch/conversations/check.html", ice=_ice_servers("check", guest=False), back=url_for("people.home")
    )


@pages.post("/conversations/<id:conversation_id>/guests")
@policy(INSIDE)
def invite(conversation_id: int) -> Response:
    """Make a link for somebody without an account: shown once, and sent where that is wished."""
    actor, form = current_actor(), GuestForm()
    row = queries.find_conversation(conversation_id, by=actor)
    who = services.enter_as(row.id, by=actor)
    if not form.validate():
        raise Invalid(fields=dict.fromkeys(form.errors, "unknown_choice"))
    language = row.assignment.language if form.role.data == "client" else None
    guest = Guest(form.role.data, form.label.data or "", language)
    token = services.invite_guest(row.id, guest, by=who, way=Way(form.channel.data, form.to.data or ""))
    return jsonify(link=url_for(".door", token=token, _external=True), sent=form.channel.data != "show")


@pages.post("/conversations/<id:conversation_id>/files")
@policy(INSIDE)
def share(conversation_id: int) -> Response:
    """Show a document to everybody: one of the request, or one that is for this room only."""
    actor = current_actor()
    who = services.enter_as(conversation_id, by=actor)
    if (document_id := request.form.get("document_id", type=int)) is not None:
        kind, content = services.take_document(conversation_id, document_id, by=actor)
    else:
        upload = request.files.get("file")
        kind, content = services.take_upload(upload.read() if upload else b"")
    leaflet = Leaflet(kind, content, _count(content) if kind == "application/pdf" else 1)
    return jsonify(file=services.show_file(conversation_id, leaflet, by=who))


@pages.get("/conversations/<id:conversation_id>/files/<id:file_id>")
@policy(INSIDE)
def file(conversation_id: int, file_id: int) -> Response:
    """Give a page of what is shown."""
    services.enter_as(conversation_id, by=current_actor())
    return _page_of(conversation_id, file_id)


@pages.post("/conversations/<id:conversation_id>/end")
@policy(INSIDE)
def end(conversation_id: int) -> Answer:
    """End the conversation for everybody."""
    actor = current_actor()
    row = queries.find_conversation(conversation_id, by=actor)
    services.end_conversation(row.id, by=actor)
    flash(_("Het gesprek is beëindigd."))
    return redirect(_back(row))


@pages.get("/join/<token>")
@policy(public=True)
def door(token: str) -> str | Answer | tuple[str, int]:
    """Show a guest where the link leads. Looking does not use it up: machines look at links too."""
    guest = queries.find_by_link(token)
    mine = _guest()
    if mine is not None and mine.id == guest.id:
        return redirect(url_for(".guest_room"))
    if not _works(guest):
        return render_template("dispatch/conversations/over.html"), 410
    row = queries.room_of(guest.conversation_id)
    with force_locale(_locale_of(guest)):
        shown = {"guest": guest, "token": token, "conversation": row, "now": clock.now()}
        return render_template("dispatch/conversations/door.html", **shown)


@pages.post("/join/<token>")
@policy(public=True)
def join(token: str) -> Answer:
    """Use the link, once: this browser is the guest's from now on."""
    session[_GUEST] = services.use_link(token, label=request.form.get("label", ""))
    return redirect(url_for(".guest_room"))


@pages.get("/join/<token>/check")
@policy(public=True)
def guest_check(token: str) -> str:
    """Let a guest try camera, microphone and network before the conversation."""
    guest = queries.find_by_link(token)
    if not _works(guest):
        raise LinkOver()
    with force_locale(_locale_of(guest)):
        shown = {"ice": _ice_servers(guest.key, guest=True), "back": url_for(".door", token=token)}
        return render_template("dispatch/conversations/check.html", **shown)


@pages.get("/join")
@policy(public=True)
def guest_room() -> str:
    """Show the room to the guest of this browser."""
    guest = _require_guest()
    row = queries.room_of(guest.conversation_id)
    with force_locale(_locale_of(guest)):
        return _room_page(row, guest, documents=[], form=None, back=None)


@pages.get("/join/files/<id:file_id>")
@policy(public=True)
def guest_file(file_id: int) -> Response:
    """Give a page of what is shown, to a guest who was let in."""
    guest = _guest()
    if guest is None or guest.status != "admitted":
        raise NotFound(thing="conversation_files")
    return _page_of(guest.conversation_id, file_id)


def _room_page(row: ConversationRow, who: ParticipantRow, **shown: Any) -> str:
    shown |= {"conversation": row, "me": who, "rights": rights_of(who.role), "now": clock.now()}
    language = row.assignment.language
    return render_template("dispatch/conversations/room.html", **shown, language=language, over=row.status in FINAL)


def _page_of(conversation_id: int, file_id: int) -> Response:
    """Return a page of a file of this room as a picture that does nothing."""
    found = queries.find_file(conversation_id, file_id)
    page = max(1, min(request.args.get("page", 1, type=int), found.pages))
    kind, content = found.content_type, found.content
    if kind == "application/pdf":
        kind, content = "image/png", _rendered(file_id, page, content)
    head = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "no-store"}
    return Response(content, mimetype=kind, headers=head)


def _rendered(file_id: int, page: int, content: bytes) -> bytes:
    try:
        return leaves.render_page(content, page)
    except leaves.Unreadable as error:
        raise PagesRefused(fields={"file": "file_not_showable"}) from error


def _count(content: bytes) -> int:
    """Return how many pages of a PDF can be turned. Raises: PagesRefused."""
    try:
        pages_ = leaves.count_pages(content)
    except leaves.Unreadable as error:
        raise PagesRefused(fields={"file": "file_not_showable"}) from error
    services.require_few_pages(pages_)
    return pages_


def _guest() -> ParticipantRow | None:
    secret = session.get(_GUEST)
    return queries.find_guest(secret) if isinstance(secret, str) else None


def _require_guest() -> ParticipantRow:
    if (guest := _guest()) is None:
        raise LinkOver()
    return guest


def _works(guest: ParticipantRow) -> bool:
    return guest.used_at is None and guest.link_until is not None and guest.link_until > clock.now()


def _locale_of(guest: ParticipantRow) -> str:
    return queries.locale_of(guest.language) or str(get_locale())


def _ice_servers(participant: str, *, guest: bool) -> list[dict[str, Any]]:
    servers: list[dict[str, Any]] = current_app.extensions["rooms"].ice_servers(participant, guest=guest)
    return servers


def _back(row: ConversationRow) -> str:
    """Return the page somebody came from, by role."""
    role = current_actor().role
    if role is Role.INTERPRETER:
        return url_for("fieldwork.show", assignment_id=row.assignment_id)
    return url_for("booking.show" if role is Role.REQUESTER else "desk.show", request_id=row.request_id)
