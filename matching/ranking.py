"""Who may come, and who should come first.

Rules are either hard (a person is in or out, with a named reason) or soft (a price).
All prices are in minutes, so that they can be added up and explained at the desk.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from matching.crowd import Crowd, Floats, Mask, crowd_of, is_near
from matching.domain import (
    ON_SITE,
    TOUR_WAIT_MINUTES,
    Candidate,
    Need,
    Place,
    Ranked,
    Ranking,
    Rejected,
    road_kms,
    travel_minutes,
)
from matching.hard import HARD, REASONS
from matching.pool import Group, Pool, Rows, Table, seconds


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

PARTS = (
    "travel", "workload", "recent_offers", "related_language", "uncertified", "worked_here_before", "same_client",
    "same_tour",
)  # fmt: skip


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
    crowd = crowd_of(need, pool, speakers)
    rules = np.empty((len(HARD), len(crowd.members)), bool)
    for bit, holds in enumerate(HARD.values()):
        np.logical_not(holds(crowd), out=rules[bit])
    broken = _as_bits(rules)
    may = np.flatnonzero(broken & ~pardoned == 0)
    prices = _prices(crowd, may, weights)
    order = np.lexsort((crowd["id"][may], prices.sum(axis=0)))
    return Judgement(crowd, broken, may[order], prices[:, order])


def least_cost(people: Table, weights: Weights, place: Place | None) -> Floats:
    """Return what each costs at least for any work at a place (None: from home); what is left out only adds.

    The way there counts for who has no other job from which she might go straight on.
    """
    own: Floats = (
        weights.workload * people["month"]
        + weights.recent_offer_minutes * people["offers"]
        - weights.worked_here_bonus_minutes * people["worked_here_before"]
        - weights.same_client_bonus_minutes * people["same_client"]
    )
    if min(weights.travel, weights.related_language_minutes, weights.uncertified_minutes) < 0:
        return np.full(len(own), -np.inf)
    if place is not None:
        way = np.nan_to_num(travel_minutes(road_kms(people["lat"], people["lon"], place)))
        own += weights.travel * np.where(np.isinf(people["job_from"]).all(axis=0), way, 0.0)
    return own


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
    if it.need.service != ON_SITE or not (near := is_near(it)).any():
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
