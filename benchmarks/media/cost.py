"""CPU time and delay of forwarding: stock aiortc, ours and Janus take turns in one run, each on core 0."""

import asyncio
import statistics
from collections.abc import Iterable
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.media.clip import FRAMES_PER_S
from benchmarks.media.contenders import server
from benchmarks.media.load import PARTIES, Outcome, measure

ROOMS, _STOCK_ROOMS, _TWO_PROCESSES = 8, 1, 2
_REPETITIONS, _SECONDS, _TRIES = 3, 10.0, 3
_FORWARDED = 0.99
_ABOVE_JANUS = 1.2


async def beside_stock_and_janus(home: Path) -> list[Figure]:
    """What a call costs, ours beside the two others; and how long a packet takes, beside Janus."""
    stock, ours, janus = [], [], []
    for _ in range(_REPETITIONS):
        stock.append(await _stock_cost(home))
        ours.append(await _kept_up("embedded", home))
        janus.append(await _kept_up("janus", home))
    return [*_costs(stock, ours, janus), *_delays(ours, janus)]


async def two_processes(home: Path) -> list[Figure]:
    """How many more rooms two processes on two cores carry than one on one, by what each room costs them."""
    one, two = [], []
    for _ in range(_REPETITIONS):
        one.append((await _kept_up("embedded", home, ROOMS // 2)).cpu_s_per_call_minute)
        async with server("embedded", home, (0,)) as first, server("embedded", home, (1,)) as second:
            both = await asyncio.gather(*(measure(it, ROOMS // 2, _SECONDS) for it in (first, second)))
        two.append(statistics.mean(it.cpu_s_per_call_minute for it in both))
    ratio = _TWO_PROCESSES * statistics.median(one) / statistics.median(two)
    note = (
        "one process on core 0 with 4 rooms, then one on each core with 4, the load on core 1 as well: rooms carried"
        " are the cores' time over what a room costs"
    )
    return [Figure("rooms: two processes ÷ one", ratio, "x", ">= 1.8 x", ratio >= 1.8, _REPETITIONS, note=note)]


def _costs(stock: list[float], ours: list[Outcome], janus: list[Outcome]) -> Iterable[Figure]:
    per_call = {name: [it.cpu_s_per_call_minute for it in runs] for name, runs in (("ours", ours), ("janus", janus))}
    mine, theirs, plain = (statistics.median(it) for it in (per_call["ours"], per_call["janus"], stock))
    unit, n = "CPU s/call min", len(ours)
    note = f"runs: stock {_listed(stock)}, ours {_listed(per_call['ours'])}, Janus {_listed(per_call['janus'])} {unit}"
    yield Figure("call of three: stock ÷ ours", plain / mine, "x", ">= 30 x", plain / mine >= 30, n, note=note)
    worst = max(mine / them for mine, them in zip(per_call["ours"], per_call["janus"], strict=True))
    met = mine <= theirs and worst <= _ABOVE_JANUS
    more = {"beside": "Janus VideoRoom", "bound": theirs, "note": f"worst of {n} pairs: {worst:.2f} x"}
    yield Figure("call of three: ours", mine, unit, f"<= 1.0 x, worst {_ABOVE_JANUS} x", met, n, **more)
    packet = statistics.median(it.us_per_packet for it in ours)
    theirs_packet = statistics.median(it.us_per_packet for it in janus)
    yield Figure(
        "packet out: ours", packet, "us", "<= Janus", packet <= theirs_packet, n, "Janus VideoRoom", theirs_packet
    )


def _delays(ours: list[Outcome], janus: list[Outcome]) -> Iterable[Figure]:
    for share in (0.5, 0.95, 0.99):
        mine, theirs = (statistics.median(it.age_ms(share) for it in runs) for runs in (ours, janus))
        name = f"delay p{share * 100:g}, {ROOMS} rooms: ours"
        more = {"beside": "Janus VideoRoom", "bound": theirs}
        yield Figure(name, mine, "ms", "<= Janus + 5 ms", mine <= theirs + 5, len(ours), **more)


async def _kept_up(name: str, home: Path, rooms: int = ROOMS) -> Outcome:
    """Return a run in which nearly everything was forwarded: in another, the machine was busy with something else.

    Raises: RuntimeError.
    """
    for _ in range(_TRIES):
        async with server(name, home) as there:
            outcome = await measure(there, rooms, _SECONDS)
        if outcome.forwarded >= _FORWARDED:
            return outcome
    raise RuntimeError(f"{name} forwarded {outcome.forwarded:.1%} of {rooms} rooms, {_TRIES} times")


async def _stock_cost(home: Path) -> float:
    """Return the CPU time of one stock call for a minute, on both cores: one is not enough for it.

    Where it does not keep up even so, it is charged for the pictures it did pass on.
    """
    async with server("stock", home, (0, 1)) as there:
        outcome = await measure(there, _STOCK_ROOMS, _SECONDS, stamped=False)
    wanted = outcome.seconds * FRAMES_PER_S * PARTIES * (PARTIES - 1) * _STOCK_ROOMS
    return outcome.cpu_s_per_call_minute / min(1.0, outcome.pictures / wanted)


def _listed(numbers: list[float]) -> str:
    return "/".join(f"{it:.2f}" for it in numbers)
