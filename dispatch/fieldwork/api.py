"""The interpreter's work over the API."""

from typing import Any

from flask_smorest import Blueprint

from dispatch.assignments import queries as assignments
from dispatch.assignments import services as assignment_services
from dispatch.assignments.domain import WithdrawReason
from dispatch.fieldwork import queries
from dispatch.fieldwork.schemas import (
    AcceptedOut,
    AssignmentOut,
    AssignmentPage,
    DeclineIn,
    OfferOut,
    OfferPage,
    PerformanceOut,
    PerformIn,
    WithdrawIn,
)
from dispatch.offers import queries as offers
from dispatch.offers import services as offer_services
from dispatch.offers.domain import DeclineReason
from dispatch.performances import queries as performances
from dispatch.performances import services as performance_services
from dispatch.performances.domain import Report
from dispatch.requests import services as requests
from kernel import clock
from kernel.actor import Role
from kernel.http import EVERYONE, current_actor, make_cursor, page_limit, policy, read_cursor

api = Blueprint("fieldwork_api", __name__, url_prefix="/api/v1", description="Offers, assignments, performances")


@api.route("/offers", methods=["GET"])
@policy(Role.INTERPRETER)
@api.response(200, OfferPage)
def index() -> dict[str, Any]:
    """List the offers you may answer now, the most urgent first. Never more than a page."""
    found = offers.open_offers(current_actor(), clock.now())
    return {"items": [queries.offer_json(it) for it in found], "next": None}


@api.route("/offers/<id:offer_id>", methods=["GET"])
@policy(Role.INTERPRETER)
@api.response(200, OfferOut)
def show(offer_id: int) -> dict[str, Any]:
    """Show one offer to you."""
    return queries.offer_json(offers.find_offer(offer_id, by=current_actor()))


@api.route("/offers/seen", methods=["POST"])
@policy(Role.INTERPRETER)
@api.response(204)
def seen() -> None:
    """Say that you have your open offers before your eyes."""
    offer_services.see_offers(by=current_actor())


@api.route("/offers/<id:offer_id>/accept", methods=["POST"])
@policy(Role.INTERPRETER)
@api.response(200, AcceptedOut)
def accept(offer_id: int) -> dict[str, Any]:
    """Say yes. Of many exactly one wins; the others read `already_taken`. The winner may repeat it."""
    assignment_id = offer_services.accept_offer(offer_id, by=current_actor())
    row = assignments.find_assignment(assignment_id, by=current_actor())
    said = queries.assignment_json(row, by=current_actor())
    return {"offer_id": offer_id, "status": "accepted", "assignment": said}


@api.route("/offers/<id:offer_id>/decline", methods=["POST"])
@policy(Role.INTERPRETER)
@api.arguments(DeclineIn)
@api.response(200, OfferOut)
def decline(body: dict[str, Any], offer_id: int) -> dict[str, Any]:
    """Say no."""
    offer_services.decline_offer(offer_id, by=current_actor(), reason=DeclineReason(body["reason"]))
    return queries.offer_json(offers.find_offer(offer_id, by=current_actor()))


@api.route("/assignments", methods=["GET"])
@policy(EVERYONE)
@api.response(200, AssignmentPage)
def agenda() -> dict[str, Any]:
    """List the assignments you may see."""
    limit = page_limit()
    actor = current_actor()
    found = assignments.list_assignments(actor, after=read_cursor() or 0, limit=limit + 1)
    requests.note_list_reading([it.request_id for it in found[:limit]], by=actor)
    cursor = make_cursor(found[limit - 1].id) if len(found) > limit else None
    return {"items": [queries.assignment_json(it, by=actor) for it in found[:limit]], "next": cursor}


@api.route("/assignments/<id:assignment_id>", methods=["GET"])
@policy(EVERYONE)
@api.response(200, AssignmentOut)
def assignment(assignment_id: int) -> dict[str, Any]:
    """Show one assignment."""
    row = assignments.find_assignment(assignment_id, by=current_actor())
    requests.note_reading(row.request_id, row.request.agency_id, by=current_actor())
    return queries.assignment_json(row, by=current_actor())


@api.route("/assignments/<id:assignment_id>/perform", methods=["POST"])
@policy(Role.INTERPRETER, Role.COORDINATOR)
@api.arguments(PerformIn)
@api.response(200, PerformanceOut)
def perform(body: Report, assignment_id: int) -> Any:
    """Write down what took place; the requester confirms, or the term does."""
    actor = current_actor()
    performance_id = performance_services.submit_performance(assignment_id, body, by=actor)
    return queries.performance_json(performances.find_performance(performance_id, by=actor), by=actor)


@api.route("/performances/<id:performance_id>/confirm", methods=["POST"])
@policy(Role.REQUESTER, Role.COORDINATOR)
@api.response(200, PerformanceOut)
def confirm(performance_id: int) -> Any:
    """Agree with what was written down: the request is completed."""
    actor = current_actor()
    performance_services.confirm_performance(performance_id, by=actor)
    return queries.performance_json(performances.find_performance(performance_id, by=actor), by=actor)


@api.route("/assignments/<id:assignment_id>/withdraw", methods=["POST"])
@policy(Role.INTERPRETER, Role.COORDINATOR)
@api.arguments(WithdrawIn)
@api.response(200, AssignmentOut)
def withdraw(body: dict[str, Any], assignment_id: int) -> dict[str, Any]:
    """Give an assignment back: the request goes on searching, with priority."""
    reason = WithdrawReason(body["reason"])
    assignment_services.withdraw_assignment(assignment_id, by=current_actor(), reason=reason)
    return _assignment(assignment_id)


@api.route("/assignments/<id:assignment_id>/reconfirm", methods=["POST"])
@policy(Role.INTERPRETER, Role.COORDINATOR)
@api.response(200, AssignmentOut)
def reconfirm(assignment_id: int) -> dict[str, Any]:
    """Say once more that the interpreter comes."""
    assignment_services.reconfirm_assignment(assignment_id, by=current_actor())
    return _assignment(assignment_id)


def _assignment(assignment_id: int) -> dict[str, Any]:
    actor = current_actor()
    return queries.assignment_json(assignments.find_assignment(assignment_id, by=actor), by=actor)
