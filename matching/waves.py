"""Whom to ask now."""

from collections.abc import Iterable

from matching.domain import Ranked


def next_wave(ranked: Iterable[Ranked], size: int | None, asked: frozenset[int]) -> tuple[Ranked, ...]:
    """Return the best `size` (None: all) who are not being asked already, best first."""
    free = [it for it in ranked if it.candidate.interpreter_id not in asked]
    return tuple(free if size is None else free[:size])
