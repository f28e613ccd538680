"""A telephone call from dialling to the record of what took place, as callers and interpreters live it."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from dispatch.calls import queries
from dispatch.requests.domain import Service
from kernel import clock
from kernel.database import db
from tests.builders.carrier.people import always, presses
from tests.builders.invariants import broken
from tests.builders.requests import a_request
from tests.builders.telephone import DESK, NUMBER, TelephoneHouse, TelephoneWorld
from tests.services.calls.conftest import YES, caller

pytestmark = pytest.mark.slow

CALLER = "+32475111111"


def one(query: str) -> dict[str, object]:
    db.session.expire_all()
    return dict(db.session.execute(text(query)).mappings().one())


def request_of(world: TelephoneWorld) -> dict[str, object]:
    return one("SELECT status, outcome, outcome_reason AS reason, language, phone FROM requests")


def test_the_first_who_presses_1_talks_and_the_record_follows(line: TelephoneHouse) -> None:
    world = TelephoneWorld(line, 3, hears=always(YES, "1"))
    for number, seconds in enumerate((6.0, 4.0, 9.0)):
        line.exchange.phones[f"+32470{number:06d}"].picks_up = seconds
    line.dial(CALLER, hears=caller(world), hangs_up=420.0)
    line.run(600)
    talk = one("SELECT status, began_at, over_at, connect_seconds FROM conversations")
    record = one("SELECT status, started_at, ended_at, fee_cents, submitted_by FROM performances")
    assert request_of(world) == {
        "status": "to_confirm", "outcome": None, "reason": None, "language": "ara", "phone": CALLER,
    }  # fmt: skip
    assert record["started_at"] == talk["began_at"]
    assert record["ended_at"] == talk["over_at"]
    assert record["ended_at"] - record["started_at"] == timedelta(seconds=420)  # type: ignore[operator]
    assert record["submitted_by"] is None
    assert talk["connect_seconds"] is not None and talk["connect_seconds"] < 10  # type: ignore[operator]
    heard = [line.exchange.phones[f"+32470{number:06d}"].heard for number in range(3)]
    assert "Verbonden." in heard[1]
    assert any("al aangenomen door een collega" in it for it in heard[0])
    assert heard[2] == []  # her telephone stopped ringing
    assert one("SELECT why FROM calls")["why"] == "over"
    assert one("SELECT count(*) AS n FROM call_legs WHERE status <> 'ended'")["n"] == 0
    assert broken() == {}


def test_a_caller_who_hangs_up_at_once_withdrew_and_later_found_nobody(line: TelephoneHouse) -> None:
    world = TelephoneWorld(line, 1, picks_up=None)
    for wait, ending in ((10, ("other_reason", "withdrawn")), (40, ("not_available", "interpreter_unavailable"))):
        call = line.dial(CALLER, hears=caller(world))
        line.run(6 + wait)
        line.hang_up(call)
        line.run(2)
        found = one("SELECT outcome, outcome_reason AS reason FROM requests ORDER BY id DESC LIMIT 1")
        assert (found["outcome"], found["reason"]) == ending
        world.present(world.interpreters[0].id)


def test_nobody_found_ends_after_three_minutes_with_a_coordinator_called_in(line: TelephoneHouse) -> None:
    world = TelephoneWorld(line, 1, picks_up=None)
    line.exchange.phone(DESK, picks_up=None)
    call = line.dial(CALLER, hears=caller(world))
    line.run(240)
    assert request_of(world)["reason"] == "interpreter_unavailable"
    assert any("Er is nu geen tolk vrij" in it for it in call.phone.heard)
    assert any("nog geen tolk gevonden" in it for it in call.phone.heard)
    assert f"{DESK} rings" in line.transcript
    assert call.status == "completed"


def test_who_chose_to_be_called_back_is_rung_when_somebody_is_there(line: TelephoneHouse) -> None:
    world = TelephoneWorld(line, 1, picks_up=None)
    hears = caller(world, ("nog geen tolk", "2"), ("Uw tolk is er", "1"))
    line.dial(CALLER, hears=hears)
    line.run(120)
    assert request_of(world)["status"] in {"searching", "escalated"}
    # somebody else comes; the desk lets the machine search again
    later = world.interpreter(7, picks_up=3.0, hears=always(YES, "1"), hangs_up=90.0)
    line.run(60)
    with clock.frozen(line.now):
        db.session.execute(text("UPDATE requests SET next_step_at = :now"), {"now": line.now})
        db.session.commit()
    line.run(300)
    assert one("SELECT interpreter_id FROM assignments")["interpreter_id"] == later.id
    assert "Uw tolk is er" in " ".join(line.exchange.phones[CALLER].heard)
    assert one("SELECT status FROM performances")["status"] == "submitted"


def test_a_talk_cut_off_at_once_goes_on_when_the_caller_dials_again(line: TelephoneHouse) -> None:
    world = TelephoneWorld(line, 1, picks_up=3.0, hears=always(YES, "1"))
    first = line.dial(CALLER, hears=caller(world))
    line.run(30)
    line.hang_up(first)
    line.run(60)
    second = line.dial(CALLER, hears=presses(("klantcode", world.code)), hangs_up=300.0)
    line.run(400)
    assert "comes into the conference" in line.transcript.split("calls +3225550100")[2]
    assert second.status == "completed"
    assert one("SELECT count(*) AS n FROM requests")["n"] == 1
    record = one("SELECT disturbance_minutes AS gap, ended_at - started_at AS length FROM performances")
    assert record["gap"] == 2  # 62 seconds, begun minutes count
    assert record["length"] > timedelta(minutes=5)  # type: ignore[operator]


def test_a_stranger_with_the_same_number_does_not_come_into_the_talk_without_the_code(line: TelephoneHouse) -> None:
    world = TelephoneWorld(line, 1, picks_up=3.0, hears=always(YES, "1"))
    first = line.dial(CALLER, hears=caller(world))
    line.run(30)
    line.hang_up(first)
    line.run(10)
    line.dial(CALLER, hears=always("klantcode", "12345678"))
    line.run(60)
    assert "conference" not in line.transcript.split("calls +3225550100")[2]


def test_a_machine_never_says_yes_and_two_rings_in_vain_end_her_presence(line: TelephoneHouse) -> None:
    world = TelephoneWorld(line, 1, state="machine")
    for _ in range(2):
        call = line.dial(CALLER, hears=caller(world))
        line.run(40)
        line.hang_up(call)
        line.run(5)
    assert one("SELECT count(*) AS n FROM assignments")["n"] == 0
    assert one("SELECT available_now AS there FROM interpreters")["there"] is False


def test_an_interpreter_who_presses_2_is_not_asked_again_for_this_talk(line: TelephoneHouse) -> None:
    world = TelephoneWorld(line, 1, picks_up=3.0, hears=always(YES, "2"))
    call = line.dial(CALLER, hears=caller(world))
    line.run(60)
    line.hang_up(call)
    assert one("SELECT status, decline_reason AS why FROM offers") == {"status": "declined", "why": "not_free"}
    assert line.transcript.count("+32470000000 rings") == 1
    assert world.interpreters[0].available_now


def test_a_winner_whose_line_is_lost_before_she_is_connected_is_rung_again(line: TelephoneHouse) -> None:
    world = TelephoneWorld(line, 1, picks_up=3.0, hears=always("Druk 1", "1"))
    line.dial(CALLER, hears=caller(world), hangs_up=200.0)
    exchange = line.exchange
    enter, lost = exchange._enter, []

    def loses_it(call, noun):  # type: ignore[no-untyped-def]
        if call.to == "+32470000000" and not lost:
            lost.append(call)
            exchange._end(call, "completed")
            return
        enter(call, noun)

    exchange._enter = loses_it  # type: ignore[method-assign]
    line.run(400)
    assert len(lost) == 1
    assert one("SELECT count(*) AS n FROM assignments")["n"] == 1
    assert one("SELECT status FROM performances")["status"] == "submitted"


def test_a_winner_who_stays_away_is_freed_and_the_caller_gets_another(line: TelephoneHouse) -> None:
    world = TelephoneWorld(line, 1, picks_up=3.0, hears=presses((YES, "1")))
    exchange = line.exchange
    enter = exchange._enter
    gone = exchange.phones["+32470000000"]

    def never_there(call, noun):  # type: ignore[no-untyped-def]
        if call.phone is gone:
            gone.picks_up = None
            exchange._end(call, "completed")
            return
        enter(call, noun)

    exchange._enter = never_there  # type: ignore[method-assign]
    line.dial(CALLER, hears=caller(world), hangs_up=200.0)
    line.run(40)
    second = world.interpreter(8, picks_up=3.0, hears=always("Druk 1", "1"))
    line.run(500)
    found = db.session.execute(text("SELECT interpreter_id, status FROM assignments ORDER BY id")).all()
    assert [tuple(it) for it in found] == [(world.interpreters[0].id, "withdrawn"), (second.id, "performed")]
    assert one("SELECT count(*) AS n FROM requests")["n"] == 1


def test_the_clients_number_is_rung_when_the_others_talk(line: TelephoneHouse) -> None:
    world = TelephoneWorld(line, 1, picks_up=3.0, hears=always(YES, "1"))
    client = line.exchange.phone("+32486222222", picks_up=3.0, hears=always("Druk 1", "1"), hangs_up=110.0)
    hears = presses(
        ("klantcode", world.code), ("naam van de taal", "say Arabisch"), ("Bent u samen", "2"),
        ("nummer van uw cli", "0486222222#"),
    )  # fmt: skip
    line.dial(CALLER, hears=hears, hangs_up=120.0)
    line.run(300)
    assert any("gebeld voor een gesprek" in it for it in client.heard)
    assert "+32486222222 comes into the conference" in line.transcript
    assert one("SELECT status FROM performances")["status"] == "submitted"


@pytest.mark.parametrize(
    "number", ["0900123456#", "0033899701234#", "00882123456789#", "112#", "025550100#", "abc", ""]
)
def test_expensive_foreign_and_own_numbers_are_not_rung(line: TelephoneHouse, number: str) -> None:
    world = TelephoneWorld(line, 1, picks_up=3.0, hears=always(YES, "1"))
    hears = presses(
        ("klantcode", world.code), ("naam van de taal", "say Arabisch"), ("Bent u samen", "2"),
        *[("nummer van uw cli", number)] * 3,
    )  # fmt: skip
    line.dial(CALLER, hears=hears)
    line.run(120)
    assert one("SELECT count(*) AS n FROM call_legs WHERE role = 'client'")["n"] == 0


def test_a_request_made_on_a_page_rings_interpreters_and_then_its_requester(line: TelephoneHouse) -> None:
    world = TelephoneWorld(line, 2, picks_up=3.0, hears=always(YES, "1"))
    line.exchange.phone("+3292000000", picks_up=3.0, hears=always("Druk 1", "1"), hangs_up=100.0)
    with clock.frozen(line.now):
        a_request(world.requester, service=Service.TELEPHONE, immediate=True, place=None, search=False)
    line.run(300)
    assert one("SELECT status FROM performances")["status"] == "submitted"
    assert "+3292000000 comes into the conference" in line.transcript


def test_an_agreed_talk_is_dialled_at_its_time_the_interpreter_first(line: TelephoneHouse) -> None:
    world = TelephoneWorld(line, 1, picks_up=3.0, hears=always("Druk 1", "1"))
    line.exchange.phone("+3292000000", picks_up=3.0, hears=always("Druk 1", "1"), hangs_up=100.0)
    with clock.frozen(line.now):
        starts_at = line.now + timedelta(minutes=30)
        request = a_request(world.requester, service=Service.TELEPHONE, starts_at=starts_at, place=None)
        world.accept(request.id)
    line.run(3600)
    rang = [it for it in line.exchange.transcript if it.endswith("rings")]
    moments = [float(it.split()[0]) for it in rang]
    assert [it.split()[1] for it in rang] == ["+32470000000", "+3292000000"]
    assert 1499 <= moments[0] <= 1503
    assert 1799 <= moments[1] <= 1803
    assert one("SELECT status FROM conversations")["status"] == "ended"
    assert one("SELECT status FROM requests")["status"] == "to_confirm"


def test_the_days_ceiling_stops_rings_and_tells_the_desk_once(line: TelephoneHouse) -> None:
    world = TelephoneWorld(line, 3, picks_up=3.0, hears=always(YES, "1"))
    db.session.execute(text("UPDATE terms SET value = 0 WHERE name = 'call_ceiling'"))
    world.forget_terms()
    line.dial(CALLER, hears=caller(world))
    line.run(120)
    assert "+32470000000 rings" not in line.transcript
    assert one("SELECT count(*) AS n FROM events WHERE name = 'ceiling_reached'")["n"] == 1
    world.forget_terms()


def test_a_hidden_number_is_served_and_never_called_back(line: TelephoneHouse) -> None:
    world = TelephoneWorld(line, 1, picks_up=3.0, hears=always(YES, "1"))
    line.dial("anonymous", hears=caller(world), hangs_up=60.0)
    line.run(200)
    assert one("SELECT number FROM calls")["number"] is None
    assert one("SELECT status FROM performances")["status"] == "submitted"


def test_a_number_that_is_nobodys_is_told_so(line: TelephoneHouse) -> None:
    TelephoneWorld(line, 0)
    call = line.dial(CALLER, "+3225550777")
    line.run(10)
    assert any("niet bereikbaar" in it for it in call.phone.heard)
    assert one("SELECT count(*) AS n FROM calls")["n"] == 0


def test_the_time_to_a_voice_is_told_by_language(line: TelephoneHouse) -> None:
    world = TelephoneWorld(line, 1, picks_up=3.0, hears=always(YES, "1"))
    line.dial(CALLER, NUMBER, hears=caller(world), hangs_up=30.0)
    line.run(120)
    [(language, count, (p50, p90, p99))] = queries.connect_quantiles(line.now - timedelta(hours=1))
    assert (language, count) == ("ara", 1)
    assert p50 == p90 == p99 <= 12
