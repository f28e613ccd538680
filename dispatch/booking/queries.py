"""The whole picture of one request, put together from the modules that each know a part. Nothing here writes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Row

from dispatch.assignments import queries as assignments
from dispatch.assignments.queries import BINDING
from dispatch.billing.domain import fee_cents, late_cancellation_cents, tariff_on
from dispatch.billing.queries import tariffs_of
from dispatch.booking.domain import moments_worth_showing
from dispatch.booking.models import HalfTypedRow
from dispatch.calendars.queries import calendar_of
from dispatch.conversations import queries as conversations
from dispatch.conversations.models import ConversationRow
from dispatch.offers import queries as offers
from dispatch.performances import queries as performances
from dispatch.performances.models import PerformanceRow
from dispatch.requests import queries as requests
from dispatch.requests.domain import Asked, Service, Wish, check
from dispatch.requests.errors import UnknownLanguage
from dispatch.requests.models import NoteRow, ProposalRow, RequestRow
from dispatch.translations import queries as translations
from dispatch.translations.models import DocumentRow, QuoteRow
from kernel import audit, clock
from kernel.actor import STAFF, Actor
from kernel.database import db
from people import queries as people
from reference import queries as reference


class Picture:
    """A request with everything that hangs on it; what an actor may not see is absent.

    Each part is read when somebody asks for it first.
    """

    def __init__(self, request: RequestRow, by: Actor) -> None:
        self.request, self._by = request, by

    @cached_property
    def assignment(self) -> Row[Any] | None:
        return assignments.last_assignment_of(self.request.id)

    @cached_property
    def performance(self) -> PerformanceRow | None:
        return performances.performance_of(self.request.id)

    @cached_property
    def proposal(self) -> ProposalRow | None:
        return requests.open_proposal(self.request.id)

    @cached_property
    def conversation(self) -> ConversationRow | None:
        return conversations.last_conversation_of(self.request.id)

    @cached_property
    def inside(self) -> Sequence[Row[Any]]:
        """Who is in the room of the conversation now, or waits at its door."""
        return conversations.roster(self.conversation.id, clock.now()) if self.conversation else []

    @cached_property
    def quote(self) -> QuoteRow | None:
        return translations.last_quote(self.request.id)

    @cached_property
    def documents(self) -> list[DocumentRow]:
        return translations.documents_of(self.request.id)

    @cached_property
    def messages(self) -> Sequence[tuple[NoteRow, str]]:
        """What the desk wrote to the side that asked."""
        return requests.notes_of(self.request.id, to_requester=True)

    @cached_property
    def timeline(self) -> list[Row[Any]]:
        return _timeline(self.request.id, self._by)

    @property
    def course(self) -> list[tuple[Row[Any], int]]:
        """The timeline with the same thing several times in a row said once: the first of them, and how many."""
        told: list[tuple[Row[Any], int]] = []
        for event in self.timeline:
            if told and told[-1][0].name == event.name:
                told[-1] = (told[-1][0], told[-1][1] + 1)
            else:
                told.append((event, 1))
        return told

    @property
    def version(self) -> str:
        """What a page that lies open compares to know whether anything of it changed."""
        bound, done, offer, quote = self.assignment, self.performance, self.proposal, self.quote
        parts = [self.request.status, self.request.outcome, self.request.version, self.request.answer_by]
        parts += [(it.id, it.status) for it in (bound, done, self.conversation) if it]
        parts += [self.conversation is not None and clock.now() >= self.conversation.opens_at]
        parts += [offer.id if offer else None, quote.id if quote else None, len(self.documents), len(self.timeline)]
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]

    @property
    def bound(self) -> Row[Any] | None:
        """The assignment that binds somebody now."""
        return self.assignment if self.assignment and self.assignment.status in BINDING else None


@dataclass(frozen=True, slots=True)
class Moments:
    """Moments to choose from: a column per day, a row per hour, None where it is past; and the chance of each."""

    days: list[date]
    rows: list[list[datetime | None]]
    chances: dict[datetime, offers.Chance]


# What a requester reads in the course of a request; offers to single persons are the desk's affair.
_FOR_ALL = frozenset(
    {
        "request_submitted", "request_sent_to_review", "completion_asked", "search_started", "request_escalated",
        "proposal_made", "proposal_answered", "quote_made", "quote_answered", "request_assigned", "request_reopened",
        "request_changed", "request_started", "request_finished", "performance_submitted", "performance_confirmed",
        "performance_disputed", "request_closed", "requester_written", "outcome_corrected", "absence_reported",
        "conversation_began", "conversation_ended",
    }
)  # fmt: skip


def picture_of(request_id: int, *, by: Actor) -> Picture:
    """Return the picture of a request the actor may see.

    Raises: NotFound.
    """
    return Picture(requests.find_request(request_id, by=by), by)


def json_of(request_id: int, *, by: Actor) -> dict[str, Any]:
    """Return a request the actor may see in the shape of `RequestOut`.

    Raises: NotFound.
    """
    return as_json(requests.tell_request(request_id, by=by), by=by)


def as_json(told: Row[Any], *, by: Actor) -> dict[str, Any]:
    """Return what was told of a request, with what hangs on it, in the shape of `RequestOut`."""
    brief, bound = request_json(told), assignments.last_assignment_of(told.id)
    brief["options"] = requests.options_of(told.id)
    brief["assignment"] = bound if bound and bound.status in BINDING else None
    brief["timeline"] = [{"at": it.at, "name": it.name, "by": it.actor_role} for it in _timeline(told.id, by)]
    return brief


def request_json(told: Row[Any]) -> dict[str, Any]:
    """Return what stands on the row itself in the shape of `RequestOut`."""
    plain = {name: getattr(told, name) for name in _PLAIN}
    place = {name: getattr(told, name) for name in ("street", "postcode", "municipality")}
    return plain | {
        "duration_minutes": round((told.ends_at - told.starts_at).total_seconds() / 60),
        "place": place if told.municipality else None,
    }


def _timeline(request_id: int, by: Actor) -> list[Row[Any]]:
    trail, desk = audit.trail_of(request_id), by.role in STAFF
    return [it for it in trail if desk or it.name in _FOR_ALL]


_PLAIN = (
    "id", "reference", "status", "service", "language", "starts_at", "ends_at", "immediate", "version",
    "organisation_id", "organisation", "phone", "interpreter_gender", "subject", "client_reference", "note",
    "submitted_at", "answered_at", "closed_at", "hard_stop_at", "outcome", "outcome_reason", "timely",
)  # fmt: skip


def outlook_for(asked: Asked, organisation_id: int | None, *, by: Actor) -> offers.Outlook:
    """Return the chance of what somebody thinks of asking, for an organisation they may ask for.

    Raises: Invalid, NotFound.
    """
    now = clock.now()
    organisation = people.find_organisation(by.organisation_id or organisation_id or 0, by=by)
    if not reference.language_exists(asked.language):
        raise UnknownLanguage(language=asked.language, fields={"language": "unknown_language"})
    check(asked, now)
    return offers.outlook(offers.imagine(asked, organisation.agency_id, organisation.id), now)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a performance will cost, travel apart. Units: cents; `km_cents` per kilometre, 0 where nobody travels."""

    fee_cents: int
    km_cents: int
    late_cents: int


