"""Starts children, starts the dead ones again, and stops them all: gently at first, and the database last."""

import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from processes import kin

_MOST_DEATHS, _WITHIN_S = 5, 60.0
_FORCED_S = 10.0
_STOP = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


class Stopped(Exception):
    """Somebody asked the whole to stop."""


class Trouble(Exception):
    """It cannot go on; the message says why, in one line."""


@dataclass(slots=True)
class Child:
    """A process that has to be there. `gently` and `hard` are the signals that stop it."""

    name: str
    launch: Callable[[], subprocess.Popen[bytes]]
    gently: signal.Signals = signal.SIGTERM
    hard: signal.Signals = signal.SIGKILL
    goes_last: bool = False
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)
    due_at: float = 0.0


def program(argv: Sequence[str], cwd: Path) -> Callable[[], subprocess.Popen[bytes]]:
    """Return what launches `argv` as our child: out of reach of the terminal's Ctrl-C, but not outliving us."""

    def launch() -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own table of roles
            argv,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=kin.die_with_parent(signal.SIGTERM),
        )

    return launch


def pause_after(deaths: Sequence[float], now: float, first_s: float) -> float | None:
    """Return how long to wait before the next start (seconds), longer each time; None: give up."""
    recent = [at for at in deaths if now - at < _WITHIN_S]
    if len(recent) >= _MOST_DEATHS:
        return None
    return first_s * 2.0 ** (len(recent) - 1)


class Supervisor:
    """Keeps `<run_dir>/<name>.pid` for every child. From here on, signals are waited for instead of handled."""

    def __init__(
        self, run_dir: Path, say: Callable[[str], object], drain_s: float = 30.0, first_pause_s: float = 0.25
    ) -> None:
        self._run_dir = run_dir
        self._drain_s, self._first_pause_s = drain_s, first_pause_s
        self._say = say
        self._children: list[Child] = []
        signal.pthread_sigmask(signal.SIG_BLOCK, {*_STOP, signal.SIGCHLD})

    def start(self, child: Child) -> None:
        """Start `child` and watch it from now on."""
        self._children.append(child)
        self._launch(child)

    def run(self, name: str, argv: Sequence[str], cwd: Path) -> None:
        """Run a step to its end.

        Raises: Trouble: it failed; Stopped.
        """
        step = program(argv, cwd)()
        try:
            while step.poll() is None:
                self.pause(1)
        except BaseException:
            kin.end(step.pid, signal.SIGTERM, signal.SIGKILL)
            raise
        if step.returncode:
            raise Trouble(f"{name} failed ({_how(step.returncode)})")

    def until(self, condition: Callable[[], bool], every_s: float = 0.05) -> None:
        """Wait until `condition` holds. Raises: Trouble, Stopped."""
        while not condition():
            self.pause(every_s)

    def watch(self) -> None:
        """Keep everything running. Raises: Trouble, Stopped: never returns otherwise."""
        while True:
            self.pause(5)

    def pause(self, seconds: float) -> None:
        """Wait for `seconds` or until something happens, and look after the children.

        Raises: Trouble: a child keeps dying; Stopped.
        """
        now = time.monotonic()
        due = [max(0.0, child.due_at - now) for child in self._children if child.process is None]
        self._wait(min([seconds, *due]))
        for child in self._children:
            self._look_after(child)

    def stop(self) -> None:
        """Stop every child: ask, wait, insist; asked a second time to stop, insist at once."""
        patience_s = self._drain_s
        for last in (False, True):
            going = [child for child in self._children if child.goes_last == last and child.process]
            self._signal(going, "gently")
            if not self._all_gone(going, patience_s):
                patience_s = 1.0
                self._signal(going, "hard")
                self._all_gone(going, _FORCED_S)
            for child in going:
                self._file(child).unlink(missing_ok=True)

    def _launch(self, child: Child) -> None:
        child.process = child.launch()
        draft = self._file(child).with_suffix(".draft")
        draft.write_text(f"{child.process.pid}\n")
        draft.rename(self._file(child))

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.due_at:
                self._launch(child)
            return
        if (status := child.process.poll()) is None:
            return
        self._file(child).unlink(missing_ok=True)
        child.deaths = [at for at in child.deaths if now - at < _WITHIN_S] + [now]
        child.process = None
        if (pause_s := pause_after(child.deaths, now, self._first_pause_s)) is None:
            raise Trouble(f"{child.name} ended {_MOST_DEATHS} times within a minute, at last {_how(status)}")
        self._say(f"{child.name} ended ({_how(status)}); it is started again")
        child.due_at = now + pause_s

    def _wait(self, seconds: float) -> None:
        got = signal.sigtimedwait({*_STOP, signal.SIGCHLD}, seconds)
        if got is not None and got.si_signo in _STOP:
            raise Stopped

    def _all_gone(self, going: Sequence[Child], seconds: float) -> bool:
        until = time.monotonic() + seconds
        while any(child.process and child.process.poll() is None for child in going):
            left = until - time.monotonic()
            if left <= 0:
                return False
            try:
                self._wait(min(left, 1))
            except Stopped:
                self._say("asked twice: stopping without waiting for work in progress")
                return False
        return True

    @staticmethod
    def _signal(going: Sequence[Child], how: str) -> None:
        for child in going:
            if child.process and child.process.poll() is None:
                child.process.send_signal(getattr(child, how))

    def _file(self, child: Child) -> Path:
        return self._run_dir / f"{child.name}.pid"


def _how(status: int) -> str:
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"
