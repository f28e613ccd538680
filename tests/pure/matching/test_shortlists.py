"""Whom a plan looks at: who would be asked first, but not the same few for everything at one hour."""

from dataclasses import replace
from datetime import time, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.batch import Effort, plan_many
from matching.domain import Place
from matching.hours import Stretch
from matching.pool import Pool
from matching.ranking import USUAL, Weights, least_cost, rank
from matching.shortlist import shortlists
from tests.builders.crowds import crowds, needs, slots
from tests.builders.matching import AALST, GENT, HOUR, MONDAY_9H, a_need, somebody
from tests.pure.matching.test_tours import coming_from, job

EVERYBODY = 1000


def first_of_all(need, crowd, weights=USUAL, most=EVERYBODY):
    return [(it.candidate.interpreter_id, it.cost_minutes) for it in rank(need, crowd, weights).ranked[:most]]


def listed(asked, crowd, weights=USUAL, width=EVERYBODY):
    found = shortlists(asked, Pool(crowd), weights, width=width, filled_minutes=float("inf"))
    return [list(zip(it.ids.tolist(), it.cost.tolist(), strict=True)) for it in found]


@given(needs, st.lists(slots, max_size=4), st.sets(st.integers(1, 50), max_size=3), crowds)
def test_the_same_work_at_other_hours_is_judged_as_if_it_were_alone(need, hours, out, crowd):
    other = [
        replace(need, request_id=n, slot_start=start, slot_end=end, now=min(need.now, start))
        for n, (start, end) in enumerate(hours, 2)
    ]
    asked = [need, *other, replace(need, request_id=9, excluded_interpreters=frozenset(out))]
    assert listed(asked, crowd) == [first_of_all(it, crowd) for it in asked]


def test_who_may_come_at_one_hour_may_not_at_another():
    at_work = ((MONDAY_9H, MONDAY_9H + HOUR),)
    mornings = (Stretch(0, time(8), time(12)),)
    crowd = [somebody(1), somebody(2, busy=at_work), somebody(3, week=mornings), somebody(4, home=AALST)]
    early, late = (a_need(request_id=n, slot_start=MONDAY_9H + n * HOUR, slot_end=MONDAY_9H + (n + 1) * HOUR)
                   for n in (0, 6))  # fmt: skip
    asked = [early, replace(late, excluded_interpreters=frozenset({1})), replace(early, now=MONDAY_9H - HOUR / 3)]
    assert listed(asked, crowd) == [first_of_all(it, crowd) for it in asked]
    assert [{who for who, _ in it} for it in listed(asked, crowd)] == [{1, 3, 4}, {2, 4}, {1, 3}]


def test_a_tour_makes_somebody_cheaper_at_one_hour_and_not_at_another():
    crowd = [coming_from(job(start=MONDAY_9H - 1.5 * HOUR)), somebody(2, home=AALST)]
    asked = [a_need(request_id=n, slot_start=MONDAY_9H + n * HOUR, slot_end=MONDAY_9H + (n + 1) * HOUR) for n in (0, 6)]
    at_once, later = listed(asked, crowd)
    assert [at_once, later] == [first_of_all(it, crowd) for it in asked]
    assert at_once[0][1] < later[0][1]


@pytest.mark.parametrize("weights", [USUAL, Weights(travel=0.1), Weights(travel=-1.0)])
@pytest.mark.parametrize("service", ["on_site", "telephone"])
def test_nobody_cheaper_is_overlooked_in_a_large_crowd(service, weights):
    draw = Random(5)
    crowd = [
        somebody(
            n,
            home=Place(draw.uniform(50.7, 51.3), draw.uniform(2.6, 5.8)) if n % 9 else None,
            assigned_minutes_this_month=draw.randrange(0, 3000),
            offers_this_week=draw.randrange(0, 5),
            worked_here_before=n % 7 == 0,
            busy=((MONDAY_9H, MONDAY_9H + HOUR),) if n % 3 else (),
        )
        for n in range(1, 1300)
    ]
    need = a_need(service=service)
    assert listed([need], crowd, weights, width=150) == [first_of_all(need, crowd, weights, most=150)]


@pytest.mark.parametrize("service", ["on_site", "telephone"])
def test_nobody_costs_less_than_she_costs_at_least(service):
    near = job(start=MONDAY_9H - 2 * HOUR)
    crowd = [coming_from(near), somebody(2, home=AALST, offers_this_week=2), somebody(3, home=None), somebody(4)]
    need, pool = a_need(service=service), Pool(crowd)
    least = least_cost(pool.everybody().columns, USUAL, need.place if service == "on_site" else None)
    cost = dict(first_of_all(need, crowd))
    assert len(cost) == len(crowd)
    assert all(at_least <= cost[who.interpreter_id] for who, at_least in zip(pool.people, least, strict=True))
    assert least[1] == cost[2]  # without other work and in her own language nothing is added


def test_requests_at_one_hour_are_not_all_offered_to_the_same_few():
    crowd = [somebody(n, assigned_minutes_this_month=n) for n in range(12)]
    asked = [a_need(request_id=n, service="telephone", place=None) for n in range(12)]
    assert plan_many(asked, Pool(crowd), effort=Effort(width=3)).unfilled == ()


def test_where_nobody_else_speaks_it_all_are_looked_at_for_everything():
    crowd = [somebody(n, home=GENT) for n in range(2)]
    asked = [a_need(request_id=n, slot_start=MONDAY_9H + timedelta(minutes=n)) for n in range(5)]
    assert [len(it) for it in listed(asked, crowd, width=2)] == [2] * 5
