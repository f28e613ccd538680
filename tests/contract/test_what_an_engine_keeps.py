"""What the embedded engine keeps of those who left: nothing, and at once."""

import asyncio
import gc
import os
import re
import threading
import weakref
from pathlib import Path

from media.embedded.engine import EmbeddedEngine
from media.engine import EngineEvent
from tests.builders.caller import KEYFRAME, eventually
from tests.builders.engines import ROOM, entered, on_a_loop, parted


def test_who_left_is_free_at_once_and_not_when_somebody_looks_for_what_is_left() -> None:
    async def work(engine: EmbeddedEngine, events: list[EngineEvent]) -> None:
        stays, goes = await entered(engine, "stays", "goes")
        goes.speak(1)
        goes.show(1, KEYFRAME)
        await eventually(lambda: len(stays.of(0, "video")) == 1)
        peer = engine._rooms[ROOM].participants["goes"].peer
        left = [weakref.ref(it) for it in (peer, peer.video, peer.sending, peer._dtls)]  # type: ignore[union-attr]
        del peer
        gc.collect()
        gc.disable()
        try:
            await engine.leave(ROOM, "goes")
            await eventually(lambda: not any(it() for it in left))
        finally:
            gc.enable()
        await parted(stays, goes)

    on_a_loop(work)


def test_five_hundred_joins_and_leaves_leave_nothing_behind() -> None:
    async def work(engine: EmbeddedEngine, events: list[EngineEvent]) -> None:
        (stays,) = await entered(engine, "stays")
        sizes = []
        for round_ in range(10):
            for number in range(50):
                (comes,) = await entered(engine, "comes")
                comes.speak(number)
                comes.show(number, KEYFRAME + bytes(1000))
                if number % 3 == 0:
                    await engine.leave(ROOM, "comes")
                await comes.close(farewell=number % 3 == 1)
            stays.got.clear()
            stays.feedback.clear()
            events.clear()
            gc.collect()
            if round_:
                sizes.append((_rss_kb(), threading.active_count(), len(os.listdir("/proc/self/fd"))))
        await asyncio.sleep(0.1)
        assert sizes[-1][0] < sizes[0][0] * 1.05, sizes
        assert len({it[1:] for it in sizes}) == 1, sizes
        assert (await engine.stats())["participants"] <= 2
        assert len(asyncio.all_tasks()) < 12
        await parted(stays)

    on_a_loop(work)


def _rss_kb() -> int:
    return int(re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())[1])  # type: ignore[index]
