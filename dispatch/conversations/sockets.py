"""What a browser says in a room, and what it reads of it. Sound and picture go by way of an engine (`ports.Engine`)."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError

from dispatch.conversations import queries, services
from dispatch.conversations.domain import GUESTS
from dispatch.conversations.errors import NoSuchMessage
from dispatch.conversations.models import ConversationRow, ParticipantRow
from dispatch.conversations.permissions import Right, may, rights_of
from dispatch.conversations.ports import Engine
from dispatch.conversations.schemas import MESSAGES
from kernel import clock
from kernel.actor import SYSTEM, Actor, Role
from kernel.errors import Forbidden, Unavailable

NAMESPACE = "/room"


@dataclass
class Place:
    """Where a socket sits: a participant of a conversation, and the seat it has taken there (None: not yet)."""

    conversation_id: int
    participant_id: int
    key: str
    role: str
    room: str
    seat: str | None = None
    joined: Any = None
    asked: list[float] = field(default_factory=list)


def place_of(who: ParticipantRow) -> Place:
    """Return a place for a participant who has just come to the door."""
    room = queries.room_of(who.conversation_id).room
    return Place(who.conversation_id, who.id, who.key, who.role, room)


def take(name: str, said: Any, place: Place, engine: Engine) -> dict[str, Any]:
    """Do what a browser asks, if its message has the right shape and it may; return the answer.

    Raises: Refusal.
    """
    schema = MESSAGES.get(name)
    if schema is None:
        raise NoSuchMessage(name=name[:20])
    try:
        body: dict[str, Any] = schema.load(said if said is not None else {})
    except ValidationError as error:
        raise NoSuchMessage(fields=sorted(str(it) for it in error.normalized_messages())) from error
    who = queries.participant(place.participant_id)
    if who is None or who.status == "removed":
        raise Forbidden(action=name)
    return _HANDLERS[name](body, place, who, engine) or {}


def _join(body: Mapping[str, Any], place: Place, who: ParticipantRow, engine: Engine) -> dict[str, Any]:
    """Come in, or come back: with a new connection for sound and picture, unless one has to wait at the door."""
    place.seat = secrets.token_urlsafe(9)
    who = services.take_seat(who.id, place.seat)
    room = queries.room_of(place.conversation_id)
    me = {"key": who.key, "role": who.role, "status": who.status, "rights": rights_of(who.role)}
    if who.status == "admitted":
        place.joined = engine.join(room.room, who.key, video=room.kind == "video", guest=who.person_id is None)
    return {"me": me, "room": seen_by(place, room), "media": place.joined}


def _step(body: dict[str, Any], place: Place, who: ParticipantRow, engine: Engine) -> dict[str, Any]:
    _require_inside(place, who)
    return {"step": engine.negotiate(place.room, who.key, body)}


def _connected(body: Mapping[str, Any], place: Place, who: ParticipantRow, engine: Engine) -> None:
    _require_inside(place, who)
    services.note_connected(who.id, place.seat or "")


def _state(body: dict[str, Any], place: Place, who: ParticipantRow, engine: Engine) -> None:
    if "hand" in body and not may(who.role, Right.HAND):
        raise Forbidden(action="hand")
    told = {name: body.get(name) for name in ("muted", "camera_off", "hand")}
    services.keep_state(who.id, **told)


def _receive(body: Mapping[str, Any], place: Place, who: ParticipantRow, engine: Engine) -> None:
    _require_inside(place, who)
    engine.receive(place.room, who.key, video=body["video"], pinned=body.get("pinned"))


def _chat(body: Mapping[str, Any], place: Place, who: ParticipantRow, engine: Engine) -> None:
    services.say_in_chat(place.conversation_id, body["text"], by=who)


def _page(body: Mapping[str, Any], place: Place, who: ParticipantRow, engine: Engine) -> None:
    services.turn_page(place.conversation_id, body["page"], by=who)


def _unshare(body: Mapping[str, Any], place: Place, who: ParticipantRow, engine: Engine) -> None:
    services.stop_showing(place.conversation_id, by=who)


def _admit(body: Mapping[str, Any], place: Place, who: ParticipantRow, engine: Engine) -> None:
    services.admit_guest(place.conversation_id, body["who"], by=who)


def _remove(body: Mapping[str, Any], place: Place, who: ParticipantRow, engine: Engine) -> None:
    services.remove_guest(place.conversation_id, body["who"], by=who)
    engine.leave(place.room, body["who"])


def _ask_mute(body: Mapping[str, Any], place: Place, who: ParticipantRow, engine: Engine) -> None:
    services.ask_mute(place.conversation_id, body["who"], by=who)


def _end(body: Mapping[str, Any], place: Place, who: ParticipantRow, engine: Engine) -> None:
    if not may(who.role, Right.END) or who.status != "admitted":
        raise Forbidden(action="end")
    services.end_conversation(place.conversation_id, by=acting(who))


def _leave(body: Mapping[str, Any], place: Place, who: ParticipantRow, engine: Engine) -> None:
    if place.seat is not None:
        services.leave_room(who.id, place.seat)
        place.seat = None
        engine.leave(place.room, who.key)


Handler = Callable[[Any, Place, ParticipantRow, Engine], dict[str, Any] | None]
_HANDLERS: dict[str, Handler] = {
    "join": _join,
    "step": _step,
    "connected": _connected,
    "state": _state,
    "receive": _receive,
    "chat": _chat,
    "page": _page,
    "unshare": _unshare,
    "admit": _admit,
    "remove": _remove,
    "ask_mute": _ask_mute,
    "end": _end,
    "leave": _leave,
}


def acting(who: ParticipantRow) -> Actor:
    """Return who acts, for the trail."""
    return Actor(who.person_id, Role(who.role)) if who.person_id else SYSTEM


def seen_by(place: Place, room: ConversationRow) -> dict[str, Any]:
    """Return the room as one participant sees it: a guest reads roles, not the names of people of the house."""
    guest, names = place.role in GUESTS, may(place.role, Right.INVITE)
    people = [_person(it, names=not guest) for it in queries.roster(room.id, clock.now())]
    if guest:
        people = [it for it in people if it["inside"] or it["key"] == place.key]
    asked = [{"key": it.key, "role": it.role, "name": it.label} for it in queries.invited(room.id)] if names else []
    return {
        "kind": room.kind,
        "status": room.status,
        "began_at": room.began_at.isoformat() if room.began_at else None,
        "people": people,
        "invited": asked,
        "shown": room.shown if place.joined is not None else None,
    }


def _person(row: Any, *, names: bool) -> dict[str, Any]:
    return {
        "key": row.key,
        "role": row.role,
        "name": (row.person if names else None) or row.label,
        "inside": row.status == "admitted",
        "muted": row.muted,
        "camera_off": row.camera_off,
        "hand": row.hand_at is not None,
    }


def _require_inside(place: Place, who: ParticipantRow) -> None:
    if who.status != "admitted" or place.seat is None or who.seat != place.seat:
        raise Unavailable()
