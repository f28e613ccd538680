"""The board's order: what a person can still do, until when, and what loses a possibility first."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.desk.domain import (
    Lane,
    NextAction,
    Pace,
    Situation,
    Standing,
    Step,
    best_first,
    frame_of,
    gain_of_call,
    standing,
)

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
TAKES = {step: timedelta(minutes=minutes) for step, minutes in zip(Step, (4, 6, 25), strict=True)}
PACE = Pace(TAKES, fine=0.75)


def of(minutes_left: float | None = 120, **changes: object) -> Standing:
    stop = NOW + timedelta(minutes=minutes_left) if minutes_left is not None else None
    usual = {"status": "searching", "hard_stop_at": stop}
    return standing(Situation(**(usual | changes)), PACE, NOW)  # type: ignore[arg-type]


def steps(it: Standing) -> list[str]:
    return [step.value for step, _ in it.steps]


def test_whoever_did_not_open_the_message_can_be_called_until_a_call_takes_too_long() -> None:
    it = of(unseen=2)
    assert it.steps[0] == (Step.CALL, NOW + timedelta(minutes=116))
    assert steps(of(3, unseen=2)) == []


def test_somebody_who_could_come_and_was_not_asked_can_be_asked() -> None:
    assert steps(of(10, next=1)) == ["assign"]


def test_another_moment_needs_time_for_the_requester_to_think() -> None:
    assert steps(of(26)) == ["propose"]
    assert steps(of(24)) == []


def test_nobody_proposes_twice_or_another_moment_for_now() -> None:
    assert steps(of(status="proposed")) == []
    assert steps(of(immediate=True)) == []


def test_where_the_machine_is_at_its_end_a_person_is_to_move() -> None:
    assert of(status="escalated").lane is Lane.ACT
    assert of(chance=0.3).lane is Lane.ACT
    assert of(chance=0.9).lane is Lane.WATCH
    assert of(chance=None).lane is Lane.WATCH


def test_where_nothing_is_possible_any_more_the_requester_is_told() -> None:
    assert of(2, status="escalated").lane is Lane.TELL
    assert of(-1, unseen=3).lane is Lane.TELL
    assert of(120, status="proposed").lane is Lane.WATCH


def test_what_loses_a_possibility_first_stands_first() -> None:
    near, far = of(40, chance=0.2), of(300, chance=0.2)
    watched, lost = of(30, chance=0.9), of(1, status="escalated")
    mixed = [lost, watched, far, near]
    assert sorted(mixed, key=lambda it: it.rank) == [near, far, watched, lost]
    assert sorted(mixed, key=lambda it: it.order) == [near, far, watched, lost]  # as a page sorts


def test_a_request_without_a_hard_stop_stands_somewhere() -> None:
    assert of(None, unseen=1).act_by is not None


@given(
    minutes=st.floats(-500, 5000), unseen=st.integers(0, 5), following=st.integers(0, 5), chance=st.floats(0, 1),
    status=st.sampled_from(["searching", "escalated", "proposed"]), immediate=st.booleans(),
)  # fmt: skip
def test_no_step_is_offered_that_is_too_late(
    minutes: float, unseen: int, following: int, chance: float, status: str, immediate: bool
) -> None:
    it = of(minutes, unseen=unseen, next=following, chance=chance, status=status, immediate=immediate)
    assert all(until > NOW for _, until in it.steps)
    assert not it.steps or it.act_by == min(until for _, until in it.steps)
    assert bool(it.steps) or it.lane is not Lane.ACT


def test_a_call_is_worth_what_the_others_leave_open() -> None:
    assert gain_of_call(0.4, 0.5) == pytest.approx(0.3)
    assert gain_of_call(1.0, 0.9) == 0
    assert gain_of_call(0.2, 0.0) == 0


def test_the_most_helpful_comes_first_and_what_brings_nothing_is_not_said() -> None:
    found = best_first([
        NextAction("call", 0.1, who=1), NextAction("propose", 0.4, what="video"), NextAction("call", 0.3, who=2),
        NextAction("call", 0.2, who=2), NextAction("change", 0.001, what="gender"),
        NextAction("propose", -0.1, what="telephone"),
    ])  # fmt: skip
    assert [(it.kind, it.who or it.what, it.points) for it in found] == [
        ("propose", "video", 40), ("call", 2, 30), ("call", 1, 10)
    ]  # fmt: skip


def test_a_map_shows_every_place_and_is_not_squeezed() -> None:
    gent, genk, arlon = (51.05, 3.72), (50.97, 5.5), (49.68, 5.81)
    frame = frame_of([gent, genk, arlon])
    places = [(frame.x(lon), frame.y(lat)) for lat, lon in (gent, genk, arlon)]
    assert all(0 < x < frame.width and 0 < y < frame.height for x, y in places)
    assert places[0][0] < places[1][0] < places[2][0]
    assert places[0][1] < places[1][1] < places[2][1]
    kilometres_east, kilometres_south = 124.5, 143.6  # Gent to Genk, Genk to Arlon: great circles
    east, south = places[1][0] - places[0][0], places[2][1] - places[1][1]
    assert east / south == pytest.approx(kilometres_east / kilometres_south, rel=0.03)
