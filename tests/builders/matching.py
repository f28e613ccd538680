"""Needs and candidates: a Monday morning in Gent, and somebody from Gent who could come."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from matching.domain import Candidate, LanguageSkill, Need, Place

GENT, AALST, BRUSSEL = Place(51.0543, 3.7174), Place(50.9383, 4.0392), Place(50.8467, 4.3525)
HASSELT, OOSTENDE = Place(50.9307, 5.3325), Place(51.2300, 2.9200)
MONDAY_9H = datetime(2026, 12, 7, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
EVERY_SERVICE = frozenset({"on_site", "telephone", "video", "translation"})


def speaks(language: str = "arb", **changes: Any) -> LanguageSkill:
    """Return a language, both ways, certified since 2019."""
    return LanguageSkill(language, **({"certified_from": date(2019, 5, 1)} | changes))


def a_need(**changes: Any) -> Need:
    """Return an hour of Arabic on site in Gent, asked a week before."""
    usual = {
        "request_id": 7,
        "service": "on_site",
        "language": "arb",
        "slot_start": MONDAY_9H,
        "slot_end": MONDAY_9H + HOUR,
        "now": MONDAY_9H - timedelta(days=7),
        "place": GENT,
    }
    return Need(**(usual | changes))


def a_call_now(**changes: Any) -> Need:
    """Return a telephone call that starts at once."""
    return a_need(**({"service": "telephone", "immediate": True, "place": None, "now": MONDAY_9H} | changes))


def a_translation(**changes: Any) -> Need:
    """Return a translation from Dutch, due in two days."""
    usual = {
        "service": "translation",
        "direction": "from_dutch",
        "place": None,
        "now": MONDAY_9H,
        "slot_end": MONDAY_9H + 48 * HOUR,
    }
    return a_need(**(usual | changes))


def somebody(interpreter_id: int = 1, **changes: Any) -> Candidate:
    """Return a certified interpreter of Arabic, from Gent, against whom nothing speaks."""
    usual = {"languages": (speaks(),), "services": EVERY_SERVICE, "gender": "female", "home": GENT}
    return Candidate(interpreter_id=interpreter_id, **(usual | changes))
