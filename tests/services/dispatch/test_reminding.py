"""Before an appointment: reminders, the interpreter's second yes, and what her silence brings."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from dispatch.assignments import queries, services
from dispatch.assignments.models import AssignmentRow
from dispatch.offers import services as offers
from dispatch.requests import services as requests
from dispatch.requests.domain import CancelReason
from kernel import audit, clock
from kernel.clock import BRUSSELS
from kernel.database import db
from kernel.errors import NotAllowedNow, NotFound
from messages.models import MessageRow
from tests.builders.requests import a_request, a_weekday, asked, fresh, offer_to
from tests.services.dispatch.conftest import World

BOOKED_AT = datetime(2026, 12, 1, 9, tzinfo=BRUSSELS)  # a Tuesday
THURSDAY = datetime(2026, 12, 10, 10, tzinfo=BRUSSELS)
MONDAY = datetime(2026, 12, 14, 10, tzinfo=BRUSSELS)


def booked(world: World, starts_at: datetime = THURSDAY, at: datetime = BOOKED_AT) -> AssignmentRow:
    with clock.frozen(at):
        request = a_request(world.requester, starts_at=starts_at)
        who = world.actors[0]
        return fresh_row(offers.accept_offer(offer_to(request, who.interpreter_id or 0), by=who))


def fresh_row(assignment_id: int) -> AssignmentRow:
    db.session.expire_all()
    return db.session.get_one(AssignmentRow, assignment_id)


def sweep(at: datetime) -> None:
    """Do what the clock would at a moment; the database's own clock is not that far yet."""
    with clock.frozen(at):
        for row in db.session.scalars(select(AssignmentRow).where(AssignmentRow.status == "booked")).all():
            services.reminding._notice(row.id, row.request_id)


def told(kind: str) -> int:
    return len(db.session.scalars(select(MessageRow).where(MessageRow.kind == kind)).all())


def test_both_are_reminded_two_working_days_before_and_she_is_asked_again_one_before(world: World) -> None:
    row = booked(world)
    assert (row.remind_at, row.reconfirm_at) == (THURSDAY - timedelta(days=2), THURSDAY - timedelta(days=1))
    sweep(THURSDAY - timedelta(days=2, minutes=1))
    assert told("assignment_reminder") == 0
    sweep(THURSDAY - timedelta(days=2))
    sweep(THURSDAY - timedelta(days=2))
    assert (told("assignment_reminder"), told("request_reminder")) == (1, 1)
    sweep(THURSDAY - timedelta(days=1))
    sweep(THURSDAY - timedelta(days=1))
    assert told("reconfirmation_asked") == 1


def test_a_weekend_does_not_count(world: World) -> None:
    row = booked(world, MONDAY)
    assert (row.remind_at, row.reconfirm_at) == (MONDAY - timedelta(days=4), MONDAY - timedelta(days=3))


def test_silence_calls_the_coordinator_once(world: World) -> None:
    row = booked(world)
    sweep(THURSDAY - timedelta(days=1))
    until = fresh_row(row.id).reconfirm_until
    assert until == THURSDAY - timedelta(hours=20)  # four office hours after ten
    sweep(until - timedelta(seconds=1))
    assert queries.not_reconfirmed(world.coordinator) == []
    sweep(until)
    sweep(until + timedelta(hours=1))
    assert [it.id for it in queries.not_reconfirmed(world.coordinator)] == [row.id]
    assert told("reconfirmation_missed") == 1


def test_a_second_yes_ends_the_questions_and_twice_is_once(world: World) -> None:
    row, who = booked(world), world.actors[0]
    sweep(THURSDAY - timedelta(days=1))
    for _ in range(2):
        services.reconfirm_assignment(row.id, by=who)
    sweep(THURSDAY)
    assert queries.not_reconfirmed(world.coordinator) == []
    assert [it.name for it in audit.trail_of(row.request_id)].count("assignment_reconfirmed") == 1


def test_a_coordinator_notes_what_was_said_by_telephone(world: World) -> None:
    row = booked(world)
    sweep(THURSDAY - timedelta(days=1))
    sweep(THURSDAY - timedelta(hours=1))
    services.reconfirm_assignment(row.id, by=world.coordinator)
    assert queries.not_reconfirmed(world.coordinator) == []


def test_nobody_else_confirms_for_her(world: World) -> None:
    row = booked(world)
    for other in (world.actors[1], world.requester):
        with pytest.raises(NotFound):
            services.reconfirm_assignment(row.id, by=other)


def test_who_says_yes_at_the_last_moment_is_not_asked_again(world: World) -> None:
    row = booked(world, THURSDAY, at=THURSDAY - timedelta(hours=20))
    assert (row.remind_at, row.reconfirm_at) == (None, None)


def test_an_appointment_that_moves_is_reminded_of_anew(world: World) -> None:
    row = booked(world)
    sweep(THURSDAY - timedelta(days=1))
    request = fresh(row.request_id)
    with clock.frozen(BOOKED_AT):
        moved = asked(starts_at=MONDAY)
        requests.change_request(request.id, moved, by=world.requester, version=request.version)
    row = fresh_row(row.id)
    assert (row.remind_at, row.reconfirm_until) == (MONDAY - timedelta(days=4), None)


def test_what_was_called_off_is_not_reminded_of(world: World) -> None:
    row = booked(world)
    with clock.frozen(BOOKED_AT):
        requests.cancel_request(row.request_id, by=world.requester, reason=CancelReason.OTHER)
    services.reminding._notice(row.id, row.request_id)
    assert told("assignment_reminder") == 0
    with pytest.raises(NotAllowedNow):
        services.reconfirm_assignment(row.id, by=world.actors[0])


def test_the_sweep_finds_what_is_due(world: World) -> None:
    row = booked(world, a_weekday(20), clock.now())
    row.remind_at = clock.now() - timedelta(seconds=1)
    db.session.flush()
    assert services.remind_of_assignments() == 1
    assert services.remind_of_assignments() == 0
