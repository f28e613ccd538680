"""Hypothesis strategies for matching: any need, any crowd."""

from datetime import date, time, timedelta

from hypothesis import strategies as st

from matching.domain import Candidate, LanguageSkill, Need, Place
from matching.hours import Deviation, Stretch
from tests.builders.matching import MONDAY_9H

LANGUAGES = ("arb", "ary", "tur")
SERVICES = ("on_site", "telephone", "video", "translation")
_directions = st.sampled_from(["both", "to_dutch", "from_dutch"])
_days = st.none() | st.dates(date(2026, 12, 5), date(2026, 12, 9))
_places = st.none() | st.builds(Place, lat=st.floats(50.7, 51.3), lon=st.floats(2.6, 5.8))
_minutes = st.integers(-300, 300)
_genders = st.sampled_from([None, "female", "male"])

slots = st.builds(
    lambda start, length: (MONDAY_9H + timedelta(minutes=start), MONDAY_9H + timedelta(minutes=start + length)),
    _minutes,
    st.integers(1, 240),
)
_skills = st.builds(
    LanguageSkill,
    language=st.sampled_from(LANGUAGES),
    direction=_directions,
    certified_from=_days,
    certified_until=_days,
)
# A week of quarters of an hour, in which days touch and nights are worked through too.
_quarters = st.builds(lambda hour, quarter: time(hour, quarter * 15), st.integers(0, 23), st.integers(0, 3))
_stretches = st.builds(
    lambda weekday, first, second: Stretch(weekday, *sorted((first, second))),
    st.integers(0, 6),
    _quarters | st.just(time(0)),
    _quarters | st.just(time(23, 59)),
).filter(lambda it: it.from_time < it.to_time)
weeks = st.lists(_stretches, max_size=10).map(tuple)
deviations = st.lists(st.builds(lambda slot, free: Deviation(*slot, free), slots, st.booleans()), max_size=2).map(tuple)
candidates = st.builds(
    Candidate,
    interpreter_id=st.integers(1, 50),
    languages=st.lists(_skills, max_size=3, unique_by=lambda it: it.language).map(tuple),
    services=st.frozensets(st.sampled_from(SERVICES)),
    gender=_genders,
    home=_places,
    travel_limit_km=st.none() | st.floats(0, 200),
    active=st.booleans(),
    available=st.booleans(),
    busy=st.lists(slots, max_size=2).map(tuple),
    present=st.booleans(),
    assigned_minutes_this_month=st.integers(0, 6000),
    offers_this_week=st.integers(0, 20),
    week=st.none() | weeks,
    deviations=deviations,
    excludes=st.booleans(),
    knows_client=st.booleans(),
    over_hours_cap=st.booleans(),
    same_client=st.booleans(),
    already_answered=st.booleans(),
    worked_here_before=st.booleans(),
    quiet=st.booleans(),
)
# Nearly everybody of `candidates` breaks a rule; these break few, so that orders are tried too.
willing = st.builds(
    Candidate,
    interpreter_id=st.integers(51, 99),
    languages=st.just((LanguageSkill("arb", certified_from=date(2019, 5, 1)),)),
    services=st.just(frozenset(SERVICES)),
    home=_places,
    present=st.just(True),
    assigned_minutes_this_month=st.integers(0, 3) | st.integers(0, 6000),
    offers_this_week=st.integers(0, 2),
    worked_here_before=st.booleans(),
)
crowds = st.lists(candidates | willing, max_size=8, unique_by=lambda it: it.interpreter_id)
needs = st.builds(
    lambda slot, lead, **rest: Need(
        slot_start=slot[0], slot_end=slot[1], now=slot[0] - timedelta(minutes=lead), request_id=1, **rest
    ),
    slot=slots,
    lead=st.integers(0, 20_000),
    service=st.sampled_from(SERVICES),
    language=st.just("arb") | st.sampled_from(LANGUAGES),
    place=_places,
    interpreter_gender=st.none() | _genders,
    excluded_interpreters=st.frozensets(st.integers(1, 50), max_size=3),
    certificate_required=st.booleans(),
    understood_languages=st.frozensets(st.sampled_from(LANGUAGES)),
    immediate=st.booleans(),
    direction=_directions,
)
