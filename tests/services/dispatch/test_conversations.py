"""A talk by telephone or video has a room: made when somebody is bound, gone when she is not; its record is drafted."""

import random
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from dispatch.assignments import services as assignments
from dispatch.assignments.domain import WithdrawReason
from dispatch.assignments.models import AssignmentRow
from dispatch.conversations import queries, services
from dispatch.conversations.errors import LinkOver, RoomClosed, RoomFull, RoomNotOpen
from dispatch.conversations.models import ConversationRow, ParticipantRow
from dispatch.conversations.services.people import PRESENCE, Guest
from dispatch.interpreters import services as register
from dispatch.offers import services as offers
from dispatch.performances import services as performances
from dispatch.requests import services as requests
from dispatch.requests.domain import CancelReason, Service
from dispatch.requests.models import RequestRow
from kernel import clock
from kernel.database import db
from kernel.errors import Forbidden, NotFound
from media.call import domain as call
from tests.builders.requests import a_request, asked, fresh, offer_to
from tests.services.dispatch.conftest import World, a_world

MINUTE = timedelta(minutes=1)


def a_video(world: World, **changes: object) -> tuple[RequestRow, ConversationRow]:
    """Return a video request with its interpreter, and its room."""
    request = a_request(world.requester, service=Service.VIDEO, place=None, **changes)
    interpreter = next(it for it in world.interpreters if offered(request, it.id))
    offers.accept_offer(offer_to(request, interpreter.id), by=actor_of(world, interpreter.id))
    row = queries.last_conversation_of(request.id)
    assert row is not None
    return fresh(request.id), row


def offered(request: RequestRow, interpreter_id: int) -> bool:
    try:
        offer_to(request, interpreter_id)
    except IndexError:
        return False
    return True


def actor_of(world: World, interpreter_id: int):  # type: ignore[no-untyped-def]
    return next(it for it in world.actors if it.interpreter_id == interpreter_id)


def again(row: ConversationRow) -> ConversationRow:
    db.session.expire_all()
    return db.session.get_one(ConversationRow, row.id)


def leg(row: ConversationRow, role: call.Role, number: int = 1) -> dict[str, object]:
    hers = next(it.who for it in [_hers(row)]) if role is call.Role.INTERPRETER else f"{role}"
    return {"leg": f"{role}{number}", "role": role, "who": hers, "way": call.Way.BROWSER}


def _hers(row: ConversationRow) -> call.Assigned:
    number, who = row.call["bound"][0]
    return call.Assigned(at=row.starts_at, number=number, who=who)


def a_talk(row: ConversationRow, minutes: int = 30) -> list[tuple[str, call.Event]]:
    """Return what happens in a talk with a gap of two minutes, ended by hand."""
    start = row.starts_at
    interpreter, requester = leg(row, call.Role.INTERPRETER), leg(row, call.Role.REQUESTER)
    back = leg(row, call.Role.REQUESTER, 2)
    return [
        ("1", call.Joined(at=start - MINUTE, **interpreter)),
        ("2", call.Joined(at=start, **requester)),
        ("3", call.Left(at=start + 5 * MINUTE, dropped=True, **requester)),
        ("4", call.Joined(at=start + 7 * MINUTE, **back)),
        ("5", call.Ended(at=start + minutes * MINUTE)),
    ]


def test_a_video_has_a_room_and_a_visit_has_none(world: World) -> None:
    request, row = a_video(world)
    assert (row.kind, row.status, row.starts_at) == ("video", "planned", request.starts_at)
    assert row.opens_at == request.starts_at - timedelta(minutes=15)
    visit = a_request(world.requester, starts_at=request.starts_at + timedelta(days=1))
    interpreter = next(it for it in world.interpreters if offered(visit, it.id))
    offers.accept_offer(offer_to(visit, interpreter.id), by=actor_of(world, interpreter.id))
    assert queries.last_conversation_of(visit.id) is None


