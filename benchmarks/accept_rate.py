"""Accepts over distinct offers per second, beside a bare psycopg script that sends the same statements."""

import threading
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

import psycopg
from flask import Flask

from benchmarks.bare import Script, recording, spread_keys
from benchmarks.crowd import Crowd, ask, gather, offer
from benchmarks.figures import Figure, share_of_bound
from benchmarks.place import Place
from dispatch.offers import services
from kernel.actor import Actor
from kernel.database import db

THREADS, ACCEPTS, ROUNDS, WARM = 8, 400, 3, 80
_PEOPLE = 5 * THREADS


@dataclass(frozen=True, slots=True)
class Yes:
    """An offer with whom it was made to."""

    offer_id: int
    by: Actor

    @property
    def given(self) -> tuple[int | None, ...]:
        """What the caller of an accept knows."""
        return self.offer_id, self.by.interpreter_id, self.by.person_id


def run(place: Place, options: Namespace) -> list[Figure]:
    """Return the platform's rate and the bare script's, measured in turn in the same run."""
    database = place.database("rate", place.template)
    with place.app(database) as app:
        spread_keys(db.session.connection())
        db.session.commit()
        crowd, numbers = gather(_PEOPLE), iter(range(1, 1_000_000))
        script = _recorded(app, crowd, numbers)
        ours, bare = [], []
        with _bare_workers(place.cluster.url(database), script) as bare_press:
            _rate(app, _due(crowd, numbers, WARM), _press)
            _rate(app, _due(crowd, numbers, WARM), bare_press)
            for _ in range(ROUNDS):
                ours.append(_rate(app, _due(crowd, numbers, ACCEPTS), _press))
                bare.append(_rate(app, _due(crowd, numbers, ACCEPTS), bare_press))
    place.drop(database)
    return [
        share_of_bound(
            "accepts of distinct offers", median(ours), median(bare), 0.5, ACCEPTS * ROUNDS,
            beside="same statements, bare psycopg",
            note=f"{len(script)} statements each, {THREADS} threads; median of {ROUNDS} rounds in turn",
        )
    ]  # fmt: skip


def _recorded(app: Flask, crowd: Crowd, numbers: Iterator[int]) -> Script:
    """Record an accept; the one before it leaves nothing to be learned by the process."""
    first, second = _due(crowd, numbers, 2)
    _press(0, first)
    with recording(db.engine) as sent:
        _press(1, second)
    return Script(sent, second.given)


def _due(crowd: Crowd, numbers: Iterator[int], count: int) -> list[Yes]:
    """Make so many requests with one open offer each, to the people in turn."""
    first = next(numbers)
    last = first
    for _ in range(count - 1):
        last = next(numbers)
    made = []
    requests = ask(crowd, first, last)
    for place, person in enumerate(crowd.interpreters[: min(count, _PEOPLE)]):
        made.append([Yes(it, person) for it in offer(requests[place::_PEOPLE], [person])])
    return [yes for turn in zip(*made, strict=True) for yes in turn]


def _press(thread: int, yes: Yes) -> None:
    services.accept_offer(yes.offer_id, by=yes.by)
    db.session.remove()


@contextmanager
def _bare_workers(url: str, script: Script) -> Iterator[Callable[[int, Yes], None]]:
    address = url.replace("postgresql+psycopg://", "postgresql://")
    connections = [psycopg.connect(address) for _ in range(THREADS)]

    def press(thread: int, yes: Yes) -> None:
        script.play(connections[thread], yes.given)

    yield press
    for connection in connections:
        connection.close()


def _rate(app: Flask, due: Sequence[Yes], press: Callable[[int, Yes], None]) -> float:
    """Return accepts per second. Each thread has people of its own, so that none waits for another's lock."""
    gate, wrong = threading.Barrier(THREADS + 1), []

    def work(thread: int) -> None:
        gate.wait()
        try:
            for yes in due[thread::THREADS]:
                with app.app_context():
                    press(thread, yes)
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    gate.wait()
    before = time.perf_counter()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - before
    if wrong:
        raise wrong[0]
    return len(due) / taken
