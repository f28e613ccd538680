"""The register and presence over the API."""

from typing import Any

from flask_smorest import Blueprint

from dispatch.interpreters import queries, services
from dispatch.interpreters.models import InterpreterRow
from dispatch.interpreters.schemas import InterpreterFilter, InterpreterPage, PresenceIn, PresenceOut
from kernel import clock
from kernel.actor import Role
from kernel.http import current_actor, make_cursor, policy, read_cursor

api = Blueprint("interpreters_api", __name__, url_prefix="/api/v1", description="The register of interpreters")
_DESK = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})


@api.route("/interpreters", methods=["GET"])
@policy(_DESK)
@api.arguments(InterpreterFilter, location="query")
@api.response(200, InterpreterPage)
def index(query: dict[str, Any]) -> dict[str, Any]:
    """List the register of your agencies, in order of id."""
    limit = query.get("limit", 50)
    names = ("words", "language", "service", "expiring_before", "active_on")
    chosen = queries.Filter(**{name: query[name] for name in names if name in query})
    found = queries.list_interpreters(current_actor(), chosen, after=read_cursor() or 0, limit=limit + 1)
    items = [_item(it) for it in found[:limit]]
    return {"items": items, "next": make_cursor(found[limit - 1].id) if len(found) > limit else None}


@api.route("/presence", methods=["POST"])
@policy(Role.INTERPRETER)
@api.arguments(PresenceIn)
@api.response(200, PresenceOut)
def presence(body: dict[str, Any]) -> dict[str, Any]:
    """Turn "available now" on or off, or say that you are still there: at least once a minute while it is on."""
    actor = current_actor()
    if body["on"] is None:
        services.beat(by=actor)
    else:
        services.switch_available_now(body["on"], by=actor)
    row = queries.find_interpreter(actor.interpreter_id or 0, by=actor)
    return {"on": row.available_now, "present_until": row.present_until}


def _item(row: InterpreterRow) -> dict[str, Any]:
    names = ("id", "number", "gender", "postcode", "municipality", "travel_limit_km", "active_from", "active_until")
    return {name: getattr(row, name) for name in names} | {
        "name": row.person.name,
        "available_now": row.available_now and row.present_until is not None and row.present_until > clock.now(),
        "languages": row.languages,
        "services": sorted(it.service for it in row.services),
    }
