"""Pages of figures: a sentence, then the table, then the file."""

from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from kernel import clock
from kernel.actor import Role
from kernel.clock import BRUSSELS
from kernel.http import current_actor, policy, table_as_file
from people import queries as people
from reference import queries as reference
from reporting import queries, services
from reporting.domain import SERVICES, Answered, Counts, Quarter, bottlenecks, quarter_of

pages = Blueprint("reports", __name__, url_prefix="/reports")
_YEARS = range(2000, 2100)
_READERS = frozenset({Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR})
_COUNTED = ("requested", "answered", "completed", "not_answered")
_ANSWERED_BY = ("service", "language", "region")
_GROUPS = ("month", "region", "language", "organisation", "agency")


@pages.get("")
@policy(Role.MANAGER, Role.ADMINISTRATOR)
def index() -> str:
    """Show figure 37 of a year, and the same year by another group."""
    actor = current_actor()
    years = queries.years(actor) or [clock.now().year]
    year, group = _year(years[0]), _group()
    return render_template(
        "reporting/index.html",
        figure=queries.figure_37(year, by=actor),
        services=SERVICES,
        years=years,
        year=year,
        group=group,
        groups=_GROUPS,
        rows=_parts(year, group),
    )


@pages.get("/figure-37.csv")
@policy(Role.MANAGER, Role.ADMINISTRATOR)
def figure_37_csv() -> Response:
    """Give figure 37 as a file."""
    year = _year(clock.now().year)
    found = queries.figure_37(year, by=current_actor())
    rows = [[code, *numbers] for code, numbers in found.table()]
    return table_as_file(f"figure-37-{year}", [["outcome", *SERVICES, "total"], *rows])


@pages.get("/breakdown.csv")
@policy(Role.MANAGER, Role.ADMINISTRATOR)
def breakdown_csv() -> Response:
    """Give a year by one group as a file."""
    year, group = _year(clock.now().year), _group()
    rows = [[name, *(counts.value(it) for it in _COUNTED)] for name, counts in _parts(year, group)]
    return table_as_file(f"figures-{year}-{group}", [[group, *_COUNTED], *rows])


def _group() -> str:
    asked = request.args.get("group", "month")
    return asked if asked in _GROUPS else "month"


def _parts(year: int, group: str) -> list[tuple[str, Counts]]:
    """Return the parts of a year with their names: months as they come, all else the largest first."""
    parts = queries.breakdown(year, group, by=current_actor())
    rows = sorted(parts.items(), key=lambda it: it[0] if group == "month" else -it[1].value("requested"))
    return [(_name(group, key), counts) for key, counts in rows]


@pages.get("/answered")
@policy(_READERS)
def answered() -> str:
    """Show who got an answer today or this quarter: a sentence, a picture, a table, per service, language, region."""
    period, (first, last) = _period()
    blocks = [(group, _rows(group, first, last)) for group in _ANSWERED_BY]
    total = Answered(*(sum(getattr(it, name) for _, it in blocks[0][1]) for name in Answered.__slots__))
    shown = {"period": period, "first": first, "last": last, "total": total, "blocks": blocks}
    return render_template("reporting/answered.html", **shown)


@pages.get("/answered.csv")
@policy(_READERS)
def answered_csv() -> Response:
    """Give one of the tables as a file."""
    period, (first, last) = _period()
    group = request.args.get("group", "service")
    group = group if group in _ANSWERED_BY else "service"
    found = _rows(group, first, last)
    rows = [[name, it.requested, it.answered, it.still_open, it.missed, it.share] for name, it in found]
    head = [group, "requested", "answered", "open", "not_answered", "answered_percent"]
    return table_as_file(f"answered-{period}-{group}", [head, *rows])


def _period() -> tuple[str, tuple[date, date]]:
    today = clock.now().astimezone(BRUSSELS).date()
    if request.args.get("period") == "quarter":
        return "quarter", quarter_of(today)
    return "today", (today, today)


def _rows(group: str, first: date, last: date) -> list[tuple[str, Answered]]:
    found = queries.answered(first, last, group, by=current_actor())
    return [(_name(group, key), it) for key, it in sorted(found.items(), key=lambda it: -it[1].requested)]


@pages.get("/bottlenecks", endpoint="bottlenecks")
@policy(Role.MANAGER, Role.ADMINISTRATOR)
def bottlenecks_page() -> str:
    """Show the ten languages in which most requests of a quarter found nobody, and what more interpreters would do."""
    actor = current_actor()
    known = queries.quarters(actor)
    quarter = _quarter(known[0] if known else Quarter.of(clock.now().date()))
    agencies = [(it, people.agency_name(it)) for it in sorted(actor.agency_ids)]
    shown = [(it, name, *_bottlenecks(it, quarter)) for it, name in agencies]
    return render_template("reporting/bottlenecks.html", quarter=quarter, quarters=known, agencies=shown)


@pages.post("/bottlenecks")
@policy(Role.MANAGER, Role.ADMINISTRATOR)
def count_bottlenecks() -> Answer:
    """Let the worker count a quarter again."""
    actor, quarter = current_actor(), _quarter(Quarter.of(clock.now().date()))
    for agency_id in sorted(actor.agency_ids):
        services.ask_bottlenecks(agency_id, quarter, by=actor)
    flash(_("Het kwartaal wordt opnieuw gespeeld met extra tolken. Dat kan enkele minuten duren."))
    return redirect(url_for(".bottlenecks", quarter=quarter))


@pages.get("/bottlenecks.csv")
@policy(Role.MANAGER, Role.ADMINISTRATOR)
def bottlenecks_csv() -> Response:
    """Give the bottleneck languages of a quarter as a file."""
    actor, quarter = current_actor(), _quarter(Quarter.of(clock.now().date()))
    cells = []
    for agency_id in sorted(actor.agency_ids):
        _at, rows = _bottlenecks(agency_id, quarter)
        cells += [services.as_cells(people.agency_name(agency_id), quarter, it) for it in rows]
    return table_as_file(f"bottlenecks-{quarter}", [services.COLUMNS, *cells])


def _bottlenecks(agency_id: int, quarter: Quarter) -> tuple[datetime | None, list[dict[str, Any]]]:
    """Return what was counted of a quarter and when; before that the counts alone."""
    if (report := queries.bottleneck_report(agency_id, quarter)) is not None:
        return report.counted_at, report.rows
    found = bottlenecks(queries.languages_of(agency_id, quarter))
    return None, [services.told(language, counts) for language, counts in found]


def _quarter(usual: Quarter) -> Quarter:
    """Return the quarter asked for, or the usual one where that is none."""
    try:
        return Quarter.parse(request.values.get("quarter", ""))
    except ValueError:
        return usual


def _year(usual: int) -> int:
    """Return the year asked for, or the usual one where it is no year of ours."""
    asked = request.args.get("year", usual, type=int)
    return asked if asked in _YEARS else usual


def _name(group: str, key: object) -> str:
    if group == "language":
        return reference.language_name(str(key), get_locale().language)
    if group == "service":
        return str(current_app.jinja_env.filters["label"](key, "service"))
    if group == "organisation":
        return people.organisation_name(int(str(key)))
    if group == "agency":
        return people.agency_name(int(str(key)))
    return format_date(date(2000, int(float(str(key))), 1), "LLLL") if group == "month" else str(key)
