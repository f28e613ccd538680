"""The values that matching works with, and how far and how long somebody travels."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import overload

import numpy as np
from numpy.typing import NDArray

from matching.hours import BRUSSELS, Deviation, Stretch

ON_SITE = "on_site"
TRANSLATION = "translation"
BOTH = "both"

Columns = NDArray[np.float64]

EARTH_RADIUS_KM = 6371.0
# Roads are longer than the line on the map; usual ratio for Western Europe, as in the simulated year.
DETOUR_FACTOR = 1.3
# Leaving home, parking or walking from the stop, finding the desk. Also what is left when both are in one municipality.
ACCESS_MINUTES = 10.0
# Speed door to door: (up to this many km, km/h): town streets, regional roads, motorway with its queues.
SPEEDS = ((5.0, 20.0), (20.0, 45.0), (float("inf"), 75.0))
# What somebody is taken to travel whose home, or a site whose place, is not on the map.
UNKNOWN_TRAVEL_MINUTES = 60

# Sites closer by road than this make one tour: she goes straight from one to the other. Further apart she is taken to
# go home between. So long, at most, she waits between two stops of a tour.
NEAR_KM, TOUR_WAIT_MINUTES = 15.0, 120.0

# What keeps somebody from being asked at this moment only.
PASSING_REASONS = frozenset({"quiet_hours", "is_present"})


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the map, in degrees (WGS 84)."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class LanguageSkill:
    """One language next to Dutch. Certified from `certified_from` up to and including `certified_until`."""

    language: str
    direction: str = BOTH
    certified_from: date | None = None
    certified_until: date | None = None

    def covers(self, direction: str) -> bool:
        """Whether work in `direction` ('both', 'to_dutch', 'from_dutch') can be done with this."""
        return self.direction in (BOTH, direction)

    def is_certified_on(self, day: date) -> bool:
        """Whether the certificate is good on `day`; without an end it stays good (rules A-C2)."""
        if self.certified_from is None or day < self.certified_from:
            return False
        return self.certified_until is None or day <= self.certified_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What somebody has to do, where and when: a request as asked, or one of its options.

    For a translation the slot runs until the deadline. `understood_languages` are languages whose speakers can serve
    the asked one. `direction` is 'both' for interpreting; a translation may need one direction only.
    """

    request_id: int
    service: str
    language: str
    slot_start: datetime
    slot_end: datetime
    now: datetime
    place: Place | None = None
    interpreter_gender: str | None = None
    excluded_interpreters: frozenset[int] = frozenset()
    certificate_required: bool = True
    understood_languages: frozenset[str] = frozenset()
    immediate: bool = False
    direction: str = BOTH
    held_on: date = field(init=False)

    def __post_init__(self) -> None:
        if self.slot_start >= self.slot_end:
            raise ValueError(f"empty slot: {self.slot_start} to {self.slot_end}")
        moment = self.slot_end if self.service == TRANSLATION else self.slot_start
        object.__setattr__(self, "held_on", moment.astimezone(BRUSSELS).date())

    def is_served_in(self, language: str) -> bool:
        """Whether somebody who speaks `language` can be understood."""
        return language == self.language or language in self.understood_languages


@dataclass(frozen=True, slots=True)
class Job:
    """Work on site that was promised already: from when to when without the way, where, and her way there from home."""

    start: datetime
    end: datetime
    place: Place
    travel_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An interpreter or translator as she stands towards one need.

    She is available when `available` says so and her `week` (None: never filled in) with its `deviations` covers the
    slot; that is not asked for a translation or a call at once. busy: stretches already promised, with their travel;
    jobs: those on site whose place is known, which a near site may follow or precede without going home between.
    present: rings reach her now. excludes: she or the organisation does not want the other. knows_client: she said so
    herself. already_answered: declined this version of the request or let it expire. has_open_offer: asked, still
    thinking; she keeps her place in the order and is not asked twice. over_hours_cap: this work would go over what she
    or the agency set for a day or a week. same_client: she worked for this client before.
    """

    interpreter_id: int
    languages: tuple[LanguageSkill, ...]
    services: frozenset[str]
    gender: str | None = None
    home: Place | None = None
    travel_limit_km: float | None = None
    active: bool = True
    available: bool = True
    week: tuple[Stretch, ...] | None = None
    deviations: tuple[Deviation, ...] = ()
    busy: tuple[tuple[datetime, datetime], ...] = ()
    jobs: tuple[Job, ...] = ()
    present: bool = False
    assigned_minutes_this_month: int = 0
    offers_this_week: int = 0
    excludes: bool = False
    knows_client: bool = False
    over_hours_cap: bool = False
    already_answered: bool = False
    worked_here_before: bool = False
    same_client: bool = False
    quiet: bool = False
    has_open_offer: bool = False


@dataclass(frozen=True, slots=True)
class Ranked:
    """Somebody who may come. `cost_minutes` is the sum of `parts`; a part below zero is a bonus.

    `distance_km` is by road, one way; None when nobody travels or the distance is not known.
    """

    candidate: Candidate
    cost_minutes: float
    parts: tuple[tuple[str, float], ...]
    distance_km: float | None
    travel_minutes: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """Somebody who may not come, with every rule that says so."""

    candidate: Candidate
    reasons: tuple[str, ...]

    @property
    def only_for_now(self) -> bool:
        """Whether she may be asked later today: nothing stands in the way that lasts."""
        return PASSING_REASONS.issuperset(self.reasons)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Every candidate once: in the order in which to ask, or rejected (nearest miss first)."""

    ranked: tuple[Ranked, ...]
    rejected: tuple[Rejected, ...]


def road_km(home: Place, site: Place) -> float:
    """Return the distance by road, to the metre: great circle (haversine) x detour factor."""
    return float(road_kms(np.array([home.lat]), np.array([home.lon]), site)[0])


def road_kms(lat: Columns, lon: Columns, site: Place) -> Columns:
    """Return the distances by road from many homes (degrees) to one site; not a number where a home is not known."""
    return kms_between(lat, lon, site.lat, site.lon)


def kms_between(lat: Columns, lon: Columns, to_lat: Columns | float, to_lon: Columns | float) -> Columns:
    """Return the distances by road from each place (degrees) to another; not a number where one is not known."""
    lat1, lat2 = np.radians(lat), np.radians(to_lat)
    half_lat, half_lon = np.sin((lat2 - lat1) / 2), np.sin(np.radians(to_lon - lon) / 2)
    chord = np.sqrt(half_lat * half_lat + np.cos(lat1) * np.cos(lat2) * half_lon * half_lon)
    distance: Columns = np.round(2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, chord)) * DETOUR_FACTOR, 3)
    return distance


@overload
def travel_minutes(km: float) -> int: ...
@overload
def travel_minutes(km: Columns) -> Columns: ...
def travel_minutes(km: float | Columns) -> int | Columns:
    """Return how long `km` of road take, door to door, in whole minutes rounded up.

    minutes = access + sum over the speed bands of (km in the band / km per hour) x 60. Never fewer for more km.
    """
    minutes, done = np.full_like(km, ACCESS_MINUTES, dtype=float), 0.0
    for until_km, km_per_hour in SPEEDS:
        minutes = minutes + np.clip(np.minimum(km, until_km) - done, 0.0, None) / km_per_hour * 60
        done = until_km
    whole = np.ceil(np.round(minutes, 6))
    return int(whole) if isinstance(km, int | float) else whole
