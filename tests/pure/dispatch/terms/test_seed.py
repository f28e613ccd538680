"""The terms a new house begins with: complete, without doubt about which one counts, each with its source."""

from itertools import combinations

import pytest

from dispatch.terms.domain import NO_END, Terms, plan_for, value_fits
from dispatch.terms.services import first_terms

FIRST = first_terms()
TERMS = Terms(FIRST)
BOOKED = ("on_site", "telephone", "video")


def test_no_two_terms_speak_about_the_same_lead() -> None:
    for one, other in combinations(FIRST, 2):
        if (one.name, one.service) == (other.name, other.service):
            assert one.band_to <= other.band_from or other.band_to <= one.band_from, (one, other)


def test_every_term_has_a_value_that_may_be_typed_and_a_source() -> None:
    assert all(value_fits(it.name, it.unit, it.value) and it.source for it in FIRST)
    assert {it.source for it in FIRST} == {"voorstel", "AgII", "Gov-Tolk", "Concorde"}


@pytest.mark.parametrize("service", [*BOOKED, "translation"])
def test_every_lead_has_a_plan(service: str) -> None:
    for lead in [*range(60), NO_END - 1]:
        plan = plan_for(service, lead, immediate=False, terms=TERMS)
        assert plan.answer_by or plan.answer_within or service == "translation", f"{service} at {lead} answers nobody"


@pytest.mark.parametrize(
    ("lead", "size", "life", "unit", "waves"),
    [
        (30, 3, 1, "working_days", None),
        (21, 3, 1, "working_days", None),
        (20, 3, 4, "working_hours", None),  # "more than twenty" begins at twenty-one
        (10, 3, 4, "working_hours", None),
        (9, 5, 2, "working_hours", 3),
        (2, 5, 2, "working_hours", 3),
        (1, None, 15, "minutes", None),  # everybody at once
        (0, None, 15, "minutes", None),
    ],
)
def test_whom_an_on_site_search_asks(lead: int, size: int | None, life: float, unit: str, waves: int | None) -> None:
    plan = plan_for("on_site", lead, immediate=False, terms=TERMS)
    assert (plan.size_of(1), plan.size_of(9)) == (size, size)
    assert (plan.offer_life.value, plan.offer_life.unit, plan.max_waves) == (life, unit, waves)


@pytest.mark.parametrize(
    ("lead", "escalate", "after_waves", "stop", "stop_unit", "answer"),
    [
        (21, 7, None, 2, "working_days", 5),
        (20, 5, None, 1, "working_days", 3),
        (10, 5, None, 1, "working_days", 3),
        (9, None, 2, 60, "minutes", 2),
        (2, None, 2, 60, "minutes", 2),
        (1, None, 0, 0, "minutes", None),
    ],
)
def test_when_an_on_site_search_calls_a_person_and_ends(
    lead: int, escalate: int | None, after_waves: int | None, stop: float, stop_unit: str, answer: int | None
) -> None:
    plan = plan_for("on_site", lead, immediate=False, terms=TERMS)
    assert (plan.escalate.value if plan.escalate else None) == escalate
    assert plan.escalate_after_waves == after_waves
    assert (plan.hard_stop.value, plan.hard_stop.unit) == (stop, stop_unit)
    assert (plan.answer_by.value if plan.answer_by else None) == answer
    assert (plan.travel is not None) is (lead < 10)


@pytest.mark.parametrize("service", ["telephone", "video"])
@pytest.mark.parametrize(("lead", "minutes"), [(21, 240), (10, 120), (2, 60), (1, 7.5)])
def test_by_telephone_and_video_offers_live_half_as_long(service: str, lead: int, minutes: float) -> None:
    life = plan_for(service, lead, immediate=False, terms=TERMS).offer_life
    in_minutes = {"working_hours": 60, "minutes": 1}[life.unit] * life.value
    there = plan_for("on_site", lead, immediate=False, terms=TERMS).offer_life
    on_site = {"working_days": 480, "working_hours": 60, "minutes": 1}[there.unit] * there.value
    assert in_minutes == minutes == on_site / 2


