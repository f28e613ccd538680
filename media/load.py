"""How busy a node is: how late its loop runs, and how much of a core it uses."""

import asyncio
import time
from collections import deque

_LATE_S, _BUSY_SHARE, _WORKING_SHARE = 0.020, 0.70, 0.35
_EVERY_S, _KEPT, _CORE_WINDOW_S = 0.05, 200, 5.0


class Load:
    """Measured on the loop it runs on, over the last ten seconds (loop) and five (core)."""

    def __init__(self) -> None:
        self._late: deque[float] = deque(maxlen=_KEPT)
        self._core: deque[tuple[float, float]] = deque()
        self.ticked_s = time.monotonic()

    async def run(self) -> None:
        """Measure until cancelled."""
        while True:
            due_s = time.monotonic() + _EVERY_S
            await asyncio.sleep(_EVERY_S)
            self.ticked_s = time.monotonic()
            self._late.append(max(0.0, self.ticked_s - due_s))
            self._core.append((self.ticked_s, time.thread_time()))
            while self._core[-1][0] - self._core[0][0] > _CORE_WINDOW_S:
                self._core.popleft()

    @property
    def late_s(self) -> float:
        """How late the loop runs: 99 of 100 times at most this much."""
        late = sorted(self._late)
        return late[int(len(late) * 0.99)] if len(late) == _KEPT else 0.0

    @property
    def share(self) -> float:
        """The share of one core this thread uses."""
        if len(self._core) < 2:
            return 0.0
        (began_s, used_then), (now_s, used_now) = self._core[0], self._core[-1]
        return max(0.0, min(1.0, (used_now - used_then) / max(now_s - began_s, _EVERY_S)))

    @property
    def busy(self) -> bool:
        """Whether one more would be felt by those who are there."""
        return is_busy(self.late_s, self.share)


def is_busy(late_s: float, share: float) -> bool:
    """Return whether a loop so late, on a thread that uses this share of a core, is to take nobody new.

    Late with little work of its own it is for others on the machine, or in its process: turning somebody away would
    help nobody.
    """
    return share > _BUSY_SHARE or (late_s > _LATE_S and share > _WORKING_SHARE)
