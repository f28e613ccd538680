"""The board, live: who may listen, and what they are sent."""

from typing import Any

from flask import current_app
from flask_babel import force_locale

from dispatch.desk import queries
from dispatch.desk.schemas import BoardItem
from kernel.actor import Actor, Role

NAMESPACE = "/board"


def rooms_of(actor: Actor, locale: str) -> list[str] | None:
    """Return the rooms somebody may listen in: one per agency, in the own language. None: not allowed at all."""
    if actor.role is not Role.COORDINATOR:
        return None
    return [room(agency_id, locale) for agency_id in sorted(actor.agency_ids)]


def room(agency_id: int, locale: str) -> str:
    return f"agency-{agency_id}-{locale}"


def changes(request_id: int, sequence: int, locales: tuple[str, ...]) -> list[tuple[str, dict[str, Any]]]:
    """Return what to send to which room after something happened to a request: its row, or that it is gone."""
    found = queries.live_row(request_id)
    if found is None:
        return []
    agency_id, item = found
    template = current_app.jinja_env.get_template("dispatch/desk/_row.html")
    sent = []
    for locale in locales:
        with force_locale(locale):
            html = template.render(row=item) if item else None
        shown = {name: _plain(getattr(item, name)) for name in _SAID} if item else None
        sent.append((room(agency_id, locale), {"id": request_id, "seq": sequence, "html": html, "item": shown}))
    return sent


# What the API's board says of a request.
_SAID = tuple(BoardItem().fields)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
