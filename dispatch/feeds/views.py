"""The own appointments for the own calendar: a page to switch it on, the feed, and one appointment as a file."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Row
from werkzeug.wrappers import Response as Answer

from dispatch.feeds import queries, services
from dispatch.feeds.domain import Appointment, calendar_of
from dispatch.requests.domain import Service
from kernel import clock
from kernel.actor import Role
from kernel.errors import NotFound
from kernel.http import current_actor, policy

pages = Blueprint("feeds", __name__, url_prefix="/calendar")
_OWN = frozenset({Role.REQUESTER, Role.INTERPRETER})
_OFF = frozenset({"withdrawn", "cancelled", "absent"})
_UNSURE = frozenset({"submitted", "in_review", "incomplete", "searching", "escalated", "proposed", "quoted"})


@pages.get("")
@policy(_OWN)
def index() -> str:
    """Show the address for the own calendar, if there is one."""
    feed = queries.feed_of(current_actor())
    address = url_for(".feed", token=_signer().dumps(feed.id), _external=True) if feed else None
    return render_template("dispatch/feeds/index.html", address=address, feed=feed)


@pages.post("")
@policy(_OWN)
def make() -> Answer:
    """Make an address, instead of an earlier one."""
    services.make_feed(by=current_actor())
    flash(_("Uw agenda-adres is gemaakt."))
    return redirect(url_for(".index"))


@pages.post("/end")
@policy(_OWN)
def end() -> Answer:
    """Take the address back."""
    services.end_feed(by=current_actor())
    flash(_("Het agenda-adres werkt niet meer."))
    return redirect(url_for(".index"))


@pages.get("/<token>.ics")
@policy(public=True)
def feed(token: str) -> Response:
    """Give the appointments to whoever has the address."""
    try:
        whose = queries.find_feed(int(_signer().loads(token)))
    except (BadSignature, ValueError, TypeError) as error:
        raise NotFound(thing="calendar_feeds") from error
    with force_locale(whose.locale):
        if whose.role == Role.INTERPRETER:
            found = [_of_assignment(it) for it in queries.assigned_to(whose.interpreter_id, clock.now())]
        else:
            found = [_of_request(it) for it in queries.requested_by(whose.person_id, clock.now())]
        return _as_calendar(found, "tolkdienst")


@pages.get("/requests/<id:request_id>.ics")
@policy(Role.REQUESTER)
def one_request(request_id: int) -> Response:
    """Give one request for a calendar."""
    return _as_calendar([_of_request(row := queries.one_request(request_id, by=current_actor()))], row.reference)


@pages.get("/assignments/<id:assignment_id>.ics")
@policy(Role.INTERPRETER)
def one_assignment(assignment_id: int) -> Response:
    """Give one assignment for a calendar."""
    row = queries.one_assignment(assignment_id, by=current_actor())
    return _as_calendar([_of_assignment(row)], row.reference)


def _of_request(row: Row[Any]) -> Appointment:
    url = url_for("booking.show", request_id=row.id, _external=True)
    # What was called off, and what nobody was found for, does not take place.
    off = row.outcome is not None and row.outcome != "completed"
    return _appointment(row, f"request-{row.id}", url, off, row.status not in _UNSURE)


def _of_assignment(row: Row[Any]) -> Appointment:
    url = url_for("fieldwork.show", assignment_id=row.id, _external=True)
    return _appointment(row, f"assignment-{row.id}", url, row.status in _OFF, True)


def _appointment(row: Row[Any], key: str, url: str, off: bool, sure: bool) -> Appointment:
    words = current_app.jinja_env.filters["label"]
    title = _("Tolk: %(language)s, %(service)s (%(reference)s)", language=words(row.language, "language"),
              service=words(row.service, "service"), reference=row.reference)  # fmt: skip
    place = row.municipality if row.service == "on_site" else None
    changes = row.version * 2 + off  # calling off is a change the version does not count
    host = current_app.config["SETTINGS"].public_url.partition("://")[2]
    facts = {"title": title, "url": url, "changes": changes, "changed_at": clock.now()}
    # A translation stands there as its last half hour.
    starts_at = row.ends_at - timedelta(minutes=30) if row.service == Service.TRANSLATION else row.starts_at
    return Appointment(f"{key}@{host}", starts_at, row.ends_at, **facts, place=place, off=off, sure=sure)


def _as_calendar(found: list[Appointment], name: str) -> Response:
    head = {"Content-Disposition": f"attachment; filename={name}.ics", "X-Robots-Tag": "noindex"}
    return Response(calendar_of(_("Tolkdienst"), found), mimetype="text/calendar", headers=head)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="calendar feed")
