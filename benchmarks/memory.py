"""What the whole takes with the year loaded: web, worker and database, each page of memory counted once."""

import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, at_most
from benchmarks.load import Target, cookie_of, press
from benchmarks.pages import busiest
from benchmarks.place import Place
from kernel.actor import Role

CONNECTIONS, SECONDS = 16, 5.0
_MB = 1024


def run(place: Place, options: Namespace) -> list[Figure]:
    """Return the memory of web, worker and database after some traffic, beside that of a bare Python."""
    database = place.database("memory", place.year)
    with place.app(database) as app:
        person, request = busiest()
        browser = cookie_of(app, person, Role.REQUESTER)
    with place.role("web", database) as web, place.role("worker", database) as worker:
        for path in ("/requests", f"/requests/{request}", "/requests/new"):
            press(Target(f"{web.address}{path}", browser), connections=CONNECTIONS, seconds=SECONDS)
        parts = {"web": web.process.pid, "worker": worker.process.pid, "postgres": place.cluster.pid or 0}
        taken = {name: sum(map(_pss_mb, _family(pid))) for name, pid in parts.items()}
    place.drop(database)
    note = ", ".join(f"{name} {number:.0f} MB" for name, number in taken.items())
    beside = {"beside": "a bare Python", "bound": _bare_mb()}
    return [at_most("web + worker + database", sum(taken.values()), "MB", 1200, len(parts), note=note, **beside)]


def _family(pid: int) -> Iterator[int]:
    """Return a process and all that descend from it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _family(int(child))


def _pss_mb(pid: int) -> float:
    """Return what a process takes; memory shared by n processes counts as an n-th for each. Source: proc(5)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / _MB


def _bare_mb() -> float:
    words = [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as bare:
        assert bare.stdout and bare.stdin
        bare.stdout.readline()
        taken = _pss_mb(bare.pid)
        bare.stdin.close()
    return taken
