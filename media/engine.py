"""What an engine of sound and picture can do, whichever it is; `media/embedded` and `media/janus` are two.

An engine lives in a media node (`media/node.py`), on one asyncio loop. Rooms and participants are named by whoever
asks (opaque strings, never a name or a number of a person). Every call is idempotent: asked again it changes nothing.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class Pc(StrEnum):
    """The peer connections a browser may hold. With slots there is one; Janus takes and gives on two."""

    MAIN = "main"
    PUBLISH = "publish"
    SUBSCRIBE = "subscribe"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a room may hold. Units: participants, kbit/s per camera."""

    participants: int = 6
    video_kbps: int = 1200


@dataclass(frozen=True, slots=True)
class Grants:
    """What a participant may send. Everybody admitted to a room may hear and see it."""

    audio: bool = True
    video: bool = True


@dataclass(frozen=True, slots=True)
class Joined:
    """How a browser connects. It makes the offer on `offers_on` and answers offers that come on any other.

    With slots (`slots` > 0) its one offer carries one sendonly audio, one sendonly video and `slots` pairs of recvonly
    audio and video, in this order: joins and leaves of others never negotiate again. `generation` is new at every
    join: the connection of an older one is closed.
    """

    offers_on: Pc
    slots: int
    generation: int
    epoch: str


@dataclass(frozen=True, slots=True)
class Negotiation:
    """One step of WebRTC's negotiation. `kind`: "offer", "answer" or "candidate"; `body` is SDP or a candidate."""

    pc: Pc
    kind: str
    body: str


@dataclass(frozen=True, slots=True)
class Change:
    """What is different for a participant from now on; None leaves as it is."""

    grants: Grants | None = None
    receives_video: bool | None = None
    pinned: str | None = None


class What(StrEnum):
    """What an engine tells of itself."""

    MEDIA_UP = "media_up"  # sound or picture flows for the first time, or again
    MEDIA_DOWN = "media_down"  # facts: reason = closed | lost | evicted
    STREAMS = "streams"  # facts: streams = [{"pc", "audio_mid", "video_mid", "from"}], "from" None: nobody
    NEGOTIATE = "negotiate"  # facts: pc, kind, body: to be handed to the browser
    TALKING = "talking"  # facts: talking
    QUALITY = "quality"  # facts: state = good | poor | audio_only, loss_percent, kbps
    ROOM_CLOSED = "room_closed"


@dataclass(frozen=True, slots=True)
class EngineEvent:
    """Something that happened. `sequence` counts per engine life (`epoch`), so that nothing is counted twice."""

    sequence: int
    epoch: str
    what: What
    room: str
    participant: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


class RoomRefused(Exception):
    """The engine will not: `code` is "room_full", "no_such_room", "no_such_participant", "bad_sdp" or "busy"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PhonePort(Protocol):
    """The side of a telephone in a room. Sound is G.711 mu-law, 8 kHz, mono: 160 bytes are 20 ms."""

    def hear(self, mulaw: bytes) -> None:
        """Let the room hear what the telephone says."""
        ...

    def sounds(self) -> AsyncIterator[bytes]:
        """Yield what the telephone hears: everybody else, mixed, 20 ms at a time. Ends when it left the room."""
        ...


class MediaEngine(Protocol):
    """Forwards sound and picture between the participants of rooms."""

    epoch: str

    async def create_room(self, room: str, limits: Limits) -> None:
        """Make a room; one that is there stays as it is."""
        ...

    async def join(self, room: str, participant: str, grants: Grants) -> Joined:
        """Let a browser in. The same participant again: the older connection is closed at once.

        Raises: RoomRefused.
        """
        ...

    async def negotiate(self, room: str, participant: str, generation: int, step: Negotiation) -> Negotiation | None:
        """Take a step of a browser and return the engine's, if there is one.

        Raises: RoomRefused.
        """
        ...

    async def update(self, room: str, participant: str, change: Change) -> None: ...

    async def join_phone(self, room: str, participant: str) -> PhonePort:
        """Let a telephone in.

        Raises: RoomRefused.
        """
        ...

    async def leave(self, room: str, participant: str) -> None: ...

    async def close_room(self, room: str) -> None: ...

    async def stats(self) -> dict[str, Any]:
        """Return counters only: rooms, participants, packets, loss, CPU seconds; nothing that names anybody."""
        ...

    def events(self) -> AsyncIterator[EngineEvent]:
        """Yield what happens from now on, for one listener each; a slow listener loses none, or is cut off."""
        ...

    async def close(self) -> None:
        """Close every room and every connection."""
        ...
