"""The carrier's webhooks come late, twice, in another order, or never: what follows is the same."""

import random

import pytest
from sqlalchemy import text

from kernel import clock
from kernel.database import db
from tests.builders.carrier.exchange import Mail
from tests.builders.carrier.people import always
from tests.builders.invariants import broken
from tests.builders.telephone import TelephoneHouse, TelephoneWorld
from tests.services.calls.conftest import YES, caller

pytestmark = pytest.mark.slow


def twice(kind: str, form: dict[str, str]) -> list[float]:
    return [0.0, 2.0]


def swapped(seed: int) -> Mail:
    chance = random.Random(seed)
    return lambda kind, form: [chance.uniform(0, 8)] + ([chance.uniform(0, 20)] if chance.random() < 0.3 else [])


def without_status(kind: str, form: dict[str, str]) -> list[float]:
    return [] if kind == "status" else [0.0]


def without_voices(kind: str, form: dict[str, str]) -> list[float]:
    return [] if form.get("StatusCallbackEvent") == "participant-speech-start" else [0.0]


@pytest.mark.parametrize(
    "mail", [twice, swapped(1), swapped(2), swapped(3), without_status, without_voices], ids=lambda it: it.__name__
)
def test_the_same_talk_gives_the_same_record(line: TelephoneHouse, mail: Mail) -> None:
    world = TelephoneWorld(line, 3, hears=always(YES, "1"))
    for number, seconds in enumerate((6.0, 3.0, 9.0)):
        line.exchange.phones[f"+32470{number:06d}"].picks_up = seconds
    line.exchange.mail = mail
    line.dial("+32475111111", hears=caller(world), hangs_up=300.0)
    line.run(1500)
    db.session.expire_all()
    [(status, length)] = db.session.execute(
        text("SELECT status, extract(epoch FROM ended_at - started_at) FROM performances")
    ).all()
    assert status == "submitted"
    assert 295 <= length <= 312  # a carrier that says nothing is asked; then its own end of the call counts
    [(wait,)] = db.session.execute(text("SELECT connect_seconds FROM conversations")).all()
    assert wait < 15
    assert db.session.execute(text("SELECT count(*) FROM call_legs WHERE status <> 'ended'")).scalar() == 0
    assert broken() == {}


def test_a_web_process_that_does_not_answer_is_asked_again_and_nobody_is_lost(line: TelephoneHouse) -> None:
    world = TelephoneWorld(line, 1, picks_up=3.0, hears=always(YES, "1"))
    post, asked = line.exchange._post, 0

    def every_third_fails(address: str, form: dict[str, str], signature: str) -> tuple[int, str]:
        nonlocal asked
        asked += 1
        if asked % 3 == 0:
            raise ConnectionError("the process was killed")
        return post(address, form, signature)

    line.exchange._post = every_third_fails
    line.dial("+32475111111", hears=caller(world), hangs_up=100.0)
    line.run(900)
    assert db.session.execute(text("SELECT status FROM performances")).scalars().all() == ["submitted"]


def test_a_ring_whose_answer_was_lost_is_found_and_not_rung_twice(line: TelephoneHouse) -> None:
    world = TelephoneWorld(line, 1, picks_up=8.0, hears=always(YES, "1"))
    carrier = line.app.extensions["telephone"]
    ring, rung = carrier.ring, []

    def loses_the_answer(wanted):  # type: ignore[no-untyped-def]
        rung.append(ring(wanted))
        raise ConnectionError("no answer came")

    carrier.ring = loses_the_answer
    line.dial("+32475111111", hears=caller(world), hangs_up=60.0)
    with pytest.raises(ConnectionError):
        line.run(8)
    carrier.ring = ring
    with clock.frozen(line.now):
        line.sweep()
    line.run(300)
    assert len(rung) == 1
    assert line.transcript.count("+32470000000 rings") == 1
    assert db.session.execute(text("SELECT status FROM performances")).scalars().all() == ["submitted"]
