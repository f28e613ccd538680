"""The columns of every kind of spreadsheet, and from rows of text to lines of values. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from dispatch.interpreters.domain import DIRECTIONS, GENDERS, SERVICES
from dispatch.requests.domain import Outcome, Reason
from dispatch.spreadsheets.domain.cells import (
    CLOCK,
    DAY,
    EMAIL,
    KILOMETRES,
    MOMENT,
    PHONE,
    WHOLE,
    YES_NO,
    BadCell,
    Cell,
    one_of,
    some_of,
    words,
)
from dispatch.spreadsheets.domain.files import Rows
from reference.domain import folded

# How much of a wrong cell is kept and shown.
TYPED_LIMIT = 60


class Kind(StrEnum):
    REGISTER = "register"
    CUSTOMERS = "customers"
    REQUESTS = "requests"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its code, its Dutch heading (as written), its English one (also understood), and its cells."""

    name: str
    heading: str
    english: str
    cell: Cell
    required: bool = False


@dataclass(frozen=True, slots=True)
class Wrong:
    """One error: the row as the spreadsheet counts it (the headings are row 1), the column's code, what was typed."""

    row: int
    column: str | None
    code: str
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row with its values and its texts by column; the value of an empty cell is None."""

    row: int
    values: dict[str, Any]
    texts: dict[str, str]

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)


@dataclass(slots=True)
class Sheet:
    """What a file holds: its lines, what is wrong, and the headings we do not know (their columns are not read)."""

    kind: Kind
    lines: list[Line] = field(default_factory=list)
    errors: list[Wrong] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    wrong_cells: set[tuple[int, str]] = field(default_factory=set)

    def refuse(self, line: Line, column: str, code: str) -> None:
        """Note what is wrong with a cell, once: who mends one error should not have to guess at its echoes."""
        if (line.row, column) not in self.wrong_cells:
            self.wrong_cells.add((line.row, column))
            self.errors.append(Wrong(line.row, column, code, line.texts.get(column, "")[:TYPED_LIMIT]))


_SERVICE = dict(zip(SERVICES, ("ter plaatse", "telefoon", "video", "vertaling"), strict=True))
_GENDER = dict(zip(GENDERS, ("vrouw", "man", "anders"), strict=True))
_DIRECTION = dict(zip(DIRECTIONS, ("beide", "naar het Nederlands", "uit het Nederlands"), strict=True))
_SECTOR = {
    "welfare": "welzijn", "health": "gezondheid", "education": "onderwijs", "local_authority": "lokaal bestuur",
    "asylum": "asielopvang", "integration": "integratie", "justice": "justitie", "housing": "wonen", "other": "andere",
}  # fmt: skip
_OUTCOME = {
    Outcome.COMPLETED: "volbracht", Outcome.CANCELLED: "geannuleerd", Outcome.NOT_AVAILABLE: "niet beschikbaar",
    Outcome.OTHER_REASON: "andere reden",
}  # fmt: skip
_REASON = {
    Reason.INTERPRETER_UNAVAILABLE: "tolk niet beschikbaar", Reason.LANGUAGE_UNAVAILABLE: "taal niet beschikbaar",
    Reason.SERVICE_UNAVAILABLE: "dienst niet beschikbaar", Reason.WITHDRAWN: "ingetrokken",
    Reason.NOT_ELIGIBLE: "komt niet in aanmerking", Reason.INCOMPLETE: "onvolledig", Reason.DUPLICATE: "dubbel",
    Reason.PROPOSAL_REFUSED: "tegenvoorstel geweigerd", Reason.QUOTE_REFUSED: "offerte geweigerd",
    Reason.INTERPRETER_ABSENT: "tolk kwam niet", Reason.TECHNICAL: "technisch", Reason.OTHER: "andere",
}  # fmt: skip

# fmt: off
COLUMNS = {
    Kind.REGISTER: (
        Column("number", "Tolknummer", "Interpreter number", words(20), required=True),
        Column("name", "Naam", "Name", words(200), required=True),
        Column("email", "E-mail", "Email", EMAIL, required=True),
        Column("phone", "Telefoon", "Phone", PHONE),
        Column("gender", "Geslacht", "Gender", one_of(_GENDER), required=True),
        Column("postcode", "Postcode", "Postal code", words(10), required=True),
        Column("municipality", "Gemeente", "Municipality", words(100), required=True),
        Column("travel_limit_km", "Hoogstens km", "Travel limit km", KILOMETRES),
        Column("active_from", "Actief vanaf", "Active from", DAY),
        Column("active_until", "Actief tot", "Active until", DAY),
        Column("services", "Diensten", "Services", some_of(_SERVICE)),
        Column("language", "Taal", "Language", words(60), required=True),
        Column("direction", "Richting", "Direction", one_of(_DIRECTION)),
        Column("certificate", "Certificaat", "Certificate", words(100)),
        Column("certified_from", "Certificaat vanaf", "Certified from", DAY),
        Column("certified_until", "Certificaat tot", "Certified until", DAY),
    ),
    Kind.CUSTOMERS: (
        Column("customer_code", "Klantnummer", "Customer code", words(40), required=True),
        Column("name", "Organisatie", "Organisation", words(200), required=True),
        Column("sector", "Sector", "Sector", one_of(_SECTOR), required=True),
        Column("street", "Straat en nummer", "Street", words(200)),
        Column("postcode", "Postcode", "Postal code", words(10)),
        Column("municipality", "Gemeente", "Municipality", words(100)),
        Column("phone", "Telefoon", "Phone", PHONE),
        Column("email", "E-mail", "Email", EMAIL),
        Column("services", "Diensten", "Services", some_of(_SERVICE)),
        Column("valid_from", "Overeenkomst vanaf", "Agreement from", DAY),
        Column("valid_until", "Overeenkomst tot", "Agreement until", DAY),
        Column("unit", "Afdeling", "Unit", words(200)),
        Column("person_name", "Aanvrager", "Requester", words(200)),
        Column("person_email", "E-mail aanvrager", "Requester email", EMAIL),
        Column("person_phone", "Telefoon aanvrager", "Requester phone", PHONE),
    ),
    Kind.REQUESTS: (
        Column("external_reference", "Nummer", "Reference", words(60), required=True),
        Column("customer_code", "Klantnummer", "Customer code", words(40), required=True),
        Column("service", "Dienst", "Service", one_of(_SERVICE), required=True),
        Column("language", "Taal", "Language", words(60), required=True),
        Column("received_at", "Aangevraagd op", "Received at", MOMENT),
        Column("day", "Datum", "Date", DAY, required=True),
        Column("clock", "Uur", "Time", CLOCK, required=True),
        Column("duration_minutes", "Duur (minuten)", "Duration (minutes)", WHOLE),
        Column("postcode", "Postcode", "Postal code", words(10)),
        Column("municipality", "Gemeente", "Municipality", words(100)),
        Column("outcome", "Uitkomst", "Outcome", one_of(_OUTCOME), required=True),
        Column("reason", "Reden", "Reason", one_of(_REASON)),
        Column("timely", "Tijdig", "Timely", YES_NO),
        Column("interpreter_number", "Tolknummer", "Interpreter number", words(20)),
    ),
}
# fmt: on


def read_sheet(kind: Kind, rows: Rows) -> Sheet:
    """Return the lines of a file, every cell read by its column; row 1 holds the headings, in any order."""
    sheet = Sheet(kind)
    places = _places(sheet, rows[0])
    for number, cells in enumerate(rows[1:], start=2):
        if any(cells):
            sheet.lines.append(_line(sheet, places, number, cells))
    if not sheet.lines and not sheet.errors:
        sheet.errors.append(Wrong(2, None, "no_rows"))
    return sheet


def write_sheet(kind: Kind, lines: Iterable[dict[str, Any]]) -> Iterable[Sequence[str]]:
    """Return the rows of an export: the Dutch headings, then every line."""
    yield [column.heading for column in COLUMNS[kind]]
    for values in lines:
        yield [
            "" if (value := values.get(column.name)) is None else column.cell.write(value) for column in COLUMNS[kind]
        ]


def heading_of(kind: Kind, name: str | None) -> str:
    """Return the Dutch heading of a column by its code."""
    return next((it.heading for it in COLUMNS[kind] if it.name == name), "")


def _places(sheet: Sheet, headings: Sequence[str]) -> dict[int, Column]:
    """Return which column stands where, and note the headings that are missing, double or unknown."""
    known = {_plain(text): it for it in COLUMNS[sheet.kind] for text in (it.name, it.english, it.heading)}
    places: dict[int, Column] = {}
    for place, heading in enumerate(headings):
        column = known.get(_plain(heading))
        if column is None:
            sheet.ignored += [heading[:TYPED_LIMIT]] if heading.strip() else []
        elif column in places.values():
            sheet.errors.append(Wrong(1, column.name, "duplicate_column", heading[:TYPED_LIMIT]))
        else:
            places[place] = column
    missing = (it for it in COLUMNS[sheet.kind] if it.required and it not in places.values())
    sheet.errors += [Wrong(1, it.name, "missing_column") for it in missing]
    return places


def _plain(heading: str) -> str:
    return "".join(char for char in folded(heading) if char.isalnum())


def _line(sheet: Sheet, places: dict[int, Column], number: int, cells: list[str]) -> Line:
    texts = {it.name: cells[place].strip() for place, it in places.items() if place < len(cells)}
    line = Line(number, {}, texts)
    for column in places.values():
        if not (text := texts.get(column.name)):
            if column.required:
                sheet.refuse(line, column.name, "required")
            continue
        try:
            line.values[column.name] = column.cell.read(text)
        except BadCell as refusal:
            sheet.refuse(line, column.name, refusal.code)
    return line
