"""A coordinator binds somebody herself."""

from dispatch.assignments import services as assignments
from dispatch.assignments.domain import Binding
from dispatch.interpreters import queries as register
from dispatch.interpreters import services as interpreters
from dispatch.interpreters.models import InterpreterRow
from dispatch.offers import queries
from dispatch.offers.errors import AlreadyTaken, RequestCancelled
from dispatch.offers.events import AssignedByHand
from dispatch.offers.services.asking import price, withdraw_offers
from dispatch.requests import permissions as request_permissions
from dispatch.requests import services as requests
from dispatch.requests.domain import Wish
from dispatch.requests.models import RequestRow
from dispatch.requests.status import UNANSWERED
from kernel.actor import Actor
from kernel.database import retried, transaction
from matching.domain import Place, road_km, travel_minutes


@retried
def assign_by_hand(request_id: int, interpreter_id: int, *, by: Actor) -> int:
    """A coordinator binds somebody, as agreed by telephone; return the assignment.

    She may overrule what matching advises, and that is kept; never a double booking. The same twice is one.

    Emits: AssignedByHand, OffersWithdrawn.
    Raises: AlreadyTaken, DoubleBooking, NotFound, Forbidden, NotAllowedNow.
    """
    with transaction() as tx:
        interpreter = register.find_interpreter(interpreter_id, by=by)
        interpreters.lock_interpreter(tx, interpreter_id)
        request = requests.lock_request(tx, request_id)
        request_permissions.require_desk(by, request)
        if (bound := assignments.bound_to(request_id)) is not None:
            if bound.interpreter_id == interpreter_id:
                return int(bound.id)
            raise AlreadyTaken()
        if request.status not in UNANSWERED:
            raise RequestCancelled(status=request.status)
        now = tx.now()
        way = queries.rankings(request, now)[0]
        reasons = next((it.reasons for it in way.ranking.rejected if it.candidate.interpreter_id == interpreter_id), ())
        binding = _binding(request, way.wish, interpreter)
        assignment_id = assignments.bind(binding, by=by, at=now)
        withdraw_offers(request.id, "filled", by=by)
        ids = {"request_id": request.id, "agency_id": request.agency_id, "interpreter_id": interpreter_id}
        tx.emit(AssignedByHand(**ids, assignment_id=assignment_id, overruled=list(reasons)), by)
        return assignment_id


def _binding(request: RequestRow, wish: Wish, who: InterpreterRow) -> Binding:
    home = Place(who.home_lat, who.home_lon) if who.home_lat is not None and who.home_lon is not None else None
    place = Place(request.lat, request.lon) if request.lat is not None and request.lon is not None else None
    distance = road_km(home, place) if home and place and wish.service == "on_site" else None
    fee, travel = price(request.id, wish, distance)
    return Binding(
        request_id=request.id,
        offer_id=None,
        interpreter_id=who.id,
        made_by="hand",
        service=wish.service,
        language=wish.language,
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        travel_minutes=travel_minutes(distance) if distance is not None else 0,
        distance_km=distance,
        fee_cents=fee,
        travel_cents=travel,
    )
