"""The simulated year beside its goals: by hand, ours and hindsight, in three worlds, on one held-out seed."""

from argparse import Namespace

from benchmarks.dispatch_year.study import HELD_OUT, SALT, WORLD_NAMES
from benchmarks.dispatch_year.year import Scenario
from benchmarks.dispatch_year.year import run as run_year
from benchmarks.figures import Figure, at_least, at_most
from benchmarks.place import Place

# World: at most this many percent unanswered; the least part of the way from by hand to hindsight.
GOALS = {"mid": 8.0, "process": 6.5, "scarce": 9.5}
GAP_CLOSED = 88.0
LIMITS = {
    "notifications_per_fill": ("notifications per filled request", "", 3.2),
    "offers_per_interpreter_week_p95": ("offers per interpreter and week, p95", "", 15.0),
    "telephone_now_minutes_p50": ("telephone now, p50", "min", 1.5),
    "telephone_now_minutes_p95": ("telephone now, p95", "min", 4.0),
    "gini_hours": ("Gini of hours", "", 0.59),
    "acceptance_error": ("acceptance model, calibration error", "", 0.03),
    "seconds": ("a year replayed", "s", 60.0),
}


def run(place: Place, options: Namespace) -> list[Figure]:
    """Return the figures of every world; needs no database."""
    return [figure for world in WORLD_NAMES for figure in _world(world)]


def _world(world: str) -> list[Figure]:
    seed, pool = HELD_OUT[0]
    scenario = Scenario(world, seed, pool, SALT)
    by_hand, ours, best = (run_year(scenario, policy) for policy in ("manual", "ours", "optimum"))
    n, missed = ours["requests"], ours["unanswered_pct"]
    closed = 100 * (by_hand["unanswered_pct"] - missed) / (by_hand["unanswered_pct"] - best["unanswered_pct"])
    note = f"by hand {by_hand['unanswered_pct']:.1f} %"
    known = {"beside": "hindsight", "bound": best["unanswered_pct"], "note": note}
    found = [
        at_most(f"{world}: unanswered", missed, "%", GOALS[world], n, **known),
        at_least(f"{world}: gap closed", closed, "%", GAP_CLOSED, n),
    ]
    for name, (label, unit, limit) in LIMITS.items():
        if name in ours:
            found.append(at_most(f"{world}: {label}", ours[name], unit, limit, n))
    return found
