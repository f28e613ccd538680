"""What a room needs from outside: an engine of sound and picture, wherever it runs."""

from typing import Any, Protocol


class Engine(Protocol):
    """Forwards sound and picture. Values are plain: what a browser is told as it is."""

    def open(self, room: str) -> int:
        """Make a room: a telephone may be the first who comes. Return the port under which its node is known.

        Raises: Unavailable.
        """
        ...

    def join(self, room: str, participant: str, *, video: bool, guest: bool) -> dict[str, Any]:
        """Make the room if need be, let a browser in, and return how it connects: `joined` and `ice_servers`.

        Raises: Unavailable.
        """
        ...

    def ice_servers(self, participant: str, *, guest: bool) -> list[dict[str, Any]]:
        """Return by which servers a browser finds a way to the engine, with credentials that end soon."""
        ...

    def negotiate(self, room: str, participant: str, step: dict[str, Any]) -> dict[str, Any] | None:
        """Take a step of a browser (pc, kind, body, generation); return the engine's, if there is one.

        Raises: Unavailable.
        """
        ...

    def receive(self, room: str, participant: str, *, video: bool, pinned: str | None) -> None:
        """Say what a browser wants to get."""
        ...

    def leave(self, room: str, participant: str) -> None: ...

    def close(self, room: str) -> None: ...
