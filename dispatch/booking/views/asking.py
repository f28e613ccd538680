"""Pages to ask for an interpreter: the questions, the moments with their chances, the card of languages."""

from datetime import date, timedelta
from secrets import token_urlsafe

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from dispatch.booking import queries
from dispatch.booking import services as half_typed
from dispatch.booking.domain import Talk, advise
from dispatch.booking.forms import BookingForm
from dispatch.booking.models import HalfTypedRow
from dispatch.requests import queries as requests
from dispatch.requests import services
from dispatch.requests.domain import Service, work_out
from dispatch.requests.models import RequestRow
from dispatch.requests.status import Status
from dispatch.translations import services as translations
from dispatch.translations.domain import Upload
from kernel import clock
from kernel.actor import Role
from kernel.http import EVERYONE, accepted, current_actor, policy
from people import queries as people
from reference import queries as reference

pages = Blueprint("booking", __name__, url_prefix="/requests")
_ASKING = frozenset({Role.REQUESTER, Role.COORDINATOR})
_COMMON = ("arb", "ary", "tur", "prs", "pes", "pus", "som", "tir", "rus", "fra", "eng", "spa", "ron", "bul", "pol",
           "sqi", "ckb", "kmr", "amh", "urd", "por", "hye", "srp", "cmn", "ukr", "ara")  # fmt: skip


@pages.route("/new", methods=["GET", "POST"])
@policy(_ASKING)
def new() -> str | Answer | tuple[str, int]:
    """Ask for an interpreter. `like` begins with a copy of an earlier request, `language` with a language."""
    actor = current_actor()
    if request.method == "GET":
        return _first_page()
    form = _form()
    if "look" in request.form or "take" in request.form:
        form = _form(_taken(request.form))
        return _booking_page(form, looked=accepted(form, lambda: _look(form)) if form.validate() else None)
    if "keep" in request.form:
        half_typed.keep_half_typed(request.form.to_dict(flat=False), by=actor)
        flash(_("Bewaard. U vindt het hier terug als u weer een tolk aanvraagt."))
        return redirect(url_for(".new"))
    ids = accepted(form, lambda: _submit(form)) if form.validate() else None
    if not ids:
        return _booking_page(form), 422
    if form.chosen_service == Service.TRANSLATION:
        flash(_("Uw aanvraag is binnen. U krijgt eerst een offerte."))
    else:
        flash(_("Uw aanvraag is binnen. U krijgt bericht zodra er een tolk is."))
    return redirect(url_for(".show" if actor.role is Role.REQUESTER else "desk.show", request_id=ids[0]))


@pages.post("/half-typed")
@policy(_ASKING)
def keep() -> tuple[str, int]:
    """Keep what is typed so far; the page's script sends it while somebody types."""
    half_typed.keep_half_typed(request.form.to_dict(flat=False), by=current_actor())
    return "", 204


@pages.post("/half-typed/forget")
@policy(_ASKING)
def forget() -> Answer:
    """Begin anew."""
    half_typed.forget_half_typed(current_actor().person_id or 0)
    return redirect(url_for(".new"))


@pages.get("/chance")
@policy(_ASKING)
def chance() -> str | tuple[str, int]:
    """Show what is filled in so far: its chance, its price, and what would be better; nothing while too little is."""
    form = _form(request.args)
    looked = accepted(form, lambda: _look(form)) if form.validate() else None
    return render_template("dispatch/booking/_chance.html", looked=looked) if looked else ("", 204)


@pages.get("/moments")
@policy(_ASKING)
def moments() -> str | tuple[str, int]:
    """Show moments from `first` on with the chance of each, for the language, service and length filled in so far."""
    form = _form(request.args)
    fine = form.validate() and form.chosen_service != "translation"
    found = accepted(form, lambda: _moments(form)) if fine else None
    return render_template("dispatch/booking/_moments.html", moments=found, form=form) if found else ("", 204)


@pages.get("/languages")
@policy(EVERYONE)
def languages() -> Response:
    """Suggest languages for what was typed so far."""
    found, locale = reference.search_languages(request.args.get("q", "")[:60], 8), get_locale().language
    return jsonify([{"code": it.iso639_3, "name": it.name(locale), "own": it.endonym, "tag": it.bcp47} for it in found])


@pages.get("/language-card")
@policy(_ASKING)
def language_card() -> str:
    """Show languages by their own names, for somebody to point at."""
    known = reference.languages()
    return render_template("dispatch/booking/card.html", languages=[known[code] for code in _COMMON if code != "ara"])


@pages.route("/<id:request_id>/change", methods=["GET", "POST"])
@policy(_ASKING)
def change(request_id: int) -> str | Answer | tuple[str, int]:
    """Change what was asked; whoever said yes is shown the difference."""
    asked = requests.find_request(request_id, by=current_actor())
    form = _form(None, asked.organisation_id)
    if request.method == "GET":
        form.show(asked)
        return _booking_page(form, asked)
    done = accepted(form, lambda: _change(form, asked)) if form.validate() else None
    if not done:
        return _booking_page(form, asked), 422
    flash(_("Gewijzigd."))
    return redirect(url_for(".show" if current_actor().role is Role.REQUESTER else "desk.show", request_id=done))


