"""A Janus of our own: its configuration, its process, and starting it again when it ended."""

import asyncio
import ctypes
import os
import resource
import secrets
import shutil
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_CONFIGURATION = {
    "janus.jcfg": """
general: {{
  configs_folder = "{folder}"
  plugins_folder = "{folder}/plugins"
  transports_folder = "{folder}/transports"
  events_folder = "{folder}/nothing"
  loggers_folder = "{folder}/nothing"
  debug_level = 2
  api_secret = "{secret}"
  session_timeout = 60
  server_name = "tolkdienst"
  hide_dependencies = true
}}
media: {{
  rtp_port_range = "{ports}"
  no_media_timer = 2
  slowlink_threshold = 4
}}
nat: {{ {nat} }}
""",
    "janus.plugin.videoroom.jcfg": """
general: {{ events = false }}
""",
    "janus.transport.websockets.jcfg": """
general: {{
  json = "compact"
  ws = true
  ws_ip = "127.0.0.1"
  ws_port = {port}
  wss = false
}}
admin: {{
  admin_ws = false
  admin_wss = false
}}
""",
}
_PARTS = {"plugins": "libjanus_videoroom.so", "transports": "libjanus_websockets.so"}
_LIBRARIES = ("/usr/lib/*/janus", "/usr/lib/janus", "/usr/local/lib/janus", "/opt/janus/lib/janus")
_ANY_PORT = "20000-40000"
_START_S, _STOP_S = 15.0, 2.0
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class JanusMissing(Exception):
    """Janus is not installed here; the message says what to do."""


class Source(Protocol):
    """Where there is a Janus to talk to."""

    async def ready(self) -> tuple[str, str]:
        """Return the address and the secret of a Janus that runs, starting it where that is ours to do."""
        ...

    async def close(self) -> None: ...

    @property
    def pid(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class RunningJanus:
    """A Janus that somebody else keeps running, named by JANUS_URL."""

    url: str
    secret: str
    pid: None = None

    async def ready(self) -> tuple[str, str]:
        return self.url, self.secret

    async def close(self) -> None:
        """Leave it running: it is not ours."""


class OwnJanus:
    """A child process with the VideoRoom and nothing else, reachable from this machine only, with a secret of its own.

    `public_address`: what browsers reach this machine by, where that is not an address of the machine itself.
    `ports`: the UDP ports for sound and picture, consecutive; 0: any. Janus never offers 127.0.0.1.
    """

    def __init__(self, folder: Path, *, public_address: str | None = None, ports: Sequence[int] = (0,)) -> None:
        self._folder, self._address = folder, public_address
        self._ports = f"{ports[0]}-{ports[-1]}" if ports[0] else _ANY_PORT
        self._program = program()
        self._process: asyncio.subprocess.Process | None = None
        self._url = self._secret = ""

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.returncode is None else None

    async def ready(self) -> tuple[str, str]:
        """Start it when it does not run; return its address and secret.

        Raises: JanusMissing; OSError: it does not come up.
        """
        if self.pid is None:
            await self._start()
        return self._url, self._secret

    async def close(self) -> None:
        """Stop it."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        for wish in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError, TimeoutError):
                process.send_signal(wish)
                await asyncio.wait_for(process.wait(), _STOP_S)
                return

    async def _start(self) -> None:
        port, self._secret = _free_port(), secrets.token_urlsafe(24)
        self._url = f"ws://127.0.0.1:{port}"
        self._write(port)
        with (self._folder / "janus.log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(*self._program, "--configs-folder", str(self._folder), "--disable-colors"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                preexec_fn=_end_with_parent(),
            )
        try:
            await asyncio.wait_for(self._listening(port), _START_S)
        except TimeoutError as error:
            await self.close()
            raise OSError(f"Janus does not come up; {self._folder / 'janus.log'} says why") from error

    async def _listening(self, port: int) -> None:
        while self.pid is not None:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)
        raise OSError(f"Janus ended at once; {self._folder / 'janus.log'} says why")

    def _write(self, port: int) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o700)  # the secret stands in it
        nat = f'nat_1_1_mapping = "{self._address}"' if self._address else ""
        facts = {"folder": self._folder, "secret": self._secret, "port": port, "ports": self._ports, "nat": nat}
        for name, text in _CONFIGURATION.items():
            (self._folder / name).write_text(text.format(**facts))
        for part, library in _PARTS.items():
            place = self._folder / part
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            (place / library).symlink_to(_library(part, library))
        (self._folder / "nothing").mkdir(exist_ok=True)


def program() -> tuple[str, ...]:
    """Return the program of Janus on this machine.

    Raises: JanusMissing.
    """
    found = shutil.which("janus") or shutil.which("janus", path="/opt/janus/bin:/usr/local/bin")
    if not found:
        raise JanusMissing("there is no Janus on this machine: apt-get install janus, or set JANUS_URL")
    return (found,)


def _library(part: str, library: str) -> Path:
    for pattern in _LIBRARIES:
        for folder in Path("/").glob(pattern.removeprefix("/")):
            if (path := folder / part / library).exists():
                return path
    raise JanusMissing(f"Janus has no {library}: its VideoRoom plugin and WebSocket transport are needed")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end_with_parent() -> Callable[[], None]:
    """Return what the child does first: it does not outlive us, and leaves no memory on disk when it crashes."""
    parent = os.getpid()

    def become() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return become
