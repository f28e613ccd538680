"""Pages of the organisations that may order, and their agreements."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from dispatch.customers import queries, services
from dispatch.customers.forms import AgreementForm
from kernel import clock
from kernel.actor import Role
from kernel.http import accepted, current_actor, make_cursor, policy, read_cursor
from people import queries as people
from people import services as people_services
from people.forms import OrganisationForm
from people.models import OrganisationRow

pages = Blueprint("customers", __name__, url_prefix="/customers")
_DESK = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})
_PAGE = 50
SECTORS = ("welfare", "health", "education", "local_authority", "asylum", "integration", "justice", "housing", "other")


@pages.get("")
@policy(_DESK)
def index() -> str:
    """List the organisations."""
    words = request.args.get("q", "")[:60]
    found = people.list_organisations(current_actor(), words, after=read_cursor() or 0, limit=_PAGE + 1)
    cursor = make_cursor(found[_PAGE - 1].id) if len(found) > _PAGE else None
    shown = {"organisations": found[:_PAGE], "words": words, "cursor": cursor}
    return render_template("dispatch/customers/index.html", **shown)


@pages.route("/new", methods=["GET", "POST"])
@policy(_DESK)
def new() -> str | Answer | tuple[str, int]:
    """Add an organisation."""
    form, actor = OrganisationForm(), current_actor()
    form.sector.choices = [(it, it) for it in SECTORS]
    form.agency.choices = [(it.id, it.name) for it in people.list_agencies(actor)]
    if request.method == "GET":
        return render_template("dispatch/customers/new.html", form=form)
    done = accepted(form, lambda: _add(form)) if form.validate() else None
    if done is None:
        return render_template("dispatch/customers/new.html", form=form), 422
    return redirect(url_for(".show", organisation_id=done))


@pages.get("/<id:organisation_id>")
@policy(_DESK)
def show(organisation_id: int) -> str:
    """Show one organisation with its agreements."""
    return _page(people.find_organisation(organisation_id, by=current_actor()), AgreementForm())


@pages.post("/<id:organisation_id>/agreements")
@policy(_DESK)
def make_agreement(organisation_id: int) -> Answer | tuple[str, int]:
    """Make an agreement."""
    form, actor = AgreementForm(), current_actor()
    done = form.validate() and accepted(
        form,
        lambda: services.make_agreement(
            organisation_id,
            by=actor,
            services=form.services.data or [],
            valid_from=form.valid_from.data,
            valid_until=form.valid_until.data,
            needs_review=form.needs_review.data,
        ),
    )
    if not done:
        return _page(people.find_organisation(organisation_id, by=actor), form), 422
    flash(_("Het afsprakenkader is bewaard."))
    return redirect(url_for(".show", organisation_id=organisation_id))


@pages.post("/<id:organisation_id>/agreements/<id:agreement_id>/suspend")
@policy(_DESK)
def suspend(organisation_id: int, agreement_id: int) -> Answer:
    """Stop an agreement for the time being, or let it run again."""
    day = clock.now().date() if "stop" in request.form else None
    services.suspend_agreement(agreement_id, day, by=current_actor())
    return redirect(url_for(".show", organisation_id=organisation_id))


def _page(organisation: OrganisationRow, form: AgreementForm) -> str:
    agreements = queries.agreements_of(organisation.id)
    shown = {"organisation": organisation, "agreements": agreements, "form": form}
    return render_template("dispatch/customers/show.html", **shown)


def _add(form: OrganisationForm) -> int:
    address = {name: form[name].data or "" for name in ("street", "postcode", "municipality")}
    return people_services.add_organisation(
        form.agency.data,
        form.name.data or "",
        form.sector.data,
        by=current_actor(),
        customer_code=form.customer_code.data or "",
        address=address,
    )