def _form(formdata: MultiDict[str, str] | None = None, organisation_id: int | None = None) -> BookingForm:
    """Return the form with the units and people of the organisation that is asked for; None: as it was sent."""
    form = BookingForm() if formdata is None else BookingForm(formdata=formdata)
    actor = current_actor()
    asks_for = organisation_id or actor.organisation_id or request.args.get("organisation", type=int)
    if asks_for:
        form.offer(people.find_organisation(asks_for, by=actor).id, actor.person_id)
    return form


def _first_page() -> str:
    wanted, actor = request.args.get("language", ""), current_actor()
    kept = None if "like" in request.args else queries.half_typed(by=actor)
    form = _form(MultiDict(kept.fields) if kept else None)
    if kept is None:
        _begin(form)
    if wanted and reference.language_exists(wanted):
        form.language.data = reference.language_name(wanted, get_locale().language)
    return _booking_page(form, kept=kept)


def _begin(form: BookingForm) -> None:
    actor = current_actor()
    if like := request.args.get("like", type=int):
        earlier = requests.find_request(like, by=actor)
        form.show(earlier)
        form.day.data = None
        return
    if actor.organisation_id:
        own = people.find_organisation(actor.organisation_id, by=actor)
        form.street.data, form.postcode.data, form.municipality.data = own.street, own.postcode, own.municipality
        form.phone.data = own.phone


def _taken(typed: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return what was typed with the better moment or service taken: `take` is "service|2026-12-01T09:00"."""
    changed = MultiDict(typed)
    service, _bar, moment = typed.get("take", "").partition("|")
    if service:
        changed["service"], changed["slot"] = service, moment
        changed["day"], _t, changed["hour"] = moment.partition("T")
    return changed


def _submit(form: BookingForm) -> list[int]:
    actor, now = current_actor(), clock.now()
    organisation_id = request.args.get("organisation", type=int)
    asked = [work_out(typed, now, **form.details()) for typed in form.typed()]
    if len(asked) > 1:
        ids = services.submit_series(asked, by=actor, organisation_id=organisation_id)
    else:
        ids = [services.submit_request(asked[0], by=actor, organisation_id=organisation_id)]
    half_typed.forget_half_typed(actor.person_id or 0)
    for upload in form.documents.data or []:
        if upload and upload.filename:
            translations.add_document(ids[0], Upload(upload.filename, upload.read()), by=actor)
    return ids


def _look(form: BookingForm) -> queries.Looked:
    """Return the chance and the price of the first of what is filled in."""
    asked = work_out(form.typed()[0], clock.now(), **form.details())
    organisation_id = request.args.get("organisation", type=int)
    outlook = queries.outlook_for(asked, organisation_id, by=current_actor())
    found = _moments(form) if asked.service != "translation" and not asked.immediate else None
    return queries.Looked(asked, outlook, queries.estimate_for(asked), found)


def _moments(form: BookingForm) -> queries.Moments:
    """Return moments to choose from, whether or not one is filled in."""
    form.take_slot()
    first = _first_day(form)
    asked = work_out(form.typed_any(first), clock.now(), **form.details())
    return queries.moments_for(asked, request.args.get("organisation", type=int), first, by=current_actor())


def _first_day(form: BookingForm) -> date:
    tomorrow = (clock.now() + timedelta(days=1)).astimezone(clock.BRUSSELS).date()
    asked = request.args.get("first", type=date.fromisoformat)
    return max(tomorrow - timedelta(days=1), min(asked or form.day.data or tomorrow, tomorrow + timedelta(days=700)))


def _change(form: BookingForm, asked: RequestRow) -> int:
    wanted = work_out(form.typed()[0], clock.now(), **form.details())
    version = request.form.get("version", 0, type=int)
    return services.change_request(asked.id, wanted, by=current_actor(), version=version)


def _booking_page(
    form: BookingForm,
    asked: RequestRow | None = None,
    *,
    looked: queries.Looked | None = None,
    kept: HalfTypedRow | None = None,
) -> str:
    locale = get_locale().language
    common = [reference.language_name(code, locale) for code in _COMMON]
    shown = {"form": form, "asked": asked, "common": common, "towns": reference.municipality_names()}
    # A look is an answer of its own: what is sent after it is another question, with another key.
    fresh = {"look", "take"} & set(request.form)
    shown |= {"looked": looked, "kept": kept, "once": token_urlsafe(12) if fresh else None}
    shown["closed"] = asked is not None and asked.status == Status.ASSIGNED
    shown["advice"] = {it.value: advise(it).value for it in Talk}
    return render_template("dispatch/booking/new.html", **shown)
