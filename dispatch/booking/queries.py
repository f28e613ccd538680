"""The whole picture of one request, put together from the modules that each know a part. Nothing here writes."""

from functools import cached_property
from typing import Any

from dispatch.assignments import queries as assignments
from dispatch.assignments.models import AssignmentRow
from dispatch.assignments.queries import BINDING
from dispatch.booking.models import HalfTypedRow
from dispatch.offers import queries as offers
from dispatch.performances import queries as performances
from dispatch.performances.models import PerformanceRow
from dispatch.requests import queries as requests
from dispatch.requests.domain import Asked, check
from dispatch.requests.errors import UnknownLanguage
from dispatch.requests.models import ProposalRow, RequestRow
from dispatch.translations import queries as translations
from dispatch.translations.models import DocumentRow, QuoteRow
from kernel import audit, clock
from kernel.actor import Actor, Role
from kernel.database import db
from people import queries as people
from reference import queries as reference


class Picture:
    """A request with everything that hangs on it; what an actor may not see is absent.

    Each part is read when somebody asks for it first: a page shows much, the API little.
    """

    def __init__(self, request: RequestRow, *, desk: bool) -> None:
        self.request, self._desk = request, desk

    @cached_property
    def assignment(self) -> AssignmentRow | None:
        return assignments.last_assignment_of(self.request.id)

    @cached_property
    def performance(self) -> PerformanceRow | None:
        return performances.performance_of(self.request.id)

    @cached_property
    def proposal(self) -> ProposalRow | None:
        return requests.open_proposal(self.request.id)

    @cached_property
    def quote(self) -> QuoteRow | None:
        return translations.last_quote(self.request.id)

    @cached_property
    def documents(self) -> list[DocumentRow]:
        return translations.documents_of(self.request.id)

    @cached_property
    def timeline(self) -> list[audit.EventRow]:
        return [it for it in audit.trail_of(self.request.id) if self._desk or it.name in _FOR_ALL]

    @property
    def course(self) -> list[tuple[audit.EventRow, int]]:
        """The timeline with the same thing several times in a row said once: the first of them, and how many."""
        told: list[tuple[audit.EventRow, int]] = []
        for event in self.timeline:
            if told and told[-1][0].name == event.name:
                told[-1] = (told[-1][0], told[-1][1] + 1)
            else:
                told.append((event, 1))
        return told

    @property
    def bound(self) -> AssignmentRow | None:
        """The assignment that binds somebody now."""
        return self.assignment if self.assignment and self.assignment.status in BINDING else None


# What a requester reads in the course of a request; offers to single persons are the desk's affair.
_FOR_ALL = frozenset(
    {
        "request_submitted", "request_sent_to_review", "completion_asked", "search_started", "request_escalated",
        "proposal_made", "proposal_answered", "quote_made", "quote_answered", "request_assigned", "request_reopened",
        "request_changed", "request_started", "request_finished", "performance_submitted", "performance_confirmed",
        "performance_disputed", "request_closed", "outcome_corrected", "absence_reported",
    }
)  # fmt: skip


def picture_of(request_id: int, *, by: Actor) -> Picture:
    """Return the picture of a request the actor may see.

    Raises: NotFound.
    """
    desk = by.role in {Role.COORDINATOR, Role.ADMINISTRATOR, Role.MANAGER}
    return Picture(requests.find_request(request_id, by=by), desk=desk)


def as_json(picture: Picture) -> dict[str, Any]:
    """Return a picture in the shape of `RequestOut`."""
    brief = request_json(picture.request)
    brief["options"] = picture.request.options
    brief["assignment"] = _assignment(picture.bound)
    brief["timeline"] = [{"at": it.at, "name": it.name, "by": it.actor_role} for it in picture.timeline]
    return brief


def request_json(request: RequestRow) -> dict[str, Any]:
    """Return what stands on the row itself in the shape of `RequestOut`."""
    plain = {name: getattr(request, name) for name in _PLAIN}
    place = {name: getattr(request, name) for name in ("street", "postcode", "municipality")}
    return plain | {
        "duration_minutes": round((request.ends_at - request.starts_at).total_seconds() / 60),
        "organisation": request.organisation.name,
        "place": place if request.municipality else None,
    }


_PLAIN = (
    "id", "reference", "status", "service", "language", "starts_at", "ends_at", "immediate", "version",
    "organisation_id", "phone", "interpreter_gender", "subject", "client_reference", "note", "submitted_at",
    "answered_at", "closed_at", "hard_stop_at", "outcome", "outcome_reason", "timely",
)  # fmt: skip


def _assignment(row: AssignmentRow | None) -> dict[str, Any] | None:
    if row is None:
        return None
    names = ("id", "status", "service", "language", "starts_at", "ends_at", "interpreter_id")
    return {name: getattr(row, name) for name in names} | {"interpreter_name": row.interpreter.person.name}


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


def outlook_json(outlook: offers.Outlook) -> dict[str, Any]:
    """Return an outlook as the API tells it."""
    return {"asked": _chance_json(outlook.asked), "better": [_chance_json(it) for it in outlook.better]}


def _chance_json(it: offers.Chance) -> dict[str, Any]:
    facts = {name: getattr(it.wish, name) for name in ("service", "language", "starts_at", "ends_at")}
    return facts | {"chance": round(it.chance, 4)}


def half_typed(*, by: Actor) -> HalfTypedRow | None:
    """Return what somebody typed of a booking and did not send."""
    return db.session.get(HalfTypedRow, by.person_id or 0)
