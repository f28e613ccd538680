"""The hard rules: one broken rule keeps somebody out, and is named."""

from datetime import date, timedelta

import pytest

from matching.domain import Candidate, Need, road_km
from matching.hard import REASONS
from matching.ranking import rank
from tests.builders.matching import (
    AALST,
    BRUSSEL,
    GENT,
    HASSELT,
    HOUR,
    MONDAY_9H,
    a_call_now,
    a_need,
    a_translation,
    somebody,
    speaks,
)


def reasons(need: Need, who: Candidate) -> tuple[str, ...]:
    """Return why `who` may not come; nothing when she may."""
    return tuple(reason for it in rank(need, [who]).rejected for reason in it.reasons)


def test_somebody_against_whom_nothing_speaks_may_come():
    assert reasons(a_need(), somebody()) == ()


@pytest.mark.parametrize(
    ("reason", "need", "changes"),
    [
        ("inactive", a_need(), {"active": False}),
        ("speaks_language", a_need(), {"languages": (speaks("tur"),)}),
        ("is_certified", a_need(), {"languages": (speaks(certified_from=None),)}),
        ("direction", a_need(), {"languages": (speaks(direction="to_dutch"),)}),
        ("offers_service", a_need(), {"services": frozenset({"telephone"})}),
        ("gender", a_need(interpreter_gender="male"), {"gender": "female"}),
        ("within_travel_limit", a_need(), {"home": HASSELT, "travel_limit_km": 40.0}),
        ("arrives_in_time", a_need(now=MONDAY_9H - HOUR), {"home": HASSELT}),
        ("is_free", a_need(), {"busy": ((MONDAY_9H, MONDAY_9H + HOUR),)}),
        ("is_available", a_need(), {"available": False}),
        ("is_present", a_call_now(), {"present": False}),
        ("excluded", a_need(), {"excludes": True}),
        ("excluded", a_need(excluded_interpreters=frozenset({1})), {}),
        ("is_available", a_need(), {"week": ()}),
        ("hours_cap", a_need(), {"over_hours_cap": True}),
        ("knows_client", a_need(), {"knows_client": True}),
        ("already_answered", a_need(), {"already_answered": True}),
        ("quiet_hours", a_need(), {"quiet": True}),
    ],
)
def test_one_broken_rule_keeps_somebody_out_and_is_named(reason, need, changes):
    assert reasons(need, somebody(**changes)) == (reason,)


def test_every_broken_rule_is_named():
    nobody = somebody(
        active=False, languages=(), services=frozenset(), gender="male", home=HASSELT, travel_limit_km=1.0,
        busy=((MONDAY_9H, MONDAY_9H + HOUR),), available=False, excludes=True, already_answered=True, quiet=True,
        over_hours_cap=True, knows_client=True,
    )  # fmt: skip
    need = a_need(interpreter_gender="female", now=MONDAY_9H)
    about_a_language_or_a_call = {"is_certified", "direction", "is_present"}
    assert reasons(need, nobody) == tuple(it for it in REASONS if it not in about_a_language_or_a_call)


def test_the_nearest_miss_is_shown_first():
    far_off, near_miss = somebody(1, quiet=True, active=False), somebody(2, quiet=True)
    rejected = rank(a_need(), [far_off, near_miss]).rejected
    assert [it.candidate for it in rejected] == [near_miss, far_off]


def test_quiet_hours_pass_by_themselves_but_a_missing_language_does_not():
    sleeping, speechless = rank(a_need(), [somebody(1, quiet=True), somebody(2, quiet=True, languages=())]).rejected
    assert (sleeping.only_for_now, speechless.only_for_now) == (True, False)


class TestLanguage:
    def test_a_speaker_of_an_understood_language_may_come(self):
        maghreb = somebody(languages=(speaks("ary"),))
        assert reasons(a_need(), maghreb) == ("speaks_language",)
        assert reasons(a_need(understood_languages=frozenset({"ary"})), maghreb) == ()

    def test_the_certificate_must_be_in_the_language_that_will_be_spoken(self):
        who = somebody(languages=(speaks("arb", certified_from=None), speaks("tur")))
        assert reasons(a_need(), who) == ("is_certified",)

    def test_a_certificate_in_one_skill_does_not_make_up_for_the_direction_of_another(self):
        who = somebody(languages=(speaks("arb", certified_from=None), speaks("ary", direction="to_dutch")))
        assert reasons(a_need(understood_languages=frozenset({"ary"})), who) == ("is_certified",)

    def test_wrong_direction_and_no_certificate_are_both_named(self):
        who = somebody(languages=(speaks(direction="to_dutch", certified_from=None),))
        assert reasons(a_need(), who) == ("is_certified", "direction")

    def test_without_a_certificate_somebody_may_come_where_none_is_required(self):
        uncertified = somebody(languages=(speaks(certified_from=None),))
        assert reasons(a_need(certificate_required=False), uncertified) == ()

    @pytest.mark.parametrize(
        ("certified_from", "certified_until", "may_come"),
        [
            (date(2026, 12, 7), None, True),
            (date(2026, 12, 8), None, False),
            (date(2020, 1, 1), date(2026, 12, 7), True),
            (date(2020, 1, 1), date(2026, 12, 6), False),
        ],
    )
    def test_a_certificate_counts_on_its_first_and_last_day(self, certified_from, certified_until, may_come):
        who = somebody(languages=(speaks(certified_from=certified_from, certified_until=certified_until),))
        assert (reasons(a_need(), who) == ()) is may_come

    def test_the_day_of_the_certificate_is_a_belgian_day(self):
        # 23:30 UTC on Sunday is half past midnight on Monday in Gent
        half_past_midnight = MONDAY_9H - timedelta(hours=9, minutes=30)
        need = a_need(slot_start=half_past_midnight, slot_end=half_past_midnight + HOUR)
        assert reasons(need, somebody(languages=(speaks(certified_until=date(2026, 12, 6)),))) == ("is_certified",)

    def test_a_translator_must_still_be_certified_on_the_day_of_the_deadline(self):
        who = somebody(languages=(speaks(certified_until=date(2026, 12, 8)),))
        assert reasons(a_translation(), who) == ("is_certified",)

    @pytest.mark.parametrize(
        ("asked", "offered", "may_come"),
        [
            ("from_dutch", "from_dutch", True),
            ("from_dutch", "both", True),
            ("from_dutch", "to_dutch", False),
            ("both", "from_dutch", False),
        ],
    )
    def test_a_translation_goes_to_whoever_works_in_its_direction(self, asked, offered, may_come):
        who = somebody(languages=(speaks(direction=offered),))
        assert (reasons(a_translation(direction=asked), who) == ()) is may_come


