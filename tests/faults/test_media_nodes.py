"""Media nodes that are killed, stand still or are asked by two at once: rooms move, and everybody hears the same."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from kernel.database import db, transaction
from kernel.errors import Unavailable
from media import queries, services
from media.client import MediaNodeClient
from media.engine import EngineEvent, Grants, Limits, Negotiation, Pc, RoomRefused, What
from media.queries import Placed
from tests.builders.stage import until

ROOT = Path(__file__).resolve().parents[2]
SECRET = "only-for-tests"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def a_process(app: Flask, port: int, data_dir: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A media node as `make run` starts it, on the database of `app`."""
    environment = {**os.environ, "HOST": "127.0.0.1", "PORT": str(port), "DATA_DIR": str(data_dir)}
    environment |= {"DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"], "SECRET_KEY": SECRET}
    process = subprocess.Popen([sys.executable, "medianode.py"], cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def address_of(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def alive(port: int) -> bool:
    db.session.rollback()
    return any(it.address == address_of(port) for it in queries.list_nodes())


def test_a_killed_process_loses_its_rooms_to_another_and_who_listens_knows(own_house: Flask, tmp_path: Path) -> None:
    one, other = free_port(), free_port()
    with a_process(own_house, one, tmp_path) as killed:
        until(lambda: alive(one), 60, "the first node gives a sign of life")
        before = services.place_room("talk")
        client = MediaNodeClient(before.address, SECRET)
        client.create_room("talk", Limits())
        client.join("talk", "an", Grants())
        heard: list[EngineEvent] = []
        listening = threading.Thread(target=lambda: heard.extend(client.events()), daemon=True)
        listening.start()
        with a_process(own_house, other, tmp_path):
            until(lambda: alive(other), 60, "the second node gives a sign of life")
            assert services.place_room("talk") == before
            killed.send_signal(signal.SIGKILL)
            killed.wait()
            with pytest.raises(Unavailable):
                client.join("talk", "an", Grants())
            began_s = time.monotonic()
            until(lambda: services.place_room("talk") != before, 8, "the room moves")
            assert time.monotonic() - began_s < 6
            after = services.place_room("talk")
            assert after.address == address_of(other) and after.epoch != before.epoch
            listening.join(10)
            assert not listening.is_alive()  # it ended: the node is dead
            moved = MediaNodeClient(after.address, SECRET)
            moved.create_room("talk", Limits())
            assert moved.join("talk", "an", Grants()).epoch == after.epoch


def test_a_node_that_is_asked_to_stop_says_so_and_is_gone(own_house: Flask, tmp_path: Path) -> None:
    port = free_port()
    with a_process(own_house, port, tmp_path) as process:
        until(lambda: alive(port), 60, "the node gives a sign of life")
        client = MediaNodeClient(address_of(port), SECRET)
        client.create_room("talk", Limits())
        client.join("talk", "an", Grants())
        process.terminate()
        until(lambda: not queries.has_node(), 5, "it takes no new rooms")
        assert alive(port)
        with pytest.raises(RoomRefused) as refused:
            client.create_room("another", Limits())
        assert refused.value.code == "busy"
        client.leave("talk", "an")
        assert process.wait(10) == 0
        assert not alive(port)


def test_a_node_that_stands_still_is_taken_for_dead(own_house: Flask, tmp_path: Path) -> None:
    port = free_port()
    with a_process(own_house, port, tmp_path) as process:
        until(lambda: alive(port), 60, "the node gives a sign of life")
        process.send_signal(signal.SIGSTOP)
        until(lambda: not alive(port), 8, "it is taken for dead")
        process.send_signal(signal.SIGCONT)
        until(lambda: alive(port), 8, "it is back")


def test_only_who_knows_the_secret_key_may_ask_a_node(own_house: Flask, tmp_path: Path) -> None:
    port = free_port()
    with a_process(own_house, port, tmp_path):
        until(lambda: alive(port), 60, "the node gives a sign of life")
        with pytest.raises(Unavailable):
            MediaNodeClient(address_of(port), "another").stats()
        client = MediaNodeClient(address_of(port), SECRET)
        assert client.stats()["rooms"] == 0
        with pytest.raises(Unavailable):
            client._call("join", room="talk")
        with pytest.raises(RoomRefused):
            client.negotiate("nowhere", "an", 1, Negotiation(Pc.MAIN, "offer", ""))


BY_CHANCE = "SELECT address, epoch FROM media_nodes WHERE %(dead_after)s IS NOT NULL ORDER BY random() LIMIT 1"


def test_two_who_ask_at_once_where_a_room_is_get_one_answer(own_house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "_BEST", BY_CHANCE)  # as if the order changed between any two questions
    for _ in range(5):
        assert len(asked_at_once(own_house)) == 1


def test_without_the_lock_they_get_two(own_house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the test above: what it looks for does happen when nothing prevents it."""
    monkeypatch.setattr(services, "_BEST", BY_CHANCE)
    monkeypatch.setattr(services, "_HELD", "SELECT 1")
    assert any(len(asked_at_once(own_house)) > 1 for _ in range(20))


def asked_at_once(app: Flask, askers: int = 8) -> set[Placed]:
    """Return the different answers that askers at once get, for a room nobody asked for yet."""
    with transaction() as tx:
        for number in range(8):
            tx.send(
                "INSERT INTO media_nodes (address, epoch, engine, load_percent) VALUES (%(a)s, 'e', 'embedded', 0)"
                " ON CONFLICT (address) DO UPDATE SET beat_at = clock_timestamp() RETURNING 1",
                {"a": f"http://node-{number}"},
            )
        tx.send("DELETE FROM media_rooms RETURNING 1")
        tx.send("INSERT INTO media_rooms (room) VALUES ('talk') RETURNING 1")
    answers: list[Placed] = []
    together = threading.Barrier(askers)

    def go() -> None:
        with app.app_context():
            together.wait()
            answers.append(services.place_room("talk"))
            db.session.remove()

    threads = [threading.Thread(target=go) for _ in range(askers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == askers
    return set(answers)


def test_events_missed_while_the_connection_was_cut_are_told_afterwards(own_house: Flask, tmp_path: Path) -> None:
    port = free_port()
    with a_process(own_house, port, tmp_path):
        until(lambda: alive(port), 60, "the node gives a sign of life")
        client = MediaNodeClient(address_of(port), SECRET)
        for name in ("one", "two", "three"):
            client.create_room(name, Limits())
        heard = client.events()
        first: list[EngineEvent] = []
        listening = threading.Thread(target=lambda: first.append(next(heard)), daemon=True)
        listening.start()
        until(lambda: client.close_room("one") or first or client.create_room("one", Limits()), 5, "it listens")
        listening.join(5)
        heard.close()  # the connection is cut
        client.close_room("two")
        client.close_room("three")
        again = client.events(after=first[0])
        rooms = []
        while "three" not in rooms:
            rooms.append(next(again).room)
        assert rooms[-2:] == ["two", "three"]
        assert all(it.what is What.ROOM_CLOSED for it in first)
        again.close()
