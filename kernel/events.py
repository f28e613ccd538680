"""Facts: what happened, in the past tense. Kept for ever as the audit trail; subscribers join the transaction."""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, ClassVar

from kernel.actor import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. Subclasses add ids, codes and moments: no names, no free text.

    `subject` names the kind of thing and `subject_id_field` the field that holds its id.
    """

    subject: ClassVar[str] = "request"
    subject_id_field: ClassVar[str] = "request_id"

    agency_id: int | None = None
    request_id: int | None = None

    @property
    def subject_id(self) -> int | None:
        value: int | None = getattr(self, self.subject_id_field)
        return value

    def facts(self) -> dict[str, Any]:
        """Return everything but the columns of the audit row, as JSON values."""
        own = (f.name for f in fields(self) if f.name not in {"agency_id", "request_id"})
        return {name: _plain(getattr(self, name)) for name in own}


@cache
def event_name(class_name: str) -> str:
    """Return the stored name: `OfferAccepted` is kept as `offer_accepted`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", class_name).lower()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, frozenset | set | tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


# Takes the event, the transaction it happened in, and who acted.
Subscriber = Callable[[Any, Any, Actor], None]

_subscribers: dict[type[Event], list[Subscriber]] = defaultdict(list)


def subscribe(kind: type[Event], subscriber: Subscriber) -> None:
    """Call `subscriber(event, tx, by)` inside the transaction of every `kind` emitted. It must not do I/O.

    Called by `web/wiring.py` only, once per process; twice the same pair counts once.
    """
    if subscriber not in _subscribers[kind]:
        _subscribers[kind].append(subscriber)


def subscribers(kind: type[Event]) -> tuple[Subscriber, ...]:
    """Return who acts on `kind`, in the order of the wiring."""
    return tuple(_subscribers.get(kind, ()))
