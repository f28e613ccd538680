"""Some people of a pool beside one need: what the rules and the prices look at, column by column."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.domain import (
    NEAR_KM,
    ON_SITE,
    UNKNOWN_TRAVEL_MINUTES,
    Candidate,
    Need,
    road_kms,
    travel_minutes,
)
from matching.pool import DIRECTIONS, Group, Pool, Rows, Table

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Crowd:
    """Some people of a pool beside one need: their columns, which skills can serve, and their way there (one way)."""

    need: Need
    rows: Rows  # of the pool
    people: Table
    members: tuple[Candidate, ...]
    asked: Mask  # skill x person: it is the language asked
    serves: Mask  # skill x person: it can be understood
    covers: Mask  # skill x person: in the direction asked
    certified: Mask  # skill x person: on the day
    distance_km: Floats  # not a number where nobody travels or the distance is not known
    travel_minutes: Floats
    leg_km: Floats  # job x person: from her other jobs to this one; not a number where there is no way between
    leg_minutes: Floats

    def __getitem__(self, column: str) -> NDArray[Any]:
        return self.people[column]


def crowd_of(need: Need, pool: Pool, group: Group) -> Crowd:
    people = group.columns
    day = need.held_on.toordinal()
    asked = people["language"] == pool.code(need.language)
    understood = [pool.code(it) for it in sorted(need.understood_languages)]
    direction = DIRECTIONS[need.direction]
    distance, travel = _way(need, people)
    legs = _legs(need, people)
    return Crowd(
        need=need,
        rows=group.rows,
        people=people,
        members=group.members,
        asked=asked,
        serves=asked | np.isin(people["language"], understood) if understood else asked,
        covers=(people["direction"] & direction) == direction,
        certified=(people["certified_from"] <= day) & (day <= people["certified_until"]),
        distance_km=distance,
        travel_minutes=travel,
        leg_km=legs,
        leg_minutes=np.where(np.isnan(legs), 0.0, travel_minutes(np.nan_to_num(legs))),
    )


def _legs(need: Need, people: Table) -> Floats:
    lat, lon = people["job_lat"], people["job_lon"]
    if need.service != ON_SITE or need.place is None or np.isnan(lat).all():
        return np.full(lat.shape, np.nan)
    return road_kms(lat, lon, need.place)


def _way(need: Need, people: Table) -> tuple[Floats, Floats]:
    nowhere = np.full(len(people["id"]), np.nan)
    if need.service != ON_SITE:
        return nowhere, np.zeros(len(nowhere))
    if need.place is None:
        return nowhere, np.full(len(nowhere), float(UNKNOWN_TRAVEL_MINUTES))
    distance = road_kms(people["lat"], people["lon"], need.place)
    return distance, np.where(np.isnan(distance), float(UNKNOWN_TRAVEL_MINUTES), travel_minutes(distance))


def is_near(it: Crowd) -> Mask:
    near: Mask = it.leg_km <= NEAR_KM
    return near


def some(cells: Mask) -> Mask:
    """Return for whom at least one of her cells holds."""
    people: Mask = np.logical_or.reduce(cells, axis=0)
    return people


def everybody(it: Crowd) -> Mask:
    return np.ones(len(it.members), bool)
