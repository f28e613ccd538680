"""Tables as files that people open in a spreadsheet. Pure."""

import csv
import io
from collections.abc import Iterable

_STARTS_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")


def write_csv(rows: Iterable[Iterable[object]]) -> bytes:
    """Return a CSV as spreadsheets in this country open it: UTF-8 with a mark, semicolons, a decimal comma.

    No text is a formula.
    """
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([[_cell(it) for it in row] for row in rows])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def tamed(text: str) -> str:
    """Return a cell that no program runs: what begins like a formula gets an apostrophe in front.

    `untamed` takes exactly that apostrophe away again. Source: OWASP, CSV injection.
    """
    return f"'{text}" if text.lstrip("'")[:1] in _STARTS_FORMULA and text.lstrip("'") else text


def untamed(text: str) -> str:
    """Return what a cell meant before it was tamed."""
    meant = text.lstrip("'")
    return text[1:] if text.startswith("'") and meant and meant[0] in _STARTS_FORMULA else text


def _cell(value: object) -> object:
    if isinstance(value, float):
        return str(value).replace(".", ",")
    return tamed(value) if isinstance(value, str) else value
