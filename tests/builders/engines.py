"""An embedded engine with one room on a loop of its own, and callers in it."""

import asyncio
from collections.abc import Awaitable, Callable

from media.embedded.engine import EmbeddedEngine, Place
from media.engine import EngineEvent, Limits
from tests.builders.caller import Caller
from tests.builders.loops import awaited

Work = Callable[[EmbeddedEngine, list[EngineEvent]], Awaitable[None]]
ROOM = "room"


def on_a_loop(work: Work, participants: int = 4) -> None:
    """Run `work(engine, events)` with an engine that has one room, and see that nothing stays behind."""

    async def whole() -> None:
        engine = EmbeddedEngine(Place([("127.0.0.1", "127.0.0.1")]))
        events: list[EngineEvent] = []

        told = engine.events()

        async def note() -> None:
            async for event in told:
                events.append(event)

        noting = asyncio.create_task(note())
        await engine.create_room(ROOM, Limits(participants))
        try:
            await work(engine, events)
        finally:
            await engine.close()
            await noting
        left = [it for it in asyncio.all_tasks() if it is not asyncio.current_task()]
        assert not left

    awaited(whole())


async def entered(engine: EmbeddedEngine, *names: str) -> list[Caller]:
    return [await Caller(engine, ROOM, name).join() for name in names]


async def parted(*callers: Caller) -> None:
    for caller in callers:
        await caller.close()
