"""The house in the terminal: audit, backup, retention, documentation."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

import click
from flask import current_app
from sqlalchemy import text
from sqlalchemy.engine import make_url

from kernel import audit
from kernel.database import db, transaction
from kernel.terminal import Commands
from people import cli as people_cli
from people import queries as people_queries
from people import services as people
from processes.binaries import clients
from web import diagrams
from web.clockwork import SWEEPS
from web.install import new_private_key
from web.seed import seed

audit_commands = Commands("audit", help="The audit trail.")
backup_commands = Commands("backup", help="Save everything, and put it back.")
docs_commands = Commands("docs", help="Pages that are written by the code itself.")
house_commands = Commands("house", help="What a new house begins with.")
retention_commands = Commands("retention", help="Forget what its term says.")
COMMANDS = [audit_commands, backup_commands, docs_commands, house_commands, retention_commands]


@retention_commands.command("run")
def forget() -> None:
    """Forget whatever has a term that is over; the clock does the same every hour. Says how many of each."""
    for name, (_seconds, sweep) in SWEEPS.items():
        if name.startswith("forget"):
            click.echo(f"{name}: {sweep()}")


@house_commands.command("seed")
def fill() -> None:
    """Load this release's languages and municipalities; fill empty tables of terms and tariffs. Safe to repeat."""
    seed()
    click.echo("languages, municipalities, terms and tariffs are there")


@house_commands.command("vapid-key")
def vapid_key() -> None:
    """Print a new key for push messages, for VAPID_PRIVATE_KEY. Keep it: another one ends all subscriptions."""
    click.echo(new_private_key())


@audit_commands.command("verify")
def verify() -> None:
    """Recompute every seal of the audit trail."""
    verdict = audit.verify()
    if verdict.broken_at is not None:
        raise click.ClickException(f"the trail was changed before event {verdict.broken_at}")
    click.echo(f"{verdict.sealed} events are sealed and unchanged; {verdict.unsealed} wait for their seal")


@audit_commands.command("trail")
@click.argument("subject", type=click.Choice(["request", "person"]))
@click.argument("number", type=int)
def trail(subject: str, number: int) -> None:
    """Print as CSV who did or read what when: about one request, or what one person did."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["at", "event", "request_id", "actor_id", "actor_role", "facts"])
    for it in audit.trail_about(**{"request_id" if subject == "request" else "actor_id": number}):
        writer.writerow([it.at.isoformat(), it.name, it.request_id, it.actor_id, it.actor_role, json.dumps(it.facts)])


@backup_commands.command("create")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def create(file: Path) -> None:
    """Write everything the database holds into FILE (documents included)."""
    file.touch(mode=0o600)
    file.chmod(0o600)  # everybody's details are in it
    _run("pg_dump", "--format=custom", "--no-owner", f"--file={file}")
    click.echo(f"{file}: {file.stat().st_size:,} bytes")


@backup_commands.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.confirmation_option(prompt="Everything in this database is replaced. Restore?")
def restore(file: Path) -> None:
    """Put back what FILE holds. What was sent already is not sent again: deliveries that were open are closed.

    Whoever was erased since FILE was made is erased again; so is whoever an earlier restore erased again.
    """
    erased = _erased_by_now()
    _run("pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", str(file))
    with transaction() as tx:
        for closed in (
            "UPDATE deliveries SET status = 'failed', error = 'restored'"
            " WHERE status IN ('queued', 'sending', 'unknown')",
            "UPDATE procrastinate_jobs SET status = 'cancelled' WHERE status IN ('todo', 'doing')"
            " AND task_name = 'messages.deliver'",
        ):
            tx.session.execute(text(closed))
    again = people.erase_again(erased)
    if again:
        click.echo(f"{again} persons were erased again")
    click.echo("restored; check with: flask --app wsgi audit verify")


@docs_commands.command("generate")
def generate() -> None:
    """Write docs/status/*.md from the transition tables."""
    for path in diagrams.write(Path(current_app.root_path).parent / "docs" / "status"):
        click.echo(path)


def _erased_by_now() -> set[str]:
    """Return who is erased by now: in the database about to be replaced, and in the list kept beside it."""
    listed = set(kept.read_text().splitlines()) if (kept := people_cli.erased_list()).exists() else set()
    if db.session.scalar(text("SELECT to_regclass('persons')")) is not None:
        listed |= people_queries.erased_marks()
    db.session.remove()
    return listed


@contextmanager
def _address() -> Iterator[str]:
    """Yield the database's address for a program of PostgreSQL; the password is in a file of ours, not in its words."""
    url = make_url(current_app.config["SQLALCHEMY_DATABASE_URI"]).set(drivername="postgresql")
    with NamedTemporaryFile("w", prefix="pgpass-") as file:  # mode 0600
        if url.password:
            secret = str(url.password).replace("\\", "\\\\").replace(":", "\\:")
            file.write(f"*:*:*:*:{secret}\n")
            file.flush()
            url = url.set(password=None).update_query_dict({"passfile": file.name})
        yield url.render_as_string(hide_password=False)


def _run(program: str, *words: str) -> None:
    """Run a program of PostgreSQL that fits our server, while we hold nothing open ourselves.

    Raises: ClickException.
    """
    server = int(db.session.scalar(text("SHOW server_version_num")) or 0) // 10_000
    db.session.remove()
    if (folder := clients(server)) is None:
        raise click.ClickException(f"{program} was not found; install the client programs of PostgreSQL {server}")
    with _address() as address:
        command = [folder / program, f"--dbname={address}", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise click.ClickException(f"{program}: {done.stderr.strip()[-400:]}")