@pytest.mark.parametrize("service", ["telephone", "video"])
def test_by_telephone_and_video_everything_else_is_as_on_site(service: str) -> None:
    for lead in (0, 1, 2, 9, 10, 20, 21, 99):
        here, there = (plan_for(kind, lead, immediate=False, terms=TERMS) for kind in (service, "on_site"))
        same = ("wave_sizes", "max_waves", "escalate_after_waves")
        assert [getattr(here, name) for name in same] == [getattr(there, name) for name in same], lead
        for name in ("escalate", "answer_by", "answer_hour", "answer_within"):
            pair = [getattr(it, name) and (getattr(it, name).value, getattr(it, name).unit) for it in (here, there)]
            assert pair[0] == pair[1], (lead, name)
        assert here.travel is None


def test_now_rings_three_then_five_then_everybody() -> None:
    plan = plan_for("telephone", 0, immediate=True, terms=TERMS)
    assert [plan.size_of(wave) for wave in (1, 2, 3, 4)] == [3, 5, None, None]
    assert (plan.offer_life.value, plan.offer_life.unit) == (15, "seconds")
    assert plan == plan_for("video", 7, immediate=True, terms=TERMS)


@pytest.mark.parametrize(
    ("name", "service", "value", "unit"),
    [
        ("spoken_choice", "immediate", 60, "seconds"),
        ("call_back", "immediate", 30, "minutes"),
        ("absence_wait", "on_site", 30, "minutes"),
        ("absence_wait", "video", 15, "minutes"),
        ("absence_wait", "telephone", 15, "minutes"),
        ("confirm_by", "any", 5, "working_days"),
        ("record_due", "any", 5, "working_days"),
        ("review_answer", "any", 4, "working_hours"),
        ("quote_due", "translation", 1, "working_days"),
        ("quote_valid", "translation", 10, "working_days"),
        ("cancel_cut_off", "any", 600, "minutes"),
        ("reminder", "on_site", 2, "working_days"),
        ("silence", "any", 60, "seconds"),
        ("proposal_life", "any", 4, "working_hours"),
        ("proposal_share", "any", 25, "percent"),
        ("travel_limit", "on_site", 75, "km"),
    ],
)
def test_the_other_terms(name: str, service: str, value: float, unit: str) -> None:
    term = TERMS.find(name, service)
    assert term is not None
    assert (term.value, term.unit) == (value, unit)


def test_a_term_nobody_wrote_down_is_said_so() -> None:
    assert TERMS.find("no_such_term") is None
    assert TERMS.count("max_waves", "on_site", 30) is None
    with pytest.raises(LookupError, match="no_such_term"):
        TERMS.value("no_such_term")
    with pytest.raises(LookupError, match="offer_life"):
        plan_for("by_letter", 5, immediate=False, terms=TERMS)


@pytest.mark.parametrize(
    ("name", "unit", "value", "fits"),
    [
        ("offer_life", "minutes", 7.5, True),
        ("offer_life", "minutes", 0, False),  # would end as it is made
        ("wave_size", "count", 0, False),  # would ask nobody
        ("wave_size", "count", 2.5, False),
        ("escalate_after_waves", "count", 0, True),  # at once
        ("hard_stop", "minutes", 0, True),  # at the start
        ("confirm_by", "working_days", 1.5, False),
        ("proposal_share", "percent", 100, True),
        ("proposal_share", "percent", 101, False),
        ("cancel_cut_off", "minutes", 1439, True),
        ("cancel_cut_off", "minutes", 1440, False),
        ("hard_stop", "minutes", -1, False),
        ("hard_stop", "minutes", 100_001, False),
        ("hard_stop", "minutes", float("nan"), False),
        ("wave_size", "count", float("inf"), False),
    ],
)
def test_what_an_administrator_may_type(name: str, unit: str, value: float, fits: bool) -> None:
    assert value_fits(name, unit, value) is fits
