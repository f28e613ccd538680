"""A network between browsers and an engine, in user space: it loses packets, and lets no more through than it can."""

import random
import re
import selectors
import socket
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Relay:
    """Passes UDP on to `port` of this machine. `loss` counts on each way; `bps` is for all ways together."""

    port: int
    loss: float = 0.0
    bps: float | None = None
    dropped: int = 0
    _chance: random.Random = field(default_factory=lambda: random.Random(11))
    _ends: dict[tuple[str, int], socket.socket] = field(default_factory=dict)
    _selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    _budget: float = 0.0
    _filled_s: float = field(default_factory=time.monotonic)
    _running: bool = True

    def __post_init__(self) -> None:
        self._front = self._socket()
        self._selector.register(self._front, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()

    @property
    def address(self) -> tuple[str, int]:
        """Where browsers send to."""
        return "127.0.0.1", int(self._front.getsockname()[1])

    def through(self, answer: str) -> str:
        """Return an engine's answer that leads here."""
        return re.sub(rf"(candidate:.* ){self.port}( typ)", rf"\g<1>{self.address[1]}\g<2>", answer)

    def close(self) -> None:
        self._running = False
        self._thread.join(5)
        for opened in (self._front, *self._ends.values()):
            opened.close()
        self._selector.close()

    @staticmethod
    def _socket() -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 21)
        made.bind(("127.0.0.1", 0))
        made.setblocking(False)
        return made

    def _run(self) -> None:
        while self._running:
            for key, _ in self._selector.select(0.1):
                self._drain(key.fileobj, key.data)  # type: ignore[arg-type]

    def _drain(self, opened: socket.socket, client: tuple[str, int] | None) -> None:
        for _ in range(64):
            try:
                data, source = opened.recvfrom(2048)
            except OSError:
                return
            if not self._passes(len(data)):
                self.dropped += 1
            elif client is None:
                self._end_of(source).sendto(data, ("127.0.0.1", self.port))
            else:
                self._front.sendto(data, client)

    def _end_of(self, client: tuple[str, int]) -> socket.socket:
        if client not in self._ends:
            self._ends[client] = self._socket()
            self._selector.register(self._ends[client], selectors.EVENT_READ, client)
        return self._ends[client]

    def _passes(self, size: int) -> bool:
        if size > 80 and self._chance.random() < self.loss:
            return False
        if self.bps is None:
            return True
        now_s = time.monotonic()
        most = self.bps / 8 * 0.1
        self._budget = min(most, self._budget + (now_s - self._filled_s) * self.bps / 8)
        self._filled_s = now_s
        if self._budget < size:
            return False
        self._budget -= size
        return True
