"""Spreadsheets out: the same columns that come in. Who took what along stands in the audit trail."""

from datetime import date

from dispatch.spreadsheets import permissions, queries
from dispatch.spreadsheets.domain.files import write_xlsx
from dispatch.spreadsheets.domain.sheets import Kind, write_sheet
from dispatch.spreadsheets.events import SheetExported
from kernel.actor import Actor
from kernel.database import transaction
from kernel.errors import Invalid
from kernel.tables import write_csv

FORMATS = {"csv": write_csv, "xlsx": write_xlsx}


def export_sheet(
    agency_id: int, kind: Kind, file_format: str, *, by: Actor, since: date | None = None, until: date | None = None
) -> bytes:
    """Return an agency's data as a spreadsheet. Requests: the closed ones held between two days, both included.

    Emits: SheetExported.
    Raises: Invalid, NotFound, Forbidden.
    """
    permissions.require(by, kind, agency_id)
    if file_format not in FORMATS:
        raise Invalid(fields={"file_format": "unknown_choice"})
    if since and until and until < since:
        raise Invalid(fields={"until": "not_positive"})
    if kind is Kind.REGISTER:
        lines = queries.register_lines(agency_id)
    elif kind is Kind.CUSTOMERS:
        lines = queries.customer_lines(agency_id)
    else:
        lines = queries.request_lines(agency_id, since or date.min, until or date.max)
    rows = list(write_sheet(kind, lines))
    with transaction() as tx:
        tx.emit(SheetExported(agency_id=agency_id, kind=kind, rows=len(rows) - 1), by)
    return FORMATS[file_format](rows)
