"""Values and rules of telephone calls. Pure."""

import hashlib
import secrets
from datetime import datetime, timedelta
from math import ceil

from dispatch.calls.ports import LegStatus, Result

CODE_LENGTH = 8
KEYS = frozenset("0123456789*#")
# Deriving a code's key costs an attacker with the whole table 30 ms a guess, of 90 million. Source: RFC 7914.
_SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}


# A ring that reached nobody. A busy line is somebody at work, and a ring we took back says nothing about her.
UNHEARD = frozenset({Result.NO_ANSWER, Result.MACHINE})
_ORDER = list(LegStatus)


def is_forward(before: str, after: str) -> bool:
    """Return whether `after` tells something new of a leg that stands at `before`."""
    return _ORDER.index(LegStatus(after)) > _ORDER.index(LegStatus(before))


def keyed(text: str) -> str:
    """Return the keys in what the carrier says was pressed; anything else is not a key."""
    return "".join(it for it in text[:40] if it in KEYS).rstrip("#")


def new_code() -> str:
    """Return a customer code: eight digits, the first no zero."""
    return str(secrets.randbelow(9 * 10 ** (CODE_LENGTH - 1)) + 10 ** (CODE_LENGTH - 1))


def code_key(agency_id: int, code: str) -> bytes:
    """Return what is kept of a code: it cannot be read back, and is found by it."""
    return hashlib.scrypt(code.encode(), salt=f"call code of agency {agency_id}".encode(), **_SCRYPT)


def cost_cents(answered_at: datetime | None, ended_at: datetime | None, now: datetime, minute_cents: float) -> int:
    """Return what a leg is taken to cost: begun minutes count. Units: cents."""
    if answered_at is None:
        return 0
    return ceil(max((ended_at or now) - answered_at, timedelta(0)) / timedelta(minutes=1)) * round(minute_cents)


def quantiles(values: list[float], of: tuple[float, ...] = (0.5, 0.9, 0.99)) -> tuple[float, ...]:
    """Return the smallest values that so many are at or below."""
    ordered = sorted(values)
    return tuple(ordered[max(0, ceil(it * len(ordered)) - 1)] for it in of) if ordered else ()
