"""What an engine tells, to everybody who listens: numbered per life of the engine, a bounded queue per listener."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from media.engine import EngineEvent, What

_MOST_WAITING = 2_000


class Feed:
    """Events of one engine life after another. A listener that lets too many wait is cut off: its iteration ends."""

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self._sequence = 0
        self._listeners: set[asyncio.Queue[EngineEvent | None]] = set()

    def begin_again(self, epoch: str) -> None:
        """Begin another life of the engine, for the same listeners."""
        self.epoch, self._sequence = epoch, 0

    def tell(self, what: What, room: str, participant: str | None = None, **facts: Any) -> None:
        """Tell everybody that something happened."""
        self._sequence += 1
        event = EngineEvent(self._sequence, self.epoch, what, room, participant, facts)
        for queue in list(self._listeners):
            if queue.qsize() >= _MOST_WAITING:
                self._end(queue)
            else:
                queue.put_nowait(event)

    def listen(self) -> AsyncIterator[EngineEvent]:
        """Return what is told from this call on."""
        queue: asyncio.Queue[EngineEvent | None] = asyncio.Queue()
        self._listeners.add(queue)
        return self._heard(queue)

    async def _heard(self, queue: asyncio.Queue[EngineEvent | None]) -> AsyncIterator[EngineEvent]:
        try:
            while (event := await queue.get()) is not None:
                yield event
        finally:
            self._listeners.discard(queue)

    def close(self) -> None:
        """End every listener's iteration, after what is waiting for it."""
        for queue in list(self._listeners):
            self._end(queue)

    def _end(self, queue: asyncio.Queue[EngineEvent | None]) -> None:
        self._listeners.discard(queue)
        queue.put_nowait(None)
