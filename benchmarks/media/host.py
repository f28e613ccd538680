"""`python -m benchmarks.media.host stock|embedded`: an engine in a process of its own, asked by lines of JSON."""

import asyncio
import ctypes
import gc
import json
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import uvloop

from benchmarks.media.stock import StockRelay
from media import g711
from media.embedded.engine import EmbeddedEngine, Place
from media.engine import Grants, Limits, Negotiation, Pc, PhonePort

_calls: set[asyncio.Task[None]] = set()


def embedded() -> EmbeddedEngine:
    """Return our engine, on the address browsers of this machine reach it by."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:  # as a browser would reach it; nothing is sent
        probe.connect(("192.0.2.1", 9))
        address = probe.getsockname()[0]
    return EmbeddedEngine(Place([(address, address)]))


ENGINES: dict[str, Callable[[], Any]] = {"stock": StockRelay, "embedded": embedded}


async def serve(name: str) -> None:
    """Do what the lines of standard input ask; answers and events are lines of standard output."""
    engine = ENGINES[name]()
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    telling = asyncio.create_task(_tell(engine))
    _write({"ready": engine.epoch})
    async with asyncio.TaskGroup() as group:
        while line := await reader.readline():
            group.create_task(_do(engine, json.loads(line)))
    telling.cancel()
    await engine.close()


async def _do(engine: Any, asked: dict[str, Any]) -> None:
    what, arguments = asked["do"], asked["with"]
    answer: Any = None
    match what:
        case "create_room":
            await engine.create_room(arguments["room"], Limits(participants=6, video_kbps=1200))
        case "join":
            answer = asdict(await engine.join(arguments["room"], arguments["participant"], Grants()))
        case "negotiate":
            step = Negotiation(Pc(arguments["pc"]), arguments["kind"], arguments["body"])
            place = (arguments["room"], arguments["participant"], arguments["generation"])
            found = await engine.negotiate(*place, step)
            answer = asdict(found) if found else None
        case "leave":
            await engine.leave(arguments["room"], arguments["participant"])
        case "close_room":
            await engine.close_room(arguments["room"])
        case "call":
            _calls.add(asyncio.create_task(_call(await engine.join_phone(arguments["room"], arguments["participant"]))))
        case "held":
            answer = _held()
    _write({"id": asked["id"], "answer": answer})


async def _call(port: PhonePort) -> None:
    """Be a telephone that talks all the time."""
    tone = g711.encode((8000 * np.sin(2 * np.pi * 440 * np.arange(160) / 8000)).astype(np.int16))
    async for _ in port.sounds():
        port.hear(tone)


def _held() -> dict[str, float]:
    """Return what the process holds: what grows here never comes back.

    trimmed_mb: what is resident once the allocator gave back what is free.
    """
    gc.collect()
    resident = _resident_mb()
    ctypes.CDLL(None).malloc_trim(0)
    return {
        "memory_mb": resident,
        "trimmed_mb": _resident_mb(),
        "tasks": len(asyncio.all_tasks()),
        "threads": threading.active_count(),
        "sockets": len(list(Path("/proc/self/fd").iterdir())),
    }


def _resident_mb() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


async def _tell(engine: Any) -> None:
    async for event in engine.events():
        _write({"event": asdict(event)})


def _write(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(sys.argv[1]))