def test_a_talk_starts_the_assignment_and_leaves_the_record_ready(world: World) -> None:
    request, row = a_video(world)
    told = a_talk(row)
    with clock.frozen(row.starts_at + 30 * MINUTE):
        for key, event in told[:2]:
            services.record_event(row.id, event, key=key)
        assert fresh(request.id).status == "in_progress"
        assert again(row).status == "live"
        for key, event in told[2:]:
            services.record_event(row.id, event, key=key)
        assert fresh(request.id).status == "to_confirm"
        done = again(row)
        assert done.status == "ended"
        draft = queries.draft_of(row.assignment_id)
        assert draft is not None
        assert (draft.started_at, draft.ended_at) == (row.starts_at, row.starts_at + 30 * MINUTE)
        assert draft.disturbance_minutes == 2
        performances.submit_performance(row.assignment_id, draft, by=actor_of(world, done.assignment.interpreter_id))
    record = performances.queries.performance_of(request.id)
    assert record is not None
    performances.confirm_performance(record.id, by=world.requester)
    assert fresh(request.id).outcome == "completed"


def test_the_same_event_told_many_times_changes_nothing(world: World) -> None:
    request, row = a_video(world)
    with clock.frozen(row.starts_at + 30 * MINUTE):
        for key, event in [it for it in a_talk(row) for _ in range(3)]:
            services.record_event(row.id, event, key=key)
        before = db.session.execute(text("SELECT count(*) FROM events")).scalar()
        for key, event in a_talk(row):
            services.record_event(row.id, event, key=key)
        assert db.session.execute(text("SELECT count(*) FROM events")).scalar() == before
    kept = text("SELECT count(*) FROM conversation_events WHERE conversation_id = :id")
    assert db.session.execute(kept, {"id": row.id}).scalar() == 5
    assert fresh(request.id).status == "to_confirm"


def test_without_the_key_the_same_event_would_be_kept_again(world: World) -> None:
    """What the test above would see if nothing held the keys apart."""
    _, row = a_video(world)
    for number in range(3):
        services.record_event(row.id, a_talk(row)[0][1], key=f"other {number}")
    kept = text("SELECT count(*) FROM conversation_events WHERE conversation_id = :id")
    assert db.session.execute(kept, {"id": row.id}).scalar() == 3


@pytest.mark.parametrize("seed", range(6))
def test_what_happened_may_be_told_in_any_order(world: World, seed: int) -> None:
    _, row = a_video(world)
    *told, ended = a_talk(row)
    random.Random(seed).shuffle(told)
    with clock.frozen(row.starts_at + 30 * MINUTE):
        for key, event in [*told, ended]:
            services.record_event(row.id, event, key=key)
    draft = queries.draft_of(row.assignment_id)
    assert draft is not None
    length = (draft.ended_at - draft.started_at, draft.disturbance_minutes)
    assert length == (30 * MINUTE, 2)


def test_the_kept_events_cannot_be_changed(world: World) -> None:
    _, row = a_video(world)
    services.record_event(row.id, a_talk(row)[0][1], key="1")
    for statement in ("UPDATE conversation_events SET name = 'x'", "DELETE FROM conversation_events"):
        with pytest.raises(Exception, match="append-only"), db.session.begin_nested():
            db.session.execute(text(statement))


def test_the_room_follows_the_request_and_goes_with_it(world: World) -> None:
    request, row = a_video(world)
    later = request.starts_at + timedelta(hours=2)
    changed = asked(service=Service.VIDEO, place=None, starts_at=later)
    requests.change_request(request.id, changed, by=world.requester, version=request.version)
    assert (again(row).starts_at, again(row).opens_at) == (later, later - 15 * MINUTE)
    requests.cancel_request(request.id, by=world.requester, reason=CancelReason.OTHER)
    assert again(row).status == "cancelled"


