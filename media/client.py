"""How signalling asks a media node: blocking calls, fit for threads and for gevent."""

import http.client
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import asdict
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from kernel.errors import Unavailable
from media import wire
from media.engine import Change, EngineEvent, Grants, Joined, Limits, Negotiation, RoomRefused

_ANSWERS_WITHIN_S, _SILENT_S = 5.0, 25.0
_RETRY_S, _GIVE_UP_S = 0.3, 4.0


class MediaNodeClient:
    """One node. Every call may raise RoomRefused, as its engine does, or Unavailable: the node cannot be reached."""

    def __init__(self, address: str, secret_key: str) -> None:
        self.address = address
        parts = urlsplit(address)
        self._host, self.port = parts.hostname or "", parts.port or 80
        self._head = {"Authorization": f"Bearer {wire.token(secret_key)}", "Content-Type": "application/json"}

    def create_room(self, room: str, limits: Limits) -> None:
        """Make a room; one that is there stays as it is."""
        self._call("create_room", room=room, limits=asdict(limits))

    def join(self, room: str, participant: str, grants: Grants) -> Joined:
        """Let a browser in; an older connection of the same participant is closed."""
        return wire.joined(self._call("join", room=room, participant=participant, grants=asdict(grants)))

    def negotiate(self, room: str, participant: str, generation: int, step: Negotiation) -> Negotiation | None:
        """Take a step of a browser and return the engine's, if there is one."""
        asked = {"room": room, "participant": participant, "generation": generation, "step": asdict(step)}
        answer = self._call("negotiate", **asked)
        return wire.negotiation(answer) if answer else None

    def update(self, room: str, participant: str, change: Change) -> None:
        """Change what a participant may send and gets."""
        self._call("update", room=room, participant=participant, change=asdict(change))

    def leave(self, room: str, participant: str) -> None:
        """Let a participant go."""
        self._call("leave", room=room, participant=participant)

    def close_room(self, room: str) -> None:
        """Let everybody go, and forget the room."""
        self._call("close_room", room=room)

    def stats(self) -> dict[str, Any]:
        """Return counters."""
        counted: dict[str, Any] = self._call("stats")
        return counted

    def events(self, after: EngineEvent | None = None) -> Iterator[EngineEvent]:
        """Yield what happens from now on, or after an event seen before; a cut connection is made again unnoticed.

        Ends when the node cannot be reached for four seconds: then it is dead, and its rooms are placed anew. A jump
        in `sequence`, or another `epoch`, says that something was missed.
        """
        reached_s = time.monotonic()
        while time.monotonic() - reached_s < _GIVE_UP_S:
            try:
                for event in self._listen(after):
                    if event is not None:
                        after = event
                        yield event
                    reached_s = time.monotonic()
            except (OSError, http.client.HTTPException, ValueError):
                pass
            time.sleep(_RETRY_S)

    def _listen(self, after: EngineEvent | None) -> Iterator[EngineEvent | None]:
        """Yield events, and None for every sign that the node is there. Raises: OSError, HTTPException, ValueError."""
        query = f"?after={after.sequence}&epoch={after.epoch}" if after else ""
        connection = http.client.HTTPConnection(self._host, self.port, timeout=_SILENT_S)
        try:
            connection.request("GET", f"/v1/events{query}", headers=self._head)
            answer = connection.getresponse()
            if answer.status != HTTPStatus.OK:
                raise http.client.HTTPException(answer.status)
            yield None
            while line := answer.readline():
                yield wire.event(json.loads(line)) if line.strip() else None
        finally:
            connection.close()

    def _call(self, name: str, **body: Any) -> Any:
        connection = http.client.HTTPConnection(self._host, self.port, timeout=_ANSWERS_WITHIN_S)
        try:
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.request("POST", f"/v1/{name}", json.dumps(body).encode(), self._head)
            answer = connection.getresponse()
            told = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unavailable(thing="media") from error
        finally:
            connection.close()
        if answer.status == HTTPStatus.CONFLICT:
            raise RoomRefused(told["code"])
        if answer.status != HTTPStatus.OK:
            raise Unavailable(thing="media")
        return told["result"]
