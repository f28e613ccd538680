"""Facts about agreements between agencies, and about what was handed over."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfPartnership(Event):
    subject: ClassVar[str] = "agency"
    subject_id_field: ClassVar[str] = "agency_id"

    partner_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnershipMade(_OfPartnership):
    services: list[str]
    valid_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnershipEnded(_OfPartnership):
    valid_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerAsked(Event):
    """A partner's interpreters are asked as well; the request stays that of `agency_id`."""

    partner_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHandedBack(Event):
    """A partner will ask nobody more."""

    partner_id: int
