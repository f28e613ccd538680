"""What a telephone costs, and what is left behind by five hundred who came and went."""

import asyncio
import statistics
from collections.abc import Callable
from pathlib import Path

from benchmarks.figures import Figure, at_most
from benchmarks.media.contenders import server
from benchmarks.media.load import Crowd

_ROOMS, _BROWSERS, _SECONDS, _REPETITIONS = 4, 2, 10.0, 3
_WARM_UPS, _COMINGS, _AT_ONCE = 100, 500, 5
_SETTLE_S = 3.0


async def telephone(home: Path) -> list[Figure]:
    """What four rooms of two browsers cost with a telephone in each, over what they cost without."""
    costs = []
    for _ in range(_REPETITIONS):
        async with server("embedded", home) as there:
            crowd = Crowd(there)
            for number in range(_ROOMS):
                await crowd.fill(f"room-{number}", _BROWSERS)
            without = await _cpu_s(there.cpu_s)
            for number in range(_ROOMS):
                await there.engine.call(f"room-{number}", "telephone")
            with_them = await _cpu_s(there.cpu_s)
            await crowd.close()
        costs.append((with_them - without) / (_ROOMS * _SECONDS / 60))
    note = f"runs: {'/'.join(f'{it:.2f}' for it in costs)}; two voices heard, one said, the forwarding of it included"
    return [at_most("telephone in a room", statistics.median(costs), "CPU s/min", 1.5, _REPETITIONS, note=note)]


async def coming_and_going(home: Path) -> list[Figure]:
    """What the process holds after five hundred joins and leaves, beside what it held before."""
    async with server("embedded", home) as there:
        crowd = Crowd(there)
        await crowd.fill("stays", _BROWSERS)
        await _come_and_go(crowd, _WARM_UPS)
        before = await there.engine.held()
        await _come_and_go(crowd, _COMINGS)
        after = await there.engine.held()
        await crowd.close()
    grown = 100 * (after["memory_mb"] / before["memory_mb"] - 1)
    note = f"{before['memory_mb']:.1f} MB before, after {_WARM_UPS} joins; {after['memory_mb']:.1f} MB afterwards;"
    note += f" trimmed {before['trimmed_mb']:.1f} and {after['trimmed_mb']:.1f} MB"
    left = sum(max(0, after[name] - before[name]) for name in ("tasks", "threads", "sockets"))
    return [
        at_most(f"memory after {_COMINGS} joins and leaves", grown, "%", 5, _COMINGS, note=note),
        Figure("tasks, threads, sockets left", left, "", "0", left == 0, _COMINGS, note=f"{before} -> {after}"),
    ]


async def _come_and_go(crowd: Crowd, times: int) -> None:
    async def one(lane: int) -> None:
        for number in range(times // _AT_ONCE):
            room = f"passing-{lane}-{number}"
            await crowd.fill(room, 1)
            await crowd.leave(room, "p0")
            await crowd.server.engine.close_room(room)

    await asyncio.gather(*(one(lane) for lane in range(_AT_ONCE)))
    await asyncio.sleep(_SETTLE_S)


async def _cpu_s(spent: Callable[[], float]) -> float:
    """Return what is spent in so many seconds, once it is quiet."""
    await asyncio.sleep(_SETTLE_S)
    before = spent()
    await asyncio.sleep(_SECONDS)
    return spent() - before
