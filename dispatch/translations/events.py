"""Facts about documents and quotes."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentAdded(Event):
    document_id: int
    kind: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRemoved(Event):
    document_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentOpened(Event):
    """Somebody read the file: every reading is kept."""

    document_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteMade(Event):
    quote_id: int
    requester_id: int
    price_cents: int
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteAnswered(Event):
    quote_id: int
    answer: str