@dataclass(frozen=True, slots=True)
class Looked:
    """What somebody is shown who looks before asking: what is asked, its chance and its price, other moments."""

    asked: Asked
    outlook: offers.Outlook
    estimate: Estimate | None
    moments: Moments | None


def estimate_for(asked: Asked) -> Estimate | None:
    """Return what is known of the price before anybody is found; None for a translation, which gets a quote."""
    if asked.service is Service.TRANSLATION:
        return None
    tariff = tariff_on(tariffs_of(asked.service), asked.held_on)
    minutes = round((asked.ends_at - asked.starts_at).total_seconds() / 60)
    return Estimate(fee_cents(tariff, minutes), tariff.km_cents, late_cancellation_cents(tariff))


def late_cents(request: RequestRow) -> int:
    """Return what calling a request off too late costs, travel apart. Units: cents."""
    if request.service == Service.TRANSLATION:
        return 0
    return late_cancellation_cents(tariff_on(tariffs_of(request.service), request.held_on))


def moments_for(asked: Asked, organisation_id: int | None, first: date, *, by: Actor) -> Moments:
    """Return the moments from a day on with the chance of each.

    Raises: Invalid, NotFound.
    """
    now = clock.now()
    organisation = people.find_organisation(by.organisation_id or organisation_id or 0, by=by)
    length = asked.ends_at - asked.starts_at
    days, rows = moments_worth_showing(first, length, calendar_of(organisation.agency_id), now)
    request = offers.imagine(asked, organisation.agency_id, organisation.id)
    starts = [it for row in rows for it in row if it is not None]
    wishes = [Wish(asked.service, asked.language, start, start + length) for start in starts]
    found = offers.chances(request, wishes, now) if wishes else []
    return Moments(days, rows, {it.wish.starts_at: it for it in found})


def outlook_json(outlook: offers.Outlook) -> dict[str, Any]:
    """Return an outlook as the API tells it."""
    return {"asked": _chance_json(outlook.asked), "better": [_chance_json(it) for it in outlook.better]}


def _chance_json(it: offers.Chance) -> dict[str, Any]:
    facts = {name: getattr(it.wish, name) for name in ("service", "language", "starts_at", "ends_at")}
    return facts | {"chance": round(it.chance, 4)}


def half_typed(*, by: Actor) -> HalfTypedRow | None:
    """Return what somebody typed of a booking and did not send."""
    return db.session.get(HalfTypedRow, by.person_id or 0)
