"""What people say to an offer. The first valid yes wins."""

from datetime import datetime

from sqlalchemy import Row, bindparam, select, update

from dispatch.assignments import services as assignments
from dispatch.assignments.domain import Binding
from dispatch.interpreters import services as interpreters
from dispatch.offers import queries
from dispatch.offers.domain import DeclineReason
from dispatch.offers.errors import AlreadyTaken, OfferChanged, OfferClosed, OfferExpired, RequestCancelled
from dispatch.offers.events import OfferAccepted, OfferDeclined, OfferSeen
from dispatch.offers.models import OfferRow
from dispatch.offers.services.asking import withdraw_offers
from dispatch.offers.status import OPEN, TRANSITIONS, Action, Status
from dispatch.requests import services as requests
from dispatch.requests.status import UNANSWERED
from dispatch.terms.domain import elapsed
from dispatch.terms.queries import terms_at
from kernel import clock
from kernel.actor import SYSTEM, Actor, Role
from kernel.database import retried, transaction
from kernel.errors import Forbidden, NotFound
from kernel.failpoint import failpoint


@retried
def accept_offer(offer_id: int, *, by: Actor) -> int:
    """The interpreter says yes; return the assignment. Of many who press at once exactly one wins.

    The winner's own repeat returns the same assignment again. A coordinator may note a yes given by telephone.

    Emits: OfferAccepted (and through the assignment RequestAssigned), OffersWithdrawn for the others.
    Raises: AlreadyTaken, OfferExpired, OfferClosed, OfferChanged, RequestCancelled, DoubleBooking, NotFound, Forbidden.
    """
    with transaction() as tx:
        seen = _standing(offer_id, by)
        if seen.assignment_id is not None:
            return int(seen.assignment_id)
        _refuse_lost(seen)  # without waiting for anybody's lock: most of those who press late end here
        interpreters.lock_interpreter(tx, seen.interpreter_id)
        request = requests.lock_request(tx, seen.request_id)
        offer = tx.connection.execute(_HELD, {"offer_id": offer_id}).one()
        now = tx.now()
        _refuse_late(offer, request.status, request.version, now)
        tx.change(OfferRow, offer_id, status=TRANSITIONS.next(Action.ACCEPT, offer.status, by.role), ended_at=now)
        assignment_id = assignments.bind(_binding(offer_id, offer), by=by, at=now)
        withdraw_offers(request.id, "filled", by=by)
        ids = {"request_id": request.id, "agency_id": request.agency_id, "interpreter_id": offer.interpreter_id}
        tx.emit(OfferAccepted(**ids, offer_id=offer_id, assignment_id=assignment_id), by)
        failpoint("offers.accept.before_commit")
    failpoint("offers.accept.after_commit")
    return assignment_id


def decline_offer(offer_id: int, *, by: Actor, reason: DeclineReason) -> None:
    """The interpreter says no. Repeating it changes nothing.

    Emits: OfferDeclined.
    Raises: OfferClosed, NotFound, Forbidden.
    """
    with transaction() as tx:
        seen = _standing(offer_id, by)
        requests.lock_request(tx, seen.request_id)
        offer = tx.locked(OfferRow, offer_id)
        if offer.status == Status.DECLINED:
            return
        if offer.status not in OPEN:
            raise OfferClosed(status=offer.status)
        offer.status = TRANSITIONS.next(Action.DECLINE, offer.status, by.role)
        offer.ended_at, offer.decline_reason = tx.now(), reason
        request_id, agency_id = seen.request_id, seen.agency_id
        event = OfferDeclined(
            request_id=request_id,
            agency_id=agency_id,
            offer_id=offer.id,
            interpreter_id=offer.interpreter_id,
            reason=reason,
        )
        tx.emit(event, by)
        tx.defer("offers.advance", request_id=request_id)


