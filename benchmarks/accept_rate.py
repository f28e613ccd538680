"""Accepts over distinct offers per second, beside a bare psycopg script that sends the same statements.

Both are pressed by as many processes as production runs on two cores, with threads in each.
"""

import threading
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from statistics import median
from typing import Any

import psycopg
from flask import Flask

from benchmarks.bare import Script, recording, spread_keys
from benchmarks.crowd import Crowd, ask, gather, offer
from benchmarks.figures import Figure, share_of_bound
from benchmarks.place import Place
from dispatch.offers import services
from kernel.actor import Actor
from kernel.database import db
from kernel.settings import Settings
from web.app import create_app

PROCESSES, THREADS, ACCEPTS, ROUNDS, WARM = 2, 4, 800, 3, 160
_PRESSING = PROCESSES * THREADS
_PEOPLE = 5 * _PRESSING
_READY_S = 60


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
    with place.app(database):
        spread_keys(db.session.connection())
        db.session.commit()
        crowd, numbers = gather(_PEOPLE), iter(range(1, 1_000_000))
        rates: dict[str, list[float]] = {"platform": [], "bare": []}
        with _processes(place.settings(database), crowd, numbers) as (pipes, statements):
            for way in rates:
                _rate(pipes, way, _due(crowd, numbers, WARM))
            for _ in range(ROUNDS):
                for way, found in rates.items():
                    found.append(_rate(pipes, way, _due(crowd, numbers, ACCEPTS)))
    place.drop(database)
    return [
        share_of_bound(
            "accepts of distinct offers", median(rates["platform"]), median(rates["bare"]), 0.5, ACCEPTS * ROUNDS,
            beside="same statements, bare psycopg",
            note=f"{statements} statements each, {PROCESSES} processes x {THREADS} threads;"
            f" median of {ROUNDS} rounds in turn",
        )
    ]  # fmt: skip


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


@contextmanager
def _processes(settings: Settings, crowd: Crowd, numbers: Iterator[int]) -> Iterator[tuple[list[Any], int]]:
    """Start the pressing processes; each records an accept of its own, which is its script."""
    spawn, pipes, started = get_context("spawn"), [], []
    for _ in range(PROCESSES):
        ours, theirs = spawn.Pipe()
        process = spawn.Process(target=_serve, args=(settings, theirs, _due(crowd, numbers, 2)), daemon=True)
        process.start()
        pipes.append(ours)
        started.append(process)
    statements = [_answer(pipe) for pipe in pipes]
    yield pipes, int(statements[0])
    for pipe, process in zip(pipes, started, strict=True):
        pipe.send(None)
        process.join(_READY_S)


def _rate(pipes: Sequence[Any], way: str, due: Sequence[Yes]) -> float:
    """Return accepts per second. Each thread has people of its own, so that none waits for another's lock."""
    before = time.perf_counter()
    for place, pipe in enumerate(pipes):
        pipe.send((way, [due[place * THREADS + thread :: _PRESSING] for thread in range(THREADS)]))
    for pipe in pipes:
        _answer(pipe)
    return len(due) / (time.perf_counter() - before)


def _answer(pipe: Any) -> float:
    if not pipe.poll(_READY_S):
        raise RuntimeError("a pressing process says nothing")
    answer = pipe.recv()
    if isinstance(answer, str):
        raise RuntimeError(answer)
    return float(answer)


def _serve(settings: Settings, pipe: Connection, first: Sequence[Yes]) -> None:
    """Press whenever asked, in the way asked; the body of a pressing process."""
    app = create_app(settings)
    address = (settings.database_url or "").replace("postgresql+psycopg://", "postgresql://")
    with app.app_context():
        script = _recorded(first)
    connections = [psycopg.connect(address) for _ in range(THREADS)]
    ways: dict[str, Callable[[int, Yes], None]] = {
        "platform": lambda thread, yes: _press(yes),
        "bare": lambda thread, yes: script.play(connections[thread], yes.given),
    }
    pipe.send(len(script))
    while (asked := pipe.recv()) is not None:
        way, shares = asked
        wrong = _together(app, ways[way], shares)
        pipe.send(repr(wrong[0]) if wrong else 0)


def _recorded(first: Sequence[Yes]) -> Script:
    """Record an accept; the one before it leaves nothing to be learned by the process."""
    _press(first[0])
    with recording(db.engine) as sent:
        _press(first[1])
    return Script(sent, first[1].given)


def _press(yes: Yes) -> None:
    services.accept_offer(yes.offer_id, by=yes.by)
    db.session.remove()


def _together(app: Flask, press: Callable[[int, Yes], None], shares: Sequence[Sequence[Yes]]) -> list[Exception]:
    wrong: list[Exception] = []

    def work(thread: int) -> None:
        try:
            for yes in shares[thread]:
                with app.app_context():
                    press(thread, yes)
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong
