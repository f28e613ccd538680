"""Loads a synthetic year: requests with offers, assignments, performances and events, by COPY, constraints and all."""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import text

from demo import people
from demo.domain import SECTORS, UNSPOKEN, Plan, plans
from demo.people import Customer, Interpreter
from dispatch.calendars.domain import WorkCalendar, at
from kernel.clock import BRUSSELS
from kernel.database import Transaction, transaction

# A plan with the language asked, its start and its end.
Slot = tuple[Plan, str, datetime, datetime]
Progress = Callable[[str, int, int], None]
_OPEN_TABLES = ("requests", "offers", "assignments", "performances", "events")


class AlreadyLoaded(Exception):
    """This year stands in the database already."""


@dataclass(slots=True)
class Book:
    """The rows of the year, per table, with their keys already given out."""

    next_id: dict[str, int]
    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, table: str, *values: Any) -> int:
        """Write down a row and return its key."""
        key = self.next_id[table]
        self.next_id[table] = key + 1
        self.rows[table].append((key, *values))
        return key


def load_year(year: int, seed: int, progress: Progress = lambda what, done, total: None) -> int:
    """Load the year, whole or not at all; return the number of requests.

    Raises: AlreadyLoaded.
    """
    random = Random(f"{year}-{seed}")  # noqa: S311 - reproducible, not secret
    with transaction() as tx:
        tx.session.execute(text("SET LOCAL statement_timeout = '600s'"))
        tx.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('demo year'))"))
        prefix = f"J{year}-"
        if tx.session.scalar(text("SELECT 1 FROM requests WHERE reference LIKE :p LIMIT 1"), {"p": prefix + "%"}):
            raise AlreadyLoaded(year)
        customers, register = people.make(tx, year, random)
        planned = plans(year, random)
        book = Book({table: _next(tx, table) for table in _OPEN_TABLES})
        scribe = Scribe(book, customers, register, random, prefix)
        for number, plan in enumerate(planned, start=1):
            scribe.write(number, plan)
            if number % 500 == 0:
                progress("inventing", number, len(planned))
        people.add_interpreters(tx, register, year)
        for table in _OPEN_TABLES:
            progress(f"loading {table}", 0, len(book.rows[table]))
            _copy(tx, table, book)
        return len(planned)


def _next(tx: Transaction, table: str) -> int:
    return int(tx.session.scalar(text(f"SELECT coalesce(max(id), 0) + 1 FROM {table}")) or 1)  # noqa: S608


def _copy(tx: Transaction, table: str, book: Book) -> None:
    connection = tx.session.connection().connection.dbapi_connection
    columns = ", ".join(("id", *COLUMNS[table]))
    with connection.cursor() as cursor:  # type: ignore[union-attr]
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:  # type: ignore[attr-defined]
            for row in book.rows[table]:
                copy.write_row(row)
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"  # noqa: S608
        )


COLUMNS = {
    "requests": (
        "reference", "agency_id", "organisation_id", "requester_id", "service", "language", "starts_at", "ends_at",
        "held_on", "immediate", "postcode", "municipality", "region", "lat", "lon", "phone", "status", "created_at",
        "submitted_at", "answered_at", "closed_at", "wave", "escalate_at", "hard_stop_at", "answer_by", "outcome",
        "outcome_reason", "timely", "was_assigned", "cancel_reason",
    ),
    "offers": (
        "request_id", "interpreter_id", "request_version", "wave", "status", "service", "language", "starts_at",
        "ends_at", "travel_minutes", "fee_cents", "explanation", "created_at", "sent_at", "delivered_at", "seen_at",
        "expires_at", "ended_at", "decline_reason", "withdrawn_because",
    ),
    "assignments": (
        "request_id", "offer_id", "interpreter_id", "status", "made_by", "service", "language", "starts_at", "ends_at",
        "blocked", "travel_minutes", "fee_cents", "booked_at", "ended_at", "end_reason",
    ),
    "performances": (
        "assignment_id", "request_id", "status", "started_at", "ended_at", "fee_cents", "submitted_at", "confirm_by",
        "confirmed_at", "confirmed_how",
    ),
    "events": (
        "at", "name", "subject", "subject_id", "request_id", "agency_id", "actor_id", "actor_role", "facts",
    ),
}  # fmt: skip

