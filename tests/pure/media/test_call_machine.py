"""What always holds of a call, whatever is told of it, in whatever order, twice or not at all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.call.deadlines import deadlines
from media.call.domain import (
    Assigned,
    CallState,
    CodeGiven,
    Ended,
    Event,
    Finish,
    Invited,
    Joined,
    Keyed,
    Kind,
    LanguageNamed,
    Left,
    Limits,
    NumberGiven,
    OfLeg,
    Phase,
    Released,
    RequestMade,
    RequestRefused,
    Role,
    SearchEnded,
    Talked,
    Tick,
    Way,
)
from media.call.kept import from_json, to_json
from media.call.legs import draft, noted, present, side
from media.call.machine import agreed, asked, incoming, step, wake_at

pytestmark = pytest.mark.slow

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
INTERPRETERS = ("i1", "i2", "i3")


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


moments = st.integers(0, 4000).map(at)
# A leg is always of the same person: the first letter of its id says whose.
legs = st.sampled_from(
    [(f"{who}-{n}", Role.INTERPRETER, who, Way.PHONE) for who in INTERPRETERS for n in (1, 2)]
    + [(f"caller-{n}", Role.REQUESTER, "caller", Way.PHONE) for n in (0, 1)]
    + [("page-1", Role.REQUESTER, "caller", Way.BROWSER), ("client-1", Role.CLIENT, "client", Way.PHONE)]
)
of_legs = st.builds(
    lambda kind, moment, leg: kind(at=moment, leg=leg[0], role=leg[1], who=leg[2], way=leg[3]),
    st.sampled_from([Joined, Left, Talked]),
    moments,
    legs,
)
others = st.one_of(
    st.builds(Assigned, at=moments, number=st.integers(1, 4), who=st.sampled_from(INTERPRETERS)),
    st.builds(Released, at=moments, number=st.integers(1, 4)),
    st.builds(Invited, at=moments, role=st.sampled_from(list(Role)), who=st.sampled_from(["caller", "client", "i1"])),
    st.builds(Keyed, at=moments, step=st.integers(1, 9), digits=st.sampled_from(["", *"0123456789", "12345", "*"])),
    st.builds(CodeGiven, at=moments, step=st.integers(1, 3), languages=st.sampled_from([None, (), ("arb", "tur")])),
    st.builds(LanguageNamed, at=moments, step=st.integers(1, 6), language=st.sampled_from([None, "fas"])),
    st.builds(NumberGiven, at=moments, step=st.integers(1, 6), who=st.sampled_from([None, "client"])),
    st.builds(RequestMade, at=moments, request=st.just("r1")),
    *(st.builds(kind, at=moments) for kind in (RequestRefused, SearchEnded, Tick, Tick, Ended)),
)
stories = st.lists(st.one_of(of_legs, of_legs, others), max_size=40)
beginnings = st.sampled_from(
    [
        incoming(NOON, "caller-0", "caller", Limits()),
        asked(NOON, "r1", Limits()),
        agreed(Kind.RESERVED, NOON, at(600), at(2400), Limits()),
        agreed(Kind.VIDEO, NOON, at(600), at(2400), Limits()),
    ]
)


def run(state: CallState, events: list[Event]) -> list[CallState]:
    seen = [state]
    for event in events:
        state, _ = step(state, event)
        seen.append(state)
    return seen


@settings(max_examples=400, deadline=None)
@given(beginnings, stories)
def test_two_interpreters_are_never_on_the_line_and_never_two_win(begin: CallState, story: list[Event]) -> None:
    for state in run(begin, story):
        hers = side(present(state), interpreter=True)
        assert len({it.who for it in hers}) <= 1
        assert {it.who for it in hers} <= {state.winner}
        assert len({(it.role, it.who) for it in present(state)}) == len(present(state))
        numbers = [number for number, _ in state.bound]
        assert len(numbers) == len(set(numbers))


@settings(max_examples=400, deadline=None)
@given(beginnings, stories)
def test_a_call_that_is_not_over_always_has_a_moment_to_be_looked_at(begin: CallState, story: list[Event]) -> None:
    for state in run(begin, story):
        assert (wake_at(state) is None) == (state.phase is Phase.ENDED)
        assert (state.phase is Phase.ENDED) == (state.ended_at is not None) == (state.why is not None)


@settings(max_examples=300, deadline=None)
@given(beginnings, stories)
def test_a_call_always_ends_when_nothing_more_is_told(begin: CallState, story: list[Event]) -> None:
    state = run(begin, story)[-1]
    latest = max((it.at for it in story), default=NOON)
    for _ in range(80):
        if (moment := wake_at(state)) is None:
            break
        latest = max(latest, moment)
        state, _ = step(state, Tick(at=latest))
    assert state.phase is Phase.ENDED
    assert latest - NOON < timedelta(hours=6)


@settings(max_examples=400, deadline=None)
@given(beginnings, stories, st.data())
def test_what_is_told_twice_changes_nothing(begin: CallState, story: list[Event], data: st.DataObject) -> None:
    state = begin
    for event in story:
        state, _ = step(state, event)
        again, commands = step(state, event)
        assert again == state
        assert commands == ()


@settings(max_examples=300, deadline=None)
@given(st.lists(of_legs, max_size=14), st.randoms())
def test_what_legs_did_does_not_depend_on_order_or_number_of_tellings(facts: list[OfLeg], random: Random) -> None:
    shuffled = [*facts, *random.choices(facts, k=5)] if facts else []
    random.shuffle(shuffled)
    one, other = (reduce(noted, told, ()) for told in (facts, shuffled))
    assert one == other


@settings(max_examples=200, deadline=None)
@given(st.permutations(range(8)))
def test_a_talk_told_in_any_order_gives_the_same_record(order: list[int]) -> None:
    caller = {"leg": "caller-0", "role": Role.REQUESTER, "who": "caller", "way": Way.PHONE}
    hers = {"leg": "i1-1", "role": Role.INTERPRETER, "who": "i1", "way": Way.PHONE}
    client = {"leg": "client-1", "role": Role.CLIENT, "who": "client", "way": Way.PHONE}
    told: list[Event] = [
        Joined(at=NOON, **caller),  # type: ignore[arg-type]
        Assigned(at=at(9), number=1, who="i1"),
        Joined(at=at(10), **hers),  # type: ignore[arg-type]
        Talked(at=at(11), **hers),  # type: ignore[arg-type]
        Joined(at=at(40), **client),  # type: ignore[arg-type]
        Left(at=at(600), **client),  # type: ignore[arg-type]
        Left(at=at(700), **caller),  # type: ignore[arg-type]
        Left(at=at(702), **hers),  # type: ignore[arg-type]
    ]
    state = asked(NOON, "r1", Limits())
    written = None
    for event in [*(told[place] for place in order), None]:
        moment = event.at if event else at(1400)
        state, commands = step(state, event or Tick(at=moment))
        if any(isinstance(it, Finish) for it in commands):
            written = draft(state)
    assert state.phase is Phase.ENDED
    assert written is not None
    assert (written.started_at, written.ended_at, written.connect_seconds) == (at(10), at(700), 11.0)


@settings(max_examples=300, deadline=None)
@given(beginnings, stories)
def test_the_state_survives_being_written_down(begin: CallState, story: list[Event]) -> None:
    for state in run(begin, story):
        assert from_json(to_json(state)) == state


def test_every_phase_but_the_end_has_a_deadline_of_its_own() -> None:
    # Control: without its deadlines a call in the menu would wait for ever.
    state = incoming(NOON, "caller-0", "caller", Limits())
    assert deadlines(state) == {"menu": at(180)}
    assert deadlines(replace(state, passed=("menu",))) == {}
