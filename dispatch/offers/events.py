"""Facts about offers."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfOffer(Event):
    subject: ClassVar[str] = "offer"
    subject_id_field: ClassVar[str] = "offer_id"

    offer_id: int
    interpreter_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade(_OfOffer):
    wave: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferSeen(_OfOffer):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAccepted(_OfOffer):
    assignment_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDeclined(_OfOffer):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferExpired(_OfOffer):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class OffersWithdrawn(Event):
    """Open offers of one request that no longer stand; `offers` maps offer id to interpreter id."""

    offers: dict[int, int]
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedByHand(Event):
    """A coordinator bound somebody herself; `overruled` are the rules matching would have kept."""

    assignment_id: int
    interpreter_id: int
    overruled: list[str]
