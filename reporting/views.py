"""Pages of figures: a sentence, then the table, then the file."""

import csv
import io

from flask import Blueprint, Response, render_template, request

from kernel import clock
from kernel.actor import Role
from kernel.http import current_actor, policy
from people import queries as people
from reference import queries as reference
from reporting import queries
from reporting.domain import SERVICES

pages = Blueprint("reports", __name__, url_prefix="/reports")
_YEARS = range(2000, 2100)
_GROUPS = ("month", "region", "language", "organisation", "agency")


@pages.get("")
@policy(Role.MANAGER, Role.ADMINISTRATOR)
def index() -> str:
    """Show figure 37 of a year, and the same year by another group."""
    actor = current_actor()
    years = queries.years(actor) or [clock.now().year]
    year = _year(years[0])
    group = request.args.get("group", "month")
    group = group if group in _GROUPS else "month"
    parts = queries.breakdown(year, group, by=actor)
    rows = sorted(parts.items(), key=lambda it: it[0] if group == "month" else -it[1].value("requested"))
    names = {key: _name(group, key) for key in parts}
    return render_template(
        "reporting/index.html",
        figure=queries.figure_37(year, by=actor),
        services=SERVICES,
        years=years,
        year=year,
        group=group,
        groups=_GROUPS,
        rows=rows,
        names=names,
    )


@pages.get("/figure-37.csv")
@policy(Role.MANAGER, Role.ADMINISTRATOR)
def figure_37_csv() -> Response:
    """Give figure 37 as a file."""
    year = _year(clock.now().year)
    found = queries.figure_37(year, by=current_actor())
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["outcome", *SERVICES, "total"])
    writer.writerows([code, *numbers] for code, numbers in found.table())
    head = {"Content-Disposition": f"attachment; filename=figure-37-{year}.csv"}
    return Response(text.getvalue(), mimetype="text/csv", headers=head)


def _year(usual: int) -> int:
    """Return the year asked for, or the usual one where it is no year of ours."""
    asked = request.args.get("year", usual, type=int)
    return asked if asked in _YEARS else usual


def _name(group: str, key: object) -> str:
    if group == "language":
        return reference.language_name(str(key))
    if group == "organisation":
        return people.organisation_name(int(str(key)))
    if group == "agency":
        return people.agency_name(int(str(key)))
    return str(int(float(str(key)))) if group == "month" else str(key)
