"""The engine's calls and events as JSON, both ways: what `node.py` reads is what `client.py` writes."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from media.engine import Change, EngineEvent, Grants, Joined, Limits, MediaEngine, Negotiation, Pc, What

Json = dict[str, Any]


def token(secret_key: str) -> str:
    """Return what opens a node's control API: only who knows SECRET_KEY can make it."""
    return hmac.new(secret_key.encode(), b"media node control", hashlib.sha256).hexdigest()


def _grants(body: Json) -> Grants:
    return Grants(audio=bool(body["audio"]), video=bool(body["video"]))


def _change(body: Json) -> Change:
    grants = body.get("grants")
    return Change(_grants(grants) if grants else None, body.get("receives_video"), body.get("pinned"))


def negotiation(body: Json) -> Negotiation:
    """Return a step of a negotiation."""
    return Negotiation(Pc(body["pc"]), str(body["kind"]), str(body["body"]))


def joined(body: Json) -> Joined:
    """Return how a browser connects."""
    return Joined(Pc(body["offers_on"]), int(body["slots"]), int(body["generation"]), str(body["epoch"]))


def event(body: Json) -> EngineEvent:
    """Return something that happened."""
    what, facts = What(body["what"]), body["facts"]
    return EngineEvent(body["sequence"], body["epoch"], what, body["room"], body["participant"], facts)


async def _create_room(engine: MediaEngine, body: Json) -> None:
    await engine.create_room(str(body["room"]), Limits(**body["limits"]))


async def _join(engine: MediaEngine, body: Json) -> Joined:
    return await engine.join(str(body["room"]), str(body["participant"]), _grants(body["grants"]))


async def _negotiate(engine: MediaEngine, body: Json) -> Negotiation | None:
    step = negotiation(body["step"])
    return await engine.negotiate(str(body["room"]), str(body["participant"]), int(body["generation"]), step)


async def _update(engine: MediaEngine, body: Json) -> None:
    await engine.update(str(body["room"]), str(body["participant"]), _change(body["change"]))


async def _leave(engine: MediaEngine, body: Json) -> None:
    await engine.leave(str(body["room"]), str(body["participant"]))


async def _close_room(engine: MediaEngine, body: Json) -> None:
    await engine.close_room(str(body["room"]))


async def _stats(engine: MediaEngine, body: Json) -> Json:
    return await engine.stats()


# Each raises KeyError, TypeError or ValueError for a body that is none, RoomRefused where the engine does.
CALLS: dict[str, Callable[[MediaEngine, Json], Awaitable[Any]]] = {
    "create_room": _create_room,
    "join": _join,
    "negotiate": _negotiate,
    "update": _update,
    "leave": _leave,
    "close_room": _close_room,
    "stats": _stats,
}
