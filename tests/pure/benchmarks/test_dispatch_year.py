"""A twentieth of the simulated year: enough to notice a policy that broke."""

import json
import subprocess
import sys
from dataclasses import fields, replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.dispatch_year import study
from benchmarks.dispatch_year.metrics import gini
from benchmarks.dispatch_year.observed import Hidden, Observed, awake_after, awake_stretches
from benchmarks.dispatch_year.optimum import Edges, most_filled
from benchmarks.dispatch_year.params import ASKED, DAY, ON_SITE, OTHER_REASON, TRANSLATION, WEEK, WORLDS
from benchmarks.dispatch_year.picture import worlds_picture
from benchmarks.dispatch_year.reality import Reality, hashed
from benchmarks.dispatch_year.record import Record
from benchmarks.dispatch_year.world import CELLS_PER_WEEK, STEP, make_pool, make_requests
from benchmarks.dispatch_year.year import Prices, Scenario, Way, bound, replay, run
from matching.cases import YES
from matching.policy import Waves

pytestmark = pytest.mark.slow

SMALL = Scenario("mid", seed=3, pool_seed=3, scale=0.05)


@cache
def small(policy: str) -> tuple[Record, dict]:
    return replay(SMALL, policy)


@cache
def hindsight() -> dict:
    return bound(SMALL, "optimum")


def closed(found: dict) -> float:
    """Return the part of the way from by hand to hindsight that is gone."""
    by_hand = small("manual")[1]["unanswered_pct"]
    return (by_hand - found["unanswered_pct"]) / (by_hand - hindsight()["unanswered_pct"])


def test_ours_closes_most_of_the_gap_at_little_nuisance():
    found = small("ours")[1]
    assert closed(found) > 0.85
    assert found["notifications_per_fill"] < 3.8
    assert found["telephone_now_minutes_p50"] < 2


def test_a_policy_that_gives_up_early_is_noticed():
    asks_once = Way(lambda _: Waves(1, 1e9, 1e9), False, Prices())
    assert closed(replay(SMALL, "once", asks_once)[1]) < 0.5


def test_nothing_does_better_than_hindsight():
    assert hindsight()["still_possible"] == 0
    for policy in ("manual", "ours"):
        assert small(policy)[1]["unanswered_pct"] >= hindsight()["unanswered_pct"]


def test_the_same_year_twice_is_the_same_to_the_last_offer():
    first, second = (replay(replace(SMALL, scale=0.02), "ours")[0] for _ in range(2))
    assert first.offers == second.offers and first.fills == second.fills


def test_nobody_is_asked_twice_and_one_yes_ends_it():
    seen, yes = set(), set()
    for it in small("ours")[0].offers:
        key = (it.search, it.who, it.option, it.channel)
        assert key not in seen
        seen.add(key)
        if it.answer == YES:
            assert it.search not in yes
            yes.add(it.search)
    assert yes == set(small("ours")[0].fills)


@pytest.mark.parametrize("policy", ["ours", "manual"])
def test_nobody_is_booked_twice_travel_included(policy):
    jobs: dict[int, list[tuple[float, float]]] = {}
    for it in small(policy)[0].fills.values():
        if it.hours and it.until > it.since:
            jobs.setdefault(it.who, []).append((it.since, it.until))
    assert sum(map(len, jobs.values())) > 500
    for mine in jobs.values():
        assert all(first[1] <= second[0] for first, second in pairwise(sorted(mine)))


