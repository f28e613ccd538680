"""Two people press different buttons at the same moment: one of the two orders happened, never something between."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from dispatch.assignments import services as assignments
from dispatch.assignments.domain import WithdrawReason
from dispatch.offers import services as offers
from dispatch.performances import services as performances
from dispatch.performances.domain import Report
from dispatch.requests import services as requests
from dispatch.requests.domain import CancelReason
from dispatch.requests.models import RequestRow
from kernel import clock
from kernel.actor import Actor
from kernel.database import db
from tests.builders.invariants import broken
from tests.builders.people import signed_in
from tests.builders.requests import a_request, a_weekday, asked, offer_to
from tests.faults.test_races import together, winners
from tests.services.dispatch.conftest import World, a_world
from web.clockwork import SWEEPS

ROUNDS = 10


@pytest.fixture
def world(own_house: Flask) -> World:
    return a_world(3)


def settled() -> None:
    """Everything holds, and nobody met an error of ours."""
    db.session.rollback()
    assert broken() == {}
    db.session.rollback()


def yes(world: World, request: RequestRow, place: int = 0) -> Callable[[], int]:
    who = world.actors[place]
    return lambda: offers.accept_offer(offer_to(request, who.interpreter_id or 0), by=who)


def by_hand(world: World, request: RequestRow, place: int) -> Callable[[], int]:
    return lambda: offers.assign_by_hand(request.id, world.interpreters[place].id, by=world.coordinator)


def free_again(world: World, request: RequestRow) -> None:
    requests.cancel_request(request.id, by=world.coordinator, reason=CancelReason.OTHER)


def test_a_yes_and_a_coordinators_own_choice_bind_one(own_house: Flask, world: World) -> None:
    for _ in range(ROUNDS):
        request = a_request(world.requester, starts_at=a_weekday(30))
        asked_first = _asked(request, world)
        other = next(n for n in range(3) if n != asked_first)
        results = together(own_house, [yes(world, request, asked_first), by_hand(world, request, other)])
        assert winners(results) == 1
        assert set(results) & {"already_taken", "request_cancelled"}
        settled()
        free_again(world, request)


def test_of_two_coordinators_one_assigns(own_house: Flask, world: World) -> None:
    for _ in range(ROUNDS):
        request = a_request(world.requester, starts_at=a_weekday(30))
        assert winners(together(own_house, [by_hand(world, request, 0), by_hand(world, request, 1)])) == 1
        settled()
        free_again(world, request)


def test_the_same_choice_twice_is_one(own_house: Flask, world: World) -> None:
    request = a_request(world.requester, starts_at=a_weekday(30))
    results = together(own_house, [by_hand(world, request, 0)] * 4)
    assert len(set(results)) == 1
    assert winners(results) == 4
    settled()


def test_giving_back_and_starting_at_once(own_house: Flask, world: World) -> None:
    for _ in range(ROUNDS):
        request = a_request(world.requester, starts_at=a_weekday(30))
        place = _asked(request, world)
        number, who = yes(world, request, place)(), world.actors[place]
        db.session.execute(
            text("UPDATE assignments SET starts_at = now(), ends_at = now() + interval '1 hour' WHERE id = :id"),
            {"id": number},
        )
        db.session.commit()
        give_back = lambda: assignments.withdraw_assignment(number, by=who, reason=WithdrawReason.ILL)  # noqa: E731, B023
        start = lambda: assignments.start_assignment(number, by=who)  # noqa: E731, B023
        results = together(own_house, [give_back, start])
        assert results.count(None) == 1, results
        settled()
        db.session.execute(text("UPDATE assignments SET blocked = 'empty' WHERE id = :id"), {"id": number})
        db.session.commit()


def test_a_step_of_the_search_and_a_yes_leave_nobody_asked(own_house: Flask, world: World) -> None:
    for _ in range(ROUNDS):
        request = a_request(world.requester, starts_at=a_weekday(30))
        db.session.execute(text("UPDATE requests SET next_step_at = now() WHERE id = :id"), {"id": request.id})
        db.session.commit()
        step = lambda: offers.advance_search(request.id)  # noqa: E731, B023
        results = together(own_house, [yes(world, request, _asked(request, world)), step, step])
        assert winners(results) == 1
        settled()
        free_again(world, request)


def test_a_change_and_a_yes_never_bind_to_what_is_not_asked_any_more(own_house: Flask, world: World) -> None:
    for number in range(ROUNDS):
        request = a_request(world.requester, starts_at=a_weekday(30))
        wanted = asked(starts_at=a_weekday(30) + timedelta(hours=1 + number % 2))
        change = lambda: requests.change_request(request.id, wanted, by=world.requester, version=request.version)  # noqa: E731, B023
        together(own_house, [yes(world, request, _asked(request, world)), change])
        settled()
        row = db.session.execute(
            text("SELECT r.starts_at = a.starts_at FROM requests r JOIN assignments a ON a.request_id = r.id"
                 " WHERE r.id = :id AND a.status = 'booked'"), {"id": request.id}).first()  # fmt: skip
        assert row is None or row[0]
        db.session.rollback()
        free_again(world, request)


def test_both_sides_write_the_record_at_once_and_one_stands(own_house: Flask, world: World) -> None:
    for number in range(4):
        request = a_request(world.requester, starts_at=a_weekday(10, hour=9 + 2 * number))
        place = _asked(request, world)
        assignment_id, who = yes(world, request, place)(), world.actors[place]
        longer = [timedelta(minutes=n) for n in (0, 15)]
        with clock.frozen(request.ends_at + timedelta(hours=2)):
            works = [
                _writing(assignment_id, request, it, by)
                for it, by in zip(longer, (who, world.coordinator), strict=True)
            ]
            results = together(own_house, works)
        assert winners(results) == 1
        assert "already_recorded" in results or "not_allowed_now" in results
        settled()


def test_confirming_and_disputing_at_once(own_house: Flask, world: World) -> None:
    for number in range(4):
        request = a_request(world.requester, starts_at=a_weekday(20, hour=9 + 2 * number))
        place = _asked(request, world)
        assignment_id = yes(world, request, place)()
        with clock.frozen(request.ends_at + timedelta(hours=2)):
            report = Report(started_at=request.starts_at, ended_at=request.ends_at)
            record = performances.submit_performance(assignment_id, report, by=world.actors[place])
            confirm = lambda: performances.confirm_performance(record, by=world.requester)  # noqa: E731, B023
            dispute = lambda: performances.dispute_performance(record, "te kort", by=world.requester)  # noqa: E731, B023
            together(own_house, [confirm, dispute, performances.confirm_silent_performances])
        settled()


def test_one_form_sent_eight_times_at_once_is_one_request(own_house: Flask, world: World) -> None:
    """A double tap, Back and again, two tabs: the page's own key makes them one."""
    form = {
        "language": "arb", "service": "on_site", "day": f"{a_weekday(30):%Y-%m-%d}", "hour": "10:00", "minutes": "60",
        "street": "Botermarkt 1", "postcode": "9000", "municipality": "Gent", "_once": "one-and-the-same",
    }  # fmt: skip
    browsers = [signed_in(own_house, world.requester) for _ in range(8)]
    db.session.commit()
    results = together(own_house, [_sending(it, form) for it in browsers])
    assert {status for status, _ in results} == {302}
    assert len({place for _, place in results}) == 1
    assert db.session.scalar(text("SELECT count(*) FROM requests")) == 1


