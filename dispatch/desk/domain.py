"""How urgent something is. Pure."""

from datetime import datetime, timedelta

NOW_WITHIN = timedelta(hours=2)
SOON_WITHIN = timedelta(hours=24)


def urgency(hard_stop_at: datetime | None, now: datetime) -> str:
    """Return "now", "soon" or "later" by the time that is left to find somebody."""
    left = (hard_stop_at - now) if hard_stop_at else SOON_WITHIN
    return "now" if left <= NOW_WITHIN else "soon" if left <= SOON_WITHIN else "later"
