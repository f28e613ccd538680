"""Live pages: what was committed is announced by PostgreSQL and pushed to whoever may see it.

Every process that carries sockets listens itself: no broker is needed, however many there are. Events travel with the
commit, so nothing is shown that did not happen; after a gap the page fetches itself anew.
"""

import functools
import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from flask import Flask, request
from flask_socketio import SocketIO, join_room
from flask_socketio import disconnect as cut

from dispatch.desk import sockets as desk
from kernel.audit_sql import CHANNEL
from kernel.database import FAR_AWAY, db
from people.domain import LOCALES, SignedIn
from web import room_media, rooms
from web.identity import ask_again, signed_in
from web.locale import choose

logger = logging.getLogger(__name__)
socketio = SocketIO()

# Several events of one request within this time are one push. Units: seconds.
_GATHER_S, _CHECK_EVERY_S, _RECONNECT_S = 0.05, 5.0, 1.0


@dataclass
class Listeners:
    """Who listens on this process: socket id -> how to ask again who that is, and as what it came in."""

    who: dict[str, tuple[Callable[[], SignedIn | None], tuple[str, frozenset[int]]]] = field(default_factory=dict)
    connected: bool = False

    @property
    def alive(self) -> bool:
        return self.connected


listeners = Listeners()


def register(app: Flask) -> None:
    """Install the socket server; in processes that carry sockets, begin to listen."""
    settings = app.config["SETTINGS"]
    mode = "gevent" if settings.role == "sockets" else "threading"
    origins = functools.partial(_is_ours, settings.public_url)
    socketio.init_app(app, async_mode=mode, cors_allowed_origins=origins, max_http_buffer_size=65_536)
    socketio.on_event("connect", _connect, namespace=desk.NAMESPACE)
    socketio.on_event("disconnect", _disconnect, namespace=desk.NAMESPACE)
    rooms.register(app, socketio)
    room_media.register(app, socketio)
    if settings.role in {"web", "sockets"}:
        start_listening(app)


def _is_ours(public_url: str, origin: str, environ: dict[str, Any]) -> bool:
    """Return whether a page of ours opens the socket: at the public address, or at the one it was served from."""
    here = f"{environ.get('wsgi.url_scheme', 'http')}://{environ.get('HTTP_HOST', '')}"
    return origin in {public_url, here}


def start_listening(app: Flask) -> None:
    """Listen to the database in the background, for as long as the process lives."""
    for work in (_listen, _watch):
        threading.Thread(target=work, args=(app,), name=work.__name__, daemon=True).start()


def _connect(auth: Any = None) -> bool:
    """Let coordinators in, by the same rules as everywhere; refuse everybody else."""
    found = signed_in()
    rooms = desk.rooms_of(found.actor, choose()) if found and not found.second_factor_due else None
    if rooms is None or found is None:
        return False
    for room in rooms:
        join_room(room)
    listeners.who[request.sid] = (ask_again(), _reach(found))  # type: ignore[attr-defined]
    return True


def _disconnect(reason: Any = None) -> None:
    listeners.who.pop(request.sid, None)  # type: ignore[attr-defined]


def _listen(app: Flask) -> None:
    """Receive what was committed and push it; after a lost connection begin again."""
    conninfo = app.config["SQLALCHEMY_DATABASE_URI"].replace("postgresql+psycopg://", "postgresql://")
    while True:
        try:
            with psycopg.connect(
                conninfo, autocommit=True, application_name="tolkdienst-listener", **FAR_AWAY
            ) as connection:
                connection.execute(f"LISTEN {CHANNEL}")
                listeners.connected = True
                _receive(app, connection)
        except Exception:
            logger.warning("listening to the database failed; trying again", exc_info=True)
        listeners.connected = False
        time.sleep(_RECONNECT_S)


def _receive(app: Flask, connection: psycopg.Connection[Any]) -> None:
    while True:
        waiting: dict[int, int] = {}
        for notice in connection.notifies(timeout=_CHECK_EVERY_S, stop_after=1):
            _note(waiting, notice.payload)
        if waiting:
            for notice in connection.notifies(timeout=_GATHER_S):
                _note(waiting, notice.payload)
            if listeners.who:
                push(app, waiting)


# Whoever reads something changes nothing on a board.
_CHANGES_NOTHING = {"request_opened", "document_opened"}


def _note(waiting: dict[int, int], payload: str) -> None:
    event = json.loads(payload)
    if event.get("request_id") and event.get("name") not in _CHANGES_NOTHING:
        waiting[event["request_id"]] = event["id"]


def push(app: Flask, waiting: dict[int, int]) -> None:
    """Send the rows of these requests (id -> last event id) to whoever listens."""
    with app.test_request_context(base_url=app.config["SETTINGS"].public_url):
        for request_id, sequence in waiting.items():
            for room, change in desk.changes(request_id, sequence, LOCALES):
                socketio.emit("changed", change, to=room, namespace=desk.NAMESPACE)
        db.session.remove()


def _watch(app: Flask) -> None:
    """Cut whoever signed out or lost the role, within seconds, for as long as the process lives."""
    while True:
        time.sleep(_CHECK_EVERY_S)
        try:
            cut_revoked(app)
        except Exception:
            logger.warning("asking who may still listen failed; trying again", exc_info=True)


def cut_revoked(app: Flask) -> None:
    """Cut every socket whose session or token ended, or that reaches other agencies by now than when it came."""
    for sid, (ask, came_as) in list(listeners.who.items()):
        with app.test_request_context():
            found = ask()
            db.session.remove()
            if found is None or found.second_factor_due or _reach(found) != came_as:
                listeners.who.pop(sid, None)
                cut(sid, namespace=desk.NAMESPACE)


def _reach(found: SignedIn) -> tuple[str, frozenset[int]]:
    return found.actor.role.value, found.actor.agency_ids
