"""A media node: one engine, and what others need of it over HTTP (docs/adr/0021).

To whoever brings the token that SECRET_KEY makes: every call of the engine (`POST /v1/<call>`), its events as lines of
JSON (`GET /v1/events?after=<sequence>&epoch=<epoch>`) and its counters (`GET /v1/metrics`). To everybody:
`GET /healthz`, and `/stream/<any name>`, where the sound of a telephone comes in; whoever opens it shows a pass.
"""

import asyncio
import contextlib
import hmac
import json
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, is_dataclass
from http import HTTPStatus
from typing import Any

from aiohttp import web

from media.engine import EngineEvent, MediaEngine, PhonePort, RoomRefused, What
from media.heartbeat import Beat
from media.load import Load
from media.wire import CALLS, token

logger = logging.getLogger(__name__)

JoinPhone = Callable[[str, str], Awaitable[PhonePort]]
# Takes an open WebSocket, and how to join a telephone to a room as a participant.
OnStream = Callable[[web.WebSocketResponse, JoinPhone], Awaitable[None]]

_LARGEST_BODY, _LARGEST_MESSAGE = 256 * 1024, 64 * 1024
_KEPT_EVENTS, _MOST_WAITING, _STILL_THERE_S = 4_000, 4_000, 10.0
_STANDS_STILL_S, _ENDS_WITHIN_S, _COUNT_EVERY_S = 2.0, 5.0, 0.5


