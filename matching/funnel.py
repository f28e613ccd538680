"""Why a request stayed unanswered, with its proof: at each stage, how many were left.

Counted once, when the request ends, and kept. The reason is derived from the counts, never typed in beside them.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields

from matching.domain import Candidate, Need, Ranking

LANGUAGE_UNAVAILABLE = "language_unavailable"
INTERPRETER_UNAVAILABLE = "interpreter_unavailable"

# stage -> the rules whose breaking ends somebody's way there. Rules about the moment of asking (quiet hours, an earlier
# answer, too late to get there) have no stage: at closure they would hide the people who could have come.
STAGES: dict[str, frozenset[str]] = {
    "registered": frozenset({"inactive"}),
    "right_language": frozenset({"speaks_language", "direction"}),
    "certified": frozenset({"is_certified"}),
    "service": frozenset({"offers_service"}),
    "suitable": frozenset({"gender", "excluded", "knows_client"}),
    "available": frozenset({"is_available", "is_free", "is_present", "hours_cap"}),
    "reachable": frozenset({"within_travel_limit"}),
}


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many interpreters were left at each stage of one request; no stage has more than the one before it."""

    request_id: int
    registered: int
    right_language: int
    certified: int
    service: int
    suitable: int
    available: int
    reachable: int
    offered: int
    delivered: int
    seen: int
    answered: int

    def as_dict(self) -> dict[str, int]:
        """Return the counts by stage, in order."""
        return {it.name: getattr(self, it.name) for it in fields(self) if it.name != "request_id"}


def count_funnel(  # noqa: PLR0913 - four kinds of people are counted, and lumping them together would hide which is which
    need: Need,
    candidates: Iterable[Candidate],
    ranking: Ranking,
    offered: Collection[int],
    delivered: Collection[int],
    seen: Collection[int],
    answered: Collection[int],
) -> Funnel:
    """Count who was left at each stage. The last four are ids of interpreters, over all waves of the request.

    A later stage proves the earlier ones: who answered had seen it, even when told by telephone, and who was asked
    could come when she was asked, whatever has changed since.
    """
    reached = _nested(answered, seen, delivered, offered)
    counts = {name: len(ids) for name, ids in zip(("answered", "seen", "delivered", "offered"), reached, strict=True)}
    asked = reached[-1]
    broken = {it.candidate.interpreter_id: it.reasons for it in ranking.rejected}
    left = {who.interpreter_id for who in candidates} | asked
    for stage, rules in STAGES.items():
        left = {who for who in left if who in asked or rules.isdisjoint(broken.get(who, ()))}
        counts[stage] = len(left)
    return Funnel(request_id=need.request_id, **counts)


def derive_reason(funnel: Funnel) -> str:
    """Return why nobody came: no active interpreter for the pair, or none of those who exist.

    Source: annual report 2020, figure 37, the rows "not available" (rules D-3). That the service was closed is known
    before anybody is looked for, and is decided by the caller.
    """
    return LANGUAGE_UNAVAILABLE if funnel.right_language == 0 else INTERPRETER_UNAVAILABLE


def _nested(*stages: Collection[int]) -> list[frozenset[int]]:
    """Return the stages, last one first, each with everybody of the ones after it."""
    nested, people = [], frozenset[int]()
    for stage in stages:
        people = people.union(stage)
        nested.append(people)
    return nested
