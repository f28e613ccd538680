"""Rules between agencies. Pure."""

from datetime import datetime

SERVICES = frozenset({"on_site", "telephone", "video", "translation"})


def ask_partners_at(begun_at: datetime, hard_stop_at: datetime, percent: float) -> datetime:
    """Return when partners are asked at the latest: when this part of the time for the search is over."""
    return begun_at + (hard_stop_at - begun_at) * percent / 100