def hold_offer(offer_id: int) -> None:
    """The interpreter has picked up her telephone: what rings out while she listens stays hers for a moment more.

    Emits: OfferSeen.
    """
    with transaction() as tx:
        if (seen := queries.standing(offer_id)) is None:
            raise NotFound(thing="offers")
        request = requests.lock_request(tx, seen.request_id)
        offer, now = tx.locked(OfferRow, offer_id), tx.now()
        hold = terms_at(now.date()).find("answer_hold", "immediate")
        if offer.status not in OPEN or offer.expires_at <= now or request.hard_stop_at is None or hold is None:
            return
        moment = now + elapsed(hold) / clock.time_scale()
        offer.expires_at = max(offer.expires_at, min(moment, request.hard_stop_at))
        if offer.status != Status.SEEN:
            offer.status, offer.seen_at = Status.SEEN, now
            ids = {"request_id": offer.request_id, "interpreter_id": offer.interpreter_id}
            tx.emit(OfferSeen(**ids, offer_id=offer_id), SYSTEM)


def see_offers(*, by: Actor) -> int:
    """The interpreter has her offers before her eyes; return how many were new to her.

    Emits: OfferSeen.
    """
    if by.interpreter_id is None:
        raise Forbidden()
    with transaction() as tx:
        now = tx.now()
        unseen = (Status.QUEUED, Status.SENT, Status.DELIVERED)
        mine = (OfferRow.interpreter_id == by.interpreter_id, OfferRow.status.in_(unseen), OfferRow.expires_at > now)
        held = select(OfferRow.id).where(*mine).order_by(OfferRow.id).with_for_update(skip_locked=True)
        ids = list(tx.session.scalars(held))
        if not ids:
            return 0
        touched = update(OfferRow).where(OfferRow.id.in_(ids)).values(status=Status.SEEN, seen_at=now)
        for offer_id, request_id in tx.session.execute(touched.returning(OfferRow.id, OfferRow.request_id)):
            tx.emit(OfferSeen(request_id=request_id, offer_id=offer_id, interpreter_id=by.interpreter_id), by)
        return len(ids)


def _standing(offer_id: int, by: Actor) -> Row:
    """Return how the offer stands, for its interpreter or a coordinator of the agency.

    Raises: NotFound, Forbidden.
    """
    seen = queries.standing(offer_id)
    if seen is None:
        raise NotFound(thing="offers")
    if by.role is Role.INTERPRETER:
        if seen.interpreter_id != by.interpreter_id:
            raise NotFound(thing="offers")
    elif not (by.is_staff and seen.agency_id in by.agency_ids):
        raise NotFound(thing="offers")
    elif by.role is not Role.COORDINATOR:
        raise Forbidden()
    return seen


def _refuse_lost(seen: Row) -> None:
    if seen.status == Status.WITHDRAWN:
        raise _WITHDRAWN.get(seen.withdrawn_because, RequestCancelled)()
    if seen.status == Status.EXPIRED:
        raise OfferExpired()
    if seen.status not in OPEN:
        raise OfferClosed(status=seen.status)


def _refuse_late(offer: Row, request_status: str, version: int, now: datetime) -> None:
    """Refuse what came too late, by what stands under the lock."""
    if offer.status == Status.WITHDRAWN:
        raise _WITHDRAWN.get(offer.withdrawn_because or "", RequestCancelled)()
    if offer.status == Status.EXPIRED or (offer.status in OPEN and offer.expires_at <= now):
        raise OfferExpired()
    if offer.status not in OPEN:
        raise OfferClosed(status=offer.status)
    if offer.request_version != version:
        raise OfferChanged()
    if request_status not in UNANSWERED:
        raise RequestCancelled(status=request_status)


_WITHDRAWN = {"filled": AlreadyTaken, "changed": OfferChanged, "cancelled": RequestCancelled}


_TAKEN_OVER = (
    "request_id", "interpreter_id", "service", "language", "starts_at", "ends_at", "travel_minutes", "distance_km",
    "fee_cents", "travel_cents",
)  # fmt: skip
_JUDGED = ("status", "expires_at", "request_version", "withdrawn_because")
_HELD = (
    select(*(getattr(OfferRow, name) for name in (*_TAKEN_OVER, *_JUDGED)))
    .where(OfferRow.id == bindparam("offer_id"))
    .with_for_update()
)


def _binding(offer_id: int, offer: Row) -> Binding:
    return Binding(offer_id=offer_id, made_by="offer", **{name: getattr(offer, name) for name in _TAKEN_OVER})
