"""Other ways to get people somewhere: many requests of a day together, and by way of a third language.

Nothing here writes.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from dispatch.calendars.domain import at
from dispatch.offers.queries.people import crowd_of, need_of, needs_of, wishes_of
from dispatch.requests.domain import Service
from dispatch.requests.models import RequestRow
from dispatch.requests.status import UNANSWERED
from kernel.actor import Actor
from kernel.database import db
from matching.batch import Effort, ManyPlan, plan_many
from matching.domain import Candidate, Need
from matching.pool import Pool
from matching.ranking import rank
from matching.relay import Relay, relays

# More requests of one day, or languages by way of which, are not looked through while somebody waits.
_MOST_OF_A_DAY, _MOST_PIVOTS = 200, 6
_QUICKLY = Effort(seconds=3.0)


@dataclass(frozen=True, slots=True)
class DayPlan:
    """The open requests of a day, by id, and who goes where so that most are met."""

    requests: dict[int, RequestRow]
    plan: ManyPlan


def day_plan(day: date, now: datetime, *, by: Actor) -> DayPlan:
    """Return who could go where on a (local) day, all open requests for an interpreter taken together.

    Each as asked; whoever was asked for one and did not answer counts as free.
    """
    row = RequestRow
    start = max(now, at(day, time()))
    mine = (row.agency_id.in_(by.agency_ids), row.status.in_(UNANSWERED), row.service != Service.TRANSLATION)
    query = (
        select(row)
        .options(joinedload(row.organisation), selectinload(row.options))
        .where(*mine, row.starts_at >= start, row.starts_at < at(day + timedelta(days=1), time()))
        .order_by(row.starts_at, row.id)
        .limit(_MOST_OF_A_DAY)
    )
    requests = {it.id: it for it in db.session.scalars(query)}
    people: dict[int, Candidate] = {}
    needs: list[Need] = []
    for it in requests.values():
        need, crowd = needs_of(it, now)[0], crowd_of(it, now)
        # What concerns this request alone is no property of the person on the whole day.
        out = frozenset(who.candidate.interpreter_id for who in rank(need, crowd).rejected if _private(who.reasons))
        needs.append(replace(need, excluded_interpreters=out))
        people |= {who.interpreter_id: _for_the_day(who, people.get(who.interpreter_id)) for who in crowd}
    return DayPlan(requests, plan_many(needs, Pool(people.values()), effort=_QUICKLY))


_OF_ONE_REQUEST = frozenset({"excluded", "knows_client", "already_answered"})


def _private(reasons: tuple[str, ...]) -> bool:
    return not _OF_ONE_REQUEST.isdisjoint(reasons)


def _for_the_day(who: Candidate, known: Candidate | None) -> Candidate:
    """Return somebody as she stands towards the whole day: her other work as every request sees it."""
    plain = replace(
        who, excludes=False, knows_client=False, already_answered=False, has_open_offer=False, worked_here_before=False,
        same_client=False,
    )  # fmt: skip
    if known is None:
        return plain
    busy, jobs = {*known.busy, *who.busy}, {*known.jobs, *who.jobs}
    return replace(
        plain,
        busy=tuple(sorted(busy)),
        jobs=tuple(sorted(jobs, key=lambda it: (it.start, it.end))),
        over_hours_cap=known.over_hours_cap or who.over_hours_cap,
    )


def relays_of(request: RequestRow, now: datetime) -> list[Relay]:
    """Return the pairs that could meet a request by way of a third language; none where somebody can come directly."""
    (_, wish), *_others = wishes_of(request)
    if wish.service is Service.TRANSLATION:
        return []
    need = need_of(request, wish, now)
    speakers = [it for it in crowd_of(request, now) if any(one.language == wish.language for one in it.languages)]
    if rank(need, speakers).ranked:
        return []
    pivots = sorted({one.language for it in speakers for one in it.languages} - {wish.language})[:_MOST_PIVOTS]
    if not pivots:
        return []
    return relays(need, crowd_of(request, now, [replace(wish, language=it) for it in pivots]))
