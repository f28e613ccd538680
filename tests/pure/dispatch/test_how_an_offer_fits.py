"""What an interpreter reads of an offer beside her own day, and of herself beside the group."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dispatch.fieldwork.domain import Appointment, fit, share

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
NONE = timedelta(0)


def test_an_offer_fits_between_what_comes_before_and_after() -> None:
    agreed = [Appointment(NOON - 3 * HOUR, NOON - 2 * HOUR), Appointment(NOON + 2 * HOUR, NOON + 3 * HOUR)]
    it = fit(NOON, NOON + HOUR, timedelta(minutes=30), agreed)
    assert (it.before, it.after, it.collides) == (NOON - 2 * HOUR, NOON + 2 * HOUR, False)
    assert (it.minutes_before, it.minutes_after) == (90, 30)


def test_travel_of_either_may_make_them_collide() -> None:
    next_door = [Appointment(NOON + HOUR, NOON + 2 * HOUR)]
    assert not fit(NOON, NOON + HOUR, NONE, next_door).collides
    assert fit(NOON, NOON + HOUR, timedelta(minutes=1), next_door).collides
    far = [Appointment(NOON + HOUR, NOON + 2 * HOUR, timedelta(minutes=1))]
    assert fit(NOON, NOON + HOUR, NONE, far).collides


def test_what_is_far_away_in_the_day_says_nothing() -> None:
    it = fit(NOON, NOON + HOUR, NONE, [Appointment(NOON + 9 * HOUR, NOON + 10 * HOUR)])
    assert (it.before, it.after, it.collides) == (None, None, False)


@given(
    st.lists(st.tuples(st.integers(-600, 600), st.integers(1, 200), st.integers(0, 90)), max_size=5),
    st.integers(0, 120),
)
def test_minutes_are_left_exactly_when_nothing_collides(others: list[tuple[int, int, int]], travel: int) -> None:
    def minutes(it: int) -> timedelta:
        return timedelta(minutes=it)

    agreed = [Appointment(NOON + minutes(a), NOON + minutes(a + b), minutes(c)) for a, b, c in others]
    it = fit(NOON, NOON + HOUR, minutes(travel), agreed)
    assert it.minutes_before is None or it.minutes_before >= 0
    assert it.minutes_after is None or it.minutes_after >= 0
    touching = any(a - c < 60 + travel and -travel < a + b + c for a, b, c in others)
    assert it.collides is touching


def test_a_small_group_tells_nothing_of_its_members() -> None:
    assert share((3, 4.0), [(1, 1.0)] * 3, smallest=5) is None
    it = share((3, 4.0), [(1, 1.0), (2, 2.0), (9, 9.0), (4, 3.0)], smallest=5)
    assert it is not None
    assert (it.group, it.offers, it.usual_offers, it.hours, it.usual_hours) == (5, 3, 3.0, 4.0, 2.5)
