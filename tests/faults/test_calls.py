"""Many interpreters press 1 at once, and a process dies between her key and the binding: one winner, nobody is lost."""

import threading
import time
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from dispatch.calls import services as calls
from dispatch.calls.ports import LegStatus, Word
from dispatch.calls.views.scenes import scene_of
from dispatch.offers import queries as offers
from dispatch.offers import services as offer_services
from dispatch.offers.status import OPEN
from dispatch.requests.domain import Service
from kernel import clock
from kernel.actor import SYSTEM
from kernel.database import db
from media.telephone import words
from media.telephone.twiml import Meeting, Words
from tests.builders.customers import an_agreement
from tests.builders.interpreters import an_interpreter
from tests.builders.invariants import broken
from tests.builders.people import a_requester, an_agency, an_organisation
from tests.builders.requests import a_request
from tests.faults.test_killed_at_the_worst_moment import act, count

ROUNDS = 4
_THERE = text("UPDATE interpreters SET available_now = true, present_until = now() + interval '1 hour'")


def picked_up(interpreters: int) -> list[int]:
    """Return the legs of interpreters who all picked up for one talk and hear the question."""
    agency = an_agency()
    calls.set_numbers(agency.id, "+3225550100", "", by=SYSTEM)
    organisation = an_organisation(agency)
    an_agreement(organisation)
    for number in range(interpreters):
        an_interpreter(agency=agency, phone=f"+32470{agency.id:03d}{number:03d}")
    db.session.execute(_THERE)
    return another_talk(a_requester(organisation))


def another_talk(requester) -> list[int]:  # type: ignore[no-untyped-def]
    request = a_request(requester, service=Service.TELEPHONE, immediate=True, place=None, search=False)
    db.session.execute(text("UPDATE terms SET value = 5 WHERE name = 'wave_size_1'"))
    offer_services.advance_search(request.id)
    legs = list(
        db.session.scalars(
            text("SELECT id FROM call_legs WHERE status = 'planned' AND offer_id IS NOT NULL ORDER BY id")
        )
    )
    for leg_id in legs:
        calls.note_word(leg_id, f"CA{leg_id}", Word(status=LegStatus.ANSWERED, at=clock.now()))
    # Processes are slower to begin than a carrier is to ask again: what is tried here is no matter of seconds.
    db.session.execute(text("UPDATE offers SET expires_at = now() + interval '1 hour' WHERE ended_at IS NULL"))
    db.session.execute(text("UPDATE requests SET hard_stop_at = now() + interval '1 hour' WHERE closed_at IS NULL"))
    db.session.commit()
    return legs


def all_at_once(app: Flask, legs: list[int], do: Callable[[int], object]) -> None:
    gate = threading.Barrier(len(legs))

    def run(leg_id: int) -> None:
        with app.app_context():
            gate.wait()
            do(leg_id)
            db.session.remove()

    threads = [threading.Thread(target=run, args=(it,)) for it in legs]
    for it in threads:
        it.start()
    for it in threads:
        it.join(30)


def test_of_many_who_press_1_together_one_has_the_talk(own_house: Flask) -> None:
    for _ in range(ROUNDS):
        legs = picked_up(3)
        all_at_once(own_house, legs, lambda leg_id: calls.press(leg_id, "1", at=clock.now()))
        db.session.rollback()
        with own_house.test_request_context():
            scenes = [scene_of(it) for it in legs]
        assert sum(isinstance(it, Meeting) for it in scenes) == 1
        assert [it.words for it in scenes if isinstance(it, Words)] == [words.TAKEN] * (len(legs) - 1)
        db.session.execute(text("UPDATE call_lines SET number = number || agency_id"))
        db.session.commit()
    assert count("assignments") == ROUNDS
    assert broken() == {}


def test_control_whoever_only_looked_would_let_several_win(own_house: Flask) -> None:
    legs, won = picked_up(3), []

    def looks(leg_id: int) -> None:
        offer_id = db.session.scalar(text("SELECT offer_id FROM call_legs WHERE id = :id"), {"id": leg_id})
        offer = offers.standing(offer_id)
        if offer is not None and offer.status in OPEN and offer.assignment_id is None:
            time.sleep(0.05)
            won.append(leg_id)

    all_at_once(own_house, legs, looks)
    assert len(won) > 1


@pytest.mark.parametrize(
    ("dies_at", "bound"),
    [
        ("calls.press.before_accept", 0),
        ("offers.accept.before_commit", 0),
        ("calls.press.after_accept", 1),
    ],
)
def test_killed_between_her_key_and_the_binding_she_presses_again_or_is_in(
    own_house: Flask, dies_at: str, bound: int
) -> None:
    first, *_ = picked_up(1)
    act(own_house, "press", {"leg_id": first, "digits": "1"}, dies_at=dies_at)
    assert count("assignments") == bound
    # the carrier sends the key once more, to a process that lives, and asks what she hears now
    calls.press(first, "1", at=clock.now())
    assert count("assignments") == 1
    with own_house.test_request_context():
        assert isinstance(scene_of(first), Meeting)
    assert broken() == {}
