"""A calendar whose closing days are written out by hand, so that no computus checks itself."""

from datetime import date, datetime

from dispatch.calendars.domain import WorkCalendar

# Only days that fall on Monday to Friday; the fourteen holidays of the Flemish government in 2026 and 2027.
CLOSED = frozenset(
    date.fromisoformat(day)
    for day in (
        "2026-01-01", "2026-04-06", "2026-05-01", "2026-05-14", "2026-05-25", "2026-07-21", "2026-11-02", "2026-11-11",
        "2026-12-25", "2027-01-01", "2027-03-29", "2027-05-06", "2027-05-17", "2027-07-21", "2027-11-01", "2027-11-02",
        "2027-11-11", "2027-11-15",
    )
)  # fmt: skip
CALENDAR = WorkCalendar(closed_on=CLOSED)


def moment(text: str) -> datetime:
    """Return an aware moment from ISO 8601; `Z` is UTC."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
