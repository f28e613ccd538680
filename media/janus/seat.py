"""One participant's place in a room of Janus: a handle that publishes, and one that receives everybody else."""

import asyncio
import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from media.engine import Change, Grants, Negotiation, Pc, RoomRefused, What
from media.janus.connection import Connection, Handle, JanusGone, JanusRefusal, Json, Said, said_in

_GOOD_AGAIN_S, _SILENT_S = 5.0, 0.8
_NEVER_CAME_S, _GONE_S = 60.0, 30.0
_CLOSED_BY_BROWSER = frozenset({"DTLS alert", "Close PC", "Remote WebRTC hangup"})
_MEDIUM = re.compile(r"^m=(audio|video) ", re.MULTILINE)
_MID = re.compile(r"^a=mid:(\S+)", re.MULTILINE)


class Tell(Protocol):
    """Where a seat says what happens to its participant."""

    def __call__(self, what: What, **facts: Any) -> None: ...


@dataclass(frozen=True, slots=True)
class Feed:
    """A stream somebody publishes: the number of the publisher, and its m-line there."""

    publisher: int
    mid: str


@dataclass(slots=True)
class Seat:
    """`number` is what Janus calls the participant; `named` gives the name for such a number, if it is of this room.

    `gone` is called when the participant left, or will not come any more.
    """

    connection: Connection
    room: int
    number: int
    generation: int
    grants: Grants
    tell: Tell
    named: Callable[[int], str | None]
    gone: Callable[[], None]
    hears_only: bool = False
    receives_video: bool = True
    _publisher: Handle | None = None
    _subscriber: Handle | None = None
    _seen: set[Feed] = field(default_factory=set)
    _subscribed: set[Feed] = field(default_factory=set)
    _published: dict[str, str] = field(default_factory=dict)  # kind by mid
    _receiving: set[str] = field(default_factory=set)
    _video_mids: list[str] = field(default_factory=list)
    _up: bool = False
    _talks: bool = False
    _poor: bool = False
    _timers: dict[str, asyncio.TimerHandle] = field(default_factory=dict)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def take(self) -> None:
        """Enter the room. Whoever is there is received as soon as the browser made its offer.

        Raises: JanusGone, JanusRefusal.
        """
        self._later("gone", _NEVER_CAME_S, self.gone)
        self._publisher = await self.connection.attach(self._told_of_publisher)
        body = {"request": "join", "ptype": "publisher", "room": self.room, "id": self.number}
        joined = await self._publisher.message(body)
        self._see(joined.data.get("publishers", []))

    async def negotiate(self, step: Negotiation) -> Negotiation | None:
        """Take a step of the browser's.

        Raises: RoomRefused, JanusGone.
        """
        handle = self._publisher if step.pc is Pc.PUBLISH else self._subscriber
        if handle is None or step.pc is Pc.MAIN or "\0" in step.body or not step.body.isascii():
            raise RoomRefused("bad_sdp")  # what is not text, Janus does not even answer
        try:
            match step.kind, step.pc:
                case "candidate", _:
                    await handle.trickle(_candidate(step.body))
                case "offer", Pc.PUBLISH:
                    return Negotiation(Pc.PUBLISH, "answer", await self._publish(handle, step.body))
                case "answer", Pc.SUBSCRIBE:
                    self._offered(await handle.message({"request": "start"}, answer=step.body))
                case _:
                    raise RoomRefused("bad_sdp")
        except JanusRefusal as refusal:
            raise RoomRefused("bad_sdp") from refusal
        return None

    async def change(self, change: Change) -> None:
        """Bring Janus in line with what the participant may and wants. Pinning changes nothing: all get one size.

        Raises: JanusGone, JanusRefusal.
        """
        if change.grants is not None and change.grants != self.grants:
            self.grants = change.grants
            await self._moderate()
        if change.receives_video is not None and change.receives_video != self.receives_video:
            self.receives_video = change.receives_video
            async with self._lock:
                await self._send_video(self.receives_video)

    async def leave(self, reason: str) -> None:
        """Close both connections, and say so when there were any. Whatever happens to them, it is done."""
        for task in self._tasks:
            task.cancel()
        for handle in (self._publisher, self._subscriber):
            if handle:
                await handle.detach()
        self._up = self._up or bool(self._published)
        self._down(reason)
        for timer in self._timers.values():
            timer.cancel()

    async def _publish(self, handle: Handle, offer: str) -> str:
        request = "configure" if self._published else "publish"
        said = await handle.message({"request": request}, offer=offer)
        if said.sdp is None:
            raise RoomRefused("bad_sdp")
        self._published = kinds_by_mid(offer)
        if self.grants != Grants():
            await self._moderate()  # before the browser has the answer: nothing slips through
        self._receive_all()
        return said.sdp

    async def _moderate(self) -> None:
        may = {"audio": self.grants.audio, "video": self.grants.video}
        if self._publisher:
            for mid, kind in self._published.items():
                body = {"request": "moderate", "room": self.room, "id": self.number, "mid": mid, "mute": not may[kind]}
                await self._publisher.message(body)

    def _told_of_publisher(self, event: Json) -> None:
        match event["janus"]:
            case "webrtcup":
                self._flow(True)
            case "media" if not self.hears_only:  # a telephone that is silent is there all the same
                flows = {event["mid"]} if event["receiving"] else set()
                self._receiving = self._receiving - {event["mid"]} | flows
                self._flow(bool(self._receiving))
            case "hangup":
                self._hung_up("closed" if event.get("reason") in _CLOSED_BY_BROWSER else "lost")
            case "slowlink":
                self._slow(event)
            case "event":
                self._told_by_room(said_in(event).data)

    def _hung_up(self, reason: str) -> None:
        self._receiving.clear()
        self._published.clear()
        self._down(reason)
        if reason == "closed":
            self.gone()

    def _told_by_room(self, data: Json) -> None:
        if data.get("videoroom") in {"talking", "stopped-talking"} and data.get("id") == self.number:
            self._talk(data["videoroom"] == "talking")
        for gone in (data.get("unpublished"), data.get("leaving")):
            self._seen = {feed for feed in self._seen if feed.publisher != gone}
            self._subscribed &= self._seen
        self._see(data.get("publishers", []))

    def _told_of_subscriber(self, event: Json) -> None:
        match event["janus"]:
            case "slowlink":
                self._slow(event)
            case "event":
                self._offered(said_in(event))

    def _flow(self, flows: bool) -> None:
        if flows and not self._up:
            self._up = True
            self._never("gone")
            self.tell(What.MEDIA_UP)
        elif not flows:
            self._down("lost")

    def _down(self, reason: str) -> None:
        if self._up:
            self._up = False
            self._later("gone", _GONE_S, self.gone)
            self._hush()
            self.tell(What.MEDIA_DOWN, reason=reason)

    def _talk(self, talks: bool) -> None:
        """Note what Janus finds ten times a second; a breath between two words ends nothing."""
        self._never("hush")
        if talks and not self._talks:
            self._talks = True
            self.tell(What.TALKING, talking=True)
        elif not talks:
            self._later("hush", _SILENT_S, self._hush)

    def _hush(self) -> None:
        if self._talks:
            self._talks = False
            self.tell(What.TALKING, talking=False)

    def _slow(self, event: Json) -> None:
        """Packets were lost in the last second. Without its admin API, Janus tells neither a share nor a rate."""
        if not self._poor:
            self._poor = True
            self.tell(What.QUALITY, state="poor", loss_percent=None, kbps=None, lost_packets=event.get("lost", 0))
        self._later("good", _GOOD_AGAIN_S, self._good)

    def _good(self) -> None:
        self._poor = False
        self.tell(What.QUALITY, state="good", loss_percent=None, kbps=None, lost_packets=0)

    def _later(self, name: str, seconds: float, work: Callable[[], None]) -> None:
        self._never(name)
        self._timers[name] = asyncio.get_running_loop().call_later(seconds, work)

    def _never(self, name: str) -> None:
        if timer := self._timers.pop(name, None):
            timer.cancel()

    def _see(self, publishers: Iterable[Json]) -> None:
        self._seen |= {
            Feed(publisher["id"], stream["mid"])
            for publisher in publishers
            for stream in publisher["streams"]
            if not stream.get("disabled") and (stream["type"] == "audio" or not self.hears_only)
        }
        if self._published:
            self._receive_all()

    def _receive_all(self) -> None:
        """Subscribe to who is there and not received yet: who just came, or who was asked for with one who had gone."""
        if self._seen - self._subscribed:
            task = asyncio.create_task(self._subscribe())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _subscribe(self) -> None:
        with suppress(JanusGone, JanusRefusal):  # lost: told by the engine; a publisher who is gone again: no news
            async with self._lock:
                new = self._seen - self._subscribed
                if not new:
                    return
                self._subscribed |= new
                try:
                    self._offered(await self._ask_for(new))
                except JanusRefusal:
                    self._subscribed -= new
                    raise
                if not self.receives_video:
                    await self._send_video(False)

    async def _ask_for(self, feeds: set[Feed]) -> Said:
        in_order = sorted(feeds, key=lambda it: (it.publisher, it.mid))
        streams = [{"feed": feed.publisher, "mid": feed.mid} for feed in in_order]
        if self._subscriber:
            return await self._subscriber.message({"request": "subscribe", "streams": streams})
        handle = await self.connection.attach(self._told_of_subscriber)
        whom = {"ptype": "subscriber", "room": self.room, "use_msid": True}
        try:
            said = await handle.message({"request": "join", "streams": streams, **whom})
        except BaseException:
            await handle.detach()
            raise
        self._subscriber = handle
        return said

    def _offered(self, said: Said) -> None:
        """Hand an offer of Janus to the browser, after whose streams it is about."""
        if "streams" in said.data:
            self._video_mids = [it["mid"] for it in said.data["streams"] if it["type"] == "video"]
            self.tell(What.STREAMS, streams=self._streams(said.data["streams"]))
        if said.sdp:
            self.tell(What.NEGOTIATE, pc=Pc.SUBSCRIBE, kind="offer", body=said.sdp)

    def _streams(self, told: list[Json]) -> list[Json]:
        found: dict[int, Json] = {}
        for stream in told:
            name = self.named(stream.get("feed_id", 0))
            if name is not None and stream.get("active", True):
                empty = {"pc": Pc.SUBSCRIBE, "audio_mid": None, "video_mid": None, "from": name}
                found.setdefault(stream["feed_id"], empty)[f"{stream['type']}_mid"] = stream["mid"]
        return list(found.values())

    async def _send_video(self, send: bool) -> None:
        if self._subscriber and self._video_mids:
            streams = [{"mid": mid, "send": send} for mid in self._video_mids]
            await self._subscriber.message({"request": "configure", "streams": streams})


def kinds_by_mid(sdp: str) -> dict[str, str]:
    """Return what each m-line of sound and picture is, by its mid."""
    parts = re.split(r"^(?=m=)", sdp, flags=re.MULTILINE)[1:]
    return {
        mid.group(1): kind.group(1) for part in parts if (kind := _MEDIUM.match(part)) and (mid := _MID.search(part))
    }


def _candidate(body: str) -> Json:
    """Return the browser's candidate as Janus wants it; an empty one says that there are no more.

    Raises: RoomRefused.
    """
    try:
        told = json.loads(body or "{}")
        if not told.get("candidate"):
            return {"completed": True}
        return {
            "candidate": str(told["candidate"]),
            "sdpMid": told.get("sdpMid"),
            "sdpMLineIndex": told.get("sdpMLineIndex"),
        }
    except (ValueError, AttributeError) as error:
        raise RoomRefused("bad_sdp") from error
