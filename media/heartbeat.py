"""The sign of life of a media node, every second, over a connection and on a thread of its own.

A slow database never holds up sound; and a node whose loop stands still gives no sign.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from kernel.database import FAR_AWAY

logger = logging.getLogger(__name__)

_EVERY_S, _CONNECT_S = 1.0, 3
_BEAT = """
    INSERT INTO media_nodes (address, epoch, engine, load_percent, busy, draining, stats, beat_at)
    VALUES (%(address)s, %(epoch)s, %(engine)s, %(load_percent)s, %(busy)s, %(draining)s, %(stats)s, clock_timestamp())
    ON CONFLICT (address) DO UPDATE SET epoch = excluded.epoch, engine = excluded.engine,
        load_percent = excluded.load_percent, busy = excluded.busy, draining = excluded.draining,
        stats = excluded.stats, beat_at = excluded.beat_at
"""


@dataclass(frozen=True, slots=True)
class Beat:
    """What a node says of itself."""

    address: str
    epoch: str
    engine: str
    load_percent: int
    busy: bool
    draining: bool
    stats: dict[str, Any]


class Heartbeat:
    """Writes what `beat()` returns, every second; None: nothing, this time."""

    def __init__(self, database_url: str, beat: Callable[[], Beat | None]) -> None:
        self._conninfo = database_url.replace("postgresql+psycopg://", "postgresql://")
        self._beat = beat
        self._stopping = threading.Event()
        self._soon = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def now(self) -> None:
        """Say how it is now, without waiting for the next second."""
        self._soon.set()

    def stop(self) -> None:
        """Take the node off the list, and end."""
        self._stopping.set()
        self._soon.set()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with psycopg.connect(
                    self._conninfo,
                    autocommit=True,
                    connect_timeout=_CONNECT_S,
                    application_name="tolkdienst-media",
                    **FAR_AWAY,
                ) as connection:
                    self._keep(connection)
            except psycopg.Error:
                logger.warning("a sign of life could not be given; trying again", exc_info=True)
                self._stopping.wait(_EVERY_S)

    def _keep(self, connection: psycopg.Connection[Any]) -> None:
        said: Beat | None = None
        while not self._stopping.is_set():
            if (beat := self._beat()) is not None:
                connection.execute(_BEAT, {name: getattr(beat, name) for name in Beat.__slots__} | _json(beat))
                said = beat
            self._soon.wait(_EVERY_S)
            self._soon.clear()
        if said is not None:
            connection.execute("DELETE FROM media_nodes WHERE address = %s AND epoch = %s", [said.address, said.epoch])


def _json(beat: Beat) -> dict[str, Jsonb]:
    return {"stats": Jsonb(beat.stats)}
