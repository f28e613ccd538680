"""kill -9 of a real process at named places, cut connections, held locks: whole or nothing, and repeating is safe."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from dispatch.offers import services as offers
from kernel import clock
from kernel.actor import SYSTEM, Role
from kernel.database import db, meaning_of
from kernel.errors import Unavailable
from messages import services as messages
from messages.services import Words
from people import services as people
from tests.builders.invariants import broken
from tests.builders.people import a_person
from tests.builders.requests import a_request, a_weekday, offer_to
from tests.services.dispatch.conftest import World, a_world
from web.app import create_app

ROOT = Path(__file__).resolve().parents[2]
BODY = {"service": "telephone", "language": "arb", "phone": "+3292000000"}


@pytest.fixture
def world(own_house: Flask) -> World:
    made = a_world(3)
    db.session.commit()
    return made


def act(app: Flask, what: str, facts: dict[str, Any], *, dies_at: str = "") -> dict[str, Any] | None:
    """Let another process do something; None when it was killed, as `dies_at` says."""
    environment = {**os.environ, "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"], "ROLE": "test",
                   "DATA_DIR": str(app.config["SETTINGS"].data_dir), "SECRET_KEY": "only-for-tests",
                   "FAILPOINTS": f"{dies_at}=kill" if dies_at else ""}  # fmt: skip
    command = [sys.executable, "-m", "tests.faults.victim", what, json.dumps(facts)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    if dies_at:
        assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]
        return None
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout) if done.stdout else {}
    return found


def count(table: str, where: str = "true") -> int:
    db.session.rollback()
    found = db.session.scalar(text(f"SELECT count(*) FROM {table} WHERE {where}"))
    db.session.rollback()
    return int(found or 0)


@pytest.mark.parametrize(("dies_at", "kept"), [("commit.before", 0), ("commit.after", 1)])
def test_a_booking_cut_off_by_a_kill_is_whole_or_nothing_and_may_be_repeated(
    own_house: Flask, world: World, dies_at: str, kept: int
) -> None:
    token = people.issue_token(world.requester.person_id or 0, Role.REQUESTER, name="x", by=SYSTEM)
    body = BODY | {"starts_at": a_weekday(30).isoformat()}
    facts = {"token": token, "path": "/api/v1/requests", "key": "one", "body": body}
    act(own_house, "request", facts, dies_at=dies_at)
    assert (count("requests"), count("idempotency_keys")) == (kept, kept)
    assert count("procrastinate_jobs", "task_name = 'offers.advance'") == kept
    again = act(own_house, "request", facts)
    assert again is not None
    assert (again["status"], again["replayed"]) == (201, kept == 1)
    assert (count("requests"), count("procrastinate_jobs", "task_name = 'offers.advance'")) == (1, 1)
    assert broken() == {}


@pytest.mark.parametrize("dies_at", ["offers.accept.before_commit", "offers.accept.after_commit", "commit.before"])
def test_a_yes_cut_off_by_a_kill_is_said_once(own_house: Flask, world: World, dies_at: str) -> None:
    request = a_request(world.requester, starts_at=a_weekday(30))
    query = text("SELECT interpreter_id FROM offers WHERE request_id = :id LIMIT 1")
    number = int(db.session.scalar(query, {"id": request.id}) or 0)
    who = next(it for it in world.actors if it.interpreter_id == number)
    token = people.issue_token(who.person_id or 0, Role.INTERPRETER, name="x", by=SYSTEM)
    path = f"/api/v1/offers/{offer_to(request, number)}/accept"
    db.session.commit()
    act(own_house, "request", {"token": token, "path": path, "key": "yes", "body": {}}, dies_at=dies_at)
    assert broken() == {}
    for key in ("yes", "another"):
        said = act(own_house, "request", {"token": token, "path": path, "key": key, "body": {}})
        assert said is not None
        assert said["status"] == 200
    assert count("assignments") == count("events", "name = 'offer_accepted'") == 1
    assert broken() == {}


@pytest.mark.parametrize("dies_at", ["commit.after", "messages.deliver.after_send"])
def test_a_message_whose_worker_is_killed_arrives_once(own_house: Flask, dies_at: str) -> None:
    messages.send_message(a_person(phone="0470 12 34 56").id, "performance_confirmed", Words())
    db.session.commit()
    act(own_house, "deliver", {}, dies_at=dies_at)
    assert count("deliveries", "status = 'sending'") == 1
    act(own_house, "deliver", {})  # its lease is not over: nobody else takes it
    assert count("deliveries", "status = 'sending'") == 1
    db.session.execute(text("UPDATE deliveries SET lease_until = clock_timestamp()"))
    db.session.commit()
    assert messages.requeue_stalled() == 1
    db.session.execute(text("UPDATE deliveries SET lease_until = clock_timestamp()"))
    db.session.commit()
    act(own_house, "deliver", {})
    assert count("deliveries", "status = 'delivered'") == 1
    outbox = own_house.config["SETTINGS"].data_dir / "outbox"
    assert sum(len(path.read_text().splitlines()) for path in outbox.glob("*.jsonl")) == 1


class Proxy:
    """A wire to the database that can be cut at a chosen moment: after COMMIT went in, before its answer comes out."""

    def __init__(self, address: str) -> None:
        self._to, self.cut_at_commit, self._muted = address, False, False
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._ends: list[socket.socket] = [self._listening]
        self._threads = [threading.Thread(target=self._serve)]
        self._threads[0].start()

    def close(self) -> None:
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        for end in self._ends:
            end.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                inner, _ = self._listening.accept()
                outer = socket.socket(socket.AF_UNIX)
                outer.connect(self._to)
                self._ends += [inner, outer]
                for carried in ((inner, outer, True), (outer, inner, False)):
                    self._threads.append(threading.Thread(target=self._carry, args=carried))
                    self._threads[-1].start()

    def _carry(self, source: socket.socket, target: socket.socket, inwards: bool) -> None:
        with suppress(OSError):
            while piece := source.recv(1 << 16):
                if inwards and self.cut_at_commit and b"COMMIT" in piece:
                    self.cut_at_commit, self._muted = False, True
                elif not inwards and self._muted:
                    self._muted = False
                    break  # it was committed; the answer reaches nobody
                target.sendall(piece)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def wire(own_house: Flask) -> Iterator[tuple[Flask, Proxy]]:
    """The application behind a wire that can be cut."""
    url = urlsplit(own_house.config["SQLALCHEMY_DATABASE_URI"])
    facts = {name: values[0] for name, values in parse_qs(url.query).items()}
    proxy = Proxy(f"{facts['host']}/.s.PGSQL.{facts.get('port') or url.port or 5432}")
    address = f"postgresql+psycopg://{url.username}@127.0.0.1:{proxy.port}{url.path}"
    far = create_app(replace(own_house.config["SETTINGS"], database_url=address))
    yield far, proxy
    with far.app_context():
        db.session.remove()
        db.engine.dispose()
    proxy.close()


def test_when_the_answer_of_the_commit_is_lost_repeating_answers_as_the_first_time(
    own_house: Flask, world: World, wire: tuple[Flask, Proxy]
) -> None:
    far, proxy = wire
    token = people.issue_token(world.requester.person_id or 0, Role.REQUESTER, name="x", by=SYSTEM)
    head = {"Authorization": f"Bearer {token}", "Idempotency-Key": "lost"}
    body = BODY | {"starts_at": a_weekday(30).isoformat()}
    assert far.test_client().get("/api/v1/requests", headers=head).status_code == 200
    proxy.cut_at_commit = True
    answer = far.test_client().post("/api/v1/requests", json=body, headers=head)
    assert (answer.status_code, bool(answer.headers["Retry-After"])) == (503, True)
    assert not proxy.cut_at_commit
    assert count("requests") == 1
    again = far.test_client().post("/api/v1/requests", json=body, headers=head)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert count("requests") == 1


def test_a_lock_somebody_holds_too_long_is_503_soon_and_not_a_hang(own_house: Flask, world: World) -> None:
    request = a_request(world.requester, starts_at=a_weekday(30))
    token = people.issue_token(world.requester.person_id or 0, Role.REQUESTER, name="x", by=SYSTEM)
    db.session.commit()
    with db.engine.connect() as other:
        other.execute(text("SELECT 1 FROM requests WHERE id = :id FOR UPDATE"), {"id": request.id})
        began = time.monotonic()
        head = {"Authorization": f"Bearer {token}"}
        answer = own_house.test_client().post(f"/api/v1/requests/{request.id}/cancel", json={}, headers=head)
        assert (answer.status_code, bool(answer.headers["Retry-After"])) == (503, True)
        assert time.monotonic() - began < 6
    assert (
        own_house.test_client().post(f"/api/v1/requests/{request.id}/cancel", json={}, headers=head).status_code == 200
    )


@pytest.mark.parametrize("hours", [1, -1, 24])
def test_a_server_whose_clock_is_wrong_ends_nothing_early_or_late(
    own_house: Flask, world: World, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    """Deadlines are the database's: a process with another idea of the time decides the same."""
    request = a_request(world.requester, starts_at=a_weekday(30))
    true = clock.now
    monkeypatch.setattr(clock, "now", lambda: true() + timedelta(hours=hours))
    assert offers.advance_due_searches() == 0
    row = db.session.execute(text("SELECT id, interpreter_id FROM offers WHERE request_id = :id"), {"id": request.id})
    offer_id, interpreter_id = row.first() or (0, 0)
    who = next(it for it in world.actors if it.interpreter_id == interpreter_id)
    assert offers.accept_offer(offer_id, by=who)
    db.session.rollback()
    assert broken() == {}


@pytest.mark.parametrize("state", ["53100", "53200", "53300", "57P01", "57P03", "08006"])
def test_what_goes_wrong_on_the_databases_side_is_no_error_of_whoever_asks(state: str) -> None:
    """Disk full, out of memory, too many connections, shutting down, starting up, connection lost."""

    class Cause(Exception):
        sqlstate = state

    assert isinstance(meaning_of(OperationalError("x", {}, Cause())), Unavailable)