_REASONS = ("not_free", "too_far", "other")
_CALENDAR = WorkCalendar()


class Scribe:
    """Gives every planned request its people and its history, and writes the rows into the book."""

    def __init__(
        self, book: Book, customers: list[Customer], register: people.Register, random: Random, prefix: str
    ) -> None:
        self.book, self.register, self.random, self.prefix = book, register, random, prefix
        self.by_sector: dict[str, list[Customer]] = defaultdict(list)
        for customer in customers:
            self.by_sector[customer.sector].append(customer)

    def write(self, number: int, plan: Plan) -> None:
        """Write one request with all that belongs to it."""
        random = self.random
        sector = random.choices(list(SECTORS), list(SECTORS.values()))[0]
        customer = random.choice(self.by_sector[sector])
        starts_at, ends_at, asked_at = _times(plan)
        answered = plan.outcome in {"completed", "cancelled"}
        reason, language = self._reason(plan)
        waiting = min(timedelta(hours=random.uniform(0.1, 6)), max(starts_at - asked_at, timedelta(minutes=1)) / 2)
        answered_at = asked_at + waiting if answered else None
        closed_at, timely = self._end(plan, starts_at, ends_at, asked_at, answered_at)
        held_on = (ends_at if plan.service == "translation" else starts_at).astimezone(BRUSSELS).date()
        on_site = plan.service == "on_site"
        request_id = self.book.add(
            "requests",
            f"{self.prefix}{number:06d}", customer.agency_id, customer.organisation_id, customer.person_id,
            plan.service, language, starts_at, ends_at, held_on, plan.lead_hours == 0,
            customer.postcode if on_site else None, customer.municipality if on_site else None, customer.region,
            customer.lat if on_site else None, customer.lon if on_site else None,
            "+3292000000" if plan.service == "telephone" else None, "closed", asked_at, asked_at, answered_at,
            closed_at, 1, asked_at, starts_at, starts_at, plan.outcome, reason, timely, answered,
            "no_longer_needed" if plan.outcome == "cancelled" else None,
        )  # fmt: skip
        told = History(self.book, request_id, customer)
        told.add(asked_at, "request_submitted", "requester", service=plan.service, language=language)
        told.add(asked_at, "search_started", "requester", priority=False)
        slot = (plan, language, starts_at, ends_at)
        if answered:
            self._answer(told, slot, asked_at, answered_at or asked_at, closed_at)
        elif reason == "interpreter_unavailable":
            self._ask_in_vain(told, slot, asked_at, closed_at)
        facts = {"outcome": plan.outcome, "reason": reason, "timely": timely}
        told.add(closed_at, "request_closed", "system" if not answered else "requester", **facts)

    def _reason(self, plan: Plan) -> tuple[str | None, str]:
        if plan.outcome == "not_available":
            chance = self.random.random()
            if chance < 0.06:
                return "language_unavailable", self.random.choice(UNSPOKEN)
            return ("service_unavailable" if chance < 0.10 else "interpreter_unavailable"), plan.language
        return ("withdrawn" if plan.outcome == "other_reason" else None), plan.language

    def _end(
        self, plan: Plan, starts_at: datetime, ends_at: datetime, asked_at: datetime, answered_at: datetime | None
    ) -> tuple[datetime, bool | None]:
        if plan.outcome == "completed":
            return ends_at + timedelta(hours=self.random.uniform(1, 100)), None
        if plan.outcome == "cancelled":
            begin = answered_at or asked_at
            at_ = begin + (max(starts_at, begin) - begin) * self.random.random() + timedelta(minutes=1)
            return at_, at_ < _CALENDAR.timely_cut_off(starts_at)
        return max(asked_at + timedelta(minutes=3), min(starts_at, asked_at + timedelta(hours=24))), None

    def _answer(
        self, told: "History", slot: Slot, asked_at: datetime, answered_at: datetime,
        closed_at: datetime,
    ) -> None:  # fmt: skip
        plan, language, starts_at, ends_at = slot
        travel = self.random.randrange(15, 50) if plan.service == "on_site" else 0
        buffer = timedelta(minutes=travel)
        keeps = plan.outcome == "completed" and plan.service != "translation"
        who = self.register.free(language, starts_at - buffer, ends_at + buffer, told.customer.agency_id, keep=keeps)
        fee = 0 if plan.service == "translation" else 800 + max(0, -(-(plan.minutes - 60) // 15)) * 200
        for _ in range(self.random.choice((0, 0, 1, 1, 2))):
            other = self.random.choice(self.register.speakers(language))
            if other.id != who.id:
                self._offer(told, slot, other, (asked_at, answered_at), ("withdrawn", fee))
        offer_id = self._offer(told, slot, who, (asked_at, answered_at), ("accepted", fee))
        done = plan.outcome == "completed"
        blocked = "empty" if plan.service == "translation" else f"[{starts_at - buffer},{ends_at + buffer})"
        assignment_id = self.book.add(
            "assignments", told.request_id, offer_id, who.id, "performed" if done else "cancelled", "offer",
            plan.service, language, starts_at, ends_at, blocked, travel, fee, answered_at,
            ends_at if done else closed_at, None,
        )  # fmt: skip
        facts = {"assignment_id": assignment_id, "interpreter_id": who.id}
        told.add(answered_at, "request_assigned", "interpreter", **facts)
        if done:
            submitted = ends_at + timedelta(minutes=30)
            how = "requester" if closed_at < submitted + timedelta(hours=72) else "silence"
            self.book.add(
                "performances", assignment_id, told.request_id, "confirmed", starts_at, ends_at, fee, submitted,
                submitted + timedelta(days=7), max(closed_at, submitted), how,
            )  # fmt: skip
            told.add(submitted, "performance_submitted", "interpreter", **facts)
            told.add(max(closed_at, submitted), "performance_confirmed", "requester", how=how)

    def _ask_in_vain(self, told: "History", slot: Slot, asked_at: datetime, closed_at: datetime) -> None:
        crowd = self.register.speakers(slot[1])
        for who in self.random.sample(crowd, min(len(crowd), self.random.randrange(1, 5))):
            status = self.random.choice(("declined", "expired", "expired"))
            self._offer(told, slot, who, (asked_at, closed_at), (status, 800))

    def _offer(
        self, told: "History", slot: Slot, who: Interpreter, during: tuple[datetime, datetime], end: tuple[str, int]
    ) -> int:
        plan, language, starts_at, ends_at = slot
        (asked_at, ended_at), (status, fee) = during, end
        seen = status in {"accepted", "declined"} or self.random.random() < 0.6
        sent = asked_at + timedelta(seconds=self.random.randrange(1, 5))
        seen_at = sent + (ended_at - sent) / 2 if seen else None
        offer_id = self.book.add(
            "offers", told.request_id, who.id, 1, 1, status, plan.service, language, starts_at, ends_at, 0, fee, "{}",
            asked_at, sent, sent, seen_at, max(ended_at, sent), ended_at,
            self.random.choice(_REASONS) if status == "declined" else None,
            "filled" if status == "withdrawn" else None,
        )  # fmt: skip
        told.add(asked_at, "offer_made", "system", offer_id=offer_id, interpreter_id=who.id)
        if status in {"accepted", "declined"}:
            told.add(ended_at, f"offer_{status}", "interpreter", offer_id=offer_id, interpreter_id=who.id)
        return offer_id


class History:
    """The events of one request."""

    def __init__(self, book: Book, request_id: int, customer: Customer) -> None:
        self.book, self.request_id, self.customer = book, request_id, customer

    def add(self, at_: datetime, name: str, role: str, **facts: Any) -> None:
        who = self.customer.person_id if role == "requester" else None
        row = (at_, name, "request", self.request_id, self.request_id, self.customer.agency_id, who, role)
        self.book.add("events", *row, json.dumps(facts))


def _times(plan: Plan) -> tuple[datetime, datetime, datetime]:
    """Return start, end and submission of a planned request."""
    moment = at(plan.day, time(plan.hour, plan.minute))
    asked_at = moment - timedelta(hours=plan.lead_hours)
    if plan.service == "translation":
        return asked_at, moment, asked_at
    return moment, moment + timedelta(minutes=plan.minutes), asked_at
