"""By way of a third language: two different people, both certified in the pivot, every hard rule for each."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.relay import RELAY_MINUTES, relays
from tests.builders.crowds import crowds, needs
from tests.builders.matching import AALST, a_need, a_translation, somebody, speaks

TWI = a_need(language="twi", service="video", place=None)
UNCERTIFIED = speaks("twi", certified_from=None)


def bilingual(interpreter_id: int, pivot: str = "eng", **changes):
    return somebody(interpreter_id, languages=(UNCERTIFIED, speaks(pivot)), **changes)


def english(interpreter_id: int, **changes):
    return somebody(interpreter_id, languages=(speaks("eng"),), **changes)


def test_two_people_make_a_way_where_nobody_can_come_directly():
    [relay] = relays(TWI, [bilingual(1), english(2)])
    assert (relay.pivot, relay.first.candidate.interpreter_id, relay.second.candidate.interpreter_id) == ("eng", 1, 2)
    assert relay.cost_minutes == relay.first.cost_minutes + relay.second.cost_minutes + RELAY_MINUTES


def test_one_person_is_no_relay_and_somebody_else_is_found_for_the_second_leg():
    assert relays(TWI, [bilingual(1)]) == []
    [relay] = relays(TWI, [bilingual(1), bilingual(2)])
    assert {relay.first.candidate.interpreter_id, relay.second.candidate.interpreter_id} == {1, 2}


@pytest.mark.parametrize(
    "people",
    [
        [],
        [english(1), english(2)],
        [somebody(1, languages=(UNCERTIFIED, speaks("eng", certified_from=None))), english(2)],
        [bilingual(1), english(2, services=frozenset({"on_site"}))],
        [bilingual(1, excludes=True), english(2)],
        [bilingual(1), somebody(2, languages=(speaks("eng", certified_from=None),))],
    ],
)
def test_a_leg_nobody_may_do_is_no_way(people):
    assert relays(TWI, people) == []


def test_the_cheapest_way_comes_first_and_never_more_than_asked_for():
    on_site = a_need(language="twi")
    people = [bilingual(1, "eng", home=AALST), english(2, home=AALST), bilingual(3, "fra"),
              somebody(4, languages=(speaks("fra"),))]  # fmt: skip
    assert [it.pivot for it in relays(on_site, people)] == ["fra", "eng"]
    assert len(relays(on_site, people, most=1)) == 1


def test_a_text_is_not_translated_twice():
    assert relays(a_translation(language="twi"), [bilingual(1), english(2)]) == []


@settings(max_examples=60)
@given(needs, crowds, st.data())
def test_nobody_is_both_and_order_changes_nothing(need, crowd, data):
    found = relays(need, crowd)
    assert found == relays(need, data.draw(st.permutations(crowd)))
    for it in found:
        assert it.first.candidate.interpreter_id != it.second.candidate.interpreter_id
        assert it.pivot != need.language
