"""From the text of a cell to a value, and back: each kind of cell is a pair of functions that undo each other. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from email_validator import EmailNotValidError, validate_email

from dispatch.calendars.domain import resolve_local
from dispatch.calendars.errors import AmbiguousTime, NonexistentTime
from kernel.clock import BRUSSELS
from kernel.errors import Invalid
from kernel.words import normal_phone, readable
from reference.domain import folded


class BadCell(Exception):
    """A cell that means nothing here; `code` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Cell:
    """A kind of cell: `read` makes a value of a text that is not empty or raises BadCell, `write` makes the text."""

    read: Callable[[str], Any]
    write: Callable[[Any], str] = str


def words(limit: int) -> Cell:
    """Return the kind of a text of at most `limit` characters."""

    def read(text: str) -> str:
        if len(text) > limit:
            raise BadCell("too_long")
        try:
            return readable(text)
        except Invalid as refusal:
            raise BadCell("unreadable_text") from refusal

    return Cell(read)


def one_of(choices: Mapping[str, str]) -> Cell:
    """Return the kind of a choice: code -> word. Both are understood, the word is written."""
    meant = {folded(word): code for code, word in choices.items()} | {folded(code): code for code in choices}

    def read(text: str) -> str:
        code = meant.get(folded(text))
        if code is None:
            raise BadCell("unknown_choice")
        return code

    return Cell(read, lambda code: choices[code])


def some_of(choices: Mapping[str, str]) -> Cell:
    """Return the kind of several choices, with commas between; they are written in the order of `choices`."""
    one = one_of(choices)

    def read(text: str) -> tuple[str, ...]:
        chosen = {one.read(part) for part in text.replace(";", ",").split(",") if part.strip()}
        return tuple(code for code in choices if code in chosen)

    return Cell(read, lambda codes: ", ".join(word for code, word in choices.items() if code in codes))


def _day(text: str) -> date:
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(text.removesuffix(" 00:00"), form).date()
        except ValueError:
            continue
    raise BadCell("bad_date")


def _clock(text: str) -> tuple[time, int | None]:
    """Return the local time of day, and when "+01:00" or "+02:00" stands behind it, which of two equal hours it is."""
    hour, sign, offset = text.partition("+")
    fold = {"": None, "02:00": 0, "01:00": 1}.get(offset, -1)
    if fold == -1 or (sign and not offset):
        raise BadCell("bad_time")
    for form in ("%H:%M", "%H:%M:%S", "%Hu%M", "%H.%M"):
        try:
            return datetime.strptime(hour.strip(), form).time(), fold
        except ValueError:
            continue
    raise BadCell("bad_time")


def local_moment(day: date, clock: tuple[time, int | None]) -> datetime:
    """Return the moment of a local day and time.

    Raises: BadCell: the time does not exist on that day, or exists twice and it does not say which.
    """
    try:
        return resolve_local(day, *clock)
    except NonexistentTime as refusal:
        raise BadCell("time_does_not_exist") from refusal
    except AmbiguousTime as refusal:
        raise BadCell("time_exists_twice") from refusal


def split_moment(moment: datetime) -> tuple[date, tuple[time, int | None]]:
    """Return the local day and time of a moment; the time says which it is when it exists twice."""
    here = moment.astimezone(BRUSSELS)
    twice = here.replace(fold=0).utcoffset() != here.replace(fold=1).utcoffset()
    return here.date(), (here.time().replace(fold=0), here.fold if twice else None)


def _moment(text: str) -> datetime:
    day, _, clock = text.replace("T", " ").partition(" ")
    return local_moment(_day(day), _clock(clock.strip()) if clock.strip() else (time(0), None))


def _write_clock(value: tuple[time, int | None]) -> str:
    hour, fold = value
    return f"{hour:%H:%M}" + {None: "", 0: "+02:00", 1: "+01:00"}[fold]


def _write_moment(value: datetime) -> str:
    day, clock = split_moment(value.astimezone(UTC))
    return f"{day:%Y-%m-%d} {_write_clock(clock)}"


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise BadCell("bad_number")
    return int(text)


def _kilometres(text: str) -> float:
    plain = text.lower().removesuffix("km").strip().replace(",", ".")
    whole, _, rest = plain.partition(".")
    if not (whole + rest).isascii() or not (whole + rest).isdigit() or len(plain) > 8:
        raise BadCell("bad_number")
    number = float(plain)
    if number > 500:
        raise BadCell("out_of_range")
    return number


def _write_kilometres(value: float) -> str:
    return f"{value:g}".replace(".", ",")


def _email(text: str) -> str:
    try:
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise BadCell("bad_email") from error
    return found.normalized.casefold()


def _phone(text: str) -> str:
    try:
        return normal_phone(text)
    except Invalid as refusal:
        raise BadCell("bad_phone") from refusal


DAY = Cell(_day, lambda value: f"{value:%Y-%m-%d}")
CLOCK = Cell(_clock, _write_clock)
MOMENT = Cell(_moment, _write_moment)
WHOLE = Cell(_whole)
KILOMETRES = Cell(_kilometres, _write_kilometres)
EMAIL = Cell(_email)
PHONE = Cell(_phone)
YES_NO = one_of({"yes": "ja", "no": "nee"})
