"""The soft rules: prices in minutes, and the facts that explain them."""

import json

import pytest

from matching.domain import Candidate, Need
from matching.ranking import Ranked, Weights, explain_rank, rank
from tests.builders.matching import AALST, GENT, HASSELT, OOSTENDE, a_need, somebody, speaks

USUAL = Weights()


def order(need: Need, *candidates: Candidate, weights: Weights = USUAL) -> list[int]:
    return [it.candidate.interpreter_id for it in rank(need, candidates, weights).ranked]


def only(need: Need, who: Candidate) -> Ranked:
    [ranked] = rank(need, [who]).ranked
    return ranked


def test_the_nearest_comes_first():
    assert order(a_need(), somebody(1, home=OOSTENDE), somebody(2, home=GENT), somebody(3, home=AALST)) == [2, 3, 1]


def test_by_video_distance_does_not_count():
    assert order(a_need(service="video"), somebody(1, home=HASSELT), somebody(2, home=GENT)) == [1, 2]


def test_whoever_worked_least_this_month_comes_first():
    busy, idle = somebody(1, assigned_minutes_this_month=1200), somebody(2, assigned_minutes_this_month=60)
    assert order(a_need(), busy, idle) == [2, 1]


def test_whoever_was_asked_often_this_week_is_left_in_peace():
    assert order(a_need(), somebody(1, offers_this_week=9), somebody(2, offers_this_week=1)) == [2, 1]


def test_a_familiar_face_beats_twenty_minutes_of_travel():
    twenty_minutes_away = somebody(2, home=AALST, worked_here_before=True)
    extra = only(a_need(), twenty_minutes_away).travel_minutes - only(a_need(), somebody(1)).travel_minutes
    weights = Weights(worked_here_bonus_minutes=extra + 1)
    assert order(a_need(), somebody(1), twenty_minutes_away, weights=weights) == [2, 1]
    weights = Weights(worked_here_bonus_minutes=extra - 1)
    assert order(a_need(), somebody(1), twenty_minutes_away, weights=weights) == [1, 2]


def test_the_asked_language_comes_before_one_that_is_understood():
    need = a_need(understood_languages=frozenset({"ary"}))
    assert order(need, somebody(1, languages=(speaks("ary"),)), somebody(2)) == [2, 1]


def test_where_none_is_required_a_certificate_still_counts():
    need = a_need(certificate_required=False)
    assert order(need, somebody(1, languages=(speaks(certified_from=None),)), somebody(2)) == [2, 1]


def test_somebody_is_judged_by_the_skill_that_serves_best():
    need = a_need(certificate_required=False, understood_languages=frozenset({"ary"}))
    both = somebody(languages=(speaks("ary"), speaks("arb", certified_from=None)))
    assert dict(only(need, both).parts)["uncertified"] == USUAL.uncertified_minutes
    assert "related_language" not in dict(only(need, both).parts)


def test_equal_costs_are_ordered_by_interpreter_id():
    assert order(a_need(), somebody(3), somebody(1), somebody(2)) == [1, 2, 3]


def test_whoever_thinks_about_an_offer_keeps_her_place_in_the_order():
    assert order(a_need(), somebody(1, has_open_offer=True), somebody(2)) == [1, 2]


def test_the_price_is_the_sum_of_its_parts_and_free_parts_are_left_out():
    who = somebody(assigned_minutes_this_month=100, offers_this_week=2, worked_here_before=True)
    ranked = only(a_need(), who)
    assert ranked.parts == (("travel", 10), ("workload", 5), ("recent_offers", 6), ("worked_here_before", -30))
    assert ranked.cost_minutes == -9


def test_weights_change_the_order():
    far, often_asked = somebody(1, home=OOSTENDE), somebody(2, offers_this_week=5)
    assert order(a_need(), far, often_asked) == [2, 1]
    assert order(a_need(), far, often_asked, weights=Weights(recent_offer_minutes=60)) == [1, 2]
    assert order(a_need(), far, often_asked, weights=Weights(travel=0.1)) == [1, 2]


def test_an_unknown_home_costs_an_hour_of_travel_and_claims_no_distance():
    ranked = only(a_need(), somebody(home=None))
    assert (ranked.distance_km, ranked.travel_minutes) == (None, 60)


class TestExplaining:
    def test_an_offer_keeps_the_facts_of_its_place_in_the_order(self):
        facts = explain_rank(only(a_need(), somebody(offers_this_week=1)), 2, 12)
        assert facts == {
            "position": 2,
            "group_size": 12,
            "cost_minutes": 13,
            "parts": {"travel": 10, "recent_offers": 3},
            "distance_km": 0,
            "travel_minutes": 10,
        }

    def test_the_facts_can_be_stored_as_json(self):
        facts = explain_rank(only(a_need(), somebody(home=AALST)), 1, 1)
        assert json.loads(json.dumps(facts)) == facts

    def test_that_she_knows_the_client_is_not_told_before_she_said_yes(self):
        facts = explain_rank(only(a_need(), somebody(same_client=True, worked_here_before=True)), 1, 1)
        assert facts["parts"] == {"travel": 10, "worked_here_before": -90}

    @pytest.mark.parametrize("position", [0, 4])
    def test_a_place_outside_the_group_is_refused(self, position):
        with pytest.raises(ValueError, match="of 3"):
            explain_rank(only(a_need(), somebody()), position, 3)
