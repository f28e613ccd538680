"""A stage for media engines: an engine on a loop of its own, and browsers that join its rooms by `static/js/media.js`.

The page has the policy our own pages have. What it asks goes to the engine directly: no node, no signalling.
"""

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import pytest
from aiohttp import web
from playwright.sync_api import Browser, BrowserContext, Page

from media.engine import EngineEvent, Grants, Limits, MediaEngine, RoomRefused, What
from media.wire import negotiation
from web.security import CONTENT_SECURITY_POLICY

T = TypeVar("T")
SCRIPTS = Path(__file__).resolve().parents[2] / "static" / "js"
_PAGE = (
    '<!doctype html><html lang="nl"><title>Stage</title><body><script type="module" src="/actor.js"></script></body>'
)
_ACTOR = """
import { MediaConnection } from "/media.js";
const post = async (path, body) => {
  const answer = await fetch(path, { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
};
window.pcs = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...options) {
    super(...options);
    window.pcs.push(this);
    this.addEventListener("icegatheringstatechange", () => {
      window.gathered ||= this.iceGatheringState === "complete";
    });
  }
};
window.streams = {};
window.states = [];
window.join = async (me, video = true) => {
  const asked = video ? { width: 640, height: 480, frameRate: 30 } : false;
  const own = window.own ??= await navigator.mediaDevices.getUserMedia({ audio: true, video: asked });
  const began = performance.now();
  const room = new URLSearchParams(location.search).get("room");
  window.source?.close();
  const source = window.source = new EventSource(`/events?room=${room}&me=${me}`);
  await new Promise((resolve) => { source.onopen = resolve; });
  const joined = await post("/join", { room, me });
  const connection = new MediaConnection({
    joined,
    negotiate: (step) => post("/negotiate", { room, me, generation: joined.generation, step }),
    ...(window.ice ?? {}),
    tracks: { audio: own.getAudioTracks()[0], video: own.getVideoTracks()[0] ?? null },
    onStream: (from, stream) => {
      if (stream && window.streams[from]?.srcObject === stream) return;
      window.streams[from]?.remove();
      delete window.streams[from];
      if (!stream) return;
      const player = document.createElement("video");
      player.autoplay = true;
      player.srcObject = stream;
      document.body.append(player);
      window.streams[from] = player;
    },
    onState: (state) => window.states.push(state),
  });
  source.onmessage = ({ data }) => {
    const { what, facts } = JSON.parse(data);
    if (what === "streams") connection.streams(facts.streams);
    if (what === "negotiate") connection.negotiated(facts);
  };
  window.connection?.close();
  window.connection = connection;
  await connection.open();
  return performance.now() - began;
};
window.ready = true;
"""


