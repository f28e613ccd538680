"""What can be done with agreements. The only file here that writes."""

from collections.abc import Collection
from datetime import date

from dispatch.customers.events import AgreementMade, AgreementSuspended
from dispatch.customers.models import AgreementRow
from kernel.actor import Actor, Role
from kernel.database import transaction
from kernel.errors import Forbidden, Invalid, NotFound
from people import queries as people
from people import services as people_services

SERVICES = frozenset({"on_site", "telephone", "video", "translation"})


def make_agreement(
    organisation_id: int,
    *,
    by: Actor,
    services: Collection[str] = SERVICES,
    valid_from: date,
    valid_until: date | None = None,
    needs_review: bool = False,
) -> int:
    """Allow an organisation to order some services from a day on.

    Emits: AgreementMade.
    Raises: Forbidden, NotFound, Invalid.
    """
    _require_desk(by)
    if not services or not set(services) <= SERVICES:
        raise Invalid(fields={"services": "unknown_choice"})
    if valid_until is not None and valid_until < valid_from:
        raise Invalid(fields={"valid_until": "not_positive"})
    with transaction() as tx:
        organisation = people.find_organisation(organisation_id, by=by)
        row = AgreementRow(organisation_id=organisation_id, services=sorted(services), needs_review=needs_review)
        row.valid_from, row.valid_until = valid_from, valid_until
        tx.add(row)
        event = AgreementMade(
            agency_id=organisation.agency_id,
            organisation_id=organisation_id,
            services=sorted(services),
            valid_from=valid_from,
        )
        tx.emit(event, by)
        return row.id


def suspend_agreement(agreement_id: int, suspended_from: date | None, *, by: Actor) -> None:
    """Stop an agreement for the time being, or (None) let it run again.

    Emits: AgreementSuspended.
    """
    _require_desk(by)
    with transaction() as tx:
        row = tx.locked(AgreementRow, agreement_id)
        organisation = people.find_organisation(row.organisation_id, by=by)
        row.suspended_from = suspended_from
        ids = {"agency_id": organisation.agency_id, "organisation_id": row.organisation_id}
        tx.emit(AgreementSuspended(**ids, suspended_from=suspended_from), by)


def add_requester(organisation_id: int, name: str, email: str, *, by: Actor, phone: str | None = None) -> int:
    """Let somebody ask for an organisation, and invite them when they are new here; return the person.

    Emits: PersonAdded, RoleGiven, LinkMade.
    Raises: Forbidden, NotFound, Invalid.
    """
    _require_desk(by)
    with transaction():
        people.find_organisation(organisation_id, by=by)
        person_id = people_services.find_or_add_person(name, email, phone=phone, by=by)
        people_services.give_role(person_id, Role.REQUESTER, by=by, organisation_id=organisation_id)
        if people.find_person(person_id).password_hash is None:
            people_services.make_link(email, "invite", by=by)
        return person_id


def _require_desk(by: Actor) -> None:
    if by.role not in {Role.COORDINATOR, Role.ADMINISTRATOR, Role.SYSTEM}:
        raise Forbidden()
    if by.role is not Role.SYSTEM and not by.agency_ids:
        raise NotFound(thing="organisations")
