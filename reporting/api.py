"""Figures over the API."""

from typing import Any

from flask_smorest import Blueprint

from kernel.actor import Role
from kernel.http import current_actor, policy
from reporting import queries
from reporting.domain import SERVICES
from reporting.schemas import Figure37Out, YearQuery

api = Blueprint("reporting_api", __name__, url_prefix="/api/v1/reports", description="Figures of the annual report")


@api.route("/services", methods=["GET"])
@policy(Role.MANAGER, Role.ADMINISTRATOR)
@api.arguments(YearQuery, location="query")
@api.response(200, Figure37Out)
def services(query: dict[str, int]) -> dict[str, Any]:
    """Figure 37: what was asked and what became of it, per service."""
    figure = queries.figure_37(query["year"], by=current_actor())
    names = (*SERVICES, "total")
    rows = [{"code": code} | dict(zip(names, numbers, strict=True)) for code, numbers in figure.table()]
    return {"figure": 37, "year": figure.year, "rows": rows}
