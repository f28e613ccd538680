"""Everything side by side on seeds that were never used in development: `python -m benchmarks.dispatch_year.study`.

Writes `results/dispatch_year.json` after every run, and goes on where it stopped; `--again` begins anew, `--minutes`
stops after so many. The pictures go to `docs/pictures`.
"""

import argparse
import json
import math
import statistics
import sys
import time
from collections.abc import Iterable
from typing import Any

from benchmarks.dispatch_year.params import STRESS
from benchmarks.dispatch_year.picture import calibration_picture, worlds_picture
from benchmarks.dispatch_year.year import Scenario, run
from benchmarks.figures import RESULTS

KEPT = RESULTS / "dispatch_year.json"
PICTURES = RESULTS.parents[1] / "docs" / "pictures"
WORLD_NAMES = ("mid", "process", "scarce")
# (request seed, pool seed): of none of these was anything seen before the policy was finished.
HELD_OUT = ((7421, 8521), (7422, 8522), (7423, 8523), (7424, 8524), (7425, 8525))
SALT = 97
COMPARED, BASELINES = ("manual", "ours", "optimum"), ("nearest", "broadcast", "waves", "adaptive", "optimum_as_asked")
BASELINE_SEEDS = HELD_OUT[:1]
# Without any consent there is a goal of its own, so more than one seed is needed.
SEEDS_OF = {"no_consent": 3}
# Ten times the requests of five weeks are as many as those of a year.
SHORT = {"tenfold": 0.1}
# Two-sided 95 % of Student's t, by the number of pairs.
_T95 = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78, 6: 2.57, 7: 2.45, 8: 2.36, 9: 2.31, 10: 2.26}

Run = dict[str, Any]
# Exit status: there is more to run.
NOT_DONE = 75


def plan() -> list[tuple[Scenario, str]]:
    """Return every run, what matters most first."""
    runs = [
        (Scenario(world, seed, pool, SALT), policy)
        for seed, pool in HELD_OUT
        for world in WORLD_NAMES
        for policy in COMPARED
    ]
    for stress in STRESS:
        for seed, pool in HELD_OUT[: SEEDS_OF.get(stress, 1)]:
            scenario = Scenario("mid", seed, pool, SALT, SHORT.get(stress, 1.0), stress)
            runs += [(scenario, policy) for policy in COMPARED if stress != "none" and _says_much(stress, policy)]
    return runs + [
        (Scenario(world, seed, pool, SALT), policy)
        for seed, pool in BASELINE_SEEDS
        for world in WORLD_NAMES
        for policy in BASELINES
    ]


def _says_much(stress: str, policy: str) -> bool:
    """Return whether a policy is tried in a stress: hindsight only where a goal is read beside it."""
    return policy != "optimum" or stress in ("no_consent", "one_each")


def interval(values: list[float]) -> tuple[float, float]:
    """Return mean and half width of the 95 % interval; an infinite one for a single value."""
    if len(values) < 2:
        return values[0], math.inf
    return statistics.mean(values), _T95[len(values)] * statistics.stdev(values) / math.sqrt(len(values))


def summary(runs: Iterable[Run]) -> Run:
    """Return per world the mean of every policy's figures, and the paired differences with their intervals."""
    held = [it for it in runs if it["stress"] == "none"]
    found: Run = {}
    for world in dict.fromkeys(it["world"] for it in held):
        mine = [it for it in held if it["world"] == world]
        policies = {
            policy: _means([it for it in mine if it["policy"] == policy])
            for policy in dict.fromkeys(it["policy"] for it in mine)
        }
        found[world] = {"policies": policies, **_paired(mine)}
    return found


def _means(runs: list[Run]) -> Run:
    names = [name for name, value in runs[0].items() if isinstance(value, float) and name != "scale"]
    means = {name: round(statistics.mean(it[name] for it in runs if name in it), 3) for name in names}
    return {"runs": len(runs), **means}


def _paired(runs: list[Run]) -> Run:
    """Return how much fewer stay unanswered than by hand, how far from the optimum, and the part of the way gone."""
    by = {(it["policy"], it["seed"]): it["unanswered_pct"] for it in runs}
    seeds = [seed for policy, seed in by if policy == "ours" and ("manual", seed) in by and ("optimum", seed) in by]
    if not seeds:
        return {}
    gained = [by["manual", it] - by["ours", it] for it in seeds]
    missed = [by["ours", it] - by["optimum", it] for it in seeds]
    closed = [100 * (by["manual", it] - by["ours", it]) / (by["manual", it] - by["optimum", it]) for it in seeds]
    named = {"fewer_than_manual": gained, "more_than_optimum": missed, "gap_closed_pct": closed}
    return {name: [round(it, 3) for it in interval(values)] for name, values in named.items()}


def main() -> int:
    """Run what is not there yet; write the figures and the pictures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dispatch_year.study", description=__doc__)
    parser.add_argument("--again", action="store_true", help="forget the runs that are kept")
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no run after so many")
    asked = parser.parse_args()
    again, until = asked.again, time.monotonic() + 60 * asked.minutes
    runs: list[Run] = [] if again or not KEPT.exists() else json.loads(KEPT.read_text())["runs"]
    done = {_key(it) for it in runs}
    for scenario, policy in plan():
        key = (scenario.world, policy, scenario.seed, scenario.stress)
        if key in done:
            continue
        if time.monotonic() > until:
            return NOT_DONE
        found = run(scenario, policy)
        runs.append(found)
        print(*key, found["unanswered_pct"], f"{found['seconds']} s", file=sys.stderr, flush=True)
        write(runs)
    write(runs)
    return 0


def write(runs: list[Run]) -> None:
    """Keep the runs, their summary and the pictures."""
    found = summary(runs)
    RESULTS.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps({"summary": found, "runs": runs}, indent=1) + "\n")
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / "dispatch_year.svg").write_text(worlds_picture(found))
    if bins := [
        it["acceptance_bins"]
        for it in runs
        if it["policy"] == "ours" and it["stress"] == "none" and "acceptance_bins" in it
    ]:
        (PICTURES / "calibration.svg").write_text(calibration_picture(bins))


def _key(found: Run) -> tuple[str, str, int, str]:
    return found["world"], found["policy"], found["seed"], found["stress"]


if __name__ == "__main__":
    sys.exit(main())
