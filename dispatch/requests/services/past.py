"""Requests of the past, as an agency brings them along."""

from sqlalchemy import select

from dispatch.requests.domain import ANSWERED, NOT_AVAILABLE_REASONS, PastRequest
from dispatch.requests.errors import UnknownLanguage
from dispatch.requests.events import PastRequestRecorded
from dispatch.requests.models import RequestRow
from dispatch.requests.status import Status
from kernel.actor import Actor, Role
from kernel.clock import BRUSSELS
from kernel.database import transaction
from kernel.errors import Forbidden, Invalid, NotAllowedNow, NotFound
from people.models import OrganisationRow
from reference import queries as reference


def record_past_request(past: PastRequest, agency_id: int, *, by: Actor) -> int:
    """Write down a request that ended elsewhere; it counts in the year it was held.

    Emits: PastRequestRecorded.
    Raises: Invalid, UnknownLanguage, NotFound (customer code), NotAllowedNow (the reference exists).
    """
    if not by.is_system and (by.role is not Role.ADMINISTRATOR or agency_id not in by.agency_ids):
        raise Forbidden()
    _check(past)
    with transaction() as tx:
        same_code = (OrganisationRow.agency_id == agency_id, OrganisationRow.customer_code == past.customer_code)
        organisation = tx.session.scalars(select(OrganisationRow).where(*same_code)).first()
        if organisation is None:
            raise NotFound(thing="organisations", customer_code=past.customer_code)
        reference_number = f"{agency_id}-{past.external_reference}"
        if tx.session.scalar(select(RequestRow.id).where(RequestRow.reference == reference_number)):
            raise NotAllowedNow(reference=past.external_reference)
        request = tx.add(_row(past, organisation, reference_number, by))
        event = PastRequestRecorded(request_id=request.id, agency_id=agency_id, outcome=past.outcome)
        tx.emit(event, by)
        return request.id


def _row(past: PastRequest, organisation: OrganisationRow, reference_number: str, by: Actor) -> RequestRow:
    place = reference.find_municipality(
        past.postcode or organisation.postcode, past.municipality or organisation.municipality
    )
    answered = past.outcome in ANSWERED
    return RequestRow(
        reference=reference_number,
        agency_id=organisation.agency_id,
        organisation_id=organisation.id,
        requester_id=by.person_id,
        service=past.service,
        language=past.language,
        starts_at=past.starts_at,
        ends_at=past.ends_at,
        held_on=(past.ends_at if past.service == "translation" else past.starts_at).astimezone(BRUSSELS).date(),
        municipality=past.municipality or (organisation.municipality if past.service == "on_site" else None),
        postcode=past.postcode,
        region=place.area if place else "onbekend",
        status=Status.CLOSED,
        created_at=past.received_at,
        submitted_at=past.received_at,
        answered_at=past.received_at if answered else None,
        closed_at=max(past.ends_at, past.received_at),
        outcome=past.outcome,
        outcome_reason=past.reason,
        timely=past.timely,
        was_assigned=answered,
    )


def _check(past: PastRequest) -> None:
    if not reference.language_exists(past.language):
        raise UnknownLanguage(language=past.language, fields={"language": "unknown_language"})
    wrong = {}
    if past.ends_at <= past.starts_at:
        wrong["duration_minutes"] = "not_positive"
    if (past.outcome == "cancelled") != (past.timely is not None):
        wrong["timely"] = "required"
    if past.outcome == "not_available" and past.reason not in NOT_AVAILABLE_REASONS:
        wrong["reason"] = "required"
    if not past.external_reference.strip() or len(past.external_reference) > 60:
        wrong["external_reference"] = "required"
    if wrong:
        raise Invalid(fields=wrong)
