"""Whom to ask now: offers go out in waves, best first. When the next wave goes is the caller's clock."""

from dataclasses import dataclass

from matching.domain import Ranked, Ranking


@dataclass(frozen=True, slots=True)
class WavePolicy:
    """How many are asked together (`size`), in how many waves at most (None: until nobody is left), or all at once."""

    size: int
    max_waves: int | None = None
    all_at_once: bool = False

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError(f"a wave asks somebody: size {self.size}")


def next_wave(ranking: Ranking, policy: WavePolicy, wave: int, open_offers: int) -> tuple[Ranked, ...]:
    """Return who is asked now, in order; nobody when the waves are used up or all places are taken.

    `wave` counts from 1. Offers still open take a place in the wave, so never more than `policy.size` people think
    about one request together; asking the next one after an early "no" is the same wave. Whoever has an open offer
    is skipped.
    """
    if wave < 1:
        raise ValueError(f"waves count from 1: {wave}")
    if policy.max_waves is not None and wave > policy.max_waves:
        return ()
    waiting = tuple(it for it in ranking.ranked if not it.candidate.has_open_offer)
    if policy.all_at_once:
        return waiting
    return waiting[: max(0, policy.size - open_offers)]
