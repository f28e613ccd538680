"""Spreadsheets in: read and checked, shown, and after a yes applied as a whole or not at all."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from dispatch.spreadsheets import permissions, queries
from dispatch.spreadsheets.domain.checks import customers_of, interpreters_of, requests_of
from dispatch.spreadsheets.domain.files import read_rows
from dispatch.spreadsheets.domain.sheets import COLUMNS, Kind, Sheet, Wrong, read_sheet
from dispatch.spreadsheets.errors import ImportHasErrors, ImportOver
from dispatch.spreadsheets.events import (
    ImportApplied,
    ImportApproved,
    ImportDiscarded,
    ImportRefused,
    ImportUploaded,
)
from dispatch.spreadsheets.models import ImportRow
from dispatch.spreadsheets.services.writing import write_customer, write_interpreter, write_past_request
from kernel.actor import SYSTEM, Actor, Role
from kernel.database import Transaction, meaning_of, transaction
from kernel.errors import Refusal, Unavailable

SAMPLE_ROWS = 20
# So long a spreadsheet waits for a yes.
WAITS = timedelta(days=7)
# So many errors are kept with an import; who has more has one mistake in a whole column.
KEPT_ERRORS = 1_000
# So many rows are applied while somebody waits (about a second); more are the worker's.
AT_ONCE = 200
_MEANING: dict[Kind, Callable[..., list[Any]]] = {
    Kind.REGISTER: interpreters_of,
    Kind.CUSTOMERS: customers_of,
    Kind.REQUESTS: requests_of,
}
_WRITERS: dict[Kind, Callable[..., None]] = {
    Kind.REGISTER: write_interpreter,
    Kind.CUSTOMERS: write_customer,
    Kind.REQUESTS: write_past_request,
}


def upload_sheet(agency_id: int, kind: Kind, file_name: str, content: bytes, *, by: Actor) -> int:
    """Keep a spreadsheet with everything that is wrong in it; nothing of it is applied yet.

    Emits: ImportUploaded.
    Raises: UnreadableFile, NotFound, Forbidden.
    """
    permissions.require(by, kind, agency_id)
    sheet = read_sheet(kind, read_rows(content))
    with transaction() as tx:
        row = ImportRow(agency_id=agency_id, kind=kind, file_name=file_name[-200:], content=content)
        row.uploaded_by, row.row_count = by.person_id or 0, len(sheet.lines)
        row.ignored, row.sample = sheet.ignored, _sample(sheet)
        _MEANING[kind](sheet, queries.world_of(sheet, agency_id, tx.now()))
        _keep_errors(row, sheet.errors)
        tx.add(row)
        event = ImportUploaded(
            import_id=row.id, agency_id=agency_id, kind=kind, rows=row.row_count, errors=row.error_count
        )
        tx.emit(event, by)
        return row.id


def approve_import(import_id: int, *, by: Actor) -> None:
    """Say yes: a short one is applied at once, a long one by the worker. Saying it twice is saying it once.

    Emits: ImportApproved, and ImportApplied or ImportRefused.
    Raises: ImportHasErrors, ImportOver, NotFound, Forbidden.
    """
    with transaction() as tx:
        row = _held(tx, import_id, by)
        if row.error_count:
            raise ImportHasErrors(errors=row.error_count)
        if row.applied_at or row.approved_at:
            return
        row.approved_at, row.approved_by, row.approved_as = tx.now(), by.person_id, by.role
        tx.emit(ImportApproved(import_id=row.id, agency_id=row.agency_id, kind=row.kind), by)
        if row.row_count <= AT_ONCE:
            _apply(tx, row, by)
        else:
            tx.defer("spreadsheets.apply", import_id=row.id)


def apply_approved(import_id: int) -> None:
    """Apply a spreadsheet somebody said yes to, in that person's name. Repeating it changes nothing.

    Emits: ImportApplied or ImportRefused.
    """
    with transaction() as tx:
        row = tx.locked(ImportRow, import_id)
        if row.approved_at is None or row.applied_at or row.discarded_at:
            return
        by = Actor(row.approved_by, Role(row.approved_as or ""), agency_ids=frozenset({row.agency_id}))
        _apply(tx, row, by)


def discard_import(import_id: int, *, by: Actor) -> None:
    """Throw away a spreadsheet that was not applied.

    Emits: ImportDiscarded.
    Raises: ImportOver, NotFound, Forbidden.
    """
    with transaction() as tx:
        row = _held(tx, import_id, by)
        if row.approved_at:
            raise ImportOver()
        row.discarded_at = tx.now()
        _empty(row)
        tx.emit(ImportDiscarded(import_id=row.id, agency_id=row.agency_id, kind=row.kind), by)


def forget_waiting(limit: int = 100) -> int:
    """Throw away spreadsheets nobody said yes to for a week: they hold personal data. Return how many.

    Emits: ImportDiscarded.
    """
    with transaction() as tx:
        waits = (ImportRow.approved_at.is_(None), ImportRow.discarded_at.is_(None))
        old = select(ImportRow).where(*waits, ImportRow.uploaded_at < tx.now() - WAITS)
        rows = list(tx.session.scalars(old.limit(limit).with_for_update(skip_locked=True)))
        for row in rows:
            row.discarded_at = tx.now()
            _empty(row)
            tx.emit(ImportDiscarded(import_id=row.id, agency_id=row.agency_id, kind=row.kind), SYSTEM)
        return len(rows)


def _held(tx: Transaction, import_id: int, by: Actor) -> ImportRow:
    """Return the import with its lock.

    Raises: NotFound, Forbidden, ImportOver: it was thrown away.
    """
    queries.find_import(import_id, by=by)
    row = tx.locked(ImportRow, import_id)
    permissions.require(by, Kind(row.kind), row.agency_id)
    if row.discarded_at:
        raise ImportOver()
    return row


def _apply(tx: Transaction, row: ImportRow, by: Actor) -> None:
    """Check once more, as the world may have changed since, and write every row; one refusal undoes them all."""
    kind = Kind(row.kind)
    sheet = read_sheet(kind, read_rows(row.content))
    things = _MEANING[kind](sheet, queries.world_of(sheet, row.agency_id, tx.now()))
    if not sheet.errors and (refused := _write_all(tx, kind, things, row.agency_id, by)):
        sheet.errors.append(refused)
    ids = {"import_id": row.id, "agency_id": row.agency_id, "kind": row.kind}
    if sheet.errors:
        _keep_errors(row, sheet.errors)
        row.approved_at = None
        tx.emit(ImportRefused(**ids, errors=row.error_count), by)
        return
    row.applied_at = tx.now()
    _empty(row)
    tx.emit(ImportApplied(**ids, rows=row.row_count), by)


def _write_all(tx: Transaction, kind: Kind, things: list[Any], agency_id: int, by: Actor) -> Wrong | None:
    """Write everything, or nothing and return what was refused."""
    number = 0
    try:
        with tx.session.begin_nested():
            for thing in things:
                number = thing.row
                _WRITERS[kind](thing, agency_id, by=by)
    except (Refusal, DBAPIError) as error:
        meant = meaning_of(error) if isinstance(error, DBAPIError) else error
        if not isinstance(meant, Refusal) or isinstance(meant, Unavailable):
            raise
        return Wrong(number, None, meant.code)
    return None


def _keep_errors(row: ImportRow, errors: list[Wrong]) -> None:
    errors.sort(key=lambda it: it.row)
    row.error_count, row.errors = len(errors), [asdict(it) for it in errors[:KEPT_ERRORS]]


def _empty(row: ImportRow) -> None:
    row.content, row.sample, row.errors, row.ignored = b"", [], [], []


def _sample(sheet: Sheet) -> list[list[str]]:
    """Return the headings that were understood and the first rows, as they were read."""
    lines = sheet.lines[:SAMPLE_ROWS]
    columns = [it for it in COLUMNS[sheet.kind] if any(it.name in line.texts for line in lines)]
    rows = [[str(line.row), *(line.texts.get(it.name, "")[:100] for it in columns)] for line in lines]
    return [["", *(it.heading for it in columns)], *rows]
