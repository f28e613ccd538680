"""Pages of the organisations that may order, and their agreements."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer
from wtforms.fields.choices import SelectChoice

from dispatch.customers import queries, services
from dispatch.customers.forms import SECTORS, AgreementForm, RequesterForm, UnitForm
from kernel import clock
from kernel.actor import Role
from kernel.clock import BRUSSELS
from kernel.http import accepted, current_actor, make_cursor, policy, read_cursor
from people import queries as people
from people import services as people_services
from people.forms import Form, OrganisationForm

pages = Blueprint("customers", __name__, url_prefix="/customers")
_DESK = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})
_PAGE = 50


@pages.get("")
@policy(_DESK)
def index() -> str:
    """List the organisations."""
    words = request.args.get("q", "")[:60]
    found = people.list_organisations(current_actor(), words, after=read_cursor() or 0, limit=_PAGE + 1)
    cursor = make_cursor(found[_PAGE - 1].id) if len(found) > _PAGE else None
    today = clock.now().astimezone(BRUSSELS).date()
    agreements = queries.agreements_on([it.id for it in found[:_PAGE]], today)
    shown = {"organisations": found[:_PAGE], "agreements": agreements, "words": words, "cursor": cursor, "today": today}
    return render_template("dispatch/customers/index.html", **shown)


@pages.route("/new", methods=["GET", "POST"])
@policy(_DESK)
def new() -> str | Answer | tuple[str, int]:
    """Add an organisation."""
    form, actor = OrganisationForm(), current_actor()
    form.sector.choices = SECTORS
    form.agency.choices = [SelectChoice(it.id, it.name) for it in people.list_agencies(actor)]
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
    return _page(organisation_id)


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
        return _page(organisation_id, form=form), 422
    flash(_("Het afsprakenkader is bewaard."))
    return redirect(url_for(".show", organisation_id=organisation_id))


@pages.post("/<id:organisation_id>/units")
@policy(_DESK)
def add_unit(organisation_id: int) -> Answer | tuple[str, int]:
    """Add a team or site."""
    form, actor = UnitForm(), current_actor()
    name = form.name.data or ""
    if not (form.validate() and accepted(form, lambda: services.add_unit(organisation_id, name, by=actor))):
        return _page(organisation_id, unit_form=form), 422
    flash(_("De afdeling is toegevoegd."))
    return redirect(url_for(".show", organisation_id=organisation_id))


@pages.post("/<id:organisation_id>/requesters")
@policy(_DESK)
def add_requester(organisation_id: int) -> Answer | tuple[str, int]:
    """Let somebody ask for the organisation."""
    form, actor = RequesterForm(), current_actor()
    who = (form.name.data or "", form.email.data or "")
    done = form.validate() and accepted(
        form, lambda: services.add_requester(organisation_id, *who, phone=form.phone.data or None, by=actor)
    )
    if not done:
        return _page(organisation_id, requester_form=form), 422
    flash(_("Toegevoegd. Wie nieuw is, krijgt een uitnodiging."))
    return redirect(url_for(".show", organisation_id=organisation_id))


@pages.post("/<id:organisation_id>/agreements/<id:agreement_id>/suspend")
@policy(_DESK)
def suspend(organisation_id: int, agreement_id: int) -> Answer:
    """Stop an agreement for the time being, or let it run again."""
    day = clock.now().astimezone(BRUSSELS).date() if "stop" in request.form else None
    services.suspend_agreement(agreement_id, day, by=current_actor())
    return redirect(url_for(".show", organisation_id=organisation_id))


@pages.post("/<id:organisation_id>/requesters/<id:membership_id>/manage")
@policy(_DESK)
def let_manage(organisation_id: int, membership_id: int) -> Answer:
    """Let a requester look after the people and units of the organisation, or no longer."""
    people_services.let_manage(membership_id, "manages" in request.form, by=current_actor())
    return redirect(url_for(".show", organisation_id=organisation_id))


def _page(organisation_id: int, **forms: Form) -> str:
    organisation = people.find_organisation(organisation_id, by=current_actor())
    shown = {
        "organisation": organisation,
        "agreements": queries.agreements_of(organisation_id),
        "units": people.units_of(organisation_id),
        "requesters": people.memberships_in(organisation_id),
        "form": forms.get("form") or AgreementForm(formdata=None),
        "unit_form": forms.get("unit_form") or UnitForm(formdata=None),
        "requester_form": forms.get("requester_form") or RequesterForm(formdata=None),
    }
    return render_template("dispatch/customers/show.html", **shown)


def _add(form: OrganisationForm) -> int:
    address = {name: form[name].data or "" for name in ("street", "postcode", "municipality")}
    return services.add_customer(
        form.agency.data,
        form.name.data or "",
        form.sector.data,
        by=current_actor(),
        customer_code=form.customer_code.data or "",
        address=address,
    )
