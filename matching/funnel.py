"""How many were left after each step, and what that says about an unanswered request."""

from collections.abc import Collection

from matching.domain import Funnel, Ranking

# Which broken rules stop somebody at which step, in the order of the funnel.
_STEPS = (
    ("registered", frozenset({"inactive"})),
    ("language", frozenset({"speaks_language", "direction"})),
    ("certified", frozenset({"is_certified"})),
    ("service", frozenset({"offers_service", "gender", "excluded"})),
    ("available", frozenset({"is_available", "is_free", "is_present"})),
    ("reachable", frozenset({"within_travel_limit", "quiet_hours"})),
)


def count_funnel(
    ranking: Ranking, offered: Collection[int], seen: Collection[int], answered: Collection[int]
) -> Funnel:
    """Count the steps. `offered`, `seen` and `answered` are interpreter ids; later steps are within earlier ones."""
    broken = [frozenset(it.reasons) for it in ranking.rejected]
    counts, stopped = {}, frozenset[str]()
    for name, reasons in _STEPS:
        stopped |= reasons
        counts[name] = len(ranking.ranked) + sum(not (mine & stopped) for mine in broken)
    asked = min(len(set(offered)), counts["reachable"])
    looked = min(len(set(seen) | set(answered)), asked)
    return Funnel(**counts, offered=asked, seen=looked, answered=min(len(set(answered)), looked))


def derive_reason(funnel: Funnel) -> str:
    """Return why nobody was found: no active interpreter for the pair is a matter of language, else of interpreters."""
    return "interpreter_unavailable" if funnel.language else "language_unavailable"
