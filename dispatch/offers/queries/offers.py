"""Reads of offers. Nothing here writes."""

from datetime import datetime

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import joinedload

from dispatch.assignments.models import AssignmentRow
from dispatch.assignments.queries import BINDING
from dispatch.offers.domain import Made
from dispatch.offers.models import FunnelRow, OfferRow
from dispatch.offers.status import OPEN, Status
from dispatch.requests.models import RequestRow
from kernel.actor import Actor, Role
from kernel.database import db, one_of, rows
from kernel.errors import NotFound


def offers_of(request_id: int) -> list[Made]:
    """Return every offer of a request, oldest first."""
    row = OfferRow
    columns = (row.id, row.interpreter_id, row.wave, row.status, row.expires_at, row.request_version, row.created_at)
    return [
        Made(*it) for it in db.session.execute(select(*columns).where(row.request_id == request_id).order_by(row.id))
    ]


def standing(offer_id: int) -> Row | None:
    """Return offer, request and (if it won) assignment in one unlocked read: enough to refuse quickly."""
    return next(iter(rows(_STANDING, offer_id=offer_id)), None)


_WON = (AssignmentRow.offer_id == OfferRow.id) & one_of(AssignmentRow.status, BINDING)
_STANDING = (
    select(
        OfferRow.interpreter_id,
        OfferRow.request_id,
        RequestRow.agency_id,
        OfferRow.status,
        OfferRow.withdrawn_because,
        OfferRow.request_version,
        RequestRow.version.label("current_version"),
        RequestRow.status.label("request_status"),
        AssignmentRow.id.label("assignment_id"),
    )
    .join(RequestRow, RequestRow.id == OfferRow.request_id)
    .outerjoin(AssignmentRow, _WON)
    .where(OfferRow.id == bindparam("offer_id"))
)


def open_offers(by: Actor, now: datetime) -> list[OfferRow]:
    """Return what an interpreter may answer now, the most urgent first."""
    mine = (OfferRow.interpreter_id == (by.interpreter_id or 0), OfferRow.status.in_(OPEN), OfferRow.expires_at > now)
    query = select(OfferRow).options(joinedload(OfferRow.request).joinedload(RequestRow.organisation))
    return list(db.session.scalars(query.where(*mine).order_by(OfferRow.expires_at, OfferRow.id)))


def recent_offers(by: Actor, limit: int = 20) -> list[OfferRow]:
    """Return an interpreter's answered and ended offers, newest first."""
    mine = (OfferRow.interpreter_id == (by.interpreter_id or 0), OfferRow.status.notin_(OPEN))
    query = select(OfferRow).options(joinedload(OfferRow.request))
    return list(db.session.scalars(query.where(*mine).order_by(OfferRow.id.desc()).limit(limit)))


def find_offer(offer_id: int, *, by: Actor) -> OfferRow:
    """Return an offer to this interpreter, or of a request of this coordinator's agency.

    Raises: NotFound.
    """
    query = select(OfferRow).options(joinedload(OfferRow.request)).where(OfferRow.id == offer_id)
    row = db.session.scalars(query).first()
    if row is None or not _may_see(by, row):
        raise NotFound(thing="offers")
    return row


def list_offers_of(request_id: int) -> list[OfferRow]:
    """Return the offers of a request with their interpreters, for a page that may show them."""
    query = select(OfferRow).options(joinedload(OfferRow.interpreter)).where(OfferRow.request_id == request_id)
    return list(db.session.scalars(query.order_by(OfferRow.id)))


def reached_of(request_id: int) -> dict[str, list[int]]:
    """Return, over all waves, which interpreters were offered the request, got it, saw it, and answered."""
    row = OfferRow
    columns = (row.interpreter_id, row.delivered_at, row.seen_at, row.status)
    offers = db.session.execute(select(*columns).where(row.request_id == request_id)).all()
    return {
        "offered": [it.interpreter_id for it in offers],
        "delivered": [it.interpreter_id for it in offers if it.delivered_at],
        "seen": [it.interpreter_id for it in offers if it.seen_at],
        "answered": [it.interpreter_id for it in offers if it.status in {Status.ACCEPTED, Status.DECLINED}],
    }


def frozen_funnel(request_id: int) -> dict[str, int] | None:
    row = db.session.get(FunnelRow, request_id)
    return row.counts if row else None


def _may_see(by: Actor, offer: OfferRow) -> bool:
    if by.role is Role.INTERPRETER:
        return offer.interpreter_id == by.interpreter_id
    return by.is_system or (by.is_staff and offer.request.agency_id in by.agency_ids)


def offer_row(offer_id: int) -> OfferRow:
    """Return an offer with its request, for use cases that hold its request's lock."""
    query = select(OfferRow).options(joinedload(OfferRow.request)).where(OfferRow.id == offer_id)
    return db.session.scalars(query).one()
