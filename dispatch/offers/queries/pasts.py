"""Requests that are over, as matching saw them first, to ask what might have been. Nothing here writes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from dispatch.calendars.queries import calendar_of
from dispatch.offers.models import DecisionRow, OfferRow
from dispatch.offers.queries.deciding import case_of, mind_of, real_answers, settings_of
from dispatch.offers.queries.people import needs_of, wishes_of
from dispatch.requests.domain import ANSWERED, Outcome, Service
from dispatch.requests.models import RequestRow
from dispatch.terms.domain import plan_for
from dispatch.terms.queries import terms_at
from kernel.database import db
from matching.cases import Prospect
from matching.decision import prospects_of
from matching.pool import Pool
from matching.record import unpack
from matching.recruiting import Past

# What is taken of somebody whose price and chance were not kept: the middle of what is usual.
_USUAL_CHANCE, _USUAL_COST = 0.5, 60.0
_OVER = (*ANSWERED, Outcome.NOT_AVAILABLE)


def pasts_of(agency_id: int, language: str, since: date, until: date) -> Iterator[Past]:
    """Return the requests for an interpreter in a language held between two days, as their search began.

    From the first decision where that is kept; else from the request itself and whoever was offered it.
    """
    row = RequestRow
    query = (
        select(row)
        .options(selectinload(row.options))
        .where(row.agency_id == agency_id, row.language == language, row.service != Service.TRANSLATION)
        .where(row.held_on >= since, row.held_on <= until, row.outcome.in_(_OVER))
        .order_by(row.id)
    )
    requests = list(db.session.scalars(query))
    kept = _first_decisions([it.id for it in requests])
    for request in requests:
        decision = kept.get(request.id)
        yield _as_decided(request, decision) if decision else _as_asked(request)


def _first_decisions(request_ids: list[int]) -> dict[int, DecisionRow]:
    row = DecisionRow
    first = select(func.min(row.id)).where(row.request_id.in_(request_ids)).group_by(row.request_id)
    found = db.session.scalars(select(row).where(row.id.in_(first), row.inputs.isnot(None)))
    return {it.request_id: it for it in found}


def _as_decided(request: RequestRow, decision: DecisionRow) -> Past:
    case, needs, people = unpack(decision.inputs or b"")
    mind = mind_of({name: it for name, it in decision.settings.items() if name != "only"}, decision.model_id)
    rivals = prospects_of(needs, Pool(people), mind)
    return Past(case, tuple(needs), tuple(rivals), real_answers(request.id), _was_answered(request), mind)


def _as_asked(request: RequestRow) -> Past:
    began = request.submitted_at or request.created_at
    lead = calendar_of(request.agency_id).working_days_between(began, request.starts_at)
    plan = plan_for(Service(request.service), lead, request.immediate, terms_at(began.date()))
    case = replace(case_of(request, began), asked=(), wave=0)
    mind = mind_of(settings_of(plan, 1, began.date()), None)
    needs = tuple(needs_of(request, began))
    return Past(case, needs, _asked_then(request), real_answers(request.id), _was_answered(request), mind)


def _asked_then(request: RequestRow) -> tuple[Prospect, ...]:
    option = {option_id: n for n, (option_id, _) in enumerate(wishes_of(request))}
    row = OfferRow
    cost = func.coalesce(row.explanation["cost_minutes"].as_float(), _USUAL_COST)
    asked = select(row.interpreter_id, row.option_id, func.min(cost)).where(row.request_id == request.id)
    found = db.session.execute(asked.group_by(row.interpreter_id, row.option_id))
    return tuple([Prospect(who, option.get(option_id, 0), _USUAL_CHANCE, cost) for who, option_id, cost in found])


def _was_answered(request: RequestRow) -> bool:
    return request.outcome in ANSWERED
