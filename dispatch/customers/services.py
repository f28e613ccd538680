"""What can be done with customers and their agreements. The only file here that writes."""

from collections.abc import Collection
from datetime import date

from dispatch.customers import queries
from dispatch.customers.errors import CustomerKnown
from dispatch.customers.events import AgreementMade, AgreementSuspended
from dispatch.customers.models import AgreementRow
from kernel.actor import Actor, Role
from kernel.database import refuse_on, transaction
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.words import readable
from people import queries as people
from people import services as people_services

for _constraint in ("agency_id_name", "agency_id_customer_code"):
    refuse_on(f"uq_organisations_{_constraint}", CustomerKnown)
refuse_on("uq_units_organisation_id_name", CustomerKnown)
SERVICES = frozenset({"on_site", "telephone", "video", "translation"})


def add_customer(
    agency_id: int, name: str, sector: str, *, by: Actor, customer_code: str, address: dict[str, str] | None = None
) -> int:
    """Add an organisation that may order.

    Emits: OrganisationAdded.
    Raises: Invalid, CustomerKnown, Forbidden, NotFound.
    """
    with transaction():
        if queries.has_place_by_code(agency_id, [customer_code]):
            raise CustomerKnown(fields={"customer_code": "customer_known"})
        if queries.known_names(agency_id, [readable(name, "name")]):
            raise CustomerKnown(fields={"name": "customer_known"})
        return people_services.add_organisation(
            agency_id, name, sector, by=by, customer_code=customer_code, address=address
        )


def add_unit(organisation_id: int, name: str, *, by: Actor) -> int:
    """Add a team or site to an organisation.

    Raises: Invalid, CustomerKnown, Forbidden, NotFound.
    """
    with transaction():
        if readable(name, "name") in {it.name for it in people.units_of(organisation_id)}:
            people.find_organisation(organisation_id, by=by)
            raise CustomerKnown(fields={"name": "customer_known"})
        return people_services.add_unit(organisation_id, name, by=by)


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
    if not by.manages_organisation:
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
