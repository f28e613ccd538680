"""By way of a third language: one interpreter between the client's language and a pivot, one between that and Dutch.

Only where nobody can come directly, and only when a person decides it: each sentence is told twice, so it takes longer
and loses more. Both know the pivot with a certificate; the first need not be certified next to Dutch.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from matching.domain import TRANSLATION, Candidate, Need, Ranked
from matching.pool import Pool
from matching.ranking import USUAL, Weights, judge

# What a second telling of everything costs, beside the second person: assumed, as dear as an hour's drive.
RELAY_MINUTES = 60.0


@dataclass(frozen=True, slots=True)
class Relay:
    """Two people by way of `pivot`: `first` speaks with the client, `second` with whoever asked."""

    pivot: str
    first: Ranked
    second: Ranked

    @property
    def cost_minutes(self) -> float:
        """The price of both, and of telling everything twice."""
        return self.first.cost_minutes + self.second.cost_minutes + RELAY_MINUTES


def relays(need: Need, people: Iterable[Candidate], weights: Weights = USUAL, most: int = 3) -> list[Relay]:
    """Return the best pair for each pivot language, the cheapest first; at most so many. A translation has none.

    Every hard rule holds for both of them, each in her own language. The order of `people` does not matter.
    """
    if need.service == TRANSLATION:
        return []
    known = sorted(people, key=lambda it: it.interpreter_id)
    speakers = [it for it in known if any(skill.language == need.language for skill in it.languages)]
    pivots = {skill.language for it in speakers for skill in it.languages} - {need.language}
    found = [relay for pivot in sorted(pivots) if (relay := _by(pivot, need, speakers, known, weights))]
    return sorted(found, key=lambda it: (it.cost_minutes, it.pivot))[:most]


def _by(
    pivot: str, need: Need, speakers: Sequence[Candidate], people: Sequence[Candidate], weights: Weights
) -> Relay | None:
    """Return the cheapest two different people by way of one language."""
    to_client = replace(need, certificate_required=False, understood_languages=frozenset())
    to_dutch = replace(need, language=pivot, understood_languages=frozenset())
    bilingual = [it for it in speakers if _is_certified(it, pivot, need)]
    firsts = judge(to_client, Pool(bilingual), weights).ranked(2)
    seconds = judge(to_dutch, Pool(people), weights).ranked(2)
    pairs = [
        Relay(pivot, first, second)
        for first in firsts
        for second in seconds
        if first.candidate.interpreter_id != second.candidate.interpreter_id
    ]
    return min(pairs, key=lambda it: it.cost_minutes, default=None)


def _is_certified(who: Candidate, language: str, need: Need) -> bool:
    return any(it.language == language and it.is_certified_on(need.held_on) for it in who.languages)
