"""The supervisor: it starts dead children again, stops all of them when asked, and is alone."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from processes import kin
from processes.roles import ROOT

# What a small program does: it says when it came and when it was asked to go; one named `deaf` does not go.
CHILD = """
import os, signal, sys, time

def say(what):
    os.write(1, f"{sys.argv[1]} {what}\\n".encode())

def go(*_):
    say("goes")
    if sys.argv[1] != "deaf":
        sys.exit(0)

signal.signal(signal.SIGTERM, go)
say("came")
while True:
    time.sleep(0.05)
"""

# A house of such programs, of which the database goes last.
HOUSE = """
import sys
from pathlib import Path
from processes.supervisor import Child, Stopped, Supervisor, Trouble, program

run_dir, code, names = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
supervisor = Supervisor(run_dir, lambda text: print(text, flush=True), drain_s=0.5, first_pause_s=0.05)
status = 1
try:
    for name in names:
        launch = program([sys.executable, "-c", code, name], run_dir)
        supervisor.start(Child(name, launch, goes_last=name == "database"))
    supervisor.watch()
except Stopped:
    status = 0
except Trouble as trouble:
    print(trouble, flush=True)
finally:
    supervisor.stop()
sys.exit(status)
"""


class House:
    """A supervisor in a process of its own, and what it keeps in its folder."""

    def __init__(self, run_dir: Path, names: list[str]) -> None:
        self.run_dir = run_dir
        self.names = ["database", *names]
        words = [sys.executable, "-c", HOUSE, str(run_dir), CHILD, *self.names]
        self.said = run_dir.parent / "said.txt"
        with self.said.open("w") as out:
            self.process = subprocess.Popen(words, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=out, stderr=out)

    def serves(self) -> bool:
        """Whether every child came."""
        return all(f"{name} came" in self.said.read_text() for name in self.names)

    def pid(self, name: str) -> int:
        try:
            return int((self.run_dir / f"{name}.pid").read_text())
        except FileNotFoundError:
            return 0


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    started: list[House] = []

    def start(*names: str) -> House:
        (tmp_path / "run").mkdir()
        started.append(House(tmp_path / "run", list(names)))
        assert eventually(started[-1].serves), started[-1].said.read_text()
        return started[-1]

    yield start
    for it in started:
        it.process.kill()
        it.process.wait()


def eventually(condition: Callable[[], bool], seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    return condition()


def test_a_killed_child_is_started_again_and_its_file_names_the_new_one(house):
    it = house("web")
    before = it.pid("web")
    os.kill(before, signal.SIGKILL)
    assert eventually(lambda: it.pid("web") not in {0, before} and kin.alive(it.pid("web")))
    assert "web ended (signal SIGKILL); it is started again" in it.said.read_text()


@pytest.mark.parametrize("wish", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_it_stops_everything_and_the_database_last(house, wish):
    it = house("web", "worker")
    pids = [it.pid(name) for name in ("database", "web", "worker")]
    it.process.send_signal(wish)
    assert it.process.wait(5) == 0
    assert not any(kin.alive(pid) for pid in pids)
    went = [line for line in it.said.read_text().splitlines() if line.endswith("goes")]
    assert sorted(went[:2]) + went[2:] == ["web goes", "worker goes", "database goes"]
    assert list(it.run_dir.iterdir()) == []


def test_a_child_that_does_not_listen_is_ended_all_the_same(house):
    it = house("deaf")
    deaf = it.pid("deaf")
    it.process.terminate()
    assert it.process.wait(5) == 0
    assert not kin.alive(deaf)


def test_a_child_that_keeps_dying_ends_the_whole_with_a_message(house):
    it = house("web")
    killed: set[int] = set()
    while it.process.poll() is None and len(killed) < 10:
        if (pid := it.pid("web")) and pid not in killed:
            os.kill(pid, signal.SIGKILL)
            killed.add(pid)
        time.sleep(0.01)
    assert it.process.wait(5) == 1
    assert len(killed) == 5
    assert "web ended 5 times within a minute" in it.said.read_text()


def test_children_do_not_outlive_a_killed_supervisor(house):
    it = house("web")
    pids = [it.pid("web"), it.pid("database")]
    it.process.kill()
    assert eventually(lambda: not any(kin.alive(pid) for pid in pids))


def test_a_second_one_on_the_same_folder_is_refused_in_one_line(tmp_path):
    words = [sys.executable, "-m", "processes", "postgres"]
    env = os.environ | {"DATA_DIR": str(tmp_path)}
    env.pop("DATABASE_URL", None)
    with subprocess.Popen(words, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as first:
        try:
            assert "Starting" in first.stdout.readline()
            assert "postgresql+psycopg://" in first.stdout.readline()
            second = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, timeout=10)
            assert second.returncode == 1
            assert second.stderr.splitlines() == [
                f"It already runs on {tmp_path} (process {first.pid}). Stop that one, or choose another DATA_DIR."
            ]
            assert kin.alive(int((tmp_path / "run/postgres.pid").read_text()))
        finally:
            first.terminate()
        assert first.wait(10) == 0
    assert not (tmp_path / "run/postgres.pid").exists()