def test_a_withdrawal_closes_the_room_and_the_next_interpreter_has_her_own(world: World) -> None:
    request, row = a_video(world)
    first = again(row).assignment.interpreter_id
    assignments.withdraw_assignment(row.assignment_id, by=actor_of(world, first), reason=WithdrawReason.ILL)
    assert again(row).status == "cancelled"
    offers.advance_search(request.id)
    other = next(it for it in world.interpreters if it.id != first and offered(request, it.id))
    offers.accept_offer(offer_to(request, other.id), by=actor_of(world, other.id))
    new = queries.last_conversation_of(request.id)
    assert new is not None
    assert new.id != row.id
    assert new.room != row.room


def test_nobody_there_at_two_minutes_past_is_told_to_the_desk(world: World) -> None:
    request, row = a_video(world)
    with clock.frozen(row.starts_at + 3 * MINUTE):
        due = text("UPDATE conversations SET wake_at = now() - interval '1 s' WHERE id = :id")
        db.session.execute(due, {"id": row.id})
        services.watch_conversations()
        assert again(row).missed_at is not None
    told = db.session.execute(text("SELECT count(*) FROM messages WHERE kind = 'party_missing'")).scalar()
    assert told == 1
    events = text("SELECT name FROM events WHERE request_id = :id")
    names = db.session.scalars(events, {"id": request.id}).all()
    assert "party_missing" in names


def in_the_room(row: ConversationRow) -> datetime:
    return row.starts_at - 5 * MINUTE


def test_a_guest_comes_by_a_link_that_works_once_and_waits_to_be_let_in(world: World) -> None:
    _, row = a_video(world)
    with clock.frozen(in_the_room(row)):
        host = services.enter_as(row.id, by=world.requester)
        token = services.invite_guest(row.id, Guest("client", "moeder", "arb"), by=host)
        secret = services.use_link(token)
        with pytest.raises(LinkOver):
            services.use_link(token)
        guest = queries.find_guest(secret)
        assert guest is not None
        assert guest.status == "waiting"
        services.admit_guest(row.id, guest.key, by=host)
        inside = queries.find_guest(secret)
        assert inside is not None
        assert inside.status == "admitted"
        with pytest.raises(Forbidden):
            services.invite_guest(row.id, Guest("client"), by=inside)
        services.remove_guest(row.id, guest.key, by=host)
        assert queries.find_guest(secret) is None


def test_a_link_runs_out_and_can_be_taken_back(world: World) -> None:
    _, row = a_video(world)
    with clock.frozen(in_the_room(row)):
        host = services.enter_as(row.id, by=world.requester)
        token = services.invite_guest(row.id, Guest("client"), by=host)
        other = services.invite_guest(row.id, Guest("third_party"), by=host)
        back = queries.find_by_link(other)
        services.remove_guest(row.id, back.key, by=host)
        with pytest.raises(NotFound):
            services.use_link(other)
    with clock.frozen(row.starts_at + timedelta(hours=3)), pytest.raises(LinkOver):
        services.use_link(token)
    assert queries.find_by_link(token).used_at is None


def test_there_is_a_limit_to_guests(world: World) -> None:
    _, row = a_video(world)
    with clock.frozen(in_the_room(row)):
        host = services.enter_as(row.id, by=world.requester)
        for _ in range(4):
            services.invite_guest(row.id, Guest("client"), by=host)
        with pytest.raises(RoomFull):
            services.invite_guest(row.id, Guest("client"), by=host)


def test_somebody_of_another_room_has_no_say_here(world: World) -> None:
    _, row = a_video(world)
    other = a_world()
    _, theirs = a_video(other)
    with clock.frozen(in_the_room(row)):
        stranger = services.enter_as(theirs.id, by=other.requester)
        with pytest.raises(NotFound):
            services.enter_as(row.id, by=other.requester)
        with pytest.raises(NotFound):
            services.invite_guest(row.id, Guest("client"), by=stranger)
        with pytest.raises(NotFound):
            services.say_in_chat(row.id, "dag", by=stranger)


