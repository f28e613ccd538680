"""What the platform sends to the database, recorded once and sent again by psycopg alone.

A value that a statement returned while recording is, in a replay, the value the same statement returns there; so is an
identity inside a text or JSON. A random name, which nobody returns, ends in what the replay was given. All else is sent
as recorded. What to replace is worked out once, before any replay.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.types.json import Json, Jsonb
from psycopg.types.range import Range

# Keys begin here, so that no key looks like a number that means something else.
FIRST_KEY = 10_000_000
_KEYED = ("persons", "interpreters", "requests", "offers", "assignments", "messages", "deliveries", "events",
          "conversations")  # fmt: skip
_KEY = re.compile(r"\b\d{8,9}\b")
_RANDOM = re.compile(
    r"(?=.*[a-z])(?=.*[A-Z])(?:[\w-]{16}|[\w-]{24})"
)  # as `secrets.token_urlsafe` makes rooms and people

Results = list[list[tuple[Any, ...]]]
Make = Callable[[Results], Any]


@dataclass(slots=True)
class Statement:
    """What was sent: text, parameters, and (for many at once) whether it was sent by `executemany`; and its answer.

    `rows` is None where the statement answers nothing: a replay need not even ask.
    """

    query: Any
    parameters: Any
    many: bool = False
    rows: list[tuple[Any, ...]] | None = None


def spread_keys(connection: sa.Connection) -> None:
    """Let the keys of every table begin at a place of their own."""
    for place, table in enumerate(_KEYED, start=1):
        connection.execute(
            sa.text("SELECT setval(pg_get_serial_sequence(:t, 'id'), :n)"), {"t": table, "n": FIRST_KEY * place}
        )


@contextmanager
def recording(engine: sa.Engine) -> Iterator[list[Statement]]:
    """Record what is sent over connections of `engine` that are taken from its pool meanwhile."""
    sent: list[Statement] = []

    class Recorder(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
            answer = super().execute(query, params, **more)
            rows = super().fetchall() if self.description else None
            sent.append(Statement(query, params, rows=rows and [tuple(_values(row)) for row in rows]))
            if rows:
                super().scroll(0, mode="absolute")
            return answer

        def executemany(self, query: Any, params_seq: Any, **more: Any) -> None:
            sets = list(params_seq)
            super().executemany(query, sets, **more)
            sent.append(Statement(query, sets, many=True))

    def begin(dbapi_connection: Any, *_: Any) -> None:
        dbapi_connection.cursor_factory = Recorder

    def end(dbapi_connection: Any, *_: Any) -> None:
        dbapi_connection.cursor_factory = psycopg.Cursor

    sa.event.listen(engine, "checkout", begin)
    sa.event.listen(engine, "checkin", end)
    try:
        yield sent
    finally:
        sa.event.remove(engine, "checkout", begin)
        sa.event.remove(engine, "checkin", end)


class Script:
    """The recorded statements as a script; `given` are the values it begins with, as they were while recording."""

    def __init__(self, recorded: Sequence[Statement], given: Sequence[Any]) -> None:
        known: dict[Any, tuple[int, int, int]] = {}
        _learn(known, 0, [tuple(given)])
        self._steps: list[tuple[Any, Make | None, Any, bool, bool]] = []
        for number, it in enumerate(recorded, start=1):
            make = _make(it.parameters, known)
            self._steps.append((it.query, make, it.parameters, it.many, it.rows is not None))
            _learn(known, number, it.rows or [])

    def __len__(self) -> int:
        return len(self._steps)

    def play(self, connection: psycopg.Connection[Any], given: Sequence[Any]) -> None:
        """Send every statement for other values, and commit."""
        results: Results = [[tuple(given)]]
        cursor = connection.cursor()
        for query, make, constant, many, answers in self._steps:
            parameters = make(results) if make else constant
            if many:
                cursor.executemany(query, parameters)
                results.append([])
            else:
                cursor.execute(query, parameters)
                results.append(cursor.fetchall() if answers else [])
        connection.commit()


def _values(row: Any) -> Sequence[Any]:
    return list(row.values()) if isinstance(row, Mapping) else row


def _learn(known: dict[Any, tuple[int, int, int]], statement: int, rows: Sequence[Sequence[Any]]) -> None:
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if isinstance(value, datetime) or (type(value) is int and value >= FIRST_KEY):
                known.setdefault(value, (statement, r, c))


def _make(value: Any, known: dict[Any, tuple[int, int, int]]) -> Make | None:
    """Return what makes this value anew from the results so far; None: it is always the same."""
    if isinstance(value, str):
        return _make_text(value, known)
    if isinstance(value, Mapping):
        return _make_mapping(value, known)
    if isinstance(value, list | tuple):
        return _make_list(value, known)
    if isinstance(value, Json | Jsonb):
        inner, kind, dumps = _make(value.obj, known), type(value), value.dumps
        return inner and (lambda results: kind(inner(results), dumps=dumps))
    if isinstance(value, Range):
        ends, bounds = _make([value.lower, value.upper], known), value.bounds
        return ends and (lambda results: Range(*ends(results), bounds=bounds))
    if isinstance(value, int | datetime) and value in known and type(value) is not bool:
        statement, row, column = known[value]
        return lambda results: results[statement][row][column]
    return None


def _make_mapping(value: Mapping[str, Any], known: dict[Any, tuple[int, int, int]]) -> Make | None:
    made = {name: make for name, item in value.items() if (make := _make(item, known))}
    rest = dict(value)
    return (lambda results: rest | {name: make(results) for name, make in made.items()}) if made else None


def _make_list(value: Sequence[Any], known: dict[Any, tuple[int, int, int]]) -> Make | None:
    made = [_make(item, known) for item in value]
    if not any(made):
        return None
    pairs, kind = list(zip(made, value, strict=True)), type(value)  # a tuple is a record to psycopg, a list an array
    return lambda results: kind(make(results) if make else item for make, item in pairs)


def _make_text(value: str, known: dict[Any, tuple[int, int, int]]) -> Make | None:
    moments = {it.isoformat(): it for it in known if isinstance(it, datetime)}
    if value in moments:
        make = _make(moments[value], known)
        return make and (lambda results: make(results).isoformat())
    if _RANDOM.fullmatch(value):
        return lambda results: f"{value[:12]}{results[0][0][0]}"
    keys = [(found, make) for found in _KEY.findall(value) if (make := _make(int(found), known))]
    if not keys:
        return None

    def text(results: Results) -> str:
        said = value
        for found, make in keys:
            said = said.replace(found, str(make(results)))
        return said

    return text
