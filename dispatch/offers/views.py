"""The page on which an administrator tries another way of asking on the past year."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from dispatch.offers import queries, services
from dispatch.offers.domain import TRIED_FIRST
from dispatch.offers.forms import ReplayForm
from dispatch.terms.queries import terms_at
from kernel import clock
from kernel.actor import Role
from kernel.http import accepted, current_actor, policy
from people import queries as people

pages = Blueprint("replays", __name__, url_prefix="/replays")


@pages.get("")
@policy(Role.ADMINISTRATOR)
def index() -> str:
    """Show what was tried, and what it would have brought."""
    return _page(ReplayForm())


@pages.post("")
@policy(Role.ADMINISTRATOR)
def ask() -> Answer | tuple[str, int]:
    """Try the past year of every agency of the administrator with another value."""
    form, actor = ReplayForm(), current_actor()
    term, value = str(form.term.data), float(form.value.data or 0)
    done = form.validate() and accepted(
        form, lambda: [services.ask_replay(it, term, value, by=actor) for it in sorted(actor.agency_ids)]
    )
    if not done:
        return _page(form), 422
    flash(_("Het voorbije jaar wordt opnieuw gespeeld. Dat kan enkele minuten duren."))
    return redirect(url_for(".index"))


def _page(form: ReplayForm) -> str:
    actor, terms = current_actor(), terms_at(clock.now().date())
    values = {name: term for name in sorted(TRIED_FIRST) if (term := terms.find(name))}
    if request.method == "GET" and (asked := request.args.get("term")) in values:
        form.term.data = asked
    names = {it.id: it.name for it in people.list_agencies(actor)}
    shown = {"form": form, "values": values, "replays": queries.replays_of(actor.agency_ids), "names": names}
    return render_template("dispatch/offers/replays.html", **shown)