class Node:
    """Serves one engine. Make it, `start` and `stop` it on the engine's loop."""

    def __init__(self, engine: MediaEngine, name: str, secret_key: str, on_stream: OnStream | None = None) -> None:
        self.engine, self._name, self._on_stream = engine, name, on_stream
        self._token = f"Bearer {token(secret_key)}".encode()
        self.load = Load()
        self.draining = False
        self.address = ""
        self._said: Beat | None = None
        self._inside: set[tuple[str, str]] = set()
        self._kept: deque[EngineEvent] = deque(maxlen=_KEPT_EVENTS)
        self._listeners: set[asyncio.Queue[EngineEvent | None]] = set()
        self._tasks: list[asyncio.Task[None]] = []
        app = web.Application(client_max_size=_LARGEST_BODY, middlewares=[self._guard])
        app.router.add_get("/healthz", self._healthz)
        app.router.add_post("/v1/{call}", self._call)
        app.router.add_get("/v1/events", self._events)
        app.router.add_get("/v1/metrics", self._metrics)
        app.router.add_get("/stream/{name:.+}", self._stream)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=_ENDS_WITHIN_S)

    async def start(self, host: str, port: int) -> None:
        """Listen. Port 0: any; `address` says which."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        bound = self._runner.addresses[0][1]
        self.address = f"http://{f'[{host}]' if ':' in host else host}:{bound}"
        self._tasks = [
            asyncio.create_task(it) for it in (self._keep_events(self.engine.events()), self.load.run(), self._count())
        ]

    async def stop(self) -> None:
        """End the engine, and then what listens to it."""
        self.draining = True
        await self.engine.close()
        await asyncio.wait(self._tasks[:1], timeout=_ENDS_WITHIN_S)  # the last events reach whoever listens
        for queue in self._listeners:
            queue.put_nowait(None)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._runner.cleanup()

    def beat(self) -> Beat | None:
        """Return what to say of ourselves; None while the loop stands still. May be called from another thread."""
        return self._said if time.monotonic() - self.load.ticked_s < _STANDS_STILL_S else None

    # who may ask

    @web.middleware
    async def _guard(self, request: web.Request, handler: Callable[..., Awaitable[web.StreamResponse]]) -> Any:
        given = request.headers.get("Authorization", "").encode(errors="replace")
        if request.path.startswith("/v1/") and not hmac.compare_digest(given, self._token):
            return web.json_response({"code": "not_authenticated"}, status=HTTPStatus.UNAUTHORIZED)
        return await handler(request)

    # what is asked

    async def _healthz(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "draining" if self.draining else "ok"})

    async def _call(self, request: web.Request) -> web.Response:
        name = request.match_info["call"]
        if (work := CALLS.get(name)) is None:
            return web.json_response({"code": "not_found"}, status=HTTPStatus.NOT_FOUND)
        try:
            body = await request.json()
            self._admit(name, body)
            result = await work(self.engine, body)
        except RoomRefused as refusal:
            return web.json_response({"code": refusal.code}, status=HTTPStatus.CONFLICT)
        except (KeyError, TypeError, ValueError):
            return web.json_response({"code": "invalid"}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return web.json_response({"result": asdict(result) if is_dataclass(result) else result})  # type: ignore[arg-type]

    def _admit(self, call: str, body: dict[str, Any]) -> None:
        """Refuse whoever is new where there is no room for more: those who come back are let in.

        Raises: RoomRefused: "busy".
        """
        if call == "create_room" and self.draining:
            raise RoomRefused("busy")
        if call == "join":
            whom = (str(body["room"]), str(body["participant"]))
            if whom not in self._inside and self.load.busy:
                raise RoomRefused("busy")
            self._inside.add(whom)
        elif call == "leave":
            self._inside.discard((str(body["room"]), str(body["participant"])))

    def _forget(self, room: str) -> None:
        self._inside = {it for it in self._inside if it[0] != room}

    async def _metrics(self, request: web.Request) -> web.Response:
        return web.json_response(self._said.stats if self._said else {})

    async def _count(self) -> None:
        """Keep the counters at hand for those who ask from other threads."""
        while True:
            stats, load = await self.engine.stats(), self.load
            told = {**stats, "cpu_seconds": round(time.thread_time(), 2), "late_ms": round(1000 * load.late_s, 1)}
            percent = round(100 * load.share)
            self._said = Beat(self.address, self.engine.epoch, self._name, percent, load.busy, self.draining, told)
            await asyncio.sleep(_COUNT_EVERY_S)

    # what happens

    async def _keep_events(self, told: AsyncIterator[EngineEvent]) -> None:
        async for event in told:
            self._kept.append(event)
            if event.what is What.ROOM_CLOSED:
                self._forget(event.room)
            for queue in list(self._listeners):
                if queue.qsize() >= _MOST_WAITING:  # it comes again, and asks for what it missed
                    self._listeners.discard(queue)
                    queue.put_nowait(None)
                else:
                    queue.put_nowait(event)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson", "Cache-Control": "no-store"})
        await response.prepare(request)
        queue: asyncio.Queue[EngineEvent | None] = asyncio.Queue()
        for event in self._missed(request):
            queue.put_nowait(event)
        self._listeners.add(queue)
        try:
            await self._write_events(response, queue)
        except (ConnectionError, asyncio.CancelledError):
            pass  # it went away
        finally:
            self._listeners.discard(queue)
        return response

    def _missed(self, request: web.Request) -> list[EngineEvent]:
        after, epoch = request.query.get("after", ""), request.query.get("epoch")
        if not after.isdecimal() or epoch != self.engine.epoch:
            return []
        return [it for it in self._kept if it.sequence > int(after) and it.epoch == epoch]

    async def _write_events(self, response: web.StreamResponse, queue: asyncio.Queue[EngineEvent | None]) -> None:
        while True:
            try:
                event = await asyncio.wait_for(queue.get(), _STILL_THERE_S)
            except TimeoutError:
                await response.write(b"\n")
                continue
            if event is None:
                return
            await response.write(json.dumps(asdict(event)).encode() + b"\n")

    # telephones

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        if self._on_stream is None:
            raise web.HTTPNotFound
        socket = web.WebSocketResponse(max_msg_size=_LARGEST_MESSAGE, heartbeat=_STILL_THERE_S)
        await socket.prepare(request)
        with contextlib.suppress(ConnectionError):
            await self._on_stream(socket, self.engine.join_phone)
        await socket.close()
        return socket
