"""Pages to bring spreadsheets in and to take them out."""

from flask import Blueprint, Response, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from dispatch.spreadsheets import queries, services
from dispatch.spreadsheets.domain.files import XLSX
from dispatch.spreadsheets.domain.sheets import Kind, heading_of, write_sheet
from dispatch.spreadsheets.forms import ExportForm, UploadForm
from dispatch.spreadsheets.models import ImportRow
from kernel.actor import Role
from kernel.http import accepted, current_actor, policy
from kernel.tables import write_csv

pages = Blueprint("spreadsheets", __name__, url_prefix="/spreadsheets")
_DESK = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})
_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX}


@pages.get("")
@policy(_DESK)
def index() -> str:
    """Show what can be brought in and taken out, and what was brought before."""
    return _page(UploadForm(), ExportForm())


@pages.post("")
@policy(_DESK)
def upload() -> Answer | tuple[str, int]:
    """Keep a spreadsheet and show what stands in it; nothing is written yet."""
    form, actor = UploadForm(), current_actor()
    form.offer_to(actor)
    import_id = form.validate() and accepted(
        form,
        lambda: services.upload_sheet(
            form.agency.data, Kind(form.kind.data), form.file.data.filename or "", form.file.data.read(), by=actor
        ),
    )
    if not import_id:
        return _page(form, ExportForm(formdata=None)), 422
    return redirect(url_for(".show", import_id=import_id))


@pages.get("/<id:import_id>")
@policy(_DESK)
def show(import_id: int) -> str:
    """Show the first rows of a spreadsheet and everything that is wrong in it."""
    row = queries.find_import(import_id, by=current_actor())
    return render_template("dispatch/spreadsheets/show.html", sheet=row, errors=_said(row))


@pages.post("/<id:import_id>/approve")
@policy(_DESK)
def approve(import_id: int) -> Answer:
    """Say yes: everything is written, or nothing."""
    services.approve_import(import_id, by=current_actor())
    return redirect(url_for(".show", import_id=import_id))


@pages.post("/<id:import_id>/discard")
@policy(_DESK)
def discard(import_id: int) -> Answer:
    """Throw a spreadsheet away."""
    services.discard_import(import_id, by=current_actor())
    flash(_("Weggegooid. Er is niets ingelezen."))
    return redirect(url_for(".index"))


@pages.post("/export")
@policy(_DESK)
def export() -> Response | tuple[str, int]:
    """Give the data of an agency as a spreadsheet. A POST, because who takes data along is written down."""
    form, actor = ExportForm(), current_actor()
    form.offer_to(actor)
    days = {"since": form.since.data, "until": form.until.data}
    content = form.validate() and accepted(
        form,
        lambda: services.export_sheet(form.agency.data, Kind(form.kind.data), form.file_format.data, by=actor, **days),
    )
    if not content:
        return _page(UploadForm(formdata=None), form), 422
    return _download(content, f"{form.kind.data}.{form.file_format.data}", _TYPES[form.file_format.data])


@pages.get("/example/<kind>.csv")
@policy(_DESK)
def example(kind: str) -> Response | tuple[str, int]:
    """Give an empty spreadsheet with the right headings."""
    known = Kind(kind) if kind in set(Kind) else Kind.REGISTER
    return _download(write_csv(write_sheet(known, [])), f"{known}.csv", _TYPES["csv"])


def _download(content: bytes, name: str, content_type: str) -> Response:
    answer = Response(content, content_type=content_type)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


def _page(form: UploadForm, export_form: ExportForm) -> str:
    actor = current_actor()
    form.offer_to(actor)
    export_form.offer_to(actor)
    for it in (form, export_form):
        it.kind.data = it.kind.data or Kind.REGISTER.value
    shown = {"form": form, "export_form": export_form, "imports": queries.list_imports(actor)}
    return render_template("dispatch/spreadsheets/index.html", **shown)


def _said(row: ImportRow) -> list[dict[str, str | int]]:
    """Return the errors as a person reads them."""
    say = current_app.extensions["sentence"]
    return [
        {"row": it["row"], "column": heading_of(Kind(row.kind), it["column"]), "typed": it["typed"],
         "sentence": say(it["code"], {})}
        for it in row.errors
    ]  # fmt: skip
