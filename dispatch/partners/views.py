"""Pages between agencies: who helps out, what was handed over, and what others handed to us."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer
from wtforms.fields.choices import SelectChoice

from dispatch.partners import queries, services
from dispatch.partners.forms import PartnershipForm
from kernel import clock
from kernel.actor import Role
from kernel.clock import BRUSSELS
from kernel.http import accepted, current_actor, policy
from people import queries as people

pages = Blueprint("partners", __name__, url_prefix="/partners")


@pages.get("")
@policy(Role.COORDINATOR)
def index() -> str:
    """Show what partners handed to us, what we handed to them, and the agreements."""
    return _page(_form())


@pages.post("")
@policy(Role.COORDINATOR)
def make() -> Answer | tuple[str, int]:
    """Make an agreement with another agency."""
    form, actor = _form(), current_actor()
    done = form.validate() and accepted(
        form,
        lambda: services.make_partnership(
            form.agency.data,
            form.partner.data,
            by=actor,
            services=form.services.data or [],
            valid_from=form.valid_from.data,
            valid_until=form.valid_until.data,
        ),
    )
    if not done:
        return _page(form), 422
    flash(_("De samenwerking is bewaard."))
    return redirect(url_for(".index"))


@pages.post("/<id:partnership_id>/end")
@policy(Role.COORDINATOR)
def end(partnership_id: int) -> Answer:
    """End an agreement."""
    services.end_partnership(partnership_id, by=current_actor())
    flash(_("De samenwerking stopt vandaag."))
    return redirect(url_for(".index"))


@pages.post("/requests/<id:request_id>/hand-over")
@policy(Role.COORDINATOR)
def hand_over(request_id: int) -> Answer:
    """Have a partner's interpreters asked as well."""
    services.hand_over(request_id, [request.form.get("partner", 0, type=int)], by=current_actor())
    flash(_("De tolken van de partner worden mee gevraagd."))
    return redirect(url_for("desk.show", request_id=request_id))


@pages.post("/requests/<id:request_id>/hand-back")
@policy(Role.COORDINATOR)
def hand_back(request_id: int) -> Answer:
    """Say that we have nobody."""
    services.hand_back(request_id, request.form.get("partner", 0, type=int), by=current_actor())
    flash(_("Doorgegeven. Van ons wordt niemand meer gevraagd."))
    return redirect(url_for(".index"))


def _form() -> PartnershipForm:
    actor, form = current_actor(), PartnershipForm()
    form.agency.choices = [SelectChoice(it.id, it.name) for it in people.list_agencies(actor)]
    form.partner.choices = [SelectChoice(*it) for it in queries.other_agencies(actor)]
    if request.method == "GET":
        form.valid_from.data = clock.now().astimezone(BRUSSELS).date()
    return form


def _page(form: PartnershipForm) -> str:
    actor = current_actor()
    shown = {
        "form": form,
        "partnerships": queries.partnerships(actor),
        "to_us": queries.list_handed_over(actor, to_us=True),
        "by_us": queries.list_handed_over(actor, to_us=False),
        "today": clock.now().astimezone(BRUSSELS).date(),
    }
    return render_template("dispatch/partners/index.html", **shown)
