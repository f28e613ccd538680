"""The house in the terminal: audit, backup, retention, documentation."""

import subprocess
from pathlib import Path

import click
from flask import current_app
from sqlalchemy import text
from sqlalchemy.engine import make_url

from dispatch.requests import services as requests
from kernel import audit
from kernel.database import db, transaction
from kernel.terminal import Commands
from people import services as people
from processes.binaries import clients
from web import diagrams
from web.seed import seed

audit_commands = Commands("audit", help="The audit trail.")
backup_commands = Commands("backup", help="Save everything, and put it back.")
docs_commands = Commands("docs", help="Pages that are written by the code itself.")
house_commands = Commands("house", help="What a new house begins with.")
retention_commands = Commands("retention", help="Forget what its term says.")
COMMANDS = [audit_commands, backup_commands, docs_commands, house_commands, retention_commands]


@retention_commands.command("run")
def forget() -> None:
    """Empty private details whose term is over; the clock does the same every hour."""
    click.echo(
        f"{requests.forget_details()} requests forgot their details; {people.forget_old_access()} old sign-ins went"
    )


@house_commands.command("seed")
def fill() -> None:
    """Load this release's languages and municipalities; fill empty tables of terms and tariffs. Safe to repeat."""
    seed()
    click.echo("languages, municipalities, terms and tariffs are there")


@audit_commands.command("verify")
def verify() -> None:
    """Recompute every seal of the audit trail."""
    verdict = audit.verify()
    if verdict.broken_at is not None:
        raise click.ClickException(f"the trail was changed before event {verdict.broken_at}")
    click.echo(f"{verdict.sealed} events are sealed and unchanged; {verdict.unsealed} wait for their seal")


@backup_commands.command("create")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def create(file: Path) -> None:
    """Write everything the database holds into FILE (documents included)."""
    _run("pg_dump", "--format=custom", "--no-owner", f"--file={file}", _address())
    click.echo(f"{file}: {file.stat().st_size:,} bytes")


@backup_commands.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.confirmation_option(prompt="Everything in this database is replaced. Restore?")
def restore(file: Path) -> None:
    """Put back what FILE holds. What was sent already is not sent again: deliveries that were open are closed."""
    _run(
        "pg_restore",
        "--clean",
        "--if-exists",
        "--no-owner",
        "--single-transaction",
        f"--dbname={_address()}",
        str(file),
    )
    with transaction() as tx:
        for closed in (
            "UPDATE deliveries SET status = 'failed', error = 'restored'"
            " WHERE status IN ('queued', 'sending', 'unknown')",
            "UPDATE procrastinate_jobs SET status = 'cancelled' WHERE status IN ('todo', 'doing')"
            " AND task_name = 'messages.deliver'",
        ):
            tx.session.execute(text(closed))
    click.echo("restored; check with: flask --app wsgi audit verify")


@docs_commands.command("generate")
def generate() -> None:
    """Write docs/status/*.md from the transition tables."""
    for path in diagrams.write(Path(current_app.root_path).parent / "docs" / "status"):
        click.echo(path)


def _address() -> str:
    url = make_url(current_app.config["SQLALCHEMY_DATABASE_URI"]).set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


def _run(program: str, *words: str) -> None:
    """Run a program of PostgreSQL that fits our server, while we hold nothing open ourselves.

    Raises: ClickException.
    """
    server = int(db.session.scalar(text("SHOW server_version_num")) or 0) // 10_000
    db.session.remove()
    if (folder := clients(server)) is None:
        raise click.ClickException(f"{program} was not found; install the client programs of PostgreSQL {server}")
    done = subprocess.run([folder / program, *words], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise click.ClickException(f"{program}: {done.stderr.strip()[-400:]}")
