"""What can be done between agencies. The only file here that writes."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from dispatch.calendars.domain import local_day
from dispatch.partners import permissions, queries
from dispatch.partners.domain import SERVICES
from dispatch.partners.errors import NoPartner, PartnershipKnown
from dispatch.partners.events import PartnerAsked, PartnershipEnded, PartnershipMade, RequestHandedBack
from dispatch.partners.models import HandoverRow, PartnershipRow
from dispatch.requests import permissions as request_permissions
from dispatch.requests import services as requests
from dispatch.requests.errors import AlreadyClosed
from dispatch.requests.status import UNANSWERED
from kernel.actor import Actor, Role
from kernel.database import refuse_on, transaction
from kernel.errors import Forbidden, Invalid, NotFound
from people.models import AgencyRow

refuse_on("partnerships_no_overlap", lambda: PartnershipKnown(fields={"partner": "partnership_known"}))


def make_partnership(
    agency_id: int,
    partner_id: int,
    *,
    by: Actor,
    services: Collection[str] = SERVICES,
    valid_from: date,
    valid_until: date | None = None,
) -> int:
    """Let an agency ask the interpreters of another one, from a day on; the other way round is another agreement.

    Emits: PartnershipMade.
    Raises: Invalid, PartnershipKnown, NotFound, Forbidden.
    """
    permissions.require_desk_of(by, agency_id)
    if not services or not set(services) <= SERVICES:
        raise Invalid(fields={"services": "unknown_choice"})
    if valid_until is not None and valid_until < valid_from:
        raise Invalid(fields={"valid_until": "not_positive"})
    with transaction() as tx:
        if partner_id == agency_id or tx.session.get(AgencyRow, partner_id) is None:
            raise Invalid(fields={"partner": "unknown_choice"})
        row = PartnershipRow(agency_id=agency_id, partner_id=partner_id, services=sorted(services))
        row.valid_from, row.valid_until = valid_from, valid_until
        tx.add(row)
        ids = {"agency_id": agency_id, "partner_id": partner_id}
        tx.emit(PartnershipMade(**ids, services=sorted(services), valid_from=valid_from), by)
        return row.id


def end_partnership(partnership_id: int, *, by: Actor) -> None:
    """End an agreement today: either side may. What was handed over stays so.

    Emits: PartnershipEnded.
    Raises: NotFound, Forbidden.
    """
    with transaction() as tx:
        row = tx.locked(PartnershipRow, partnership_id)
        side = row.partner_id if row.partner_id in by.agency_ids else row.agency_id
        permissions.require_desk_of(by, side)
        row.valid_until = max(row.valid_from, local_day(tx.now()))
        ids = {"agency_id": row.agency_id, "partner_id": row.partner_id}
        tx.emit(PartnershipEnded(**ids, valid_until=row.valid_until), by)


def hand_over(request_id: int, partner_ids: Collection[int] | None = None, *, by: Actor) -> int:
    """Have the interpreters of partners asked too (None: of every partner that was not asked); return how many.

    Doing it twice is doing it once; a partner that gave it back may be asked again.

    Emits: PartnerAsked.
    Raises: NoPartner, NotFound, Forbidden, AlreadyClosed.
    """
    with transaction() as tx:
        request = requests.lock_request(tx, request_id)
        request_permissions.require_desk(by, request)
        if request.status not in UNANSWERED:
            raise AlreadyClosed(outcome=request.outcome)
        if partner_ids is None:
            partner_ids = queries.not_asked(request)
        elif not set(partner_ids) <= set(queries.in_force(request.agency_id, request.service, request.held_on)):
            raise NoPartner(fields={"partner": "no_partner"})
        fresh = sorted(set(partner_ids).difference(queries.handed_to(request_id)))
        for partner_id in fresh:
            row = {"request_id": request_id, "partner_id": partner_id}
            values = row | {"handed_at": tx.now(), "handed_by": by.person_id, "ended_at": None}
            again = {name: values[name] for name in ("handed_at", "handed_by", "ended_at")}
            wanted = insert(HandoverRow).values(**values)
            tx.session.execute(
                wanted.on_conflict_do_update(constraint="uq_handovers_request_id_partner_id", set_=again)
            )
            tx.emit(PartnerAsked(**row, agency_id=request.agency_id), by)
        return len(fresh)


def hand_back(request_id: int, partner_id: int, *, by: Actor) -> None:
    """A partner's desk says that it has nobody: nobody more of it is asked.

    Emits: RequestHandedBack.
    Raises: NotFound, Forbidden.
    """
    permissions.require_desk_of(by, partner_id)
    if by.role is not Role.COORDINATOR:
        raise Forbidden()
    with transaction() as tx:
        request = requests.lock_request(tx, request_id)
        this = (HandoverRow.request_id == request_id, HandoverRow.partner_id == partner_id)
        row = tx.session.scalars(select(HandoverRow).where(*this).with_for_update()).one_or_none()
        if row is None:
            raise NotFound(thing="requests")
        if row.ended_at is None:
            row.ended_at = tx.now()
            ids = {"request_id": request_id, "agency_id": request.agency_id}
            tx.emit(RequestHandedBack(**ids, partner_id=partner_id), by)
