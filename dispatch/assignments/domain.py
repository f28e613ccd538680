"""Values and rules of assignments. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from matching.domain import NEAR_KM, Place, road_km
from matching.domain import travel_minutes as minutes_of


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


@dataclass(frozen=True, slots=True)
class Stop:
    """Work on site in somebody's day: when, where (None: not known), and her way there from home."""

    id: int
    starts_at: datetime
    ends_at: datetime
    place: Place | None
    travel_minutes: int


def leg_between(one: Stop, other: Stop) -> timedelta | None:
    """Return how long it takes to go straight from one stop to another; None: they make no tour."""
    if one.place is None or other.place is None:
        return None
    km = road_km(one.place, other.place)
    return timedelta(minutes=minutes_of(km)) if km <= NEAR_KM else None


def tour(stops: Sequence[Stop]) -> dict[int, tuple[datetime, datetime]]:
    """Return the stretch that each stop of somebody takes, by id: with the way home, or from and to a near stop.

    Where two would overlap with the way home between them, and she can go straight on, the leg belongs to the later.
    What cannot be done stays overlapping: the database refuses it.
    """
    order = sorted(stops, key=lambda it: (it.starts_at, it.id))
    takes = {it.id: list(blocked("on_site", it.starts_at, it.ends_at, it.travel_minutes) or ()) for it in order}
    for before, after in pairwise(order):
        leg = leg_between(before, after)
        if leg is None or takes[before.id][1] <= takes[after.id][0] or before.ends_at + leg > after.starts_at:
            continue
        takes[after.id][0] = after.starts_at - leg
        takes[before.id][1] = min(takes[before.id][1], after.starts_at - leg)
    return {it: (start, end) for it, (start, end) in takes.items()}
