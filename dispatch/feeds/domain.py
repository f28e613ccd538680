"""Appointments as calendars read them (RFC 5545, 7986). Pure: words come as arguments, no names are in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event

REFRESH = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Appointment:
    """What a calendar is told: when, what kind, where to read more; nothing about whom it is for.

    `changes` counts what a calendar has to take over anew; `off`: it does not go on; `sure`: an interpreter is found.
    """

    uid: str
    starts_at: datetime
    ends_at: datetime
    title: str
    url: str
    changes: int
    changed_at: datetime
    place: str | None = None
    off: bool = False
    sure: bool = True


def calendar_of(name: str, appointments: Iterable[Appointment]) -> bytes:
    """Return a calendar of these appointments; they replace what the reader had."""
    made = Calendar()
    made.add("prodid", "-//Tolkdienst//NL")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("name", name)
    made.add("x-wr-calname", name)
    made.add("refresh-interval", REFRESH, {"value": "DURATION"})
    for it in appointments:
        made.add_component(_event(it))
    return bytes(made.to_ical())


def _event(it: Appointment) -> Event:
    event = Event()
    event.add("uid", it.uid)
    event.add("dtstamp", it.changed_at)
    event.add("dtstart", it.starts_at)
    event.add("dtend", it.ends_at)
    event.add("summary", it.title)
    event.add("url", it.url)
    event.add("sequence", it.changes)
    event.add("status", "CANCELLED" if it.off else "CONFIRMED" if it.sure else "TENTATIVE")
    event.add("class", "PRIVATE")
    if it.place:
        event.add("location", it.place)
    return event
