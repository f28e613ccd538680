"""The one clock of the process. The only place that asks the machine for the time.

Deadlines are decided by the database's time after the lock (`Transaction.now`); this clock serves reads and pages.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")

_frozen_at: datetime | None = None
_time_scale: float = 1.0


def use_scale(scale: float) -> None:
    """Divide every waiting term by `scale` from now on: set once, from the settings, for tests."""
    global _time_scale  # one clock for the whole process
    _time_scale = scale


def time_scale() -> float:
    """Return by what every waiting term is divided: 1 in life."""
    return _time_scale


def now() -> datetime:
    """Return the moment, aware, in UTC."""
    return _frozen_at or datetime.now(UTC)


def frozen_at() -> datetime | None:
    """Return the moment at which a test holds time still, or None."""
    return _frozen_at


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold time still, for every thread of the process: only for tests and for demo data."""
    global _frozen_at  # one clock for all threads is the point
    before, _frozen_at = _frozen_at, at.astimezone(UTC)
    try:
        yield
    finally:
        _frozen_at = before
