"""The demo in the terminal."""

import json

import click

from demo import agency, year
from kernel.clock import now
from kernel.terminal import Commands
from web.seed import seed

commands = Commands("demo", help="Invented agencies and years to try things on.")


@commands.command("load")
@click.option(
    "--year", "chosen", type=click.Choice(["2020"]), help="A whole synthetic year instead of the small agency."
)
@click.option("--seed", "number", default=1, show_default=True, help="The same seed gives the same year.")
@click.option("--if-empty", is_flag=True, help="Do nothing where there is an agency already.")
def load(chosen: str | None, number: int, if_empty: bool) -> None:
    """Load the small living agency, or a year whose figure 37 is exactly the printed one."""
    seed()
    if chosen:
        _load_year(int(chosen), number)
        return
    if not agency.is_empty():
        if not if_empty:
            raise click.ClickException("there are agencies already; the demo agency wants an empty house")
        return
    started = now()
    agency.load(lambda what: click.echo(f"  {what}", err=True))
    click.echo(f"The demo agency is loaded ({(now() - started).total_seconds():.1f} s).", err=True)


def _load_year(chosen: int, number: int) -> None:
    started = now()
    with click.progressbar(length=100, label=f"The year {chosen}", file=click.get_text_stream("stderr")) as bar:
        shown = [0]

        def progress(what: str, done: int, total: int) -> None:
            bar.label = what
            target = 50 * done // total if what == "inventing" else min(99, shown[0] + 9)
            bar.update(max(0, target - shown[0]))
            shown[0] = max(shown[0], target)

        try:
            count = year.load_year(chosen, number, progress)
        except year.AlreadyLoaded as known:
            raise click.ClickException(f"the year {chosen} is loaded already") from known
    click.echo(f"{count} requests of {chosen} are loaded ({(now() - started).total_seconds():.1f} s).", err=True)


@commands.command("accounts")
@click.option("--table", is_flag=True, help="For people: one of each role, as a table.")
def accounts(table: bool) -> None:
    """List who can sign in, as JSON."""
    found = agency.accounts()
    if not table:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    click.echo(f"Sign in as one of these; the password is always: {agency.PASSWORD}\n")
    shown: dict[tuple[object, object], int] = {}
    for it in found:
        key = (it["role"], it["agency"])
        shown[key] = shown.get(key, 0) + 1
        if shown[key] <= 2:
            click.echo(f"  {it['role']:<14} {it['agency']:<7} {it['email']:<36} {it['organisation'] or ''}")
