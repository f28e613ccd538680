"""The embedded database: a real PostgreSQL as a child of whoever starts it.

The data stands in `<home>/data`; the socket in a directory only the server's user may enter, so that trust is enough.
"""

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg

from kernel.settings import Settings
from processes import kin
from processes.binaries import Binaries, DatabaseTrouble, available, choose, reachable

DATABASE = "tolkdienst"
_SUPERUSER, _PORT = "postgres", 5432  # the port only names the socket; nothing listens on the network
_SERVER_USERS = ("postgres", "nobody")
_START_S, _STOP_S = 300, 30  # the recovery after a crash under load takes its time
_LONGEST_SOCKET_DIR = 107 - len(f"/.s.PGSQL.{_PORT}")  # Source: unix(7), sun_path
_HERE = "/proc/self/cwd"
_THROWAWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
_CONFIGURATION = (
    "listen_addresses=",
    "max_connections=400",
    "shared_buffers=128MB",
    "wal_compression=on",
    "timezone=UTC",
    "log_timezone=UTC",
    "jit=off",
    "random_page_cost=1.1",
)


class EmbeddedPostgres:
    """One PostgreSQL below `home`. `throwaway`: may forget everything at a crash (tests)."""

    def __init__(self, home: Path, *, throwaway: bool = False, binaries: Binaries | None = None) -> None:
        self.home = home.absolute()
        self.data = self.home / "data"
        self.throwaway = throwaway
        self.process: subprocess.Popen[bytes] | None = None
        self._chosen = binaries
        self._lock: IO[str] | None = None

    @cached_property
    def user(self) -> pwd.struct_passwd | None:
        """As whom the server runs when that is not us: PostgreSQL refuses root, so root steps down."""
        return _server_user(self.data) if os.geteuid() == 0 else None

    @cached_property
    def by_name(self) -> bool:
        """Whether the server's user can find the data by its path; root's own folders are closed to it."""
        return self.user is None or reachable(self.home, self.user)

    @cached_property
    def binaries(self) -> Binaries:
        """What the data was made with, else the first there is.

        Raises: DatabaseTrouble.
        """
        there = [self._chosen] if self._chosen else available(self.user)
        # Before 16 a server looks its own folder up by name and fails where it may not.
        fitting = there if self.by_name else [it for it in there if it.major >= 16]
        if there and not fitting:
            raise DatabaseTrouble(
                f"the user {self.user.pw_name if self.user else ''}, as which the database runs because you are root,"
                f" cannot enter {self.home}. Choose another DATA_DIR, or start as an ordinary user."
            )
        return choose(fitting, _major_of(self.data))

    @cached_property
    def socket_dir(self) -> Path:
        """Where the socket stands: the same for every process that looks for this database."""
        inside = self.home / "socket"
        if len(os.fsencode(inside)) <= _LONGEST_SOCKET_DIR and "," not in str(inside):
            return inside
        return Path("/tmp") / f"tolk-{hashlib.sha256(os.fsencode(inside)).hexdigest()[:16]}"  # noqa: S108 - see _own

    def url(self, database: str = DATABASE) -> str:
        """Return the SQLAlchemy address of `database`."""
        return f"postgresql+psycopg://{_SUPERUSER}@/{database}?host={quote(str(self.socket_dir))}&port={_PORT}"

    def start(self) -> str:
        """Start the server, making its data and its database where they are missing; return the address.

        Raises: DatabaseTrouble.
        """
        self.launch()
        until = time.monotonic() + _START_S
        while not self.answers():
            if time.monotonic() > until:
                raise DatabaseTrouble(f"the database did not answer within {_START_S} s")
            time.sleep(0.03)
        return self.url()

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the server without waiting for it; a server left over from a killed starter is stopped first.

        Raises: DatabaseTrouble.
        """
        self._prepare()
        _end_strays(self.data, self.socket_dir)
        options = [word for line in self._configuration() for word in ("-c", line)]
        inside = self.socket_dir.parent == self.home
        place = ["-D", self._folder(), "-k", "../socket" if inside else str(self.socket_dir), "-p", str(_PORT)]
        with (self.home / "postgres.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own binaries
                [str(self.binaries.folder / "postgres"), *place, *options],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=self.data,
                start_new_session=True,
                preexec_fn=kin.die_with_parent(signal.SIGINT, self.user),
            )
        return self.process

    def answers(self) -> bool:
        """Return whether the server can be used; makes our database when it is not there yet.

        Raises: DatabaseTrouble: it ended.
        """
        if self.process is None or self.process.poll() is not None:
            raise DatabaseTrouble(f"the database did not start; {self.home / 'postgres.log'} says why")
        try:
            with psycopg.connect(
                host=str(self.socket_dir),
                port=_PORT,
                user=_SUPERUSER,
                dbname="postgres",
                autocommit=True,
                connect_timeout=5,
            ) as connection:
                if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                    connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0")
        except psycopg.OperationalError:
            return False
        return True

    def restart_if_dead(self) -> bool:
        """Start the server again when it ended without being asked; return whether that was needed."""
        if self.process is None or self.process.poll() is None:
            return False
        self.start()
        return True

    def stop(self) -> None:
        """Stop the server: connections are ended, everything committed is kept."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(_STOP_S)
        self.process = None
        if self._lock:
            self._lock.close()
            self._lock = None

    @property
    def pid(self) -> int | None:
        """The id of the running server."""
        return self.process.pid if self.process and self.process.poll() is None else None

    def _configuration(self) -> tuple[str, ...]:
        return _CONFIGURATION + (_THROWAWAY if self.throwaway else ())

    def _folder(self) -> str:
        """Return how the server calls its data: it stands in it, so it needs no path to it."""
        return str(self.data) if self.by_name else _HERE

    def _prepare(self) -> None:
        if not self.home.exists():
            self.home.mkdir(parents=True)
            self.home.chmod(0o711 if self.user else 0o700)  # ours, not the server's: it only passes through
        _own(self.socket_dir, self.user)
        if self._lock is None and (lock := kin.take(self.home / "lock")) is None:
            owner = kin.holder(self.home / "lock")
            raise DatabaseTrouble(f"the database in {self.home} is in use by process {owner}; stop that one first")
        self._lock = self._lock or lock
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()

    def _make_cluster(self) -> None:
        draft = self.home / "data.draft"
        for unfinished in (self.data, draft):  # of a first start that was killed half way
            shutil.rmtree(unfinished, ignore_errors=True)
        _own(draft, self.user)
        builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        locale = builtin if self.binaries.major >= 17 else ["--locale=C.UTF-8"]
        words = ["-A", "trust", "-U", _SUPERUSER, "-E", "UTF8", "-k", *locale]
        made = subprocess.run(  # noqa: S603 - our own binaries
            [str(self.binaries.folder / "initdb"), *words, "-D", str(draft) if self.by_name else _HERE]
            + (["--no-sync"] if self.throwaway else []),
            capture_output=True,
            check=False,
            cwd=draft,
            start_new_session=True,
            preexec_fn=kin.die_with_parent(signal.SIGTERM, self.user),
        )
        if made.returncode:
            raise DatabaseTrouble(f"the database could not be made: {made.stderr.decode(errors='replace')[-500:]}")
        draft.rename(self.data)


