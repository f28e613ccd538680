"""Every figure of sound and picture, or the parts that are named."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from benchmarks.figures import Figure
from benchmarks.media import cost, failover, network, upkeep
from benchmarks.media.contenders import LOAD_CORE, on_cores
from benchmarks.place import Place

Part = Callable[[Place], list[Figure]]


def _on_loop(measured: Callable[[Path], Awaitable[list[Figure]]]) -> Part:
    """Return a part that runs on a fast loop, on the core of the load."""

    def run(place: Place) -> list[Figure]:
        with on_cores(LOAD_CORE), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(measured(place.home))

    return run


PARTS: dict[str, Part] = {
    "cost": _on_loop(cost.beside_stock_and_janus),
    "cores": _on_loop(cost.two_processes),
    "network": network.loss_and_a_thin_link,
    "reload": network.reload,
    "killed": failover.killed_media_process,
    "telephone": _on_loop(upkeep.telephone),
    "coming_and_going": _on_loop(upkeep.coming_and_going),
}


def run(place: Place, options: argparse.Namespace) -> list[Figure]:
    """Return the figures of the parts in `options.media`; of all, where none is named."""
    return [figure for name in options.media or PARTS for figure in PARTS[name](place)]
