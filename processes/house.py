"""The whole on one machine: the database, the tables, the demo agency, and the roles that serve."""

import http.client
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from kernel.settings import Settings
from processes import kin
from processes.binaries import DatabaseTrouble
from processes.postgres import embedded
from processes.roles import PYTHON, ROLES, ROOT
from processes.supervisor import Child, Stopped, Supervisor, Trouble, program

_FLASK = [PYTHON, "-m", "flask", "--app", "wsgi"]
_PREDECESSOR_S = 35.0  # how long one that was asked to stop may take
_LEFTOVER_S = 5.0  # servers of a killed parent notice within a second or two
_IMPATIENT_S = 20.0
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound to


def say(text: str) -> None:
    """Tell the person at the terminal, now."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run(settings: Settings, names: Sequence[str]) -> int:
    """Start everything and keep it running until asked to stop; return the exit status."""

    def serve(supervisor: Supervisor) -> None:
        _prepare(supervisor)
        for name in names:
            supervisor.start(Child(name, program(argv(settings, name, names), ROOT)))
        if "web" in names:
            supervisor.until(_Readiness(settings), every_s=0.2)
            say(f"\nThe platform is at {settings.public_url}\n")
            _show_accounts(supervisor)
            say("\nCtrl-C stops it.")

    return _supervised(settings, names, serve)


def run_database(settings: Settings) -> int:
    """Start the embedded database alone, for roles that run on their own; return the exit status."""
    return _supervised(settings, (), lambda supervisor: say(f"The database is at {embedded(settings).url()}"))


def _supervised(settings: Settings, names: Sequence[str], serve: Callable[[Supervisor], None]) -> int:
    run_dir = settings.data_dir / "run"
    try:
        with _alone(run_dir) as mark_stopping:
            _clear(settings, run_dir, names)
            supervisor = Supervisor(run_dir, say)
            try:
                _start_database(supervisor, settings)
                serve(supervisor)
                supervisor.watch()
            except Stopped:
                say("Stopping ...")
            finally:
                mark_stopping()
                supervisor.stop()
    except (Trouble, DatabaseTrouble, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _start_database(supervisor: Supervisor, settings: Settings) -> None:
    if settings.database_url:
        return
    server = embedded(settings)
    say("Starting the database ...")
    supervisor.start(Child("postgres", server.launch, gently=signal.SIGINT, hard=signal.SIGQUIT, goes_last=True))
    supervisor.until(server.answers)


def _prepare(supervisor: Supervisor) -> None:
    say("Bringing its tables up to date ...")
    supervisor.run("The migration", [PYTHON, "-m", "processes.migrate"], ROOT)
    supervisor.run("Loading the demo agency", [*_FLASK, "demo", "load", "--if-empty"], ROOT)
    say("Starting the platform ...")


def argv(settings: Settings, name: str, beside: Sequence[str]) -> list[str]:
    """Return the program of the role `name` beside others on this machine: without `media`, web carries the rooms."""
    rooms = [f"MEDIA_PORT={_port(settings, 'media')}"] if name == "web" and "media" not in beside else []
    return ["env", *rooms, *ROLES[name].argv(settings, _port(settings, name))]


def _port(settings: Settings, name: str) -> int:
    return settings.port + ROLES[name].above


def _show_accounts(supervisor: Supervisor) -> None:
    try:
        supervisor.run("The list of demo accounts", [*_FLASK, "demo", "accounts", "--table"], ROOT)
    except Trouble as error:
        say(str(error))  # the platform itself serves


@contextmanager
def _alone(run_dir: Path) -> Iterator[Callable[[], None]]:
    """Be the only supervisor of this folder; yields what to call when we begin to stop.

    A predecessor that is stopping is given the time it may take.
    Raises: Trouble.
    """
    run_dir.mkdir(parents=True, exist_ok=True)
    path, until = run_dir / "supervisor.lock", time.monotonic() + _PREDECESSOR_S
    while (lock := kin.take(path)) is None:
        owner, _, state = kin.holder(path).partition(" ")
        if not state or time.monotonic() > until:
            raise Trouble(
                f"It already runs on {run_dir.parent} (process {owner}). Stop that one, or choose another DATA_DIR."
            )
        time.sleep(0.1)
    with lock:
        yield lambda: _mark(lock)


def _mark(lock: IO[str]) -> None:
    lock.write(" stopping")
    lock.flush()


def _clear(settings: Settings, run_dir: Path, names: Sequence[str]) -> None:
    """End what a killed supervisor left running, and see to it that the ports are free.

    Raises: Trouble.
    """
    left = [file for file in (run_dir / f"{name}.pid" for name in ROLES) if file.exists()]
    ours = kin.standing_in(ROOT, Path(PYTHON).resolve().name)  # a number may be somebody else's by now
    for file in left:
        if (text := file.read_text().strip()).isdigit() and int(text) in ours:
            kin.end(int(text), signal.SIGTERM, signal.SIGKILL)
        file.unlink()
    until = time.monotonic() + (_LEFTOVER_S if left else 0)
    listening = {*names, "media"} if "web" in names else set(names)
    for port in sorted(_port(settings, name) for name in listening if ROLES[name].listens):
        while trouble := _trouble_with(settings.host, port):
            if time.monotonic() >= until:
                raise Trouble(
                    f"Port {port} of {settings.host} cannot be used: {trouble}. Choose another: PORT=8080 make run"
                )
            time.sleep(0.1)


def _trouble_with(host: str, port: int) -> str | None:
    """Return why nobody can listen there now."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
            0
        ]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OverflowError:
        return "there is no such port"
    except OSError as error:
        return (error.strerror or str(error)).lower()
    return None


class _Readiness:
    """Whether the platform serves; tells the person what it waits for when that takes long."""

    def __init__(self, settings: Settings) -> None:
        self._host, self._port = _EVERYWHERE.get(settings.host, settings.host), settings.port
        self._patient_until = time.monotonic() + _IMPATIENT_S

    def __call__(self) -> bool:
        status, body = self._ask()
        if status == http.HTTPStatus.OK:
            return True
        if time.monotonic() > self._patient_until:
            self._patient_until += _IMPATIENT_S
            say(f"Not ready yet: {f'{status} {body}' if status else body}")
        return False

    def _ask(self) -> tuple[int, str]:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=2)
        try:
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            return answer.status, " ".join(answer.read(500).decode(errors="replace").split())
        except (OSError, http.client.HTTPException) as error:
            return 0, str(error)
        finally:
            connection.close()
