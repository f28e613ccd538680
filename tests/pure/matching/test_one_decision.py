"""One decision: it keeps the rules, tells everything once, and can be made again from what was kept."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.acceptance import AcceptanceModel
from matching.cases import Asked, Case
from matching.decision import Mind, chance_before_asking, decide
from matching.policy import broadcast, ours
from matching.pool import Pool
from matching.ranking import judge, rank
from matching.record import pack, unpack
from tests.builders.crowds import crowds, needs
from tests.builders.matching import HASSELT, a_need, somebody, speaks

OURS, EVERYBODY = Mind(ours(), "ours"), Mind(broadcast(), "broadcast")


def a_case(need, **changes):
    now, start = need.now.timestamp() / 60, need.slot_start.timestamp() / 60
    usual = {"request_id": need.request_id, "now": now, "created_at": now, "deadline": start,
             "immediate": need.immediate, "service": need.service, "awake": ((now, start),)}  # fmt: skip
    return Case(**(usual | changes))


def decided(need, *people, mind=OURS, asked=()):
    return decide(a_case(need, asked=tuple(asked)), [need], Pool(people), mind)


def asked_ids(decision):
    return [it.ask.interpreter_id for it in decision.chosen]


@given(st.lists(needs, min_size=1, max_size=3), crowds)
def test_nobody_is_asked_whom_a_rule_keeps_out(options, crowd):
    decision = decide(a_case(options[0]), options, Pool(crowd), EVERYBODY)
    for it in decision.chosen:
        may = [who.candidate.interpreter_id for who in rank(options[it.ask.option], crowd).ranked]
        assert it.ask.interpreter_id in may or next(
            who.already_answered for who in crowd if who.interpreter_id == it.ask.interpreter_id
        )
    assert len(asked_ids(decision)) == len(set(asked_ids(decision)))


@given(st.lists(needs, min_size=1, max_size=3), crowds)
def test_everybody_who_speaks_the_language_is_told_once(options, crowd):
    decision = decide(a_case(options[0]), options, Pool(crowd), OURS)
    for need, told in zip(options, decision.explanation["options"], strict=True):
        assert told["could"] + sum(told["out"].values()) == told["speakers"]
        assert told["could"] == len(judge(need, Pool(crowd)).order)
        assert 0 <= told["chance"] <= 1


@given(st.lists(needs, min_size=1, max_size=3), crowds, st.data())
def test_the_same_values_give_the_same_decision_in_whatever_order_they_come(options, crowd, data):
    case = a_case(options[0])
    again = decide(case, options, Pool(data.draw(st.permutations(crowd))), OURS)
    assert again == decide(case, options, Pool(crowd), OURS)


@given(st.lists(needs, min_size=1, max_size=3), crowds)
def test_a_decision_can_be_made_again_from_what_was_kept(options, crowd):
    case = a_case(options[0], asked=(Asked(3, 0, "push", options[0].now.timestamp() / 60 - 9),))
    kept = pack(case, options, crowd)
    back, wished, people = unpack(kept)
    assert (back, wished) == (case, options)
    assert sorted(people, key=lambda it: it.interpreter_id) == sorted(crowd, key=lambda it: it.interpreter_id)
    assert pack(back, wished, people) == kept
    assert decide(back, wished, Pool(people), OURS) == decide(case, options, Pool(crowd), OURS)


def test_what_is_no_decision_is_not_read():
    with pytest.raises(ValueError, match="not a packed decision"):
        unpack(b"something else")


def test_without_anybody_it_says_so():
    decision = decided(a_need(language="xxx"))
    assert (decision.chosen, decision.explanation["reason"], decision.explanation["chance"]) == ((), "nobody_left", 0)


def test_after_the_start_nobody_is_asked():
    late = a_need(now=a_need().slot_start + timedelta(minutes=1))
    assert decided(late, somebody()).explanation["reason"] == "too_late"


def test_contradictory_wishes_leave_nobody_and_say_why():
    decision = decided(a_need(interpreter_gender="male"), somebody(1), somebody(2))
    assert decision.explanation["options"][0]["out"] == {"gender": 2}
    assert decision.explanation["changes"][0]["change"] == "gender"
    assert decision.explanation["changes"][0]["more"] == 2


def test_what_would_change_it_is_told_with_how_much():
    far = [somebody(n, home=HASSELT, travel_limit_km=10.0) for n in range(1, 7)]
    told = {it["change"]: it for it in decided(a_need(), *far).explanation["changes"]}
    assert {name: it["more"] for name, it in told.items()} == {"within_travel_limit": 6, "video": 6, "telephone": 6}
    assert told["video"]["points"] > 80


def test_where_somebody_is_as_good_as_found_nothing_has_to_change():
    near, far = [somebody(n) for n in range(1, 30)], somebody(30, home=HASSELT, travel_limit_km=10.0)
    decision = decided(a_need(), *near, far)
    assert decision.explanation["chance"] > 0.995
    assert decision.explanation["changes"] == []
    assert decision.explanation["options"][0]["out"] == {"within_travel_limit": 1}


def test_who_was_asked_and_is_silent_is_not_asked_again():
    need = a_need()
    open_offer = Asked(1, 0, "push", need.now.timestamp() / 60 - 5)
    for mind in (OURS, EVERYBODY):
        assert 1 not in asked_ids(decided(need, somebody(1), somebody(2), mind=mind, asked=[open_offer]))


def test_what_is_told_after_a_refusal_counts_it_and_not_who_refused():
    need = a_need()
    first, second = somebody(interpreter_id=1), somebody(interpreter_id=2)
    before = decided(need, first, second, mind=EVERYBODY)
    now = need.now.timestamp() / 60
    no = Asked(1, 0, "push", now - 9, now - 9, now - 8, now - 8, "no")
    after = decided(need, somebody(interpreter_id=1, already_answered=True), second, mind=EVERYBODY, asked=[no])
    hers = {it.ask.interpreter_id: it.p_yes for it in before.chosen}[2]
    [asked] = after.explanation["asked"]
    assert (asked["interpreter_id"], after.explanation["options"][0]["could"]) == (2, 1)
    assert asked["p_yes"] < hers
    assert after.explanation["chance"] <= asked["p_yes"] < before.explanation["chance"]
    both = [somebody(interpreter_id=it, already_answered=True) for it in (1, 2)]
    over = decided(need, *both, asked=[no, replace(no, interpreter_id=2)])
    assert (over.explanation["reason"], over.explanation["chance"]) == ("nobody_left", 0)


def test_an_interpreter_reads_her_own_place_and_nothing_of_others():
    decision = decided(a_need(), somebody(1), somebody(2, offers_this_week=3), mind=EVERYBODY)
    second = decision.chosen[1].facts()
    assert (second["position"], second["group_size"]) == (2, 2)
    assert set(second) == {"position", "group_size", "cost_minutes", "parts", "distance_km", "travel_minutes"}


def test_a_chance_before_asking_grows_with_people_and_time():
    few, many = Pool([somebody(1)]), Pool([somebody(n) for n in range(1, 9)])
    hour, week = (chance_before_asking(a_need(), few, OURS, it) for it in (60, 3000))
    assert 0 < hour < week < chance_before_asking(a_need(), many, OURS, 3000) <= 1
    assert chance_before_asking(a_need(), Pool(), OURS, 3000) == 0


def test_a_model_of_nonsense_still_decides():
    model = AcceptanceModel(version="odd", learned=True, coefficients=(1e9,) * 17, intercepts={1: -1e9})
    decision = decided(a_need(), somebody(1), somebody(2), mind=Mind(ours(), "ours", model))
    assert asked_ids(decision)


def test_somebody_who_speaks_only_what_is_understood_may_be_asked():
    need = a_need(understood_languages=frozenset({"ary"}))
    assert asked_ids(decided(need, somebody(languages=(speaks("ary"),)))) == [1]
