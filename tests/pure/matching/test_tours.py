"""Near sites on one day are one tour: she goes straight from one to the next."""

from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.batch import Effort, Tour, plan_many
from matching.domain import NEAR_KM, Job, Place, road_km, travel_minutes
from matching.edges import edges_of
from matching.pool import Pool
from matching.ranking import USUAL, rank
from matching.record import pack, unpack
from matching.shortlist import shortlists
from tests.builders.crowds import slots
from tests.builders.matching import AALST, GENT, HASSELT, HOUR, MONDAY_9H, a_need, somebody
from tests.pure.matching.test_one_decision import a_case

NEXT_DOOR = Place(51.0560, 3.7300)  # a kilometre from GENT by the line
FROM_AALST = travel_minutes(road_km(AALST, GENT))
HALF_AN_HOUR = timedelta(minutes=30)


def job(place=GENT, start=MONDAY_9H - 2 * HOUR, hours=1.0, travel=FROM_AALST):
    return Job(start, start + hours * HOUR, place, travel)


def coming_from(*jobs, **changes):
    """Return somebody from Aalst with other work that day."""
    return somebody(1, home=AALST, jobs=jobs, **changes)


def test_a_near_job_just_before_is_no_obstacle_although_going_home_between_would_be():
    before = job(start=MONDAY_9H - 1.5 * HOUR)
    [who] = rank(a_need(place=NEXT_DOOR), [coming_from(before)]).ranked
    assert FROM_AALST > 20 and dict(who.parts)["same_tour"] < 0
    busy = replace(coming_from(), busy=((before.start - FROM_AALST * HOUR / 60, before.end + FROM_AALST * HOUR / 60),))
    assert rank(a_need(place=NEXT_DOOR), [busy]).rejected[0].reasons == ("is_free",)


def test_a_far_job_is_an_obstacle_and_so_is_one_that_leaves_no_time_for_the_leg():
    far = job(place=HASSELT, start=MONDAY_9H - 1.5 * HOUR)
    just_over = job(start=MONDAY_9H - HOUR, hours=0.95)
    over_it = job(start=MONDAY_9H + HALF_AN_HOUR)
    for it in (far, just_over, over_it):
        assert rank(a_need(place=NEXT_DOOR), [coming_from(it)]).rejected[0].reasons == ("is_free",)


def test_a_call_is_made_from_home_so_the_way_home_counts():
    before = job(start=MONDAY_9H - 1.5 * HOUR)
    call = a_need(service="telephone", place=None)
    assert rank(call, [coming_from(before)]).rejected[0].reasons == ("is_free",)
    assert rank(call, [coming_from(job(start=MONDAY_9H - 3 * HOUR))]).ranked


def test_a_tour_makes_somebody_cheaper_and_a_long_wait_does_not():
    cost = {
        wait: rank(a_need(place=NEXT_DOOR), [coming_from(job(start=MONDAY_9H - HOUR - wait * HOUR))])
        .ranked[0]
        .cost_minutes
        for wait in (0.5, 5)
    }
    assert cost[0.5] < cost[5] == rank(a_need(place=NEXT_DOOR), [coming_from()]).ranked[0].cost_minutes


def test_jobs_are_kept_with_a_decision():
    case, needs, people = a_case(a_need()), [a_need()], [coming_from(job())]
    assert unpack(pack(case, needs, people)) == (case, needs, people)


def row_of_jobs(count: int, gap: timedelta = HALF_AN_HOUR, place=GENT):
    return [
        a_need(
            request_id=n,
            slot_start=MONDAY_9H + n * (HOUR + gap),
            slot_end=MONDAY_9H + n * (HOUR + gap) + HOUR,
            place=place,
        )
        for n in range(count)
    ]


def test_one_person_does_a_day_of_near_jobs_that_she_could_not_do_by_way_of_home():
    only = Pool([somebody(1, home=AALST)])
    tour = plan_many(row_of_jobs(3), only)
    assert tour.unfilled == () and tour.gap == 0
    [found] = tour.tours
    leg = travel_minutes(0.0)
    assert found == Tour(1, (0, 1, 2), pytest.approx(4 * FROM_AALST - 2 * leg))
    alone = plan_many(row_of_jobs(3), only, effort=Effort(near_km=0))
    assert len(alone.pairs) == 2 and alone.tours == ()


def test_a_tour_is_never_planned_where_the_leg_takes_too_long():
    plan = plan_many(row_of_jobs(2, gap=timedelta(minutes=5)), Pool([somebody(1, home=AALST)]))
    assert len(plan.pairs) == 1 and plan.tours == ()


places = st.sampled_from([GENT, NEXT_DOOR, AALST, None])
many = st.lists(st.tuples(slots, places), min_size=1, max_size=7)


@settings(max_examples=40)
@given(many, st.integers(1, 3))
def test_nobody_is_planned_where_she_cannot_be_and_the_bound_holds(asked, people):
    needs = [
        a_need(request_id=n, slot_start=slot[0], slot_end=slot[1], place=place) for n, (slot, place) in enumerate(asked)
    ]
    crowd = [somebody(n, home=GENT if n % 2 else AALST) for n in range(1, people + 1)]
    plan = plan_many(needs, Pool(crowd))
    home = {it.interpreter_id: it.home for it in crowd}
    for one in plan.pairs:
        for other in plan.pairs:
            if one.request_id < other.request_id and one.interpreter_id == other.interpreter_id:
                assert can_do_both(home[one.interpreter_id], needs[one.request_id], needs[other.request_id])
    assert plan.value <= plan.bound + 1e-6
    assert plan.value >= plan_many(needs, Pool(crowd), effort=Effort(near_km=0)).value - 1e-6


@settings(max_examples=40)
@given(many, st.integers(1, 3))
def test_the_exact_answer_knows_of_every_clash_and_of_no_other(asked, people):
    needs = [
        a_need(request_id=n, slot_start=slot[0], slot_end=slot[1], place=place) for n, (slot, place) in enumerate(asked)
    ]
    crowd = [somebody(n, home=GENT if n % 2 else AALST) for n in range(1, people + 1)]
    home = {it.interpreter_id: it.home for it in crowd}
    lists = shortlists(needs, Pool(crowd), USUAL, width=9, filled_minutes=600.0)
    edges = edges_of(needs, lists, 600.0, NEAR_KM)
    clash = {
        (one, other)
        for one, other in combinations(range(len(edges)), 2)
        if edges.person[one] == edges.person[other]
        and not can_do_both(home[edges.person[one]], needs[edges.request[one]], needs[edges.request[other]])
    }
    groups = [edges.rivals[[n]].indices.tolist() for n in range(edges.rivals.shape[0])]
    assert {pair for it in groups for pair in combinations(sorted(it), 2)} == clash
    assert {(it, int(job)) for it in range(len(edges)) for job in edges.against(it) if it < job} == clash


def can_do_both(home, one, other) -> bool:
    first, second = sorted((one, other), key=lambda it: it.slot_start)
    between = (second.slot_start - first.slot_end) / timedelta(minutes=1)
    way = [60 if it.place is None else travel_minutes(road_km(home, it.place)) for it in (first, second)]
    if between >= sum(way):
        return True
    if first.place is None or second.place is None or road_km(first.place, second.place) > 15:
        return False
    return between >= travel_minutes(road_km(first.place, second.place))
