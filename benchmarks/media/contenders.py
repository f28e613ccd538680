"""The servers that are compared, each started on core 0, and asked in the same words."""

import asyncio
import itertools
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from media.engine import EngineEvent, Grants, Joined, Limits, Negotiation, Pc, What
from media.janus.engine import JanusEngine
from media.janus.launch import OwnJanus

SERVER_CORE, LOAD_CORE = 0, 1
_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Server:
    """Something with rooms, and the process whose CPU time counts."""

    engine: Any
    pid: int

    def cpu_s(self) -> float:
        """Return the CPU time of the process so far, of all its threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """Return the memory the process has in use."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


@contextmanager
def on_cores(*cores: int) -> Iterator[None]:
    """Run, and start children, on these cores only."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(cores) & before or before)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@asynccontextmanager
async def server(name: str, home: Path, cores: tuple[int, ...] = (SERVER_CORE,)) -> AsyncIterator[Server]:
    """Start `stock`, `embedded` or `janus`, and stop it again."""
    if name == "janus":
        source = OwnJanus(home / "janus")
        engine = JanusEngine(source)
        with on_cores(*cores):
            await engine.start()
        try:
            assert source.pid is not None
            yield Server(engine, source.pid)
        finally:
            await engine.close()
        return
    with on_cores(*cores):
        hosted = await Hosted.start(name)
    try:
        yield Server(hosted, hosted.process.pid)
    finally:
        await hosted.close()


class Hosted:
    """An engine in the process of `benchmarks.media.host`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._events: asyncio.Queue[EngineEvent] = asyncio.Queue()
        self._reading: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, name: str) -> "Hosted":
        pipe = asyncio.subprocess.PIPE
        words = [sys.executable, "-m", "benchmarks.media.host", name]
        made = cls(await asyncio.create_subprocess_exec(*words, stdin=pipe, stdout=pipe, limit=_LINE))
        assert made.process.stdout
        await made.process.stdout.readline()
        made._reading = asyncio.create_task(made._read())
        return made

    async def create_room(self, room: str, limits: Limits) -> None:
        await self._ask("create_room", room=room)

    async def join(self, room: str, participant: str, grants: Grants) -> Joined:
        told = await self._ask("join", room=room, participant=participant)
        return Joined(**told | {"offers_on": Pc(told["offers_on"])})

    async def negotiate(self, room: str, participant: str, generation: int, step: Negotiation) -> Negotiation | None:
        told = await self._ask(
            "negotiate",
            **{"room": room, "participant": participant, "generation": generation},
            **{"pc": step.pc, "kind": step.kind, "body": step.body},
        )
        return Negotiation(**told | {"pc": Pc(told["pc"])}) if told else None

    async def leave(self, room: str, participant: str) -> None:
        await self._ask("leave", room=room, participant=participant)

    async def close_room(self, room: str) -> None:
        await self._ask("close_room", room=room)

    async def call(self, room: str, participant: str) -> None:
        """Let a telephone in that talks all the time."""
        await self._ask("call", room=room, participant=participant)

    async def held(self) -> dict[str, float]:
        """Return what the process holds: memory_mb, tasks, threads, sockets."""
        found: dict[str, float] = await self._ask("held")
        return found

    async def events(self) -> AsyncIterator[EngineEvent]:
        while True:
            yield await self._events.get()

    async def close(self) -> None:
        assert self.process.stdin and self._reading
        self.process.stdin.close()
        await self.process.wait()
        self._reading.cancel()

    async def _ask(self, what: str, **arguments: Any) -> Any:
        number = next(self._numbers)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        assert self.process.stdin
        self.process.stdin.write((json.dumps({"id": number, "do": what, "with": arguments}) + "\n").encode())
        return await asyncio.wait_for(self._waiting[number], 30)

    async def _read(self) -> None:
        assert self.process.stdout
        while line := await self.process.stdout.readline():
            told = json.loads(line)
            if event := told.get("event"):
                self._events.put_nowait(EngineEvent(**event | {"what": What(event["what"])}))
            else:
                self._waiting.pop(told["id"]).set_result(told["answer"])
