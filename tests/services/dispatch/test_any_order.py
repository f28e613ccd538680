"""Whatever people do in whatever order: it is refused in words, or everything still holds."""

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from dispatch.assignments import services as assignments
from dispatch.assignments.domain import WithdrawReason
from dispatch.offers import queries as offer_queries
from dispatch.offers import services as offers
from dispatch.offers.domain import DeclineReason
from dispatch.performances import services as performances
from dispatch.performances.domain import Report, Who
from dispatch.requests import services as requests
from dispatch.requests.domain import CancelReason, Reason
from kernel import clock
from kernel.database import db
from kernel.errors import Refusal
from tests.builders.invariants import RULES, broken
from tests.builders.requests import a_request, a_weekday, asked, fresh
from tests.services.dispatch.conftest import World, a_world

pytestmark = pytest.mark.slow


class Play:
    """One request, and everything anybody may try to do with it."""

    def __init__(self, world: World, start: datetime) -> None:
        self.world, self.start, self.seen = world, start, set[str]()
        self.request_id = a_request(world.requester, starts_at=start).id

    def _number(self, table: str) -> int:
        query = text(f"SELECT max(id) FROM {table} WHERE request_id = :id")
        return int(db.session.scalar(query, {"id": self.request_id}) or 0)

    def _offer(self, place: int) -> tuple[int, Any]:
        made = offer_queries.offers_of(self.request_id)
        it = made[place % len(made)] if made else None
        who = next((one for one in self.world.actors if it and one.interpreter_id == it.interpreter_id), None)
        return (it.offer_id if it else 0), who or self.world.actors[0]

    def accept(self, place: int) -> None:
        offer_id, who = self._offer(place)
        offers.accept_offer(offer_id, by=who)

    def decline(self, place: int) -> None:
        offer_id, who = self._offer(place)
        offers.decline_offer(offer_id, by=who, reason=DeclineReason.TOO_FAR)

    def see(self, place: int) -> None:
        offers.see_offers(by=self.world.actors[place % 3])

    def step(self, place: int) -> None:
        offers.advance_search(self.request_id)

    def assign(self, place: int) -> None:
        offers.assign_by_hand(self.request_id, self.world.interpreters[place % 3].id, by=self.world.coordinator)

    def give_back(self, place: int) -> None:
        by = self.world.actors[place % 3] if place % 4 else self.world.coordinator
        assignments.withdraw_assignment(self._number("assignments"), by=by, reason=WithdrawReason.ILL)

    def start_it(self, place: int) -> None:
        assignments.start_assignment(self._number("assignments"), by=self.world.coordinator)

    def change(self, place: int) -> None:
        wanted = asked(starts_at=self.start + timedelta(minutes=15 * (place % 5)))
        version = fresh(self.request_id).version
        requests.change_request(self.request_id, wanted, by=self.world.requester, version=version)

    def cancel(self, place: int) -> None:
        by = self.world.requester if place % 2 else self.world.coordinator
        requests.cancel_request(self.request_id, by=by, reason=CancelReason.OTHER)

    def close(self, place: int) -> None:
        reason = list(Reason)[place % len(Reason)]
        offers.close_unanswered(self.request_id, by=self.world.coordinator, reason=reason, note="x")

    def escalate(self, place: int) -> None:
        requests.take_over(self.request_id, by=self.world.coordinator)

    def resume(self, place: int) -> None:
        requests.resume_search(self.request_id, by=self.world.coordinator)

    def absent(self, place: int) -> None:
        who = list(Who)[place % len(Who)]
        performances.report_absence(self._number("assignments"), who, by=self.world.coordinator)

    def perform(self, place: int) -> None:
        report = Report(started_at=self.start, ended_at=self.start + timedelta(minutes=45 + 15 * (place % 3)))
        performances.submit_performance(self._number("assignments"), report, by=self.world.coordinator)

    def confirm(self, place: int) -> None:
        performances.confirm_performance(self._number("performances"), by=self.world.requester)

    def dispute(self, place: int) -> None:
        performances.dispute_performance(self._number("performances"), "te lang", by=self.world.requester)

    def settle(self, place: int) -> None:
        report = Report(started_at=self.start, ended_at=self.start + timedelta(hours=1))
        performances.settle_performance(self._number("performances"), report, by=self.world.coordinator)

    def sweep(self, place: int) -> None:
        assignments.finish_past_assignments()
        performances.confirm_silent_performances()
        offers.advance_due_searches()


ACTIONS = sorted(name for name, it in vars(Play).items() if callable(it) and not name.startswith("_"))
# What was tried and what came of it, over the whole run: a play in which everything is refused proves nothing.
_done: set[str] = set()


@pytest.fixture
def theatre(house: Flask) -> Iterator[World]:
    _done.clear()
    yield a_world(3)


@pytest.mark.parametrize("late", [False, True])
def test_any_order_of_actions_leaves_everything_as_it_must_be(theatre: World, late: bool) -> None:
    weeks = itertools.count()
    moments = st.integers(0, 6).map(lambda n: timedelta(hours=12 * n) if late else timedelta())

    @settings(
        max_examples=50,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 11), moments), min_size=2, max_size=14))
    def play(script: list[tuple[str, int, timedelta]]) -> None:
        start = a_weekday(10 + 7 * next(weeks))  # each play has a week of its own
        with clock.frozen(start - timedelta(days=1) if late else clock.now()):
            one = Play(theatre, start)
            if late:  # most of what can happen late happens to an assignment
                one.assign(0)
        at = start - timedelta(days=1) if late else clock.now()
        for name, place, later in script:
            at += later
            with clock.frozen(at):
                _try(getattr(one, name), place, name)
            assert broken() == {}, f"after {name}({place}) at {at}"

    play()
    assert len(_done) >= 8, f"only these were ever possible: {sorted(_done)}"


def _try(action: Callable[[int], None], place: int, name: str) -> None:
    try:
        action(place)
        _done.add(name)
    except Refusal:
        pass


def test_the_rules_can_be_broken_and_are_seen_to_be(theatre: World) -> None:
    """The control: each kind of damage is found by the rule that is about it."""
    one = Play(theatre, a_weekday(10))
    assert broken() == {}
    damage = {
        "an open offer is about the request as it is now": "UPDATE requests SET version = version + 1",
        "what waits for nobody has a next step or waits for a person": "UPDATE requests SET next_step_at = NULL",
        "whoever was bound was told": "DELETE FROM deliveries; DELETE FROM messages",
    }
    one.accept(0)
    assert broken() == {}
    for rule, statement in {**damage, "a request without interpreter binds nobody": _UNBOUND}.items():
        with db.session.begin_nested() as undone:
            if "version" in statement or "next_step" in statement:
                db.session.execute(text("UPDATE requests SET status = 'searching', next_step_at = now()"))
                db.session.execute(text("UPDATE offers SET status = 'sent', ended_at = NULL"))
            for part in statement.split(";"):
                db.session.execute(text(part))
            assert rule in broken(), rule
            undone.rollback()
    assert set(damage) <= set(RULES)


_UNBOUND = "UPDATE requests SET status = 'searching', next_step_at = now()"
