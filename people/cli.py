"""People in the terminal."""

from pathlib import Path

import click
from flask import current_app, url_for

from kernel.actor import SYSTEM, Role
from kernel.errors import Refusal
from kernel.terminal import Commands
from people import queries, services

commands = Commands("people", help="Persons, roles and tokens.")


@commands.command("token")
@click.argument("email")
@click.option("--role", type=click.Choice([it.value for it in Role]), help="The first role the person has, if omitted.")
@click.option("--days", default=365, show_default=True, help="How long it is valid.")
def token(email: str, role: str | None, days: int) -> None:
    """Print a new bearer token for the API: the token alone."""
    person = queries.find_person_by_email(email)
    if person is None:
        raise click.ClickException(f"nobody has the address {email}")
    roles = [it.role for it in queries.memberships_of(person.id)]
    if not roles:
        raise click.ClickException(f"{email} has no role")
    try:
        click.echo(services.issue_token(person.id, Role(role or roles[0]), name="terminal", days=days, by=SYSTEM))
    except Refusal as refusal:
        raise click.ClickException(f"{email} is not {role}: {refusal.code}") from refusal


@commands.command("erase")
@click.argument("person_id", type=int)
@click.confirmation_option(prompt="This cannot be undone. Erase?")
def erase(person_id: int) -> None:
    """Remove everything that says who a person is; counts stay."""
    try:
        services.erase_person(person_id, by=SYSTEM)
    except Refusal as refusal:
        raise click.ClickException(f"person {person_id}: {refusal.code}") from refusal
    with erased_list().open("a", encoding="utf-8") as file:  # ids only; a restored backup is cleaned by it
        file.write(f"{queries.mark_of(queries.find_person(person_id))}\n")
    click.echo(f"person {person_id} is erased")


def erased_list() -> Path:
    """Return the file that remembers who was erased, outside the database that a restore replaces."""
    folder: Path = current_app.config["SETTINGS"].data_dir
    return folder / "erased.txt"


@commands.command("add-administrator")
@click.argument("email")
@click.argument("name")
@click.argument("agency")
def add_administrator(email: str, name: str, agency: str) -> None:
    """Make the first administrator of an agency (by its code, made when new) and send an invitation."""
    known = {it.code: it.id for it in queries.list_agencies(SYSTEM)}
    agency_id = known.get(agency) or services.add_agency(agency, agency, by=SYSTEM)
    person_id = services.find_or_add_person(name, email, by=SYSTEM)
    services.give_role(person_id, Role.ADMINISTRATOR, by=SYSTEM, agency_id=agency_id)
    services.make_link(email, "invite", by=SYSTEM)
    with current_app.test_request_context():
        click.echo(f"invited {email} as administrator of {agency}; they sign in at {url_for('people.sign_in')}")
