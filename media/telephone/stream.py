"""Sound between the carrier and a room of ours, over a WebSocket: a telephone that joins a video room.

Source: Twilio, Media Streams, WebSocket messages: `connected`, `start`, `media` (20 ms of G.711 mu-law, base64),
`dtmf`, `mark`, `stop`; to the carrier `media`, `mark`, and `clear` to forget what it has not played yet. The socket is
nobody's until its `start` brings a token that opens a place in a room, once.
"""

import asyncio
import base64
import binascii
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from aiohttp import WSMsgType, web

from media.engine import PhonePort, RoomRefused
from media.telephone.passes import Passes

logger = logging.getLogger(__name__)

FRAME = 160  # bytes: 20 ms
START_WITHIN_S = 10.0
LONGEST_FRAME = 4096
# A caller who speaks is not talked over by sound that is older than this. Units: frames of 20 ms.
MOST_UNPLAYED = 25
LOUD = 40  # distance of a mu-law byte from silence (0xFF), of 127


class Socket(Protocol):
    """A WebSocket of text frames. `receive` returns None when the other side is gone."""

    async def receive(self) -> str | None: ...

    async def send(self, text: str) -> None: ...

    async def close(self) -> None: ...


Admit = Callable[[str], Awaitable[PhonePort | None]]
JoinPhone = Callable[[str, str], Awaitable[PhonePort]]


class NodeSocket:
    """The WebSocket of a media node."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket

    async def receive(self) -> str | None:
        """Return the next text; anything else ends it."""
        message = await self._socket.receive()
        return str(message.data) if message.type is WSMsgType.TEXT else None

    async def send(self, text: str) -> None:
        """Send a text frame; who is gone hears nothing."""
        if not self._socket.closed:
            await self._socket.send_str(text)

    async def close(self) -> None:
        await self._socket.close()


def gate(secret_key: str) -> Callable[[web.WebSocketResponse, JoinPhone], Awaitable[None]]:
    """Return what a media node does with a WebSocket at `/stream/...`: a pass made with `secret_key` opens a room."""
    passes = Passes(secret_key)

    async def enter(socket: web.WebSocketResponse, join_phone: JoinPhone) -> None:
        async def admit(token: str) -> PhonePort | None:
            place = passes.use(token)
            try:
                return await join_phone(*place) if place else None
            except RoomRefused as refused:
                logger.info("a telephone was not let in: %s", refused.code)
                return None

        await carry(NodeSocket(socket), admit)

    return enter


async def carry(socket: Socket, admit: Admit) -> None:
    """Carry sound until one side ends. `admit` turns a token into a place in a room, or None."""
    opened = await _start(socket)
    port = await admit(opened[1]) if opened else None
    if opened is None or port is None:
        await socket.close()
        return
    line = _Line(socket, opened[0], port)
    out = asyncio.create_task(line.speak())
    try:
        await line.listen()
    finally:
        out.cancel()
        await asyncio.gather(out, return_exceptions=True)
        await socket.close()


async def _start(socket: Socket) -> tuple[str, str] | None:
    """Return stream and token, when the carrier begins as it should within ten seconds."""
    try:
        async with asyncio.timeout(START_WITHIN_S):
            for _ in range(2):
                said = _read(await socket.receive())
                if said.get("event") == "start":
                    begun = said.get("start")
                    begun = begun if isinstance(begun, dict) else {}
                    given = begun.get("customParameters")
                    token = given.get("token") if isinstance(given, dict) else None
                    return (str(said.get("streamSid", "")), token) if isinstance(token, str) else None
    except TimeoutError:
        logger.info("a stream never began")
    return None


class _Line:
    def __init__(self, socket: Socket, stream: str, port: PhonePort) -> None:
        self._socket, self._stream, self._port = socket, stream, port
        self._sent = self._played = 0

    async def listen(self) -> None:
        """Hand on what the telephone says until it hangs up. A frame that makes no sense is dropped."""
        while (text := await self._socket.receive()) is not None:
            said = _read(text)
            match said.get("event"):
                case "media":
                    await self._hear(said)
                case "mark":
                    self._played = max(self._played, _number(said))
                case "stop":
                    return

    async def _hear(self, said: dict[str, Any]) -> None:
        media = said.get("media")
        sound = _decoded(media.get("payload") if isinstance(media, dict) else None)
        if not sound:
            return
        if _is_loud(sound) and self._sent - self._played > MOST_UNPLAYED:
            await self._tell({"event": "clear"})  # she begins to speak: what she has not heard yet is old
            self._played = self._sent
        self._port.hear(sound)

    async def speak(self) -> None:
        """Send what the room says, 20 ms at a time, with a mark every half second to know what was played."""
        async for sound in self._port.sounds():
            self._sent += 1
            await self._tell({"event": "media", "media": {"payload": base64.b64encode(sound).decode()}})
            if self._sent % MOST_UNPLAYED == 0:
                await self._tell({"event": "mark", "mark": {"name": str(self._sent)}})
        await self._socket.close()

    async def _tell(self, said: dict[str, Any]) -> None:
        await self._socket.send(json.dumps(said | {"streamSid": self._stream}))


def _read(text: str | None) -> dict[str, Any]:
    if text is None or len(text) > LONGEST_FRAME:
        return {}
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _decoded(payload: object) -> bytes:
    try:
        return base64.b64decode(payload, validate=True)[: 5 * FRAME] if isinstance(payload, str) else b""
    except (binascii.Error, ValueError):
        return b""


def _number(said: dict[str, Any]) -> int:
    mark = said.get("mark")
    name = mark.get("name") if isinstance(mark, dict) else None
    return int(name) if isinstance(name, str) and name.isascii() and name.isdecimal() and len(name) < 10 else 0


def _is_loud(sound: bytes) -> bool:
    """Return whether somebody speaks: mu-law counts down from 0xFF (silence), and from 0x7F below zero."""
    return sum(0x7F - (byte & 0x7F) for byte in sound) > LOUD * len(sound)
