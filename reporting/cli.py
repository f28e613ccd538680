"""Figures in the terminal."""

import csv
import sys
from typing import Any

import click

from kernel.actor import SYSTEM
from kernel.terminal import Commands
from people import queries as people
from reference import queries as reference
from reporting import queries, services
from reporting.domain import SERVICES, Quarter

commands = Commands("reporting", help="Figures of the annual report, from individual records.")
FIGURES = {"37": queries.figure_37}


@commands.command("figure")
@click.argument("number", type=click.Choice(sorted(FIGURES)))
@click.option("--year", type=click.IntRange(2000, 2100), required=True)
@click.option("--format", "form", type=click.Choice(["table", "csv"]), default="table")
def figure(number: str, year: int, form: str) -> None:
    """Print a figure of the annual report."""
    found = FIGURES[number](year, by=SYSTEM)
    head = ["outcome", *SERVICES, "total"]
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(head)
        writer.writerows([code, *numbers] for code, numbers in found.table())
        return
    click.echo(f"Figure {number}, {year}")
    click.echo(f"{head[0]:<14}" + "".join(f"{name:>13}" for name in head[1:]))
    for code, numbers in found.table():
        click.echo(f"{code:<14}" + "".join(f"{value:>13,}" for value in numbers))


@commands.command("bottlenecks")
@click.option("--quarter", required=True, help="such as 2020Q3")
@click.option("--agency", help="code of one agency; without it all of them")
@click.option("--format", "form", type=click.Choice(["table", "csv"]), default="table")
@click.option("--draws", type=click.IntRange(1, 1000), default=40, help="how often a quarter is played (40)")
def bottlenecks(quarter: str, agency: str | None, form: str, draws: int) -> None:
    """Count the ten languages in which most requests of a quarter found nobody, and what two more people would do."""
    try:
        chosen = Quarter.parse(quarter)
    except ValueError as error:
        raise click.BadParameter("a quarter is written as 2020Q3", param_hint="--quarter") from error
    found = [it for it in people.list_agencies(SYSTEM) if agency in (None, it.code)]
    if not found:
        raise click.BadParameter(f"there is no agency {agency}", param_hint="--agency")
    writer = csv.writer(sys.stdout, lineterminator="\n")
    if form == "csv":
        writer.writerow(services.COLUMNS)
    for it in found:
        name = it.name
        rows = services.count_bottlenecks(it.id, chosen, draws=draws, progress=lambda of, at=name: _say(at, of))
        if form == "csv":
            writer.writerows(services.as_cells(name, chosen, row) for row in rows)
        else:
            _table(name, chosen, rows)


def _say(agency: str, language: str) -> None:
    click.echo(f"{agency}: {language} ...", err=True)


def _table(agency: str, quarter: Quarter, rows: list[dict[str, Any]]) -> None:
    click.echo(f"{agency}, {quarter}: " + ("" if rows else "nobody was missed"))
    for row in rows:
        more = row["gain"]
        click.echo(
            f"  {reference.language_name(row['language'], 'en'):<28}{row['not_available']:>6} missed of"
            f" {row['requested']:>6}, success {row['success_ratio']:>4.0%}; {row['newcomers']} more in {row['region']}:"
            f" +{more['more']:.1f} ({more['low']:.0f} to {more['high']:.0f})"
        )
