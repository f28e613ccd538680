"""`python -m benchmarks.dispatch_year --world mid --policy ours --seed 7 --json`: one year, one line."""

import argparse
import json
import sys

from benchmarks.dispatch_year.params import STRESS, WORLDS
from benchmarks.dispatch_year.year import BOUNDS, WAYS, Scenario, run


def main() -> int:
    """Replay one year and print its figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dispatch_year", description=__doc__)
    parser.add_argument("--world", choices=WORLDS, default="mid")
    parser.add_argument("--policy", choices=["manual", *WAYS, *BOUNDS], default="ours")
    parser.add_argument("--seed", type=int, default=1, help="of the requests")
    parser.add_argument("--pool-seed", type=int, default=1, help="of the people")
    parser.add_argument("--salt", type=int, default=1, help="of the answers nobody knows beforehand")
    parser.add_argument("--scale", type=float, default=1.0, help="part of the year; the load per week stays")
    parser.add_argument("--stress", choices=STRESS, default="none")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    asked = parser.parse_args()
    if not 0 < asked.scale <= 1:
        parser.error("--scale is a part of the year: above 0, at most 1")
    if min(asked.seed, asked.pool_seed, asked.salt) < 0:
        parser.error("seeds and salt are not negative")
    scenario = Scenario(asked.world, asked.seed, asked.pool_seed, asked.salt, asked.scale, asked.stress)
    found = run(scenario, asked.policy)
    if asked.json:
        print(json.dumps(found))
    else:
        print("\n".join(f"{name:36} {value}" for name, value in found.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
