"""One run: a world, a way of asking, a seed."""

import time
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.dispatch_year.desk import Desk, Prices
from benchmarks.dispatch_year.manual import Office
from benchmarks.dispatch_year.metrics import figures, unanswered
from benchmarks.dispatch_year.observed import Observed
from benchmarks.dispatch_year.optimum import optimum
from benchmarks.dispatch_year.params import STRESS, WORLDS, YEAR_WEEKS, World
from benchmarks.dispatch_year.reality import Reality
from benchmarks.dispatch_year.record import Record
from benchmarks.dispatch_year.replay import Make, Replay
from benchmarks.dispatch_year.world import Pool, Requests, make_pool, make_requests
from matching.acceptance import AcceptanceModel
from matching.policy import AdaptiveWaves, ByWorth, Horizon, Waves, broadcast, ours, sequential

NEAREST = Prices(load=0.0, offer=0.0, rare=0.0)
WITHOUT_RARITY = Prices(rare=0.0)


@dataclass(frozen=True, slots=True)
class Way:
    """A way of asking: the policy for a model, whether it may use alternatives, and what it holds dear."""

    make: Make
    flexible: bool
    prices: Prices = Prices()


WAYS = {
    "nearest": Way(lambda _: sequential(), False, NEAREST),
    "broadcast": Way(lambda _: broadcast(), False),
    "waves": Way(lambda _: Waves(4, 45.0, 2.0, ByWorth()), False, WITHOUT_RARITY),
    "adaptive": Way(lambda it: AdaptiveWaves(reactions=it.reactions, spread=it.spread), False),
    "horizon": Way(lambda it: Horizon(AdaptiveWaves(reactions=it.reactions, spread=it.spread)), False),
    "ours": Way(lambda it: ours(it.reactions, it.spread), True),
}
# Bounds with hindsight: with the options and channels of ours, and with those of the policies without.
BOUNDS = {"optimum": True, "optimum_as_asked": False}


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is replayed; `stress` is a name of STRESS."""

    world: str = "mid"
    seed: int = 1
    pool_seed: int = 1
    salt: int = 1
    scale: float = 1.0
    stress: str = "none"

    def built(self) -> tuple[World, Pool, Requests, Reality, int]:
        """Return the world, its people, its requests, what is hidden, and how many weeks it has."""
        world = STRESS[self.stress](WORLDS[self.world])
        weeks = max(1, round(YEAR_WEEKS * self.scale))
        pool, requests = make_pool(world, self.pool_seed), make_requests(world, self.seed, weeks)
        return world, pool, requests, Reality(world, pool, requests, self.seed, self.salt), weeks


def replay(scenario: Scenario, policy: str, way: Way | None = None) -> tuple[Record, dict[str, Any]]:
    """Return the record and the figures of one run; `policy` is 'manual' or a name of WAYS, or `way` itself."""
    before = _clocks()
    world, pool, requests, reality, weeks = scenario.built()
    observed = Observed(pool, requests, weeks)
    if policy == "manual":
        record = Office(observed, requests, reality, world.manual).run()
    else:
        way = way or WAYS[policy]
        desk = Desk(observed, AcceptanceModel(), way.flexible, way.prices, world.odds_of_model)
        record = Replay(observed, requests, reality, desk, way.make).run()
    found = figures(pool, requests, record, weeks)
    return record, found | _took(before)


def bound(scenario: Scenario, policy: str) -> dict[str, Any]:
    """Return what could have been done with hindsight; `still_possible` counts what the proof leaves open."""
    before = _clocks()
    _, pool, requests, reality, weeks = scenario.built()
    extras = BOUNDS[policy]
    filled, missing = optimum(
        Observed(pool, requests, weeks), requests, reality, flexible=extras, second_channel=extras
    )
    found = {"requests": len(requests), **unanswered(requests, filled), "still_possible": missing}
    return found | _took(before)


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _took(before: tuple[float, float]) -> dict[str, float]:
    """Return how long it took: by the clock, and of one processor."""
    seconds, cpu_seconds = (round(now - then, 1) for now, then in zip(_clocks(), before, strict=True))
    return {"seconds": seconds, "cpu_seconds": cpu_seconds}


def run(scenario: Scenario, policy: str) -> dict[str, Any]:
    """Return the figures of one run, with what was run."""
    found = bound(scenario, policy) if policy in BOUNDS else replay(scenario, policy)[1]
    return {**asdict(scenario), "policy": policy, **found}
