"""How a node is run: as a process of its own, or on a thread of the web process where that is all there is."""

import asyncio
import logging
import signal
import threading
from collections.abc import Awaitable, Callable, Sequence

import ifaddr
import uvloop

from kernel.settings import Settings
from media.embedded.engine import EmbeddedEngine, Place
from media.engine import MediaEngine
from media.heartbeat import Heartbeat
from media.janus.engine import JanusEngine
from media.janus.launch import OwnJanus, RunningJanus, Source
from media.node import Node, OnStream

logger = logging.getLogger(__name__)

_DRAIN_S, _LOOK_EVERY_S = 20.0, 0.25
_MOST_ADDRESSES = 8


async def _embedded(settings: Settings) -> MediaEngine:
    return EmbeddedEngine(Place(settings.media_addresses or own_addresses(), settings.media_udp_ports))


async def _janus(settings: Settings) -> MediaEngine:
    if settings.janus_url:
        source: Source = RunningJanus(settings.janus_url, settings.janus_secret)
    else:
        announced = next((told for own, told in settings.media_addresses if own != told), None)
        place = settings.data_dir / "janus" / str(settings.port)
        source = OwnJanus(place, public_address=announced, ports=settings.media_udp_ports)
    engine = JanusEngine(source)
    await engine.start()
    return engine


ENGINES: dict[str, Callable[[Settings], Awaitable[MediaEngine]]] = {"embedded": _embedded, "janus": _janus}


def own_addresses() -> Sequence[tuple[str, str]]:
    """Return the machine's addresses that others can reach, each as it is; the loopback where there is no other."""
    found: list[str] = []
    for adapter in ifaddr.get_adapters():
        for it in adapter.ips:
            address = it.ip if isinstance(it.ip, str) else it.ip[0]
            if not address.startswith(("127.", "169.254.")) and address != "::1" and not address.startswith("fe80"):
                found.append(address)
    return [(it, it) for it in found[:_MOST_ADDRESSES] or ["127.0.0.1"]]


async def serve(settings: Settings, port: int, stopping: asyncio.Event, on_stream: OnStream | None = None) -> None:
    """Run a node until `stopping`; then let its rooms end by themselves, for a while."""
    engine = await ENGINES[settings.media_engine](settings)
    node = Node(engine, settings.media_engine, settings.secret_key, on_stream)
    await node.start(settings.host, port)
    heartbeat = Heartbeat(settings.database_url or "", node.beat)
    heartbeat.start()
    try:
        await stopping.wait()
        node.draining = True
        heartbeat.now()
        await _emptied(engine)
    finally:
        await node.stop()
        await asyncio.to_thread(heartbeat.stop)


async def _emptied(engine: MediaEngine) -> None:
    """Wait until nobody is there, at most as long as whoever stops us has patience."""
    try:
        async with asyncio.timeout(_DRAIN_S):
            while (await engine.stats())["participants"]:
                await asyncio.sleep(_LOOK_EVERY_S)
    except TimeoutError:
        logger.warning("stopping although rooms are open: who is in them joins again elsewhere")


def run(settings: Settings, on_stream: OnStream | None = None) -> None:
    """Be a media node, until asked to stop."""
    uvloop.run(_until_signalled(settings, on_stream))


async def _until_signalled(settings: Settings, on_stream: OnStream | None) -> None:
    stopping, loop = asyncio.Event(), asyncio.get_running_loop()
    for wish in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(wish, stopping.set)
    await serve(settings, settings.port, stopping, on_stream)


def start_beside(settings: Settings, port: int, on_stream: OnStream | None = None) -> threading.Thread:
    """Run a node on a thread of this process, for as long as the process lives."""

    def work() -> None:
        try:
            uvloop.run(serve(settings, port, asyncio.Event(), on_stream))
        except Exception:
            logger.exception("the media node of this process ended")

    thread = threading.Thread(target=work, name="media", daemon=True)
    thread.start()
    return thread
