"""The kinds of process the platform is made of: one line each in `ROLES`."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kernel.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
_DRAIN_S = 25  # a little less than the supervisor waits, so that a server ends its own workers


@dataclass(frozen=True, slots=True)
class Role:
    """`argv(settings, port)` is the program; under one supervisor it listens `above` ports above PORT."""

    argv: Callable[[Settings, int], list[str]]
    above: int = 0
    listens: bool = True


def _web(settings: Settings, port: int) -> list[str]:
    threads = ["--worker-class", "gthread", "--threads", str(settings.web_threads)]
    return ["env", "ROLE=web", *_gunicorn(settings, port), *threads]


def _sockets(settings: Settings, port: int) -> list[str]:
    return ["env", "ROLE=sockets", *_gunicorn(settings, port), "--worker-class", "gevent"]


def _worker(settings: Settings, port: int) -> list[str]:
    return ["env", "ROLE=worker", PYTHON, "worker.py"]


def _media(settings: Settings, port: int) -> list[str]:
    return ["env", "ROLE=media", f"PORT={port}", PYTHON, "medianode.py"]


ROLES = {
    "web": Role(_web),
    "sockets": Role(_sockets, above=1),
    "worker": Role(_worker, listens=False),
    "media": Role(_media, above=2),
}

# The fewest that serve: the web process carries the live pages and the rooms as well.
FEWEST = ("web", "worker")


def _gunicorn(settings: Settings, port: int) -> list[str]:
    """Return gunicorn with one worker process; for more, run the role several times, each on its own port."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    memory = "/dev/shm"  # noqa: S108 - a heartbeat on a slow disk would count as a hanging worker
    return [
        *(PYTHON, "-m", "gunicorn", "wsgi:app"),
        *("--bind", f"{host}:{port}"),
        *("--workers", "1"),
        *("--graceful-timeout", str(_DRAIN_S)),
        *("--log-level", "warning"),
        *(["--worker-tmp-dir", memory] if os.access(memory, os.W_OK) else []),
        "--no-control-socket",
    ]
