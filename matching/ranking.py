"""Who may come, and who should come first.

Rules are either hard (a person is in or out, with a named reason) or soft (a price).
All prices are in minutes, so that they can be added up and explained at the desk.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from matching.domain import (
    NEAR_KM,
    ON_SITE,
    TOUR_WAIT_MINUTES,
    TRANSLATION,
    UNKNOWN_TRAVEL_MINUTES,
    Candidate,
    Need,
    Ranked,
    Ranking,
    Rejected,
    road_kms,
    travel_minutes,
)
from matching.hours import is_available, slot_in_week
from matching.pool import DIRECTIONS, GENDERS, SERVICES, Group, Pool, Rows, Table, seconds

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weights:
    """What the soft rules cost. The defaults are proposals; who is responsible for the order sets them.

    Source: rules A-D2 (distance, then fair rotation; field practice).
    """

    travel: float = 1.0  # minutes per minute of travel, one way
    workload: float = 0.05  # minutes per minute already assigned this month: 20 hours weigh as much as an hour's drive
    recent_offer_minutes: float = 3.0  # per offer of this week: who is asked too often stops answering
    related_language_minutes: float = 30.0  # speaks a language that is understood, not the one asked
    uncertified_minutes: float = 20.0  # only where no certificate is required
    worked_here_bonus_minutes: float = 30.0
    same_client_bonus_minutes: float = 60.0  # continuity: therapy and long guidance go on with the same person


USUAL = Weights()
NOTHING = np.uint32(0)


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


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everybody of a crowd beside the rules: `broken` has bit n for REASONS[n].

    `order` are the places in the crowd of who may come, in the order in which to ask: cheapest first, equal costs by
    interpreter id. `prices` are theirs, PARTS x people, in that order.
    """

    crowd: Crowd
    broken: NDArray[np.uint32]
    order: Rows
    prices: Floats

    @property
    def cost_minutes(self) -> Floats:
        total: Floats = self.prices.sum(axis=0)
        return total

    def ranked(self, most: int | None = None) -> list[Ranked]:
        """Return who may come with her price, at most so many."""
        return self.ranked_at(range(len(self.order[:most])))

    def ranked_at(self, places: Iterable[int]) -> list[Ranked]:
        """Return who has these places in the order (the first is 0), with her price."""
        crowd, cost = self.crowd, self.cost_minutes
        return [
            Ranked(
                crowd.members[person],
                float(cost[place]),
                tuple(
                    [(name, float(price)) for name, price in zip(PARTS, self.prices[:, place], strict=True) if price]
                ),
                None if np.isnan(crowd.distance_km[person]) else float(crowd.distance_km[person]),
                int(crowd.travel_minutes[person]),
            )
            for place in places
            for person in (self.order[place],)
        ]

    def has_answered(self, place: int) -> bool:
        """Return whether somebody was asked for this request before, and said no or nothing."""
        return bool(self.crowd["already_answered"][self.order[place]])

    def rejected(self) -> list[Rejected]:
        """Return who may not come with every reason, nearest miss first."""
        out = np.flatnonzero(self.broken)
        bits = self.broken[out, None] >> np.arange(len(REASONS), dtype=np.uint32) & 1
        found = [
            Rejected(self.crowd.members[row], tuple([name for name, it in zip(REASONS, broken, strict=True) if it]))
            for row, broken in zip(out, bits, strict=True)
        ]
        return sorted(found, key=lambda it: (len(it.reasons), it.candidate.interpreter_id))

    def first_reasons(self) -> dict[str, int]:
        """Return how many are out by each reason, everybody counted once: by the first rule she breaks."""
        left, counts = self.broken, {}
        for bit, name in enumerate(REASONS):
            here = (left >> np.uint32(bit) & 1).astype(bool)
            if count := int(here.sum()):
                counts[name] = count
                left = left[~here]
        return counts


class RankFacts(TypedDict):
    """Why somebody has her place in the order, as plain values; pages make the sentence."""

    position: int
    group_size: int
    cost_minutes: float
    parts: dict[str, float]
    distance_km: float | None
    travel_minutes: int


def _is_certified(it: Crowd) -> Mask:
    if not it.need.certificate_required:
        return _everybody(it)
    usable = it.serves & it.covers
    usable |= it.serves & ~some(usable)
    return ~some(it.serves) | some(usable & it.certified)


def _can_work_in_direction(it: Crowd) -> Mask:
    return ~some(it.serves) | some(it.serves & it.covers)


