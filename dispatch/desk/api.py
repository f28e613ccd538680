"""The desk over the API."""

from datetime import datetime
from typing import Any

from flask_smorest import Blueprint

from dispatch.booking import queries as booking
from dispatch.booking.schemas import RequestOut
from dispatch.desk import queries
from dispatch.desk.schemas import AssignIn, BoardPage, CandidatesOut, CloseIn
from dispatch.offers import services as offers
from dispatch.requests import queries as requests
from dispatch.requests.domain import Reason
from kernel import clock
from kernel.actor import Role
from kernel.http import current_actor, make_cursor, page_limit, policy, read_cursor

api = Blueprint("desk_api", __name__, url_prefix="/api/v1", description="The coordinator's board")


@api.route("/board", methods=["GET"])
@policy(Role.COORDINATOR)
@api.response(200, BoardPage)
def board() -> dict[str, Any]:
    """List what is unanswered, the least time left first. Live over Socket.IO in the namespace /board."""
    limit, after = page_limit(100), read_cursor()
    place = (datetime.fromisoformat(after[0]), after[1]) if after else None
    found = requests.board(current_actor(), requests.Filter(), after=place, limit=limit + 1)
    now, last = clock.now(), found[limit - 1] if len(found) > limit else None
    cursor = make_cursor([(last.hard_stop_at or now).isoformat(), last.id]) if last else None
    return {"items": queries.board_items(found[:limit], now), "next": cursor}


@api.route("/requests/<id:request_id>/candidates", methods=["GET"])
@policy(Role.COORDINATOR)
@api.response(200, CandidatesOut)
def candidates(request_id: int) -> dict[str, Any]:
    """Show who could come, in order and with the parts of the score, and who not and why."""
    return queries.candidates_of(request_id, by=current_actor())


@api.route("/requests/<id:request_id>/assign", methods=["POST"])
@policy(Role.COORDINATOR)
@api.arguments(AssignIn)
@api.response(200, RequestOut)
def assign(body: dict[str, Any], request_id: int) -> dict[str, Any]:
    """Assign somebody by hand."""
    offers.assign_by_hand(request_id, body["interpreter_id"], by=current_actor())
    return booking.json_of(request_id, by=current_actor())


@api.route("/requests/<id:request_id>/close", methods=["POST"])
@policy(Role.COORDINATOR)
@api.arguments(CloseIn)
@api.response(200, RequestOut)
def close(body: dict[str, Any], request_id: int) -> dict[str, Any]:
    """Close a request unanswered. A reason other than the derived one needs a motive in `note`."""
    offers.close_unanswered(request_id, by=current_actor(), reason=Reason(body["reason"]), note=body.get("note"))
    return booking.json_of(request_id, by=current_actor())