class TestBeingFree:
    def test_work_that_ends_where_the_journey_begins_is_no_obstacle(self):
        # Within one town the journey takes ten minutes
        done = MONDAY_9H - timedelta(minutes=10)
        assert reasons(a_need(), somebody(busy=((done - HOUR, done),))) == ()
        assert reasons(a_need(), somebody(busy=((done - HOUR, done + timedelta(seconds=1)),))) == ("is_free",)

    def test_the_journey_home_counts_too(self):
        home_again = MONDAY_9H + HOUR + timedelta(minutes=10)
        assert reasons(a_need(), somebody(busy=((home_again, home_again + HOUR),))) == ()
        assert reasons(a_need(), somebody(busy=((home_again - timedelta(seconds=1), home_again + HOUR),))) == (
            "is_free",
        )

    def test_by_telephone_one_call_may_follow_the_other(self):
        need = a_need(service="telephone")
        around = ((MONDAY_9H - HOUR, MONDAY_9H), (MONDAY_9H + HOUR, MONDAY_9H + 2 * HOUR))
        assert reasons(need, somebody(busy=around)) == ()

    def test_a_translation_is_done_between_appointments(self):
        assert reasons(a_translation(), somebody(busy=((MONDAY_9H, MONDAY_9H + HOUR),))) == ()

    def test_nobody_has_to_be_available_for_all_the_days_until_a_deadline(self):
        assert reasons(a_translation(), somebody(available=False)) == ()

    def test_somebody_with_an_unknown_home_is_kept_free_for_an_hour_of_travel(self):
        busy = ((MONDAY_9H - 2 * HOUR, MONDAY_9H - timedelta(minutes=59)),)
        assert reasons(a_need(), somebody(home=None, busy=busy)) == ("is_free",)


class TestTravel:
    def test_a_limit_counts_only_when_somebody_travels(self):
        homebody = somebody(home=HASSELT, travel_limit_km=0.0)
        assert reasons(a_need(), homebody) == ("within_travel_limit",)
        assert reasons(a_need(service="video"), homebody) == ()

    def test_somebody_comes_exactly_as_far_as_her_limit(self):
        limit = road_km(AALST, GENT)
        assert reasons(a_need(), somebody(home=AALST, travel_limit_km=limit)) == ()
        assert reasons(a_need(), somebody(home=AALST, travel_limit_km=limit - 0.1)) == ("within_travel_limit",)

    def test_without_a_limit_somebody_comes_from_anywhere(self):
        assert reasons(a_need(), somebody(home=HASSELT, travel_limit_km=None)) == ()

    @pytest.mark.parametrize("unknown", [{"home": None}, {"home": BRUSSEL}])
    def test_an_unknown_distance_breaks_no_rule(self, unknown):
        need = a_need(place=None, now=MONDAY_9H)
        assert reasons(need, somebody(travel_limit_km=5.0, **unknown)) == ()

    def test_whoever_lives_around_the_corner_can_still_come_ten_minutes_before(self):
        assert reasons(a_need(now=MONDAY_9H - timedelta(minutes=10)), somebody()) == ()
        assert reasons(a_need(now=MONDAY_9H - timedelta(minutes=9)), somebody()) == ("arrives_in_time",)


class TestCallNow:
    def test_being_present_is_enough_outside_the_usual_week(self):
        assert reasons(a_call_now(), somebody(present=True, available=False)) == ()

    def test_a_page_left_open_rings_nobody_out_of_bed(self):
        assert reasons(a_call_now(), somebody(present=True, quiet=True)) == ("quiet_hours",)

    def test_a_reserved_call_needs_no_presence(self):
        assert reasons(a_need(service="telephone"), somebody(present=False)) == ()


def test_a_need_without_any_time_is_refused():
    with pytest.raises(ValueError, match="empty slot"):
        a_need(slot_end=MONDAY_9H)
