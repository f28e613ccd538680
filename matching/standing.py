"""Where one person stood when somebody was asked for: why she was, or why not, told to herself alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

import numpy as np

from matching.decision import Decision, Mind
from matching.domain import Need
from matching.pool import Pool
from matching.ranking import Judgement, judge


class StandingFacts(TypedDict):
    """One way to meet a request, for one person: why she could not come (`reasons`), or her place among who could.

    behind_minutes: how much dearer than the last one who was asked; None: nobody was asked for this. It says nothing of
    who the others are.
    """

    option: int
    service: str
    language: str
    starts_at: datetime
    ends_at: datetime
    reasons: list[str]
    position: int | None
    group_size: int
    asked: int
    behind_minutes: int | None


def standing_of(
    interpreter_id: int, needs: Sequence[Need], pool: Pool, mind: Mind, decision: Decision
) -> list[StandingFacts]:
    """Return where somebody stood in a decision, for every way to meet the request in a language she speaks."""
    found = []
    for option, need in enumerate(needs):
        judgement = judge(need, pool, mind.weights)
        here = np.flatnonzero(judgement.crowd["id"] == interpreter_id)
        if len(here):
            asked = [it.place for it in decision.chosen if it.ask.option == option]
            found.append(_facts(option, judgement, int(here[0]), asked))
    return found


def _facts(option: int, judgement: Judgement, person: int, asked: Sequence[int]) -> StandingFacts:
    need = judgement.crowd.need
    places = np.flatnonzero(judgement.order == person)
    place = int(places[0]) if len(places) else None
    reasons = [] if place is not None else _reasons(judgement, person)
    cost = judgement.cost_minutes
    behind = None
    if place is not None and asked and max(asked) <= len(cost):
        behind = max(0, round(float(cost[place] - cost[max(asked) - 1])))
    return StandingFacts(
        option=option,
        service=need.service,
        language=need.language,
        starts_at=need.slot_start,
        ends_at=need.slot_end,
        reasons=reasons,
        position=None if place is None else place + 1,
        group_size=len(judgement.order),
        asked=len(asked),
        behind_minutes=behind,
    )


def _reasons(judgement: Judgement, person: int) -> list[str]:
    who = judgement.crowd.members[person].interpreter_id
    return next((list(it.reasons) for it in judgement.rejected() if it.candidate.interpreter_id == who), [])
