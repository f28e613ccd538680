"""Two hundred interpreters press yes on one offer at the same moment: exactly one wins, nobody waits long."""

import threading
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unittest.mock import patch

from flask import Flask
from sqlalchemy import text

from benchmarks.crowd import Crowd, ask, gather, offer
from benchmarks.figures import Figure, at_most, percentile
from benchmarks.place import Place
from dispatch.assignments.domain import Binding
from dispatch.offers import services
from dispatch.offers.services import answering
from dispatch.requests.models import RequestRow
from kernel.actor import Actor
from kernel.database import db
from kernel.errors import Refusal

PRESSING, CONTROL_ROUNDS = 200, 5
_WON, _LOST = "won", {"already_taken", "offer_closed"}


@dataclass(slots=True)
class Press:
    """What somebody who pressed got to hear, and after how many seconds."""

    answer: str
    waited_s: float


class Presses:
    """As many threads as people, that live as long as the race; each round they all press at once."""

    def __init__(self, app: Flask, people: Sequence[Actor]) -> None:
        self._app, self._people = app, people
        self._offers: Sequence[int] = ()
        self._presses: list[Press] = []
        self._gate = threading.Barrier(len(people) + 1)
        self._threads = [threading.Thread(target=self._live, args=(n,), daemon=True) for n in range(len(people))]
        for thread in self._threads:
            thread.start()

    def together(self, offers: Sequence[int]) -> list[Press]:
        """Let everybody press yes on the own offer at the same moment."""
        self._offers, self._presses = offers, [Press("silence", 0.0) for _ in self._people]
        self._gate.wait()
        self._gate.wait()
        return self._presses

    def close(self) -> None:
        """Send everybody home."""
        self._offers = ()
        self._gate.wait()
        for thread in self._threads:
            thread.join()

    def _live(self, place: int) -> None:
        while True:
            self._gate.wait()
            if not self._offers:
                return
            before = time.perf_counter()
            answer = self._press(place)
            self._presses[place] = Press(answer, time.perf_counter() - before)
            self._gate.wait()

    def _press(self, place: int) -> str:
        with self._app.app_context():
            try:
                services.accept_offer(self._offers[place], by=self._people[place])
            except Refusal as refusal:
                return refusal.code
            except Exception as error:
                return f"error {type(error).__name__}"
            finally:
                db.session.remove()
        return _WON


def run(place: Place, options: Namespace) -> list[Figure]:
    """Return winners per race, errors and the longest wait; and what happens without the protection."""
    database = place.database("race", place.template)
    with place.app(database) as app:
        crowd = gather(PRESSING)
        presses = Presses(app, crowd.interpreters)
        rounds = [_race(crowd, presses, number) for number in range(1, options.rounds + 1)]
        with _unprotected():
            naive = [_race(crowd, presses, options.rounds + number) for number in range(1, CONTROL_ROUNDS + 1)]
        presses.close()
    place.drop(database)
    return _figures(rounds, naive)


def _race(crowd: Crowd, presses: Presses, number: int) -> list[Press]:
    return presses.together(offer(ask(crowd, number, number), crowd.interpreters))


def _figures(rounds: list[list[Press]], naive: list[list[Press]]) -> list[Figure]:
    races = len(rounds)
    wrong = sum(_winners(it) != 1 for it in rounds)
    answers = Counter(press.answer for race in rounds for press in race)
    strange = {answer: n for answer, n in answers.items() if answer not in _LOST | {_WON}}
    waits = [press.waited_s for race in rounds for press in race]
    most = max(_winners(it) for it in naive)
    bound = f"with 95% certainty fewer than {3 / races:.2%} of races go wrong" if not wrong else ""
    control = f"without protection up to {most} won one race"
    median = (
        f"p50 {percentile(waits, 0.5):.3f} s, p95 {percentile(waits, 0.95):.3f} s, p99 {percentile(waits, 0.99):.3f} s"
    )
    return [
        Figure("races not won by exactly one", wrong, "", "0", wrong == 0, races, note=bound),
        Figure(
            "answers that are neither yes nor lost", sum(strange.values()), "", "0", not strange, len(waits),
            note=", ".join(f"{n} x {answer}" for answer, n in strange.items()),
        ),
        at_most("longest wait of 200 who press at once", max(waits), "s", 1.0, len(waits), note=median),
        Figure("most winners without the protection", most, "", "> 1", most > 1, len(naive), note=control),
    ]  # fmt: skip


def _winners(race: list[Press]) -> int:
    return sum(press.answer == _WON for press in race)


@contextmanager
def _unprotected() -> Iterator[None]:
    """Take away the request's lock and the constraints: look whether it is free, then write, as naive code does."""
    for index in ("uq_assignments_live", "uq_offers_accepted"):
        db.session.execute(text(f"DROP INDEX {index}"))
    db.session.commit()
    with (
        patch.object(answering.requests, "lock_request", _read),
        patch.object(answering.assignments, "bind", _write),
        patch.object(answering, "withdraw_offers", lambda *args, **kwargs: None),
    ):
        yield


def _read(tx: Any, request_id: int) -> RequestRow:
    row: RequestRow = tx.session.get(RequestRow, request_id)
    return row


def _write(binding: Binding, *, by: Actor, at: datetime) -> int:
    values = {name: getattr(binding, name) for name in ("request_id", "interpreter_id", "starts_at", "ends_at")}
    written = text(
        """INSERT INTO assignments (request_id, interpreter_id, status, made_by, service, language, starts_at,
             ends_at, blocked, fee_cents, booked_at)
           VALUES (:request_id, :interpreter_id, 'booked', 'hand', 'telephone', 'arb', :starts_at, :ends_at,
             tstzrange(:starts_at, :ends_at), 0, now()) RETURNING id"""
    )
    made = int(db.session.execute(written, values).scalar_one())
    db.session.execute(text("UPDATE requests SET status = 'assigned' WHERE id = :id"), {"id": binding.request_id})
    return made
