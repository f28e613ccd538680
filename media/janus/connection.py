"""One session with a Janus, over one WebSocket: requests with their answers, and what its handles have to tell.

Source: janus.conf.meetecho.com/docs/rest.html (the messages), section "WebSockets Interface".
"""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

import aiohttp

Json = dict[str, Any]

_ANSWER_S = 10.0
_CLOSING = aiohttp.ClientWSTimeout(ws_close=2.0)
_KEEP_ALIVE_S = 20.0  # Janus ends a session that was silent for 60 s
_LARGEST = 1 << 20  # bytes of one message; an SDP of six participants takes some 20 kB


class JanusGone(Exception):
    """There is no connection with Janus: it ended, crashed or does not answer."""


class JanusRefusal(Exception):
    """Janus will not do what was asked; `code` is its own number."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Said:
    """What Janus answered or told: the plugin's own words, and an SDP where one came along."""

    data: Json
    sdp: str | None = None


@dataclass(frozen=True, slots=True)
class Handle:
    """One attachment to the VideoRoom plugin: at most one peer connection."""

    connection: "Connection"
    id: int

    async def message(self, body: Json, *, offer: str | None = None, answer: str | None = None) -> Said:
        """Ask the plugin something and return its answer.

        Raises: JanusGone, JanusRefusal.
        """
        more: Json = {"body": body}
        if sdp := offer or answer:
            more["jsep"] = {"type": "offer" if offer else "answer", "sdp": sdp}
        return said_in(await self.connection.request("message", handle_id=self.id, **more))

    async def trickle(self, candidate: Json) -> None:
        """Hand over a candidate of the browser; `{"completed": True}` says that there are no more."""
        await self.connection.request("trickle", handle_id=self.id, candidate=candidate)

    async def detach(self) -> None:
        """Close the peer connection and forget the handle; one that is gone already is as good."""
        self.connection.listeners.pop(self.id, None)
        with suppress(JanusGone, JanusRefusal):
            await self.connection.request("detach", handle_id=self.id)


@dataclass(frozen=True, slots=True)
class _Waiting:
    answer: asyncio.Future[Json]
    acknowledged_first: bool  # the plugin's answer comes later, as an event


class Connection:
    """Owned by one task; `closed` ends when the session is no more, whatever ended it."""

    def __init__(self, client: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse, secret: str) -> None:
        self.listeners: dict[int, Callable[[Json], None]] = {}
        self._client, self._socket, self._secret = client, socket, secret
        self._session: int | None = None
        self._waiting: dict[str, _Waiting] = {}
        self._reading = asyncio.create_task(self._read())
        self._beating: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, url: str, secret: str) -> Self:
        """Connect and begin a session.

        Raises: JanusGone, JanusRefusal.
        """
        client = aiohttp.ClientSession()
        try:
            async with asyncio.timeout(_ANSWER_S):
                socket = await client.ws_connect(
                    url, protocols=("janus-protocol",), max_msg_size=_LARGEST, timeout=_CLOSING
                )
        except (aiohttp.ClientError, OSError) as error:
            await client.close()
            raise JanusGone(type(error).__name__) from error
        made = cls(client, socket, secret)
        try:
            made._session = (await made.request("create"))["data"]["id"]
        except BaseException:
            await made.close()
            raise
        made._beating = asyncio.create_task(made._beat())
        return made

    async def attach(self, listener: Callable[[Json], None]) -> Handle:
        """Make a handle; `listener` is told its events in the order in which they happened.

        Raises: JanusGone, JanusRefusal.
        """
        made = await self.request("attach", plugin="janus.plugin.videoroom")
        handle = Handle(self, made["data"]["id"])
        self.listeners[handle.id] = listener
        return handle

    async def request(self, what: str, **fields: Any) -> Json:
        """Send one message and return what comes of it, which is not yet the mere acknowledgement of a long one.

        Raises: JanusGone, JanusRefusal.
        """
        transaction = secrets.token_hex(8)
        message = {"janus": what, "transaction": transaction, "apisecret": self._secret, **fields}
        if self._session is not None:
            message["session_id"] = self._session
        waiting = asyncio.get_running_loop().create_future()
        self._waiting[transaction] = _Waiting(waiting, acknowledged_first=what == "message")
        try:
            if self._reading.done():
                raise JanusGone("closed")
            await self._socket.send_json(message)
            answer: Json = await asyncio.wait_for(waiting, _ANSWER_S)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise JanusGone(type(error).__name__) from error
        finally:
            del self._waiting[transaction]
        if trouble := _trouble(answer):
            raise JanusRefusal(*trouble)
        return answer

    async def closed(self) -> None:
        """Wait until the session is no more."""
        await asyncio.wait([self._reading])

    async def close(self) -> None:
        """End the session; Janus drops everything that belongs to it."""
        self.listeners.clear()
        for task in (self._beating, self._reading):
            if task:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        await self._socket.close()
        await self._client.close()

    async def _read(self) -> None:
        try:
            async for frame in self._socket:
                if frame.type is aiohttp.WSMsgType.TEXT:
                    told = frame.json()
                    if told["janus"] == "timeout":  # Janus gave the session up
                        return
                    self._take(told)
        finally:
            for waiting in self._waiting.values():
                if not waiting.answer.done():
                    waiting.answer.set_exception(JanusGone("closed"))

    def _take(self, told: Json) -> None:
        waiting = self._waiting.get(told.get("transaction", ""))
        if waiting is None:
            if listener := self.listeners.get(told.get("sender", 0)):
                listener(told)
        elif not waiting.answer.done() and not (waiting.acknowledged_first and told["janus"] == "ack"):
            waiting.answer.set_result(told)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(_KEEP_ALIVE_S)
            try:
                await self.request("keepalive")
            except (JanusGone, JanusRefusal):
                self._reading.cancel()
                return


def said_in(told: Json) -> Said:
    """Return the plugin's words in an answer or an event."""
    return Said(told.get("plugindata", {}).get("data", {}), told.get("jsep", {}).get("sdp"))


def _trouble(answer: Json) -> tuple[int, str] | None:
    if answer["janus"] == "error":
        return answer["error"]["code"], answer["error"]["reason"]
    data = answer.get("plugindata", {}).get("data", {})
    return (data["error_code"], data["error"]) if "error_code" in data else None
