"""Appointments as calendars read them."""

from datetime import UTC, datetime, timedelta

from icalendar import Calendar

from dispatch.feeds.domain import Appointment, calendar_of

START = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


def appointment(**changes: object) -> Appointment:
    usual = {"uid": "request-1@example.org", "starts_at": START, "ends_at": START + timedelta(hours=1),
             "title": "Tolk: Dari, video (2026-000001)", "url": "https://example.org/requests/1", "changes": 2,
             "changed_at": START - timedelta(days=3)}  # fmt: skip
    return Appointment(**(usual | changes))  # type: ignore[arg-type]


def read(*appointments: Appointment) -> list:  # type: ignore[type-arg]
    found = Calendar.from_ical(calendar_of("Tolkdienst", appointments))
    assert found["VERSION"] == "2.0"
    return found.walk("VEVENT")


def test_a_calendar_reads_back_what_was_told() -> None:
    [event] = read(appointment(place="Kortrijk"))
    assert event.start == START
    assert event.end - event.start == timedelta(hours=1)
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == ("request-1@example.org", 2, "CONFIRMED")
    assert event["LOCATION"] == "Kortrijk"


def test_what_is_called_off_and_what_is_not_sure_yet_is_said() -> None:
    off, maybe = read(appointment(off=True), appointment(sure=False))
    assert (off["STATUS"], maybe["STATUS"]) == ("CANCELLED", "TENTATIVE")


def test_a_hostile_title_stays_a_title() -> None:
    [event] = read(appointment(title="x\r\nATTENDEE:mailto:a@b.example\r\n" + "y" * 3000))
    assert "ATTENDEE" not in event
    assert "y" * 100 in str(event["SUMMARY"])