class Stage:
    """One engine, made by `make` on the stage's own loop, and a small web server before it."""

    def __init__(self, make: Callable[[], Awaitable[MediaEngine]]) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="stage", daemon=True)
        self._thread.start()
        self.events: list[EngineEvent] = []
        self.run(self._start(make))

    async def _start(self, make: Callable[[], Awaitable[MediaEngine]]) -> None:
        self.engine = await make()
        self._noting = asyncio.create_task(self._note())
        app = web.Application()
        app.router.add_get("/", self._page)
        app.router.add_get("/actor.js", self._actor)
        app.router.add_get("/media.js", self._media)
        app.router.add_get("/favicon.ico", self._nothing)
        app.router.add_get("/events", self._tell)
        app.router.add_post("/join", self._join)
        app.router.add_post("/negotiate", self._negotiate)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]

    def run(self, work: Coroutine[Any, Any, T], seconds: float = 30) -> T:
        """Run `work` on the engine's loop and return what it returns."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(seconds)

    def room(self, name: str, participants: int = 4, video_kbps: int = 1200) -> str:
        """Return a room that is there."""
        self.run(self.engine.create_room(name, Limits(participants, video_kbps)))
        return name

    def told(self, what: What, participant: str | None = None, room: str | None = None) -> list[EngineEvent]:
        """Return the events of one kind, of one participant and room if they are named."""
        wanted = ((participant, "participant"), (room, "room"))
        return [
            it for it in self.events
            if it.what is what and all(value is None or getattr(it, name) == value for value, name in wanted)
        ]  # fmt: skip

    def close(self) -> None:
        self.run(self._end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)
        self.loop.close()

    async def _end(self) -> None:
        await self.engine.close()
        self._noting.cancel()
        await asyncio.gather(self._noting, return_exceptions=True)
        await self._runner.cleanup()
        left = asyncio.all_tasks() - {asyncio.current_task()}  # of libraries, which end theirs a little later
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _note(self) -> None:
        async for event in self.engine.events():
            self.events.append(event)

    async def _page(self, request: web.Request) -> web.Response:
        head = {"Content-Security-Policy": CONTENT_SECURITY_POLICY}
        return web.Response(text=_PAGE, content_type="text/html", headers=head)

    async def _actor(self, request: web.Request) -> web.Response:
        return web.Response(text=_ACTOR, content_type="text/javascript")

    async def _media(self, request: web.Request) -> web.FileResponse:
        return web.FileResponse(SCRIPTS / "media.js")

    async def _nothing(self, request: web.Request) -> web.Response:
        return web.Response(status=204)

    async def _join(self, request: web.Request) -> web.Response:
        asked = json.loads(await request.text())
        try:
            joined = await self.engine.join(asked["room"], asked["me"], Grants())
        except RoomRefused as refusal:
            return web.Response(status=409, text=refusal.code)
        return web.json_response(asdict(joined))

    async def _negotiate(self, request: web.Request) -> web.Response:
        asked = json.loads(await request.text())
        step = negotiation(asked["step"])
        try:
            answer = await self.engine.negotiate(asked["room"], asked["me"], asked["generation"], step)
        except RoomRefused as refusal:
            return web.Response(status=409, text=refusal.code)
        if answer is None:
            return web.json_response(None)
        return web.json_response(asdict(answer))

    async def _tell(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        events = self.engine.events()
        await response.prepare(request)
        await response.write(b":\n\n")
        try:
            async for event in events:
                if event.room == request.query["room"] and event.participant == request.query["me"]:
                    await response.write(b"data: " + json.dumps(asdict(event)).encode() + b"\n\n")
        except (ConnectionError, asyncio.CancelledError):
            pass  # the page went away
        return response


class Actor:
    """A browser tab in a room."""

    def __init__(
        self, stage: Stage, browser: Browser, room: str, name: str, video: bool = True, ice: Any = None
    ) -> None:
        self.stage, self.room, self.name, self._video, self._ice = stage, room, name, video, ice
        self._context: BrowserContext = browser.new_context()
        self.complaints: list[str] = []
        self.page: Page = self._context.new_page()
        self.page.on("pageerror", lambda it: self.complaints.append(str(it)))
        self.enter()

    def enter(self) -> float:
        """Open the page, or load it again, and join; return how long joining took (seconds)."""
        self.page.goto(f"http://127.0.0.1:{self.stage.port}/?room={self.room}")
        self.page.wait_for_function("window.ready === true")
        self.page.evaluate("(ice) => { window.ice = ice; }", self._ice)
        return float(self.page.evaluate("([me, video]) => window.join(me, video)", [self.name, self._video])) / 1000

    def state(self) -> str:
        return str(self.page.evaluate("window.states.at(-1)"))

    def numbers(self) -> dict[str, Any]:
        """Return what `MediaConnection.stats` says."""
        told: dict[str, Any] = self.page.evaluate("window.connection.stats()")
        return told

    def frames_of(self, other: str) -> int:
        """Return how many pictures of another were decoded."""
        return int(self.numbers()["from"].get(other, {}).get("video", {}).get("framesDecoded", 0))

    def energy_of(self, other: str) -> float:
        """Return how much sound of another was heard."""
        return float(self.numbers()["from"].get(other, {}).get("audio", {}).get("audioEnergy", 0))

    def sees(self, other: str, seconds: float = 15) -> None:
        """Wait until pictures of another move on."""
        before = self.frames_of(other)
        until(lambda: self.frames_of(other) > before + 5, seconds, f"{self.name} sees {other} move")

    def hears(self, other: str, seconds: float = 15) -> None:
        """Wait until sound of another is heard."""
        before = self.energy_of(other)
        until(lambda: self.energy_of(other) > before + 0.001, seconds, f"{self.name} hears {other}")

    def close(self) -> None:
        self._context.close()
        assert not self.complaints


def until(condition: Callable[[], object], seconds: float, what: str) -> None:
    """Wait until `condition` holds; fail with `what` when it does not."""
    end_s = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end_s:
            pytest.fail(f"it did not happen within {seconds} s: {what}")
        time.sleep(0.1)
