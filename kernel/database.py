"""The database: its session, its transaction, and what its refusals mean.

`commit()` exists here and nowhere else.
"""

import functools
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, ParamSpec, TypeVar, cast

import psycopg
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Identity,
    Insert,
    MetaData,
    Select,
    Table,
    Text,
    Update,
    bindparam,
    insert,
    inspect,
    literal_column,
    select,
    update,
)
from sqlalchemy import Row as Result
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Mapped, Session, mapped_column
from sqlalchemy.orm.attributes import set_committed_value

from kernel import audit_sql, clock
from kernel.actor import Actor
from kernel.errors import Invalid, NotFound, Refusal, Unavailable
from kernel.events import Event, subscribers
from kernel.failpoint import failpoint
from kernel.jobs import defer
from kernel.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")
Row = TypeVar("Row", bound="Base")


class Base(DeclarativeBase):
    """Every row of ours: moments are aware, constraints are named after what they hold."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: DateTime(timezone=True), int: BigInteger}


def identity() -> Mapped[int]:
    """Return the column every table has as its key."""
    return mapped_column(BigInteger, Identity(), primary_key=True)


# Rows derive from `Base`, typed and named as above, not from the extension's own model class.
db = SQLAlchemy(
    metadata=Base.metadata,
    session_options={"expire_on_commit": False, "join_transaction_mode": "create_savepoint"},
)


# A network that swallows everything is noticed within about 25 s, also by a connection that only listens.
FAR_AWAY: dict[str, Any] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


def engine_options(settings: Settings) -> dict[str, Any]:
    """Return how to connect: nobody waits longer than these limits (milliseconds)."""
    limits = "-c lock_timeout=3000 -c statement_timeout=15000 -c idle_in_transaction_session_timeout=60000"
    return {
        "pool_size": settings.database_pool,
        "max_overflow": settings.database_pool,
        "pool_timeout": 10,
        "pool_pre_ping": False,
        "pool_use_lifo": True,
        "hide_parameters": True,  # what people wrote never reaches a log by way of an error
        "connect_args": {
            "connect_timeout": 3,
            **FAR_AWAY,
            "options": f"{limits} -c timezone=UTC",
            "application_name": f"tolkdienst-{settings.role}",
        },
    }


class Transaction:
    """What a use case may do inside its transaction."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._held: dict[tuple[type[Base], int], Base] = {}
        self._connection: Connection | None = None

    def now(self) -> datetime:
        """Return the database's clock at this very moment: ask after the lock, it decides deadlines."""
        if (held := clock.frozen_at()) is not None:
            return held
        ((moment,),) = self.send("SELECT clock_timestamp()")
        return cast(datetime, moment)

    @property
    def connection(self) -> Connection:
        """The connection of this transaction, for statements that concern no object: they cost half."""
        if self._connection is None:
            self._connection = self.session.connection()
        return self._connection

    def send(self, statement: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Send SQL with `%(name)s` in it straight to the driver: a third of what the way through SQLAlchemy costs.

        Raises: DBAPIError, as that way would.
        """
        driver = cast("psycopg.Connection[Any]", self.connection.connection.dbapi_connection)
        try:
            return driver.execute(statement, values).fetchall()
        except psycopg.Error as error:
            raise DBAPIError.instance(statement, values, error, psycopg.Error) from error

    def lock(self, kind: type[Base], thing_id: int) -> None:
        """Hold the row for the rest of the transaction, without reading it.

        Raises: NotFound.
        """
        if self.connection.execute(_locking(kind), {"thing_id": thing_id}).first() is None:
            raise NotFound(thing=kind.__tablename__)

    def locked(self, kind: type[Row], thing_id: int) -> Row:
        """Return the row with its lock, as it is after the lock. Who holds the lock already asks nobody.

        Raises: NotFound.
        """
        if (held := self._held.get((kind, thing_id))) is not None:
            return cast(Row, held)
        row: Row | None = self.session.scalars(_holding(kind), {"thing_id": thing_id}).one_or_none()
        if row is None:
            raise NotFound(thing=kind.__tablename__)
        self._held[kind, thing_id] = row
        return row

    def add(self, row: Row) -> Row:
        """Insert `row` now, so that its id is known and its constraints have spoken."""
        self.session.add(row)
        self.session.flush()
        return row

    def write(self, kind: type[Base], /, **values: Any) -> int:
        """Insert a row that nobody needs as an object, and return its id: half the cost of `add`."""
        return int(self.connection.execute(_writing(kind), values).scalar_one())

    def change(self, kind: type[Base], thing_id: int, /, **values: Any) -> None:
        """Write `values` to a held row now: what assigning and flushing does, without a look at all that is known."""
        self.connection.execute(_changing(kind), values | {"thing_id": thing_id})
        if (row := self.session.identity_map.get(inspect(kind).identity_key_from_primary_key((thing_id,)))) is not None:
            for name, value in values.items():
                set_committed_value(row, name, value)

    def emit(self, event: Event, by: Actor) -> None:
        """Keep the fact, tell the sockets on commit, and let the wiring's subscribers act in this transaction."""
        self.session.flush()
        audit_sql.keep(self.send, event, by, held=clock.frozen_at())
        for act in subscribers(type(event)):
            act(event, self, by)

    def defer(self, task: str, **arguments: Any) -> None:
        """Write a job into this transaction; the worker runs it at least once after the commit."""
        self.defer_all(task, [arguments])

    def defer_all(self, task: str, each: Sequence[dict[str, Any]]) -> None:
        """Write a job per set of arguments, however many, in one statement."""
        self.session.flush()
        if each:
            defer(self.send, task, each)


def one_of(column: ColumnElement[str] | InstrumentedAttribute[str], codes: Iterable[str]) -> ColumnElement[bool]:
    """Return `column IN (codes)`, codes of ours, with each written out.

    So it is compiled once and not for every execution, and a prepared statement is known to fit a partial index.
    """
    return column.in_([literal_column(f"'{code}'", Text) for code in sorted(codes)])


# Statements are made once per kind of row: what was made once is compiled once.
@functools.cache
def _holding(kind: type[Base]) -> Select[Any]:
    (key,) = inspect(kind).primary_key
    held = select(kind).where(key == bindparam("thing_id")).with_for_update()
    return held.execution_options(populate_existing=True)


@functools.cache
def _locking(kind: type[Base]) -> Select[Any]:
    (key,) = inspect(kind).primary_key
    return select(key).where(key == bindparam("thing_id")).with_for_update()


@functools.cache
def _changing(kind: type[Base]) -> Update:
    (key,) = inspect(kind).primary_key
    return update(cast(Table, kind.__table__)).where(key == bindparam("thing_id"))


@functools.cache
def _writing(kind: type[Base]) -> Insert:
    (key,) = inspect(kind).primary_key
    return insert(cast(Table, kind.__table__)).returning(key)


def rows(statement: Select[*tuple[Any, ...]], **values: Any) -> Sequence[Result[Any]]:
    """Return what a statement about columns answers: half of what it costs through the session, which makes objects."""
    session = db.session()
    session.flush()
    return session.connection().execute(statement, values).all()


_open: ContextVar[Transaction | None] = ContextVar("open_transaction", default=None)


@contextmanager
def transaction(*, apart: bool = False) -> Iterator[Transaction]:
    """Open a transaction, or join the one the caller opened.

    Commits once, at the end of the outermost block; any exception undoes all of it. `apart`: on a connection of its
    own, committed whatever becomes of the one around it (a wrong password is counted although it is refused).

    Raises:
        Refusal: the one registered for the constraint that was violated.
        Unavailable: a lock or statement took too long, or the connection was lost (the outcome of the commit may be
            unknown to us: repeat with the same idempotency key).
    """
    outer = _open.get()
    if outer is not None and not apart:
        yield outer
        return
    session = db.session() if outer is None else _apart()
    tx = Transaction(session)
    token = _open.set(tx)
    try:
        yield tx
        failpoint("commit.before")
        session.commit()
        failpoint("commit.after")
    except (DBAPIError, PoolTimeout) as error:
        session.rollback()
        raise meaning_of(error) from error
    except BaseException:
        session.rollback()
        raise
    finally:
        _open.reset(token)
        if outer is not None:
            session.close()


def _apart() -> Session:
    return Session(db.engine, expire_on_commit=False, join_transaction_mode="create_savepoint")


_constraints: dict[str, Callable[[], Refusal]] = {}


def refuse_on(constraint: str, refusal: Callable[[], Refusal]) -> None:
    """Say which refusal a violated constraint means."""
    _constraints[constraint] = refusal


class Unstorable(Invalid):
    """A value no column can hold: a number beyond all bounds, a text with NUL in it."""

    code = "unstorable"


class Retry(Unavailable):
    """The database gave up on a deadlock or a serialisation: the whole use case may be run again."""

    code = "busy"


_RETRY, _TOO_LONG = {"40001", "40P01"}, {"55P03", "57014", "53300", "25P03"}


def meaning_of(error: Exception) -> Exception:
    """Return the refusal a database error means, or the error itself when it is our mistake."""
    if isinstance(error, PoolTimeout):
        return Unavailable()
    cause = getattr(error, "orig", None)
    state = getattr(cause, "sqlstate", None)
    if state in _RETRY:
        return Retry()
    if state in _TOO_LONG:
        return Unavailable()
    constraint = getattr(getattr(cause, "diag", None), "constraint_name", None)
    if constraint in _constraints:
        return _constraints[constraint]()
    if isinstance(error, OperationalError):
        return Unavailable()
    if isinstance(error, DataError):
        return Unstorable()
    return error


def retried(use_case: Callable[P, R]) -> Callable[P, R]:
    """Run the whole use case again, at most three times, when the database chose it as a deadlock's victim."""

    @functools.wraps(use_case)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(3):
            try:
                return use_case(*args, **kwargs)
            except Retry:
                if _open.get() is not None:
                    raise  # an outer transaction is lost too: its owner decides
                time.sleep(random.uniform(0.005, 0.03) * (attempt + 1))  # noqa: S311 - jitter, not a secret
        return use_case(*args, **kwargs)

    return run