def _is_suitable_gender(it: Crowd) -> Mask:
    wanted = it.need.interpreter_gender
    return _everybody(it) if wanted is None else it["gender"] == GENDERS[wanted]


def _is_within_limit(it: Crowd) -> Mask:
    return np.isnan(it.distance_km) | (it.distance_km <= it["limit_km"])


def _arrives_in_time(it: Crowd) -> Mask:
    spare = seconds(it.need.slot_start) - seconds(it.need.now)
    return np.isnan(it.distance_km) | (it.travel_minutes * 60 <= spare)


# A translation is done between other work, before a deadline; only an appointment takes its hour.
# For a call at once, being present is the answer to "are you available".
def _is_free(it: Crowd) -> Mask:
    if it.need.service == TRANSLATION:
        return _everybody(it)
    travel = it.travel_minutes * 60
    leaves, returns = seconds(it.need.slot_start) - travel, seconds(it.need.slot_end) + travel
    return ~some((it["busy_from"] < returns) & (leaves < it["busy_to"])) & _fits_between(it)


def _fits_between(it: Crowd) -> Mask:
    """Return who gets to this work from her other jobs, and from it to them: from near ones without going home."""
    if np.isinf(it["job_from"]).all():
        return _everybody(it)
    gap = np.where(_near(it), it.leg_minutes * 60, it["job_travel"] + it.travel_minutes * 60)
    start, end = seconds(it.need.slot_start), seconds(it.need.slot_end)
    return ~some((it["job_from"] < end + gap) & (start < it["job_to"] + gap))


def _near(it: Crowd) -> Mask:
    near: Mask = it.leg_km <= NEAR_KM
    return near


def _is_available(it: Crowd) -> Mask:
    if it.need.immediate or it.need.service == TRANSLATION:
        return _everybody(it)
    works: Mask = ~it["has_week"]
    slot = slot_in_week(it.need.slot_start, it.need.slot_end)
    by_hand = it["deviates"] if slot else it["has_week"] | it["deviates"]
    if slot:
        works = works | some((it["week_from"] <= slot[0]) & (slot[1] <= it["week_to"]))
    for row in np.flatnonzero(by_hand):
        who = it.members[row]
        works[row] = is_available(who.week, who.deviations, it.need.slot_start, it.need.slot_end)
    works &= it["available"]
    return works


def _is_present(it: Crowd) -> Mask:
    present: Mask = it["present"] | (not it.need.immediate)
    return present


def _is_excluded(it: Crowd) -> Mask:
    return it["excludes"] | np.isin(it["id"], sorted(it.need.excluded_interpreters))


def some(cells: Mask) -> Mask:
    """Return for whom at least one of her cells holds."""
    people: Mask = np.logical_or.reduce(cells, axis=0)
    return people


def _everybody(it: Crowd) -> Mask:
    return np.ones(len(it.members), bool)


# name of the reason -> must hold for a candidate to be considered.
# Who does not speak the language is not also told about its direction and certificate.
# Quiet hours count even for a call at once: a page left open must not ring somebody out of bed.
HARD: dict[str, Callable[[Crowd], Mask]] = {
    "inactive": lambda it: it["active"],
    "speaks_language": lambda it: some(it.serves),
    "is_certified": _is_certified,
    "direction": _can_work_in_direction,
    "offers_service": lambda it: (it["services"] & SERVICES[it.need.service]) != 0,
    "gender": _is_suitable_gender,
    "within_travel_limit": _is_within_limit,
    "arrives_in_time": _arrives_in_time,
    "is_free": _is_free,
    "is_available": _is_available,
    "is_present": _is_present,
    "hours_cap": lambda it: ~it["over_hours_cap"],
    "excluded": lambda it: ~_is_excluded(it),
    "knows_client": lambda it: ~it["knows_client"],
    "already_answered": lambda it: ~it["already_answered"],
    "quiet_hours": lambda it: ~it["quiet"],
}
REASONS = tuple(HARD)

PARTS = (
    "travel", "workload", "recent_offers", "related_language", "uncertified", "worked_here_before", "same_client",
    "same_tour",
)  # fmt: skip


def rank(need: Need, candidates: Iterable[Candidate], weights: Weights = USUAL) -> Ranking:
    """Split candidates, each given once, into an order of asking and a list of reasoned rejections.

    Deterministic: whatever the order they are given in, equal costs are ordered by interpreter id.
    """
    pool = Pool(candidates)
    judgement = judge(need, pool, weights, pool.everybody())
    return Ranking(tuple(judgement.ranked()), tuple(judgement.rejected()))


