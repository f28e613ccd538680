"""Asking: drafts, submissions, series."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, text

from dispatch.calendars.queries import calendar_of
from dispatch.customers import queries as customers
from dispatch.requests import permissions
from dispatch.requests.domain import MAX_SERIES, Asked, Service, check, held_at
from dispatch.requests.errors import BadRequest, UnknownLanguage
from dispatch.requests.events import RequestDrafted, RequestSentToReview, RequestSubmitted, SearchStarted
from dispatch.requests.models import OptionRow, RequestRow, SeriesRow
from dispatch.requests.status import TRANSITIONS, Action, Status
from dispatch.terms.domain import moments, plan_for
from dispatch.terms.queries import terms_at
from kernel import clock
from kernel.actor import Actor, Role
from kernel.database import Transaction, transaction
from kernel.errors import Forbidden, NotFound
from people import queries as people
from people.models import OrganisationRow
from reference import queries as reference


def save_draft(asked: Asked, *, by: Actor, organisation_id: int | None = None) -> int:
    """Keep what was filled in so far. A draft is not counted and nobody is asked.

    Emits: RequestDrafted.
    """
    with transaction() as tx:
        request = _draft(tx, asked, by, organisation_id)
        return request.id


def submit_request(asked: Asked, *, by: Actor, organisation_id: int | None = None) -> int:
    """Ask: from here on the request counts and the clocks run.

    A coordinator asks for `organisation_id`, a requester for the own organisation.

    Emits: RequestSubmitted, then SearchStarted or RequestSentToReview.
    Raises: BadRequest, UnknownLanguage, NotFound, Forbidden.
    """
    with transaction() as tx:
        check(
            asked, tx.now()
        )  # before the first row: what nobody could perform is refused by name, not by the database
        request = _draft(tx, asked, by, organisation_id)
        _submit(tx, request, asked, by)
        return request.id


def submit_draft(request_id: int, asked: Asked, *, by: Actor) -> int:
    """Submit a draft as it stands in the form now."""
    with transaction() as tx:
        request = tx.locked(RequestRow, request_id)
        permissions.require_side(by, request)
        TRANSITIONS.next(Action.SUBMIT, request.status, by.role)
        check(asked, tx.now())
        write_facts(tx, request, asked)
        _submit(tx, request, asked, by)
        return request.id


def submit_series(dates: Sequence[Asked], *, by: Actor, organisation_id: int | None = None) -> list[int]:
    """Ask for several dates in one go: all of them or none.

    Raises: BadRequest (also for more than 60 dates).
    """
    if not 1 <= len(dates) <= MAX_SERIES:
        raise BadRequest(fields={"dates": "too_many" if dates else "required"})
    with transaction() as tx:
        organisation = _organisation(by, organisation_id)
        series = tx.add(SeriesRow(organisation_id=organisation.id))
        ids = []
        for asked in dates:
            check(asked, tx.now())
            request = _draft(tx, asked, by, organisation.id)
            request.series_id = series.id
            _submit(tx, request, asked, by)
            ids.append(request.id)
        return ids


def write_facts(tx: Transaction, request: RequestRow, asked: Asked) -> None:
    """Put what is asked on the row: its fields, where it is, and its ranked alternatives."""
    if not reference.language_exists(asked.language):
        raise UnknownLanguage(language=asked.language, fields={"language": "unknown_language"})
    if asked.unit_id is not None and asked.unit_id not in {it.id for it in people.units_of(request.organisation_id)}:
        raise BadRequest(fields={"unit_id": "unknown_choice"})
    for name in _COPIED:
        setattr(request, name, getattr(asked, name))
    request.held_on = asked.held_on
    _place(request, asked)
    _options(tx, request, asked)


def begin(tx: Transaction, request: RequestRow, by: Actor, now: datetime, *, priority: bool = False) -> None:
    """Start (or start anew) the search of a request that is in status searching: set its moments, wake the engine."""
    calendar = calendar_of(request.agency_id)
    terms = terms_at(now.date())
    lead = calendar.working_days_between(now, request.starts_at)
    plan = plan_for(Service(request.service), lead, request.immediate, terms)
    when = moments(plan, now, held_at(request), calendar, clock.time_scale())
    request.escalate_at, request.hard_stop_at, request.answer_by = when.escalate_at, when.hard_stop_at, when.answer_by
    request.wave, request.next_step_at, request.priority = 0, now, priority
    ids = {"request_id": request.id, "agency_id": request.agency_id}
    tx.emit(SearchStarted(**ids, priority=priority), by)


_COPIED = (
    "service", "language", "starts_at", "ends_at", "immediate", "phone",
    "interpreter_gender", "subject", "client_reference", "note", "unit_id",
)  # fmt: skip


def _draft(tx: Transaction, asked: Asked, by: Actor, organisation_id: int | None) -> RequestRow:
    organisation = _organisation(by, organisation_id)
    now = tx.now()
    number = tx.session.scalar(text("SELECT nextval('request_number')"))
    request = RequestRow(
        reference=f"{now.astimezone(clock.BRUSSELS):%Y}-{number:06d}",
        agency_id=organisation.agency_id,
        organisation_id=organisation.id,
        requester_id=_requester(asked, organisation.id, by),
        status=Status.DRAFT,
        created_at=now,
        version=1,
        wave=0,
    )
    request.organisation = organisation
    tx.session.add(request)
    with tx.session.no_autoflush:
        write_facts(tx, request, asked)
    tx.emit(RequestDrafted(request_id=request.id, agency_id=request.agency_id), by)
    return request


def _organisation(by: Actor, organisation_id: int | None) -> OrganisationRow:
    wanted = by.organisation_id if by.role is Role.REQUESTER else organisation_id
    if by.role not in {Role.REQUESTER, Role.COORDINATOR} or wanted is None:
        raise Forbidden()
    if organisation_id not in {None, wanted}:
        raise NotFound(thing="organisations")
    return people.find_organisation(wanted, by=by)


def _requester(asked: Asked, organisation_id: int, by: Actor) -> int | None:
    if asked.for_person_id is None:
        return by.person_id
    if not people.asks_for(asked.for_person_id, organisation_id):
        raise BadRequest(fields={"for_person_id": "unknown_choice"})
    return asked.for_person_id


def _submit(tx: Transaction, request: RequestRow, asked: Asked, by: Actor) -> None:
    now = tx.now()
    request.status = TRANSITIONS.next(Action.SUBMIT, request.status, by.role)
    request.submitted_at = now
    ids = {"request_id": request.id, "agency_id": request.agency_id}
    tx.emit(RequestSubmitted(**ids, service=asked.service, language=asked.language, immediate=asked.immediate), by)
    if why := _needs_review(request):
        request.status = TRANSITIONS.next(Action.REVIEW, request.status, by.role)
        review_moments(request, now)
        tx.emit(RequestSentToReview(**ids, why=why), by)
        return
    request.status = TRANSITIONS.next(Action.SEARCH, request.status, by.role)
    begin(tx, request, by, now)


def review_moments(request: RequestRow, now: datetime) -> None:
    """A request in review must not be forgotten: it ends at the latest where its search would have ended."""
    plan = plan_for(Service(request.service), 0, request.immediate, terms_at(now.date()))
    when = moments(plan, now, held_at(request), calendar_of(request.agency_id), clock.time_scale())
    request.hard_stop_at = request.next_step_at = when.hard_stop_at
    request.answer_by = when.answer_by


def _needs_review(request: RequestRow) -> str | None:
    """Return why a person has to look first, or None."""
    if request.service == Service.TRANSLATION:
        return "translation"
    agreement = customers.agreement_on(request.organisation_id, request.held_on)
    if agreement is None:
        return "no_agreement"
    if request.service not in agreement.services:
        return "service_not_in_agreement"
    return "agreement_asks_review" if agreement.needs_review else None


def _place(request: RequestRow, asked: Asked) -> None:
    place, organisation = asked.place, request.organisation
    request.street = place.street if place else None
    request.postcode = place.postcode if place else None
    request.municipality = place.municipality if place else None
    postcode, name = (
        (place.postcode, place.municipality) if place else (organisation.postcode, organisation.municipality)
    )
    found = reference.find_municipality(postcode, name)
    request.region = found.area if found else "onbekend"
    request.lat, request.lon = (found.lat, found.lon) if found and place else (None, None)


def _options(tx: Transaction, request: RequestRow, asked: Asked) -> None:
    unknown = [option.language for option in asked.options if not reference.language_exists(option.language)]
    if unknown:
        raise UnknownLanguage(language=unknown[0], fields={"alternative_languages": "unknown_language"})
    tx.session.flush()
    tx.session.execute(delete(OptionRow).where(OptionRow.request_id == request.id))
    for rank, option in enumerate(asked.options, start=1):
        tx.session.add(
            OptionRow(
                request_id=request.id,
                rank=rank,
                service=option.service,
                language=option.language,
                starts_at=option.starts_at,
                ends_at=option.ends_at,
            )
        )
