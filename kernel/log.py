"""Structured logs: one JSON object a line, with ids only. Names, texts and contact data never appear in them."""

import json
import logging
import sys
import traceback
from collections import deque
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

# The last errors of this process, for the operator's page: (moment, logger, message, request id).
recent_errors: deque[tuple[datetime, str, str, str | None]] = deque(maxlen=50)


class JsonLines(logging.Formatter):
    """Format a record as one line of JSON; control characters cannot break out of it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
        }
        line |= getattr(record, "facts", {})
        if record.exc_info:
            line["exception"] = _told(record.exc_info[1])
        return json.dumps({key: value for key, value in line.items() if value is not None}, default=str)


def _told(error: BaseException | None) -> list[str]:
    """Return where an error came from, from the outside inwards: its kind, its code if the database gave
    one, and the places in the code. Never its words: they may quote what a person wrote."""
    told: list[str] = []
    seen: set[int] = set()  # a chain of causes may bite its own tail
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        code = getattr(error, "sqlstate", None) or getattr(error, "errno", None) or getattr(error, "code", None)
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        rule = getattr(getattr(error, "diag", None), "constraint_name", None)
        places = [f"{it.filename}:{it.lineno} {it.name}" for it in traceback.extract_tb(error.__traceback__)]
        told += [" ".join(str(it) for it in (kind, code, rule) if it), *reversed(places)]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return told


class _Remember(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        moment = datetime.fromtimestamp(record.created, UTC)
        recent_errors.append((moment, record.name, record.getMessage(), request_id.get()))


def configure(level: str) -> None:
    """Send everything from `level` up to standard error as JSON lines; remember errors."""
    handler, memory = logging.StreamHandler(sys.stderr), _Remember(level=logging.ERROR)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler, memory], force=True)
    for chatty in (
        "apscheduler",
        "procrastinate",
        "geventwebsocket",
        "engineio",
        "socketio",
        "werkzeug",
        "alembic",
    ):
        logging.getLogger(chatty).setLevel(logging.WARNING)
