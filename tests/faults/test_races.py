"""Many at once, really committing. Each race also shows that it can fail without the protection."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from dispatch.offers import queries as offer_queries
from dispatch.offers import services as offers
from dispatch.offers.services import answering
from dispatch.requests import services as requests
from dispatch.requests.domain import CancelReason
from dispatch.requests.models import RequestRow
from kernel.database import db
from kernel.errors import Refusal
from tests.builders.requests import a_request, a_weekday, asked, offer_to
from tests.services.dispatch.conftest import a_world

CONTENDERS, ROUNDS = 8, 12


def together(app: Flask, works: list[Callable[[], Any]]) -> list[Any]:
    """Run all of `works` at the same moment, each on its own connection; return results and refusals."""
    gate, results = threading.Barrier(len(works)), [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        with app.app_context():
            gate.wait()
            try:
                results[place] = work()
            except Refusal as refusal:
                results[place] = refusal.code
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def winners(results: list[Any]) -> int:
    return sum(isinstance(it, int) for it in results)


def test_of_many_who_press_yes_exactly_one_wins(own_house: Flask) -> None:
    world = a_world(CONTENDERS)
    for _ in range(ROUNDS):
        request = a_request(world.requester, starts_at=a_weekday(30))
        _ask_everybody(request.id)
        actors = world.actors
        works = [_accepting(offer_to(request, it.interpreter_id or 0), it) for it in actors]
        results = together(own_house, works)
        assert winners(results) == 1
        assert Counter(it for it in results if isinstance(it, str)) == {"already_taken": CONTENDERS - 1}
        _free(request.id, world)


def test_without_the_lock_and_the_constraint_several_would_win(
    own_house: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The positive control: look, wait, then write, as naive code does."""
    world = a_world(CONTENDERS)
    db.session.execute(text("DROP INDEX uq_assignments_live"))
    db.session.execute(text("DROP INDEX uq_offers_accepted"))
    db.session.commit()
    monkeypatch.setattr(answering.requests, "lock_request", _unlocked)
    monkeypatch.setattr(answering, "withdraw_offers", lambda *args, **kwargs: None)
    monkeypatch.setattr(answering.assignments, "bind", _bind_naively)
    request = a_request(world.requester, starts_at=a_weekday(30))
    _ask_everybody(request.id)
    works = [_accepting(offer_to(request, it.interpreter_id or 0), it) for it in world.actors]
    assert winners(together(own_house, works)) > 1


def test_one_interpreter_who_says_yes_to_overlapping_requests_gets_one(own_house: Flask) -> None:
    world = a_world(1)
    for _ in range(ROUNDS):
        several = [a_request(world.requester, starts_at=a_weekday(30) + timedelta(minutes=10 * n)) for n in range(6)]
        who = world.actors[0]
        results = together(own_house, [_accepting(offer_to(it, who.interpreter_id or 0), who) for it in several])
        assert winners(results) == 1
        assert set(results) - {it for it in results if isinstance(it, int)} == {"double_booking"}
        for it in several:
            _free(it.id, world)


def test_accepting_and_cancelling_at_once_never_leave_a_live_assignment_on_a_closed_request(own_house: Flask) -> None:
    world = a_world(1)
    for _ in range(ROUNDS):
        request, who = a_request(world.requester, starts_at=a_weekday(30)), world.actors[0]
        accept = _accepting(offer_to(request, who.interpreter_id or 0), who)
        cancel = _cancelling(request.id, world)
        together(own_house, [accept, cancel])
        query = """SELECT r.status, r.outcome, (SELECT count(*) FROM assignments a WHERE a.request_id = r.id
                   AND a.status IN ('booked', 'started', 'performed')) FROM requests r WHERE r.id = :id"""
        status, outcome, live = db.session.execute(text(query), {"id": request.id}).one()
        db.session.rollback()
        assert (status, live) == ("closed", 0)
        assert outcome in {"cancelled", "other_reason"}


def test_two_workers_take_each_step_once(own_house: Flask) -> None:
    world = a_world(3)
    ids = [requests.submit_request(_asked(n), by=world.requester) for n in range(10)]
    together(own_house, [offers.advance_due_searches] * 4)
    for request_id in ids:
        times = Counter(it.interpreter_id for it in offer_queries.offers_of(request_id))
        assert set(times.values()) == {1}


def _asked(n: int) -> Any:
    return asked(starts_at=a_weekday(30 + n))


def _accepting(offer_id: int, actor: Any) -> Callable[[], int]:
    return lambda: offers.accept_offer(offer_id, by=actor)


def _cancelling(request_id: int, world: Any) -> Callable[[], Any]:
    return lambda: requests.cancel_request(request_id, by=world.requester, reason=CancelReason.OTHER).outcome.value


def _free(request_id: int, world: Any) -> None:
    requests.cancel_request(request_id, by=world.coordinator, reason=CancelReason.OTHER)


def _ask_everybody(request_id: int) -> None:
    """Put every candidate before the request, whatever the size of its waves."""
    first = offer_queries.offers_of(request_id)[0]
    copied = """INSERT INTO offers (request_id, interpreter_id, request_version, wave, status, service, language,
                  starts_at, ends_at, fee_cents, explanation, created_at, expires_at)
                SELECT o.request_id, i.id, o.request_version, o.wave, 'sent', o.service, o.language, o.starts_at,
                  o.ends_at, o.fee_cents, o.explanation, o.created_at, o.expires_at
                FROM offers o CROSS JOIN interpreters i WHERE o.id = :id
                AND NOT EXISTS (SELECT 1 FROM offers x WHERE x.request_id = o.request_id AND x.interpreter_id = i.id)"""
    db.session.execute(text(copied), {"id": first.offer_id})
    db.session.commit()


def _unlocked(tx: Any, request_id: int) -> Any:
    return tx.session.get(RequestRow, request_id)


def _bind_naively(binding: Any, *, by: Any, at: Any) -> int:
    """Insert the assignment without asking the request's own use case."""
    values = {"r": binding.request_id, "i": binding.interpreter_id, "s": binding.starts_at, "e": binding.ends_at}
    query = """INSERT INTO assignments (request_id, interpreter_id, status, made_by, service, language, starts_at,
                 ends_at, blocked, fee_cents, booked_at)
               VALUES (:r, :i, 'booked', 'hand', 'on_site', 'arb', :s, :e, tstzrange(:s, :e), 0, now()) RETURNING id"""
    db.session.execute(text("SELECT pg_sleep(0.05)"))
    return int(db.session.scalar(text(query), values))
