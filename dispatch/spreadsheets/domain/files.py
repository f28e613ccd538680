"""From the bytes of a CSV or XLSX file to rows of text, and to XLSX. Pure; trusts nothing a file says of itself."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any, BinaryIO

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from dispatch.spreadsheets.errors import UnreadableFile
from kernel.tables import tamed, untamed

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 60
# What an XLSX may be unpacked: 20,000 rows of 20 long cells are below half of it.
MAX_UNPACKED = 60 * 1024 * 1024
MAX_PARTS = 500
# Empty rows at the end are common (somebody coloured a column); so many are read past before we give up.
_MAX_EMPTY = 5_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# What the reader of workbooks stumbles over in a file that is damaged or made up.
_BROKEN = (
    InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError, SyntaxError, AttributeError, TypeError,
    OverflowError, EOFError,
)  # fmt: skip

Rows = list[list[str]]


def read_rows(content: bytes) -> Rows:
    """Return the rows of a file, cells as trimmed text; empty rows at the end are gone, those between stay.

    Days come as 2020-03-14, times as 09:30, moments as 2020-03-14 09:30.

    Raises: UnreadableFile.
    """
    if len(content) > MAX_BYTES:
        raise _unreadable("file_too_large")
    if not content.strip():
        raise _unreadable("file_empty")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise _unreadable("file_old_excel")
    rows = _bounded(_xlsx(content) if content.startswith(b"PK") else _csv(content))
    if not rows:
        raise _unreadable("file_empty")
    return rows


def write_xlsx(rows: Iterable[Sequence[str]]) -> bytes:
    """Return an XLSX with one sheet of texts; no cell is a formula."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Blad1")
    for row in rows:
        sheet.append([tamed(cell) for cell in row])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _bounded(found: Iterable[list[str]]) -> Rows:
    rows: Rows = []
    empty: Rows = []
    for row in found:
        if len(row) > MAX_COLUMNS:
            raise _unreadable("too_many_columns")
        if not any(row):
            empty.append([])
            if len(empty) > _MAX_EMPTY:
                raise _unreadable("too_many_empty_rows")
            continue
        rows += [*empty, row]
        empty = []
        if len(rows) > MAX_ROWS + 1:
            raise _unreadable("too_many_rows")
    return rows


def _csv(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    if "\0" in text:
        raise _unreadable("file_no_text")
    first = text.lstrip("\n\r").split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            yield _trimmed(row)
    except csv.Error as error:
        raise _unreadable("file_bad_quotes") from error


def _decoded(content: bytes) -> str:
    """Return the text: UTF-8 with or without mark, UTF-16 with one, else the Windows code page of these parts."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ["utf-16"] if marked else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unreadable("file_no_text")


def _xlsx(content: bytes) -> Iterator[list[str]]:
    _refuse_bomb(io.BytesIO(content))
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for row in sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1):
            cells = _trimmed(_text(cell) for cell in row)
            yield cells if any(cells) else []
        book.close()
    except _BROKEN as error:
        raise _unreadable("file_broken") from error


def _refuse_bomb(file: BinaryIO) -> None:
    """Unpack everything once, counting: what a file declares is checked first, what it really holds decides."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(it.file_size for it in parts) > MAX_UNPACKED:
                raise _unreadable("file_too_large")
            left = MAX_UNPACKED
            for part in parts:
                with archive.open(part) as stream:
                    while piece := stream.read(1 << 16):
                        left -= len(piece)
                        if left < 0:
                            raise _unreadable("file_too_large")
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise _unreadable("file_broken") from error


def _trimmed(cells: Iterable[str]) -> list[str]:
    """Return the cells without blanks around them and without the empty ones at the end."""
    kept = [untamed(cell.strip(" \u00a0")) for cell in cells]
    while kept and not kept[-1].strip():
        kept.pop()
    return kept


def _text(cell: Any) -> str:
    """Return a cell of a workbook as it would be typed."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "ja" if cell else "nee"
    if isinstance(cell, datetime):
        midnight = cell.time() == time(0)
        return f"{cell:%Y-%m-%d}" if midnight else f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d}"
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _unreadable(code: str) -> UnreadableFile:
    return UnreadableFile(fields={"file": code})