def with_database(settings: Settings) -> Settings:
    """Return the settings with the address of the database: the one given, else the embedded one's."""
    if settings.database_url:
        address = settings.database_url
        for short in ("postgres://", "postgresql://"):
            if address.startswith(short):
                address = "postgresql+psycopg://" + address.removeprefix(short)
        return replace(settings, database_url=address)
    return replace(settings, database_url=embedded(settings).url(), embedded=True)


def embedded(settings: Settings) -> EmbeddedPostgres:
    """Return the embedded database of this `DATA_DIR`."""
    return EmbeddedPostgres(settings.data_dir / "postgres")


def _own(folder: Path, user: pwd.struct_passwd | None) -> None:
    """Make `folder` one that only the server's user enters; never takes over what somebody else put there.

    Raises: DatabaseTrouble.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(handle).st_uid not in {os.geteuid(), user.pw_uid if user else os.geteuid()}:
            raise DatabaseTrouble(
                f"{folder} belongs to another user of this machine; remove it, or choose another DATA_DIR"
            )
        os.fchmod(handle, 0o700)
        if user:
            os.fchown(handle, user.pw_uid, user.pw_gid)
    finally:
        os.close(handle)


def _server_user(data: Path) -> pwd.struct_passwd:
    """Return whom root becomes: the owner of the data that is there, else a user without rights.

    Raises: DatabaseTrouble.
    """
    try:
        owner = pwd.getpwuid(data.stat().st_uid)
    except (OSError, KeyError):
        owner = None
    known = {user.pw_name: user for user in pwd.getpwall()}
    for user in (owner, *(known.get(name) for name in _SERVER_USERS)):
        if user is not None and user.pw_uid != 0:
            return user
    raise DatabaseTrouble("there is neither a user `postgres` nor `nobody` to run the database as")


def _major_of(data: Path) -> int | None:
    try:
        return int((data / "PG_VERSION").read_text())
    except (OSError, ValueError):
        return None


def _end_strays(data: Path, socket_dir: Path) -> None:
    """Stop what a killed starter left running on this data; whoever calls holds the lock, so nobody else uses it.

    Raises: DatabaseTrouble.
    """
    strays = kin.standing_in(data, "postgres")
    server = _server_of(data)
    if server in strays:
        kin.end(server, signal.SIGINT, signal.SIGQUIT, signal.SIGKILL, patience_s=10)
    for stray in strays:  # of a server that was killed itself: each ends on its own unless it is busy
        kin.end(stray, signal.SIGQUIT, signal.SIGKILL)
    if left := [pid for pid in kin.standing_in(data, "postgres") if kin.alive(pid)]:
        raise DatabaseTrouble(f"process {left[0]} still uses the database in {data} and cannot be ended")
    # What these files name is dead, or somebody who got the number since: PostgreSQL cannot tell, and would refuse.
    for file in (data / "postmaster.pid", socket_dir / f".s.PGSQL.{_PORT}.lock"):
        file.unlink(missing_ok=True)


def _server_of(data: Path) -> int:
    try:
        return int((data / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return 0
