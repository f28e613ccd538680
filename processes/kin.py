"""Parents and children: a child that steps down from root, does not outlive its starter, and is found when it did."""

import ctypes
import fcntl
import os
import pwd
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(wish: signal.Signals, user: pwd.struct_passwd | None = None) -> Callable[[], None]:
    """Return what a child does before it becomes its program: take `user`'s rights, and get `wish` when we die.

    Start children from the main thread: for the kernel, the parent is the thread.
    """
    parent = os.getpid()

    def become() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, ())  # a supervisor blocks signals; its children must not
        if user is not None:
            os.initgroups(user.pw_name, user.pw_gid)
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
        _libc.prctl(_PR_SET_PDEATHSIG, wish)  # after the change of user, which clears it
        if os.getppid() != parent:
            os._exit(1)

    return become


def end_with_parent() -> None:
    """Get SIGTERM when whoever started this process dies."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def take(path: Path) -> IO[str] | None:
    """Return `path` opened and locked for as long as it stays open and we live; None when another holds it."""
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def holder(path: Path) -> str:
    """Return the id of the process that took `path`, as it wrote it there."""
    return path.read_text().strip()


def standing_in(folder: Path, program: str) -> list[int]:
    """Return the processes of `program` whose working directory is `folder`, as far as we may see them."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if (
                entry.name.isdigit()
                and (entry / "exe").readlink().name.startswith(program)  # also one whose file was replaced since
                and (entry / "cwd").samefile(folder)
            ):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def alive(pid: int) -> bool:
    """Return whether `pid` still runs; a dead one whom its parent never asked about does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except OSError:
        return False


def end(pid: int, *wishes: signal.Signals, patience_s: float = 5) -> None:
    """Send `wishes` one after the other, each `patience_s` seconds after the one before, until `pid` is gone."""
    for wish in wishes:
        until = time.monotonic() + patience_s
        with suppress(ProcessLookupError):
            os.kill(pid, wish)
            os.kill(pid, signal.SIGCONT)  # one that is halted hears nothing else
        while alive(pid):
            if time.monotonic() > until:
                break
            time.sleep(0.02)
        else:
            return
