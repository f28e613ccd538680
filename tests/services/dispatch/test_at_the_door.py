"""The requester's code confirms both sides at once; whoever guesses is stopped, and the usual way stays open."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from dispatch.assignments import queries as assignments
from dispatch.offers import services as offers
from dispatch.performances import services
from dispatch.performances.domain import Report
from dispatch.performances.errors import WrongDoorCode
from dispatch.performances.models import PerformanceRow
from dispatch.requests.models import RequestRow
from kernel import clock
from kernel.actor import Actor
from kernel.database import db
from kernel.errors import Forbidden, Invalid, NotFound
from messages.models import MessageRow
from people.errors import TooManyTries
from tests.builders.interpreters import acting
from tests.builders.people import signed_in
from tests.builders.requests import a_request, fresh, offer_to
from tests.services.dispatch.conftest import World


@pytest.fixture
def who(world: World) -> Actor:
    return acting(world.interpreters[0])


@pytest.fixture
def request_(world: World, who: Actor) -> RequestRow:
    request = a_request(world.requester)
    offers.accept_offer(offer_to(request, who.interpreter_id or 0), by=who)
    return fresh(request.id)


def bound(request: RequestRow) -> tuple[int, str]:
    row = assignments.assignment_of(request.id)
    assert row is not None
    return row.id, row.door_code


def report(request: RequestRow) -> Report:
    return Report(started_at=request.starts_at, ended_at=request.ends_at)


def another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_right_code_confirms_both_sides_at_once_and_asks_nothing_more(
    world: World, request_: RequestRow, who: Actor
) -> None:
    assignment_id, code = bound(request_)
    assert len(code) == 6 and code.isdigit()
    with clock.frozen(request_.ends_at + timedelta(minutes=1)):
        number = services.perform_at_the_door(assignment_id, report(request_), f" {code[:3]} {code[3:]} ", by=who)
        again = services.perform_at_the_door(assignment_id, report(request_), code, by=who)
    assert number == again
    asked = db.session.scalars(select(MessageRow.kind).where(MessageRow.person_id == world.requester.person_id)).all()
    assert "performance_submitted" not in asked
    row = db.session.get_one(PerformanceRow, number)
    assert (row.status, row.confirmed_how) == ("confirmed", "code")
    assert fresh(request_.id).outcome == "completed"


def test_a_wrong_code_changes_nothing_and_the_usual_way_stays_open(request_: RequestRow, who: Actor) -> None:
    assignment_id, code = bound(request_)
    with clock.frozen(request_.ends_at + timedelta(minutes=1)):
        with pytest.raises(WrongDoorCode):
            services.perform_at_the_door(assignment_id, report(request_), another(code), by=who)
        assert db.session.query(PerformanceRow).filter_by(request_id=request_.id).count() == 0
        services.submit_performance(assignment_id, report(request_), by=who)
    assert fresh(request_.id).status == "to_confirm"


def test_whoever_guesses_is_stopped_even_with_the_right_one(request_: RequestRow, who: Actor) -> None:
    assignment_id, code = bound(request_)
    took_place_yesterday(request_)  # tries are counted in the world's time, which nobody holds still
    for _ in range(5):
        with pytest.raises(WrongDoorCode):
            services.perform_at_the_door(assignment_id, report(fresh(request_.id)), another(code), by=who)
    with pytest.raises(TooManyTries):
        services.perform_at_the_door(assignment_id, report(fresh(request_.id)), code, by=who)


def took_place_yesterday(request: RequestRow) -> None:
    back = request.starts_at - clock.now() + timedelta(days=1)
    for table in ("assignments", "requests"):
        moved = text(f"UPDATE {table} SET starts_at = starts_at - :back, ends_at = ends_at - :back")
        db.session.execute(moved, {"back": back})


def test_nobody_confirms_what_is_not_over_or_not_hers(world: World, request_: RequestRow, who: Actor) -> None:
    assignment_id, code = bound(request_)
    with clock.frozen(request_.starts_at), pytest.raises(Invalid):
        services.perform_at_the_door(assignment_id, report(request_), code, by=who)
    with clock.frozen(request_.ends_at):
        with pytest.raises(NotFound):
            services.perform_at_the_door(assignment_id, report(request_), code, by=acting(world.interpreters[1]))
        with pytest.raises(Forbidden):
            services.perform_at_the_door(assignment_id, report(request_), code, by=world.coordinator)


def test_the_code_is_the_requesters_alone(house: Flask, world: World, request_: RequestRow, who: Actor) -> None:
    """It stands on the requester's page while the interpreter is there, and nowhere an interpreter reads."""
    assignment_id, code = bound(request_)
    shown = f"{code[:3]} {code[3:]}"
    assert shown not in signed_in(house, world.requester).get(f"/requests/{request_.id}").text
    with clock.frozen(request_.starts_at + timedelta(minutes=5)):
        assert shown in signed_in(house, world.requester).get(f"/requests/{request_.id}").text
        client = signed_in(house, who)
        addresses = (f"/assignments/{assignment_id}", f"/api/v1/assignments/{assignment_id}", "/agenda", "/agenda/kept",
                     f"/api/v1/requests/{request_.id}", f"/assignments/{assignment_id}/perform")  # fmt: skip
        for address in addresses:
            answer = client.get(address)
            assert answer.status_code == 200
            assert code not in answer.text.replace("csrf", "") and shown not in answer.text
    facts = " ".join(map(str, db.session.scalars(text("SELECT facts::text FROM events"))))
    assert f'"{code}"' not in facts


@pytest.mark.usefixtures("in_waves")
def test_every_assignment_has_a_code_of_its_own(world: World) -> None:
    codes = set()
    for hour in (9, 11, 13, 15):
        request = a_request(world.requester, starts_at=a_request(world.requester).starts_at.replace(hour=hour))
        by = acting(world.interpreters[hour % 3])
        offers.accept_offer(offer_to(request, by.interpreter_id or 0), by=by)
        codes.add(bound(request)[1])
    assert len(codes) == 4
