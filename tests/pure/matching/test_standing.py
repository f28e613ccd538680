"""Where somebody stood when others were asked, told to herself: her reasons, or her place."""

from dataclasses import replace

from hypothesis import given, settings

from matching.decision import Mind, decide
from matching.pool import Pool
from matching.standing import standing_of
from matching.turns import InTurn
from tests.builders.crowds import crowds, needs
from tests.builders.matching import AALST, a_need, somebody, speaks
from tests.pure.matching.test_one_decision import a_case

ONE = Mind(InTurn(1), "in_turn")


def stand(who: int, *people, need=None):
    need = need or a_need()
    pool = Pool(people)
    return standing_of(who, [need], pool, ONE, decide(a_case(need), [need], pool, ONE))


def test_who_could_come_hears_her_place_and_how_much_dearer_she_was():
    [it] = stand(2, somebody(1), somebody(2, home=AALST), somebody(3, gender="male", services=frozenset({"video"})))
    assert (it["position"], it["group_size"], it["asked"], it["reasons"]) == (2, 2, 1, [])
    assert it["behind_minutes"] is not None and it["behind_minutes"] > 20


def test_who_could_not_hears_every_reason_of_her_own():
    [it] = stand(2, somebody(1), somebody(2, services=frozenset({"video"}), travel_limit_km=0.0, home=AALST))
    assert it["position"] is None and set(it["reasons"]) == {"offers_service", "within_travel_limit"}


def test_who_does_not_speak_the_language_has_no_place_to_hear_of():
    assert stand(2, somebody(1), somebody(2, languages=(speaks("tur"),))) == []


@settings(max_examples=60)
@given(needs, crowds)
def test_everybody_who_speaks_it_has_either_a_place_or_a_reason(need, crowd):
    for who in crowd:
        for it in stand(who.interpreter_id, *crowd, need=replace(need, request_id=7)):
            assert (it["position"] is None) == bool(it["reasons"])
            assert it["position"] is None or 1 <= it["position"] <= it["group_size"]