def test_a_second_tab_takes_the_place_and_a_dead_one_loses_it(world: World) -> None:
    _, row = a_video(world)
    with clock.frozen(in_the_room(row)):
        me = services.enter_as(row.id, by=world.requester)
        services.take_seat(me.id, "one")
        services.take_seat(me.id, "two")
        services.leave_room(me.id, "one")  # the tab that was left says goodbye late
        assert queries.participant(me.id).seat == "two"  # type: ignore[union-attr]
        assert len(queries.roster(row.id, clock.now())) == 1
        silent = clock.now() + PRESENCE + MINUTE
    with clock.frozen(silent):
        db.session.execute(text("UPDATE conversation_participants SET present_until = now() - interval '1 min'"))
        services.watch_conversations()
        assert queries.roster(row.id, clock.now()) == []


def test_too_early_and_too_late_nobody_comes_in(world: World) -> None:
    _, row = a_video(world)
    me = services.enter_as(row.id, by=world.requester)
    with clock.frozen(row.opens_at - MINUTE), pytest.raises(RoomNotOpen):
        services.take_seat(me.id, "seat")
    with clock.frozen(row.closes_at), pytest.raises(RoomClosed):
        services.take_seat(me.id, "seat")


def test_when_it_ends_links_keys_and_files_are_gone(world: World) -> None:
    _, row = a_video(world)
    with clock.frozen(row.starts_at):
        host = services.enter_as(row.id, by=world.requester)
        token = services.invite_guest(row.id, Guest("client"), by=host)
        secret = services.use_link(token)
        services.show_file(row.id, services.Leaflet("image/png", b"picture", 1), by=host)
        services.end_conversation(row.id, by=world.requester)
    assert queries.find_guest(secret) is None
    assert db.session.execute(text("SELECT count(*) FROM conversation_files")).scalar() == 0
    assert again(row).shown is None
    assert db.session.get_one(AssignmentRow, row.assignment_id).status == "booked"  # nobody came: the desk decides
    assert db.session.scalars(db.select(ParticipantRow.link_hash)).all() == [None] * 3


def a_call_now(world: World) -> tuple[RequestRow, ConversationRow]:
    """Return a telephone talk "now" to which somebody said yes, and its room."""
    for actor in world.actors:
        register.switch_available_now(True, by=actor)
    request = a_request(world.requester, service=Service.TELEPHONE, place=None, immediate=True)
    interpreter = next(it for it in world.interpreters if offered(request, it.id))
    offers.accept_offer(offer_to(request, interpreter.id), by=actor_of(world, interpreter.id))
    row = queries.last_conversation_of(request.id)
    assert row is not None
    return fresh(request.id), row


def test_whoever_said_yes_now_and_does_not_come_is_freed_and_another_is_asked(world: World) -> None:
    request, row = a_call_now(world)
    assert row.kind == "audio"
    assert row.opens_at <= clock.now()
    with clock.frozen(clock.now() + timedelta(seconds=95)):
        db.session.execute(text("UPDATE conversations SET wake_at = now() - interval '1 s'"))
        services.watch_conversations()
        assert again(row).status == "cancelled"
        assert fresh(request.id).status == "searching"
        assert db.session.get_one(AssignmentRow, row.assignment_id).status == "withdrawn"


def test_from_the_click_to_the_voice_is_measured(world: World) -> None:
    request, row = a_call_now(world)
    asked_at = request.submitted_at
    assert asked_at is not None
    with clock.frozen(asked_at + timedelta(seconds=20)):
        for key, role in (("1", call.Role.REQUESTER), ("2", call.Role.INTERPRETER)):
            services.record_event(row.id, call.Joined(at=clock.now(), **leg(row, role)), key=key)
    with clock.frozen(asked_at + timedelta(seconds=200)):
        services.end_conversation(row.id, by=world.requester)
    assert again(row).connect_seconds == pytest.approx(20)
    assert fresh(request.id).status == "to_confirm"
