"""Values and rules of assignments. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class WithdrawReason(StrEnum):
    ILL = "ill"
    NOT_FREE = "not_free"
    KNOWS_CLIENT = "knows_client"
    CERTIFICATE_EXPIRED = "certificate_expired"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Everything about one interpreter doing one request. Units: minutes and kilometres one way, cents."""

    request_id: int
    offer_id: int | None
    interpreter_id: int
    made_by: str
    service: str
    language: str
    starts_at: datetime
    ends_at: datetime
    travel_minutes: int = 0
    distance_km: float | None = None
    fee_cents: int = 0
    travel_cents: int = 0


def blocked(
    service: str, starts_at: datetime, ends_at: datetime, travel_minutes: int
) -> tuple[datetime, datetime] | None:
    """Return the stretch in which the interpreter can do nothing else, travel included; a translation blocks none."""
    if service == "translation":
        return None
    buffer = timedelta(minutes=travel_minutes)
    return starts_at - buffer, ends_at + buffer