def test_every_sweep_of_the_clock_is_safe_beside_itself(own_house: Flask, world: World) -> None:
    """Three clocks at once, each doing everything: what is due happens once."""
    with clock.frozen(clock.now() - timedelta(days=40)):
        requested = [a_request(world.requester, starts_at=a_weekday(10, hour=9 + 2 * n)) for n in range(3)]
        for it in requested:
            yes(world, it, _asked(it, world))()
    waiting = [requests.submit_request(asked(starts_at=a_weekday(30 + n)), by=world.requester) for n in range(3)]
    db.session.commit()

    def everything() -> None:
        for _name, (_seconds, sweep) in SWEEPS.items():
            sweep()

    results = together(own_house, [everything] * 3)
    assert results == [None] * 3
    settled()
    states = set(db.session.scalars(text("SELECT status FROM requests WHERE id = ANY(:ids)"),
                                    {"ids": [it.id for it in requested]}))  # fmt: skip
    assert states == {"to_confirm"}
    offered = text("SELECT count(DISTINCT request_id) FROM offers WHERE request_id = ANY(:ids)")
    assert db.session.scalar(offered, {"ids": waiting}) == len(waiting)


def _sending(browser: Any, form: dict[str, str]) -> Callable[[], tuple[int, str]]:
    def send() -> tuple[int, str]:
        answer = browser.post("/requests/new", data=form)
        return answer.status_code, answer.headers.get("Location", answer.text[:300])

    return send


def _writing(assignment_id: int, request: RequestRow, more: timedelta, by: Actor) -> Callable[[], int]:
    report = Report(started_at=request.starts_at, ended_at=request.ends_at + more)
    return lambda: performances.submit_performance(assignment_id, report, by=by)


def _asked(request: RequestRow, world: World) -> int:
    """Return the place in `world.interpreters` of somebody who was asked."""
    ids = [it.id for it in world.interpreters]
    query = text("SELECT interpreter_id FROM offers WHERE request_id = :id ORDER BY id LIMIT 1")
    found = ids.index(int(db.session.scalar(query, {"id": request.id}) or 0))
    db.session.commit()
    return found
