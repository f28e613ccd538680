"""Commands of the terminal: what goes wrong is one clear line on stderr, and the exit status is 1."""

from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError

from kernel.errors import Refusal, Unavailable


class Commands(AppGroup):
    """A group of commands in which a database that does not answer, or a refusal, is said in words."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command.

        Raises: ClickException.
        """
        try:
            return super().invoke(ctx)
        except (OperationalError, Unavailable) as error:
            raise click.ClickException(_no_answer(error)) from None
        except Refusal as refusal:
            facts = ", ".join(f"{name}={value}" for name, value in refusal.facts.items())
            raise click.ClickException(f"refused: {refusal.code}{f' ({facts})' if facts else ''}") from None


def _no_answer(error: Exception) -> str:
    """Return what to do; never the address, which holds a password."""
    said = getattr(error if isinstance(error, OperationalError) else error.__cause__, "orig", None)
    reason = str(said or "no connection").strip().splitlines()[0]
    if current_app.config["SETTINGS"].embedded:
        return f"the embedded database does not run: start it with `make run`, then try again ({reason})"
    return f"the database does not answer: look at DATABASE_URL and at the server ({reason})"
