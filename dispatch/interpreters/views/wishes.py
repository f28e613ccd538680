"""Whom an organisation does not want to work with any more: its own wishes, which no interpreter reads."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from dispatch.interpreters import queries, services
from kernel.actor import Role
from kernel.http import current_actor, policy

exclusions = Blueprint("exclusions", __name__, url_prefix="/exclusions")


@exclusions.get("")
@policy(Role.REQUESTER)
def index() -> str:
    """Show the organisation's own wishes."""
    return render_template("dispatch/interpreters/wishes.html", wishes=queries.wishes_of(current_actor()))


@exclusions.post("/<id:interpreter_id>")
@policy(Role.REQUESTER)
def exclude(interpreter_id: int) -> Answer:
    """Ask that an interpreter does not come any more."""
    actor = current_actor()
    services.exclude(interpreter_id, actor.organisation_id or 0, by=actor, reason=request.form.get("reason", ""))
    flash(_("Genoteerd. We sturen deze tolk niet meer. De tolk leest dit niet."))
    return redirect(url_for(".index"))


@exclusions.post("/<id:interpreter_id>/end")
@policy(Role.REQUESTER)
def include(interpreter_id: int) -> Answer:
    """Take the wish back."""
    actor = current_actor()
    services.include(interpreter_id, actor.organisation_id or 0, by=actor)
    flash(_("Verwijderd. Deze tolk kan weer komen."))
    return redirect(url_for(".index"))