def test_no_offer_breaks_a_hard_rule():
    _, pool, requests, _, weeks = SMALL.built()
    observed = Observed(pool, requests, weeks)
    observed.advance(float("inf"))
    for it in small("ours")[0].offers:
        option, n = observed.options(it.search)[it.option], it.search
        assert pool.speaks[it.who, requests.language[n]] and pool.offers_service[it.who, option.service]
        assert not pool.refuses[it.who, requests.sector[n]]
        assert pool.certified[it.who] or not requests.certificate[n]
        assert requests.wish_female[n] in (-1, pool.female[it.who])
        assert not pool.away[it.who, int(option.start // WEEK)]
        assert it.sent_at < option.deadline and 7 * 60 <= it.sent_at % DAY < 21 * 60
        if option.service == ON_SITE:
            assert pool.km_to[it.who, requests.town[n]] <= pool.radius_km[it.who]
        if option.service != TRANSLATION:
            cell = int(option.start // STEP) % CELLS_PER_WEEK
            assert pool.works[it.who, cell]


def test_only_what_a_dispatcher_could_know_can_be_read():
    _, pool, requests, _, weeks = SMALL.built()
    observed = Observed(pool, requests, weeks)
    observed.advance(float(requests.created[10]))
    assert observed.request(10, "language") >= 0
    with pytest.raises(Hidden):
        observed.request(len(requests) - 1, "language")
    with pytest.raises(Hidden):
        observed.request(10, "other_reason")
    for name in ("patience_minutes", "cancelled", "says_yes", "willing", "reality", "world"):
        with pytest.raises(Hidden):
            getattr(observed, name)
    public = {name for name in dir(Reality(WORLDS["mid"], pool, requests, 3, 1)) if not name.startswith("_")}
    assert public.isdisjoint(vars(observed))


def test_the_year_has_exactly_the_requests_of_2020():
    requests = make_requests(WORLDS["mid"], 1, 52)
    assert tuple(np.bincount(requests.service).tolist()) == ASKED
    assert tuple(np.bincount(requests.service[requests.other_reason]).tolist()) == OTHER_REASON
    assert len(requests) == 38_621 and (np.diff(requests.created) >= 0).all()
    assert (requests.start >= requests.created).all()


def test_every_language_has_somebody_and_another_salt_other_answers():
    pool = make_pool(WORLDS["scarce"], 4)
    assert pool.speaks.any(0).all() and len(pool) == 450
    drawn = hashed(1, 7, np.arange(20_000), 5, 0)
    assert drawn.mean() == pytest.approx(0.5, abs=0.01) and drawn.std() == pytest.approx(12**-0.5, abs=0.01)
    assert abs(np.corrcoef(drawn, hashed(2, 7, np.arange(20_000), 5, 0))[0, 1]) < 0.03


@st.composite
def edges(draw) -> Edges:
    """Return few people and requests, so that every choice can be tried."""
    n = draw(st.integers(1, 9))
    column = st.lists(st.integers(0, 3), min_size=n, max_size=n)
    since = np.array(draw(st.lists(st.integers(0, 12), min_size=n, max_size=n)), dtype=float)
    length = np.array(draw(st.lists(st.integers(0, 5), min_size=n, max_size=n)), dtype=float)
    return Edges(np.array(draw(column)), np.array(draw(column)), since, since + length)


def by_trying(found: Edges) -> int:
    """Return how many requests can be filled at most: every set of edges tried."""
    best = 0
    for chosen in range(1 << len(found.request)):
        rows = [n for n in range(len(found.request)) if chosen >> n & 1]
        requests = found.request[rows]
        if len(set(requests.tolist())) == len(rows) > best and not _overlap(found.rows(np.array(rows, dtype=int))):
            best = len(rows)
    return best


def _overlap(found: Edges) -> bool:
    jobs = sorted(zip(found.who, found.since, found.until, strict=True))
    jobs = [it for it in jobs if it[1] < it[2]]
    return any(one[0] == other[0] and one[2] > other[1] for one, other in pairwise(jobs))


@settings(deadline=None)
@given(edges())
def test_the_optimum_is_the_best_of_all_choices(found):
    filled, missing = most_filled(found, np.zeros(4, dtype=int))
    assert (filled.sum(), missing) == (by_trying(found), 0)


@settings(deadline=None)
@given(edges(), st.integers(0, 3))
def test_somebody_more_never_lowers_the_optimum_and_order_changes_nothing(found, who):
    week = np.zeros(4, dtype=int)
    with_her, without = most_filled(found, week)[0], most_filled(found.rows(found.who != who), week)[0]
    assert with_her.sum() >= without.sum()
    turned = found.rows(np.arange(len(found.request))[::-1])
    assert most_filled(turned, week)[0].sum() == with_her.sum()


def test_nights_do_not_count():
    assert awake_after(20 * 60, 120) == DAY + 8 * 60
    assert awake_after(3 * 60, 30) == 7 * 60 + 30
    assert awake_stretches(20 * 60, DAY + 480) == ((1200, 1260), (DAY + 420, DAY + 480))


def test_shared_alike_is_zero_and_all_to_one_is_nearly_one():
    assert gini(np.ones(50)) == pytest.approx(0)
    assert gini(np.array([0.0] * 99 + [5.0])) == pytest.approx(0.99)


def test_a_run_is_one_line_of_json():
    asked = ["--world", "process", "--policy", "manual", "--seed", "7", "--scale", "0.04", "--json"]
    command = [sys.executable, "-m", "benchmarks.dispatch_year", *asked]
    [line] = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    found = json.loads(line)
    wanted = {
        "unanswered_pct", "unanswered_pct_on_site", "unanswered_pct_telephone", "unanswered_pct_video",
        "unanswered_pct_translation", "notifications_per_fill", "offers_per_interpreter_week_p95",
        "telephone_now_minutes_p50", "telephone_now_minutes_p95", "gini_hours",
    }  # fmt: skip
    assert wanted <= found.keys()
    assert (found["world"], found["policy"], found["seed"]) == ("process", "manual", 7)


def test_the_study_compares_in_pairs():
    runs = [run(Scenario("mid", seed, seed, scale=0.02), policy) for seed in (1, 2) for policy in ("manual", "optimum")]
    runs += [{**it, "policy": "ours"} for it in runs if it["policy"] == "optimum"]
    found = study.summary(runs)["mid"]
    assert found["gap_closed_pct"] == [100.0, 0.0] and found["more_than_optimum"] == [0.0, 0.0]
    assert found["policies"]["manual"]["runs"] == 2
    assert "manual" in worlds_picture({"mid": found})
    assert {it.name for it in fields(Scenario)} <= runs[0].keys()
