"""Figures in the terminal."""

import csv
import sys

import click

from kernel.actor import SYSTEM
from kernel.terminal import Commands
from reporting import queries
from reporting.domain import SERVICES

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
