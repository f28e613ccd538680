"""What engines tell reaches the browsers it concerns, on whichever process carries their sockets.

Every such process listens to every media node. Where sound or picture begins to flow, the conversation knows that its
participant is there; where a node died, its browsers join anew.
"""

import logging
import threading
import time
from typing import Any

from flask import Flask
from flask_socketio import SocketIO

from dispatch.conversations import services
from dispatch.conversations.sockets import NAMESPACE, Place
from kernel.database import db
from media import queries
from media.engine import EngineEvent, What
from media.queries import Placed
from web.rooms import places

logger = logging.getLogger(__name__)

_LOOK_EVERY_S = 1.0
_FOR_ONE = frozenset({What.STREAMS, What.NEGOTIATE, What.QUALITY})


class Nodes:
    """The nodes this process listens to: address -> the thread that does."""

    def __init__(self, app: Flask, socketio: SocketIO) -> None:
        self._app, self._socketio = app, socketio
        self._followed: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()

    def start(self) -> None:
        """Look for nodes, for as long as the process lives."""
        threading.Thread(target=self._watch, name="media-nodes", daemon=True).start()

    def follow(self, placed: Placed) -> None:
        """Listen to a node from now on, if we do not already."""
        with self._lock:
            known = self._followed.get(placed.address)
            if known is None or not known.is_alive():
                thread = threading.Thread(target=self._listen, args=(placed,), name="media-node", daemon=True)
                self._followed[placed.address] = thread
                thread.start()

    def _watch(self) -> None:
        while True:
            try:
                with self._app.app_context():
                    found = queries.list_nodes()
                    db.session.remove()
                for placed in found:
                    self.follow(placed)
            except Exception:
                logger.warning("looking for media nodes failed; trying again", exc_info=True)
            time.sleep(_LOOK_EVERY_S)

    def _listen(self, placed: Placed) -> None:
        epoch = placed.epoch
        for event in self._app.extensions["rooms"].client(placed).events():
            if event.epoch != epoch:
                self._rejoin(epoch)
                epoch = event.epoch
            try:
                deliver(self._app, self._socketio, event)
            except Exception:
                logger.exception("what an engine told could not be passed on: %s", event.what)
        self._rejoin(epoch)

    def _rejoin(self, epoch: str) -> None:
        """That life of an engine is over: whoever was connected to it joins again."""
        for sid, place in list(places.items()):
            if place.joined is not None and place.joined["joined"]["epoch"] == epoch:
                self._socketio.emit("rejoin", {}, to=sid, namespace=NAMESPACE)


def register(app: Flask, socketio: SocketIO) -> None:
    """In processes that carry sockets, begin to listen."""
    if app.config["SETTINGS"].role in {"web", "sockets"}:
        nodes = Nodes(app, socketio)
        app.extensions["rooms"].met = nodes.follow
        nodes.start()


def deliver(app: Flask, socketio: SocketIO, event: EngineEvent) -> None:
    """Pass on what an engine told to the browsers of this process it concerns."""
    there = [(sid, it) for sid, it in list(places.items()) if it.room == event.room and it.joined is not None]
    theirs = [(sid, it) for sid, it in there if it.key == event.participant]
    if event.what is What.TALKING:
        _emit(socketio, there, "talking", {"who": event.participant, "talking": event.facts["talking"]})
    elif event.what is What.STREAMS:
        _emit(socketio, theirs, "streams", event.facts["streams"])
    elif event.what in _FOR_ONE:
        _emit(socketio, theirs, event.what.value, event.facts)
    elif event.what is What.MEDIA_UP:
        _note_connected(app, theirs)
    elif event.what is What.MEDIA_DOWN and event.facts.get("reason") == "lost":
        _emit(socketio, theirs, "rejoin", {})


def _emit(socketio: SocketIO, whom: list[tuple[str, Place]], name: str, said: Any) -> None:
    for sid, _ in whom:
        socketio.emit(name, said, to=sid, namespace=NAMESPACE)


def _note_connected(app: Flask, whom: list[tuple[str, Place]]) -> None:
    with app.app_context():
        for _, place in whom:
            if place.seat is not None:
                services.note_connected(place.participant_id, place.seat)
        db.session.remove()
