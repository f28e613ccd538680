"""Rooms on media nodes: the engine of `dispatch.conversations`, wherever the least loaded node is."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from dispatch.conversations.errors import RoomFull
from kernel import clock
from kernel.errors import Unavailable
from kernel.settings import Settings
from media import queries, services, turn
from media.client import MediaNodeClient
from media.engine import Change, Grants, Limits, Negotiation, Pc, RoomRefused
from media.queries import Placed


class MediaNodes:
    """Asks the node a room is on. A room whose node died is placed anew when somebody joins."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.met: Callable[[Placed], None] = lambda placed: None  # who listens to nodes hears of one at once

    def client(self, placed: Placed) -> MediaNodeClient:
        """Return how to ask a node."""
        return MediaNodeClient(placed.address, self._settings.secret_key)

    def open(self, room: str) -> int:
        """Make a room, on the node where it is or has to be; return the port of that node.

        Raises: Unavailable.
        """
        placed = services.place_room(room)
        self.met(placed)
        client = self.client(placed)
        try:
            client.create_room(room, Limits())
        except RoomRefused as refused:
            raise Unavailable(thing="media") from refused
        return client.port

    def join(self, room: str, participant: str, *, video: bool, guest: bool) -> dict[str, Any]:
        """Make the room if need be, let a browser in, and return how it connects.

        Raises: Unavailable, RoomFull.
        """
        placed = services.place_room(room)
        self.met(placed)
        node = self.client(placed)
        try:
            node.create_room(room, Limits())
            joined = node.join(room, participant, Grants(audio=True, video=video))
        except RoomRefused as refused:
            raise RoomFull() if refused.code == "room_full" else Unavailable(thing="media") from refused
        return {"joined": asdict(joined), "ice_servers": self.ice_servers(participant, guest=guest)}

    def ice_servers(self, participant: str, *, guest: bool) -> list[dict[str, Any]]:
        """Return by which servers a browser finds a way, with credentials that end soon."""
        return turn.ice_servers(self._settings, participant, guest=guest, at=clock.now())

    def negotiate(self, room: str, participant: str, step: dict[str, Any]) -> dict[str, Any] | None:
        """Take a step of a browser; return the engine's, if there is one.

        Raises: Unavailable.
        """
        wanted = Negotiation(Pc(step["pc"]), step["kind"], step["body"])
        try:
            answer = self._node_of(room).negotiate(room, participant, step["generation"], wanted)
        except RoomRefused as refused:
            raise Unavailable(thing="media") from refused
        return asdict(answer) if answer else None

    def receive(self, room: str, participant: str, *, video: bool, pinned: str | None) -> None:
        """Say what a browser wants to get."""
        try:
            self._node_of(room).update(room, participant, Change(receives_video=video, pinned=pinned or ""))
        except RoomRefused as refused:
            raise Unavailable(thing="media") from refused

    def leave(self, room: str, participant: str) -> None:
        """Let a participant go; where nobody is, nobody has to."""
        self._gladly(room, lambda node: node.leave(room, participant))

    def close(self, room: str) -> None:
        """Let everybody go, and forget where the room was."""
        self._gladly(room, lambda node: node.close_room(room))
        services.release_room(room)

    def _node_of(self, room: str) -> MediaNodeClient:
        placed = queries.find_room(room)
        if placed is None:
            raise Unavailable(thing="media")
        return self.client(placed)

    def _gladly(self, room: str, ask: Any) -> None:
        placed = queries.find_room(room)
        if placed is None:
            return
        try:
            ask(self.client(placed))
        except (RoomRefused, Unavailable):
            return  # a node that does not answer is dead, and so is its room
