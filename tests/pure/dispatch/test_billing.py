"""Fees, travel and late cancellations, to the cent."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.billing.domain import (
    SEED_TARIFFS,
    Tariff,
    fee_cents,
    late_cancellation_cents,
    tariff_on,
    travel_cents,
)
from dispatch.billing.errors import BadMeasure, BadTariff, NoTariff
from kernel.errors import Invalid

[ON_SITE] = SEED_TARIFFS["on_site"]
days_of_work = st.integers(0, 24 * 60)
tariffs = st.builds(
    Tariff,
    first_hour_cents=st.integers(0, 10_000),
    quarter_cents=st.integers(0, 3_000),
    km_cents=st.integers(0, 100),
    km_cap=st.integers(0, 300),
    late_fee_cents=st.integers(0, 10_000),
    valid_from=st.just(date(2020, 1, 1)),
    valid_until=st.none(),
    source=st.just("any"),
)


class TestFee:
    @pytest.mark.parametrize(
        ("minutes", "cents"),
        [
            (0, 0),
            (1, 800),
            (60, 800),
            (61, 1_000),
            (75, 1_000),
            (76, 1_200),
            (120, 1_600),
            (1_440, 19_200),
        ],
    )
    def test_the_first_hour_is_whole_and_then_every_started_quarter_counts(self, minutes, cents):
        assert fee_cents(ON_SITE, minutes) == cents

    @pytest.mark.parametrize(("minutes", "why"), [(-1, "negative"), (1_441, "too_long")])
    def test_less_than_nothing_or_more_than_a_day_is_refused(self, minutes, why):
        with pytest.raises(BadMeasure) as refused:
            fee_cents(ON_SITE, minutes)
        assert refused.value.facts == {"fields": {"minutes": why}}

    @given(tariffs, days_of_work, days_of_work)
    def test_longer_work_is_never_cheaper(self, tariff, one, other):
        short, long = sorted([one, other])
        assert fee_cents(tariff, short) <= fee_cents(tariff, long)

    @given(tariffs, st.integers(60, 24 * 60 - 15))
    def test_after_the_first_hour_fifteen_minutes_more_are_exactly_one_quarter(self, tariff, minutes):
        assert fee_cents(tariff, minutes + 15) - fee_cents(tariff, minutes) == tariff.quarter_cents


class TestTravel:
    @pytest.mark.parametrize(
        ("km", "cents"),
        [(0, 0), (1, 33), (10.1, 333), (42.5, 1_403), (149.9, 4_947), (150, 4_950), (150.1, 4_950), (900, 4_950)],
    )
    def test_each_kilometre_is_paid_up_to_one_hundred_and_fifty(self, km, cents):
        assert travel_cents(ON_SITE, km) == cents

    def test_half_a_cent_is_rounded_up(self):
        two_cents = replace(ON_SITE, km_cents=2)
        assert [travel_cents(two_cents, km) for km in (0.24, 0.25, 1.25)] == [0, 1, 3]

    def test_a_decimal_and_a_float_cost_the_same(self):
        assert travel_cents(ON_SITE, Decimal("42.5")) == travel_cents(ON_SITE, 42.5)

    @pytest.mark.parametrize("service", ["telephone", "video"])
    def test_only_who_travels_is_paid_for_travel(self, service):
        [tariff] = SEED_TARIFFS[service]
        assert travel_cents(tariff, 80) == 0

    @pytest.mark.parametrize(
        ("km", "why"), [(-0.1, "negative"), (float("nan"), "not_a_number"), (float("inf"), "not_a_number")]
    )
    def test_what_is_no_distance_is_refused(self, km, why):
        with pytest.raises(BadMeasure) as refused:
            travel_cents(ON_SITE, km)
        assert refused.value.facts == {"fields": {"travel_km": why}}

    @given(tariffs, st.floats(0, 1_000), st.floats(0, 1_000))
    def test_farther_is_never_cheaper_and_never_above_the_cap(self, tariff, one, other):
        near, far = sorted([one, other])
        assert travel_cents(tariff, near) <= travel_cents(tariff, far) <= tariff.km_cap * tariff.km_cents


class TestLateCancellation:
    def test_it_costs_a_fixed_fee(self):
        assert late_cancellation_cents(ON_SITE) == 800

    def test_who_was_on_the_way_is_paid_her_travel_too(self):
        assert late_cancellation_cents(ON_SITE, 20) == 800 + 660

    def test_a_distance_below_zero_is_refused(self):
        with pytest.raises(BadMeasure):
            late_cancellation_cents(ON_SITE, -1)


class TestWhichTariff:
    OLD = replace(ON_SITE, valid_until=date(2019, 12, 31))
    NEW = replace(ON_SITE, first_hour_cents=900, valid_from=date(2020, 1, 1))

    @pytest.mark.parametrize(("day", "tariff"), [(date(2019, 12, 31), OLD), (date(2020, 1, 1), NEW)])
    def test_the_day_of_the_performance_decides(self, day, tariff):
        assert tariff_on([self.NEW, self.OLD], day) == tariff

    def test_a_later_tariff_takes_over_from_one_without_an_end(self):
        assert tariff_on([ON_SITE, self.NEW], date(2024, 1, 1)) == self.NEW

    def test_a_day_without_a_tariff_is_refused_by_name(self):
        with pytest.raises(NoTariff) as refused:
            tariff_on([self.OLD], date(2020, 1, 1))
        assert refused.value.facts == {"day": "2020-01-01"}

    def test_the_seeds_say_where_they_come_from(self):
        seeds = [it for tariffs_of_service in SEED_TARIFFS.values() for it in tariffs_of_service]
        assert all("A-D3" in it.source for it in seeds)
        assert "translation" not in SEED_TARIFFS


class TestBadTariffs:
    @pytest.mark.parametrize("name", ["first_hour_cents", "quarter_cents", "km_cents", "km_cap", "late_fee_cents"])
    def test_an_amount_below_zero_is_refused(self, name):
        with pytest.raises(BadTariff) as refused:
            replace(ON_SITE, **{name: -1})
        assert refused.value.facts == {"fields": {name: "negative"}}

    def test_a_tariff_cannot_end_before_it_begins(self):
        with pytest.raises(BadTariff) as refused:
            replace(ON_SITE, valid_until=date(2016, 12, 31))
        assert refused.value.facts == {"fields": {"valid_until": "before_start"}}

    def test_these_refusals_are_about_what_was_given(self):
        assert issubclass(BadTariff, Invalid)
        assert issubclass(BadMeasure, Invalid)
