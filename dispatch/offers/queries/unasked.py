"""Why an interpreter was not asked, for herself: from what decisions were made from. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select

from dispatch.interpreters import queries as interpreters
from dispatch.offers.models import DecisionRow, OfferRow
from dispatch.offers.queries.deciding import Question, mind_of
from dispatch.partners.models import HandoverRow
from dispatch.requests.models import OptionRow, RequestRow
from kernel.actor import SYSTEM, Actor
from kernel.database import db
from matching.pool import Pool
from matching.record import unpack
from matching.standing import StandingFacts, standing_of
from reference import queries as reference

# Somebody's wish not to work with her is nobody else's to read.
_PRIVATE = frozenset({"excluded"})
# How far back is told, and how many.
_SINCE, _MOST = timedelta(days=14), 20


@dataclass(frozen=True, slots=True)
class NotAsked:
    """A request in her languages that she was not asked for: when that was decided, roughly where, where she stood."""

    made_at: datetime
    region: str
    standing: list[StandingFacts]


def not_asked(by: Actor, now: datetime) -> list[NotAsked]:
    """Return the last requests in an interpreter's languages for which others were asked, and why not she.

    Nothing of the client, of who asks, or of who was asked.
    """
    if by.interpreter_id is None:
        return []
    found = []
    for decision, region in _decisions(by.interpreter_id, now - _SINCE):
        case, needs, people = unpack(decision.inputs or b"")
        made = Question(case, needs, people, decision.settings, decision.model_id).decide()
        mind = mind_of(decision.settings, decision.model_id)
        told = standing_of(by.interpreter_id, needs, Pool(people), mind, made)
        standing = [it for it in told if _PRIVATE.isdisjoint(it["reasons"])]
        if standing:
            found.append(NotAsked(decision.made_at, region, standing))
    return found


def _decisions(interpreter_id: int, since: datetime) -> Sequence[tuple[DecisionRow, str]]:
    """Return the first decision, with its region, of each request she could have been asked for and was not."""
    mine = interpreters.find_interpreter(interpreter_id, by=SYSTEM)
    agencies = interpreters.agencies_of(interpreter_id)
    row, asked, option, handed = DecisionRow, RequestRow, OptionRow, HandoverRow
    spoken = sorted(_served_by({it.language for it in mine.languages}))
    other = exists().where(option.request_id == asked.id, option.language.in_(spoken))
    theirs = exists().where(handed.request_id == asked.id, handed.partner_id.in_(agencies))
    offered = exists().where(OfferRow.request_id == asked.id, OfferRow.interpreter_id == interpreter_id)
    first = select(func.min(row.id)).where(row.made_at >= since).group_by(row.request_id)
    query = (
        select(row, asked.region)
        .join(asked, asked.id == row.request_id)
        .where(row.id.in_(first), row.inputs.isnot(None), ~offered)
        .where(asked.agency_id.in_(agencies) | theirs, asked.language.in_(spoken) | other)
        .order_by(row.id.desc())
    )
    return [(it[0], it[1]) for it in db.session.execute(query.limit(_MOST))]


def _served_by(languages: set[str]) -> set[str]:
    """Return the languages asked that speakers of these can serve."""
    return {it for it in reference.languages() if languages & reference.speakers_serving(it)}