def judge(
    need: Need, pool: Pool, weights: Weights = USUAL, group: Group | None = None, pardoned: np.uint32 = NOTHING
) -> Judgement:
    """Hold the speakers of the language, or a group of rows of the pool, beside every rule.

    Who breaks nothing but `pardoned` rules (bits of REASONS) has a place in the order all the same.
    """
    speakers = pool.speakers({need.language, *need.understood_languages}) if group is None else group
    crowd = _crowd(need, pool, speakers)
    rules = np.empty((len(HARD), len(crowd.members)), bool)
    for bit, holds in enumerate(HARD.values()):
        np.logical_not(holds(crowd), out=rules[bit])
    broken = _as_bits(rules)
    may = np.flatnonzero(broken & ~pardoned == 0)
    prices = _prices(crowd, may, weights)
    order = np.lexsort((crowd["id"][may], prices.sum(axis=0)))
    return Judgement(crowd, broken, may[order], prices[:, order])


def _as_bits(rules: Mask) -> NDArray[np.uint32]:
    """Return rules x people as one number a person: bit n for rule n."""
    packed = np.packbits(rules, axis=0, bitorder="little").astype(np.uint32)
    shifts = np.arange(0, 8 * len(packed), 8, dtype=np.uint32)[:, None]
    bits: NDArray[np.uint32] = np.bitwise_or.reduce(packed << shifts, axis=0)
    return bits


def explain_rank(ranked: Ranked, position: int, group_size: int) -> RankFacts:
    """Return the facts behind a place in the order: `position` counts from 1, of the `group_size` who could come.

    Holds only what concerns the person herself, so that it may be shown to her and kept with her offer. That the
    client is one she knows is not told before she said yes: its price is in that of the place.
    """
    if not 1 <= position <= group_size:
        raise ValueError(f"position {position} of {group_size}")
    parts = dict(ranked.parts)
    if client := parts.pop("same_client", 0.0):
        parts["worked_here_before"] = parts.get("worked_here_before", 0.0) + client
    return RankFacts(
        position=position,
        group_size=group_size,
        cost_minutes=ranked.cost_minutes,
        parts=parts,
        distance_km=ranked.distance_km,
        travel_minutes=ranked.travel_minutes,
    )


def _crowd(need: Need, pool: Pool, group: Group) -> Crowd:
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


def _prices(it: Crowd, who: Rows, weights: Weights) -> Floats:
    """Return the price of every part for some of a crowd, PARTS x people, in minutes."""
    related, uncertified = _prices_of_skill(it, who, weights)
    parts = (
        weights.travel * it.travel_minutes[who],
        weights.workload * it["month"][who],
        weights.recent_offer_minutes * it["offers"][who],
        related,
        uncertified,
        -weights.worked_here_bonus_minutes * it["worked_here_before"][who],
        -weights.same_client_bonus_minutes * it["same_client"][who],
        -weights.travel * _saved_by_tour(it)[who],
    )
    return np.stack(parts)


def _saved_by_tour(it: Crowd) -> Floats:
    """Return the minutes of travel spared by going straight from a near job just before or after; each way once.

    saved = her way from home to this site - the leg, for the nearest such job; never below zero.
    """
    if it.need.service != ON_SITE or not (near := _near(it)).any():
        return np.zeros(len(it.members))
    start, end = seconds(it.need.slot_start), seconds(it.need.slot_end)
    waits = np.where(it["job_to"] <= start, start - it["job_to"], it["job_from"] - end) / 60
    follows = near & (waits >= it.leg_minutes) & (waits <= TOUR_WAIT_MINUTES)
    saved: Floats = np.where(follows, np.maximum(0.0, it.travel_minutes - it.leg_minutes), 0.0).max(axis=0)
    return saved


def _prices_of_skill(it: Crowd, who: Rows, weights: Weights) -> tuple[Floats, Floats]:
    """Return what the cheapest skill that can do the work costs: for its language, for a missing certificate."""
    certified = it.certified[:, who]
    can = it.serves[:, who] & it.covers[:, who] & (certified | (not it.need.certificate_required))
    related = np.where(it.asked[:, who], 0.0, weights.related_language_minutes)
    uncertified = np.where(certified, 0.0, weights.uncertified_minutes)
    best = np.where(can, related + uncertified, np.inf).argmin(axis=0)[None]
    return np.take_along_axis(related, best, axis=0)[0], np.take_along_axis(uncertified, best, axis=0)[0]
