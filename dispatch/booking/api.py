"""Requests over the API."""

from typing import Any

from flask_smorest import Blueprint

from dispatch.booking import queries
from dispatch.booking.schemas import CancelIn, OutlookOut, RequestFilter, RequestIn, RequestOut, RequestPage
from dispatch.requests import queries as request_queries
from dispatch.requests import services
from dispatch.requests.domain import CancelReason, work_out
from kernel import clock
from kernel.actor import Role
from kernel.http import EVERYONE, current_actor, make_cursor, policy, read_cursor

api = Blueprint("requests_api", __name__, url_prefix="/api/v1", description="Requests for an interpreter")


@api.route("/requests", methods=["POST"])
@policy(Role.REQUESTER, Role.COORDINATOR)
@api.arguments(RequestIn)
@api.response(201, RequestOut)
def create(body: dict[str, Any]) -> dict[str, Any]:
    """Ask for an interpreter or a translation."""
    asked = work_out(body["typed"], clock.now(), **body["details"])
    request_id = services.submit_request(asked, by=current_actor(), organisation_id=body["organisation_id"])
    return queries.json_of(request_id, by=current_actor())


@api.route("/requests/chance", methods=["POST"])
@policy(Role.REQUESTER, Role.COORDINATOR)
@api.arguments(RequestIn)
@api.response(200, OutlookOut)
def chance(body: dict[str, Any]) -> dict[str, Any]:
    """Tell the chance that somebody is found, before anything is asked; nothing is stored."""
    asked = work_out(body["typed"], clock.now(), **body["details"])
    return queries.outlook_json(queries.outlook_for(asked, body["organisation_id"], by=current_actor()))


@api.route("/requests", methods=["GET"])
@policy(EVERYONE)
@api.arguments(RequestFilter, location="query")
@api.response(200, RequestPage)
def index(query: dict[str, Any]) -> dict[str, Any]:
    """List the requests you may see, newest first."""
    limit = query.get("limit", 50)
    chosen = request_queries.Filter(**{name: query.get(name, "") for name in ("status", "service", "language")})
    found = request_queries.list_told(current_actor(), chosen, before=read_cursor(), limit=limit + 1)
    items = [queries.request_json(it) for it in found[:limit]]
    services.note_list_reading([it["id"] for it in items], by=current_actor())
    return {"items": items, "next": make_cursor(found[limit - 1].id) if len(found) > limit else None}


@api.route("/requests/<id:request_id>", methods=["GET"])
@policy(EVERYONE)
@api.response(200, RequestOut)
def show(request_id: int) -> dict[str, Any]:
    """Show one request: where it stands, who comes, and what happened so far."""
    told = request_queries.tell_request(request_id, by=current_actor())
    services.note_reading(request_id, told.agency_id, by=current_actor())
    return queries.as_json(told, by=current_actor())


@api.route("/requests/<id:request_id>/cancel", methods=["POST"])
@policy(Role.REQUESTER, Role.COORDINATOR)
@api.arguments(CancelIn)
@api.response(200, RequestOut)
def cancel(body: dict[str, Any], request_id: int) -> dict[str, Any]:
    """Call a request off. Whether that is timely is decided by the server."""
    known = body["reason"] in set(CancelReason)
    reason = CancelReason(body["reason"]) if known else CancelReason.OTHER
    note = body.get("note") or (None if known else body["reason"])
    services.cancel_request(request_id, by=current_actor(), reason=reason, note=note)
    return queries.json_of(request_id, by=current_actor())
