"""The board and what somebody does from it: many requests at once, own choices, own warnings, search."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from dispatch.assignments import queries as bound
from dispatch.desk import queries, services
from dispatch.desk.forms import AlertForm, CloseForm, MessageForm
from dispatch.desk.queries import BoardRow, Choice
from dispatch.offers import services as offers
from dispatch.requests import queries as requests
from dispatch.requests import services as request_services
from dispatch.requests.domain import Reason
from kernel import clock
from kernel.actor import Role
from kernel.http import accepted, current_actor, make_cursor, policy, read_cursor

pages = Blueprint("desk", __name__, url_prefix="/desk")
# So many rows of the board are shown, where somebody does not ask for more.
_PAGE, _MOST = 100, 500


@pages.get("/board")
@policy(Role.COORDINATOR)
def board() -> str:
    """Show what is still unanswered, in the order in which it deserves a person; live."""
    actor, now, chosen = current_actor(), clock.now(), _chosen()
    size = max(1, min(request.args.get("rows", _PAGE, type=int), _MOST))
    rows, after = queries.board_page(actor, chosen, read_cursor(), limit=size, now=now)
    alert = queries.alert_of(actor)
    counts, spoken = requests.count_open(actor)
    shown = {
        "rows": [_row(it, str(get_locale()), now.replace(second=0, microsecond=0)) for it in rows],
        "cursor": make_cursor(after) if after else None,
        "most": _MOST,
        "chosen": chosen,
        "query": _query(request.args),
        "spoken": spoken,
        "counts": counts,
        "silent": bound.count_not_reconfirmed(actor),
        "views": queries.views_of(actor),
        "alert": alert,
        "alert_form": AlertForm(formdata=None, obj=alert),
        "bulk_fields": _bulk_fields(str(get_locale())),
    }
    return render_template("dispatch/desk/board.html", **shown)


@lru_cache(maxsize=1000)  # everybody at the desk reads the same rows; those of old minutes go soon
def _row(row: BoardRow, locale: str, minute: datetime) -> Markup:
    """Return a row as it is written in a language in this minute."""
    template = current_app.jinja_env.get_template("dispatch/desk/_row.html")
    return Markup(template.render(row=row))  # noqa: S704 (the template escapes)


@lru_cache
def _bulk_fields(locale: str) -> Markup:
    """Return what doing the same to many asks, as it is written in a language."""
    template = current_app.jinja_env.get_template("dispatch/desk/_bulk_fields.html")
    forms = {"close_form": CloseForm(formdata=None), "message_form": MessageForm(formdata=None)}
    return Markup(template.render(**forms))  # noqa: S704 (the template escapes)


@pages.post("/bulk")
@policy(Role.COORDINATOR)
def do_to_many() -> str | tuple[str, int]:
    """Do the same to many requests, all or each, and say what became of every one."""
    ids, action = request.form.getlist("ids", type=int), request.form.get("action", "")
    form, act = CloseForm(), _act(action)
    done = accepted(form, lambda: services.do_to_many(ids, act, together="together" in request.form)) if act else None
    if done is None:
        return render_template("dispatch/desk/bulk.html", done=[], action=action, form=form, references={}), 422
    references = requests.references_of([it.request_id for it in done], by=current_actor())
    return render_template("dispatch/desk/bulk.html", done=done, action=action, form=form, references=references)


@pages.post("/views")
@policy(Role.COORDINATOR)
def keep_view() -> Answer:
    """Keep a choice of the board under a name, and go on in it."""
    query = _query(dict(parse_qsl(request.form.get("query", ""))))
    services.keep_view(request.form.get("name", ""), query, by=current_actor())
    flash(_("Bewaard."))
    return redirect(f"{url_for('.board')}?{query}" if query else url_for(".board"))


@pages.post("/views/<id:view_id>/forget")
@policy(Role.COORDINATOR)
def forget_view(view_id: int) -> Answer:
    """Keep a choice no longer."""
    services.forget_view(view_id, by=current_actor())
    return redirect(url_for(".board"))


@pages.post("/alert")
@policy(Role.COORDINATOR)
def set_alert() -> Answer:
    """Say when the board warns, and how."""
    form = AlertForm()
    minutes = form.minutes.data if form.validate() else request.form.get("minutes", 0, type=int)
    services.set_alert(minutes, sound=form.sound.data, desktop=form.desktop.data, by=current_actor())
    flash(_("Bewaard."))
    return redirect(url_for(".board"))


@pages.get("/search")
@policy(Role.COORDINATOR)
def search() -> str:
    """Show what fits every word somebody typed, of all the desk knows."""
    words = request.args.get("q", "")[:100]
    found = queries.search(words, by=current_actor())
    return render_template("dispatch/desk/search.html", found=found, words=words)


def _chosen() -> Choice:
    names = ("service", "language", "urgency", "lane")
    typed = {name: request.args.get(name, "")[:20] for name in names}
    return Choice(**typed, mine=current_actor().person_id if "mine" in request.args else None)


def _query(typed: Mapping[str, str]) -> str:
    """Return what was chosen as it stands in an address, without the place in the list."""
    names = ("service", "language", "urgency", "lane", "mine", "rows")
    return urlencode([(name, typed[name][:20]) for name in names if typed.get(name)])


def _act(action: str) -> Callable[[int], object] | None:
    """Return what an action of the board does to one request."""
    actor, reason = current_actor(), request.form.get("reason", "")
    words = {"reason": Reason(reason) if reason in set(Reason) else None, "note": request.form.get("note") or None}
    text = request.form.get("text", "")
    acts: dict[str, Callable[[int], object]] = {
        "take_over": lambda it: request_services.take_over(it, by=actor),
        "escalate": lambda it: request_services.escalate_request(it, "asked_by_coordinator", by=actor),
        "close": lambda it: offers.close_unanswered(it, by=actor, **words),
        "message": lambda it: request_services.write_to_requester(it, text, by=actor),
    }
    return acts.get(action)
