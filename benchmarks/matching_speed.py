"""How fast matching is: one decision with its explanation among ever more people, and thousands of requests at once.

People and requests are spread over languages and towns as in the simulated year; needs no database.
"""

import time
from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import numpy as np

from benchmarks.dispatch_year.places import LANGUAGES, TOWN_WEIGHT, TOWNS, language_share
from benchmarks.figures import Figure, at_most, percentile
from benchmarks.place import Place as House
from matching.batch import Effort, ManyPlan, plan_many
from matching.cases import Case
from matching.decision import Mind, decide
from matching.domain import Candidate, LanguageSkill, Need, Place
from matching.hours import waking_hours
from matching.policy import ours
from matching.pool import Pool
from matching.recruiting import OFFICE_WEEK

# Pool -> at most so many milliseconds for 99 of 100 decisions.
DECISION_MS = {1_000: 2.0, 10_000: 5.0, 100_000: 25.0}
DECISIONS = 300
MONDAY = datetime(2026, 12, 7, 8, tzinfo=UTC)
SERVICES = np.array(["on_site", "telephone", "video"])
_CERTIFIED = date(2019, 5, 1)
_TOWNS = [Place(lat, lon) for _, lat, lon, _ in TOWNS.values()]


def run(house: House, options: Namespace) -> list[Figure]:
    """Return the figures."""
    found = [_decisions(people, limit) for people, limit in DECISION_MS.items()]
    found += _plan("10,000 requests x 50,000 people", 10_000, 50_000, 5, Effort(seconds=3.0, gap=0.01), 10.0)
    return found + _plan("2,000 requests x 450 people, exact", 2_000, 450, 14, Effort(seconds=4.0, gap=1e-3), 5.0)


def crowd(count: int, seed: int) -> list[Candidate]:
    """Return people who speak one or two languages, live in towns, and have some work already."""
    rng = np.random.default_rng(seed)
    first = rng.choice(len(LANGUAGES), count, p=language_share())
    second = rng.integers(0, len(LANGUAGES), count)
    town = rng.choice(len(_TOWNS), count, p=TOWN_WEIGHT / TOWN_WEIGHT.sum())
    hours = rng.integers(0, 60, (count, 3))
    load = rng.integers(0, 2400, count)
    people = []
    for n in range(count):
        spoken = {LANGUAGES[first[n]], *([LANGUAGES[second[n]]] if n % 3 else [])}
        start = [MONDAY + timedelta(days=int(it) // 10, hours=int(it) % 10) for it in hours[n]]
        people.append(
            Candidate(
                interpreter_id=n + 1,
                languages=tuple([LanguageSkill(it, certified_from=_CERTIFIED) for it in sorted(spoken)]),
                services=frozenset(SERVICES[: 1 + n % 3].tolist()),
                gender="female" if n % 5 < 3 else "male",
                home=_TOWNS[town[n]],
                travel_limit_km=40.0 + n % 60,
                week=OFFICE_WEEK,
                busy=tuple([(it, it + timedelta(hours=1)) for it in start]),
                assigned_minutes_this_month=int(load[n]),
            )
        )
    return people


def needs(count: int, days: int, seed: int) -> list[Need]:
    """Return requests of an hour in office hours of so many working days from Monday."""
    rng = np.random.default_rng(seed)
    language = rng.choice(len(LANGUAGES), count, p=language_share())
    town = rng.choice(len(_TOWNS), count, p=TOWN_WEIGHT / TOWN_WEIGHT.sum())
    quarter, day = rng.integers(0, 32, count), rng.integers(0, days, count)
    found = []
    for n in range(count):
        start = MONDAY + timedelta(days=int(day[n]) // 5 * 7 + int(day[n]) % 5, minutes=15 * int(quarter[n]))
        service = str(SERVICES[n % 3])
        found.append(
            Need(
                request_id=n + 1,
                service=service,
                language=LANGUAGES[language[n]],
                slot_start=start,
                slot_end=start + timedelta(hours=1),
                now=MONDAY - timedelta(days=5),
                place=_TOWNS[town[n]] if service == "on_site" else None,
            )
        )
    return found


def _decisions(people: int, limit_ms: float) -> Figure:
    pool, mind = Pool(crowd(people, 1)), Mind(ours(), "ours")
    asked = needs(DECISIONS, 5, 2)
    for it in asked[:60]:
        pool.speakers({it.language})  # an index is made once for a language, not for every decision
    took = [1000 * _seconds(lambda it=it: decide(_case(it), [it], pool, mind)) for it in asked]
    note = f"p50 {percentile(took, 0.5):.2f} ms"
    return at_most(f"one decision among {people:,}, p99", percentile(took, 0.99), "ms", limit_ms, len(took), note=note)


def _plan(name: str, requests: int, people: int, days: int, effort: Effort, limit_s: float) -> list[Figure]:
    asked, pool = needs(requests, days, 3), Pool(crowd(people, 4))
    plans: list[ManyPlan] = []
    took = _seconds(lambda: plans.append(plan_many(asked, pool, effort=effort)))
    [plan] = plans
    note = f"{len(plan.pairs):,} filled, {len(plan.tours):,} tours"
    gap = at_most(f"{name}: gap", 100 * plan.gap, "%", 1.0, requests, note=note)
    return [at_most(f"{name}: time", took, "s", limit_s, requests), gap]


def _case(need: Need) -> Case:
    def minutes(moment: datetime) -> float:
        return moment.timestamp() / 60

    awake = tuple([(minutes(start), minutes(end)) for start, end in waking_hours(need.now, need.slot_start)])
    now, stop = minutes(need.now), minutes(need.slot_start)
    return Case(need.request_id, now, now, stop, False, need.service, awake=awake)


def _seconds(work: Callable[[], object]) -> float:
    before = time.perf_counter()
    work()
    return time.perf_counter() - before
