"""The sockets of rooms: who may open one, how much they may say, and what is pushed to whom.

News of a room is announced by PostgreSQL with the commit; whichever process carries a socket of that room pushes it.
What a message means stands in `dispatch/conversations/sockets.py`.
"""

import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
from flask import Flask, current_app, request, session
from flask_socketio import SocketIO
from flask_socketio import disconnect as cut

from dispatch.conversations import queries, services
from dispatch.conversations import sockets as rooms
from dispatch.conversations.errors import TooFast
from dispatch.conversations.models import ParticipantRow
from dispatch.conversations.schemas import MESSAGES
from dispatch.conversations.services.telling import CHANNEL
from dispatch.conversations.sockets import NAMESPACE, Place
from kernel.database import FAR_AWAY, db
from kernel.errors import NotFound, Refusal
from people.domain import SignedIn
from web.identity import ask_again, signed_in
from web.sentences import sentence

logger = logging.getLogger(__name__)

GUEST = "guest"
# A person never says more than this: a burst of so many, then so many per second. Source: measured joins say 12.
_BURST, _PER_S = 60, 15.0
_RENEW_EVERY_S, _RECONNECT_S = 5.0, 1.0

places: dict[str, Place] = {}
_still: dict[str, Callable[[], bool]] = {}


def register(app: Flask, socketio: SocketIO) -> None:
    """Put the namespace on the socket server; in processes that carry sockets, begin to listen."""
    socketio.on_event("connect", _connect, namespace=NAMESPACE)
    socketio.on_event("disconnect", _disconnect, namespace=NAMESPACE)
    for name in MESSAGES:
        socketio.on_event(name, _taking(name), namespace=NAMESPACE)
    if app.config["SETTINGS"].role in {"web", "sockets"}:
        for work in (_listen, _renew):
            threading.Thread(target=work, args=(app, socketio), name=f"rooms{work.__name__}", daemon=True).start()


def _connect(auth: Any = None) -> bool:
    """Let in whoever takes part in the conversation: a person of the house by number, a guest by their browser."""
    who = _arriving(auth)
    if who is None:
        return False
    sid: str = request.sid  # type: ignore[attr-defined]
    places[sid] = rooms.place_of(who)
    return True


def _arriving(auth: Any) -> ParticipantRow | None:
    number = auth.get("conversation") if isinstance(auth, dict) else None
    if number is None:
        secret = session.get(GUEST)
        who = queries.find_guest(secret) if isinstance(secret, str) else None
        if who is not None:
            _still[request.sid] = lambda: queries.find_guest(secret) is not None  # type: ignore[attr-defined]
        return who
    found = signed_in()
    if not isinstance(number, int) or found is None or found.second_factor_due:
        return None
    try:
        who = services.enter_as(number, by=found.actor)
    except NotFound:
        return None
    ask, came_as = ask_again(), _reach(found)
    _still[request.sid] = lambda: _reach(ask()) == came_as  # type: ignore[attr-defined]
    return who


def _reach(found: SignedIn | None) -> object:
    return None if found is None else (found.actor.role, found.actor.agency_ids, found.actor.organisation_id)


def _disconnect(reason: Any = None) -> None:
    sid: str = request.sid  # type: ignore[attr-defined]
    place, _ = places.pop(sid, None), _still.pop(sid, None)
    if place is not None and place.seat is not None:
        services.leave_room(place.participant_id, place.seat, dropped=True)


def _taking(name: str) -> Callable[..., dict[str, Any]]:
    """Return the handler of one message: its answer is what was asked, or a refusal in words."""

    def take(said: Any = None, *more: Any) -> dict[str, Any]:
        place = places.get(request.sid)  # type: ignore[attr-defined]
        if place is None:
            cut()
            return {"error": "not_found"}
        try:
            _count(place)
            return {"ok": True, **rooms.take(name, said, place, current_app.extensions["rooms"])}
        except TooFast:
            cut()
            return {"error": TooFast.code}
        except Refusal as refusal:
            return {"error": refusal.code, "says": sentence(refusal.code, refusal.facts), "facts": refusal.facts}
        except Exception:
            logger.exception("unexpected in a room: %s", name)
            return {"error": "unexpected", "says": sentence("unexpected", {})}

    return take


def _count(place: Place) -> None:
    """Count a message; whoever floods is cut.

    Raises: TooFast.
    """
    now = time.monotonic()
    left, at = place.asked or (float(_BURST), now)
    left = min(float(_BURST), left + (now - at) * _PER_S) - 1
    place.asked = [left, now]
    if left < 0:
        raise TooFast()


def _listen(app: Flask, socketio: SocketIO) -> None:
    """Receive the news of rooms and push it; after a lost connection everybody looks anew."""
    conninfo = app.config["SQLALCHEMY_DATABASE_URI"].replace("postgresql+psycopg://", "postgresql://")
    while True:
        try:
            with psycopg.connect(conninfo, autocommit=True, application_name="tolkdienst-rooms", **FAR_AWAY) as link:
                link.execute(f"LISTEN {CHANNEL}")
                for conversation_id in {it.conversation_id for it in list(places.values())}:
                    push(app, socketio, {"conversation": conversation_id, "what": "changed", "to": None, "facts": {}})
                for notice in link.notifies():
                    push(app, socketio, json.loads(notice.payload))
        except Exception:
            logger.warning("listening for rooms failed; trying again", exc_info=True)
        time.sleep(_RECONNECT_S)


def push(app: Flask, socketio: SocketIO, news: dict[str, Any]) -> None:
    """Tell the sockets of a room on this process what is new, each what it may know."""
    what, facts = news["what"], news["facts"]
    mine = [(sid, it) for sid, it in list(places.items()) if _concerns(news, it)]
    if what == "changed" and mine:
        _push_room(app, socketio, news["conversation"], mine)
        return
    for sid, place in mine:
        if what == "taken_over":
            place.seat = place.joined = None
        socketio.emit(what, facts, to=sid, namespace=NAMESPACE)


def _concerns(news: dict[str, Any], place: Place) -> bool:
    """Return whether news is for whoever sits there; what is said in the chat is not for who waits at the door."""
    if place.conversation_id != news["conversation"] or news["to"] not in {None, place.key}:
        return False
    if news["what"] == "taken_over":
        return bool(place.seat == news["facts"]["seat"])
    return news["what"] != "chat" or place.joined is not None


def _push_room(app: Flask, socketio: SocketIO, conversation_id: int, mine: list[tuple[str, Place]]) -> None:
    with app.app_context():
        room = queries.room_of(conversation_id)
        for sid, place in mine:
            socketio.emit("room", rooms.seen_by(place, room), to=sid, namespace=NAMESPACE)
        db.session.remove()


def _renew(app: Flask, socketio: SocketIO) -> None:
    """Every few seconds: say of everybody here that they still are, and cut whoever may not be any more."""
    while True:
        time.sleep(_RENEW_EVERY_S)
        try:
            renew(app)
        except Exception:
            logger.warning("saying who is in a room failed; trying again", exc_info=True)


def renew(app: Flask) -> None:
    """Renew the leases of the seats on this process, and cut sockets whose session ended or who were sent away."""
    with app.test_request_context():
        if seats := [it.seat for it in list(places.values()) if it.seat is not None]:
            services.renew_presence(seats)
        for sid, still in list(_still.items()):
            if not still():
                _still.pop(sid, None)
                cut(sid, namespace=NAMESPACE)
        db.session.remove()
