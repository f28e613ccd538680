"""What a decision is made from: the request's standing, the terms, and what was learned. Nothing here writes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import case as when
from sqlalchemy import func, select

from dispatch.assignments.models import AssignmentRow
from dispatch.offers.domain import WEIGHTS
from dispatch.offers.models import AcceptanceModelRow, DecisionRow, OfferRow, PolicyReplayRow
from dispatch.offers.queries.people import crowd_of, needs_of, wishes_of
from dispatch.offers.status import OPEN, Status
from dispatch.requests.models import RequestRow
from dispatch.terms.domain import SearchPlan
from dispatch.terms.queries import terms_at
from kernel.clock import BRUSSELS
from kernel.database import db
from kernel.errors import NotFound
from matching.acceptance import SERVICES, AcceptanceModel, OfferLog, Offers
from matching.cases import EXPIRED, NO, WITHDRAWN, YES, Asked, Case
from matching.correction import Correction
from matching.decision import Decision, Mind, decide, is_evening, is_weekend
from matching.domain import Candidate, Need
from matching.hours import waking_hours
from matching.policy import AdaptiveWaves, ByWorth, WithFallback
from matching.pool import Pool
from matching.ranking import Weights
from matching.reaction import PUSH
from matching.record import unpack
from matching.reliability import Reliability, reliability
from matching.turns import InTurn, Only

_ANSWERS = {Status.ACCEPTED: YES, Status.DECLINED: NO, Status.EXPIRED: EXPIRED, Status.WITHDRAWN: WITHDRAWN}
_MINUTE = timedelta(minutes=1)
# What the requester asked comes first: whoever can do that is asked for that. Alternatives open where the chance that
# it succeeds is less than this, or half of the time is gone.
_AS_ASKED_FIRST, _HOPE = ByWorth(per_option_minutes=240.0), 0.6
# What was learned, by its row: rows never change.
_learned: dict[int, tuple[AcceptanceModel, Correction]] = {}


def minutes(moment: datetime) -> float:
    """Return a moment as policies read it: minutes since 1970, UTC."""
    return moment.timestamp() / 60


@dataclass(frozen=True, slots=True)
class Question:
    """Everything one decision is made from. `settings` are the terms of the search, `model_id` what was learned."""

    case: Case
    needs: list[Need]
    people: list[Candidate]
    settings: dict[str, Any]
    model_id: int | None

    @property
    def people_asked(self) -> int:
        """How many people were asked for the request as it is now."""
        return len({it.interpreter_id for it in self.case.asked})

    def decide(self) -> Decision:
        """Return whom to ask now, and why."""
        return decide(self.case, self.needs, Pool(self.people), mind_of(self.settings, self.model_id))


def question_of(request: RequestRow, plan: SearchPlan, now: datetime, only: Collection[int] | None = None) -> Question:
    """Return what has to be decided about a request: whom to ask next, or (`only`) which of these may be asked now."""
    settings = settings_of(plan, request.wave + 1, now.date())
    if only is not None:
        settings["only"] = sorted(only)
    people = crowd_of(request, now)
    return Question(case_of(request, now), needs_of(request, now), people, settings, newest_model(request.agency_id))


def case_of(request: RequestRow, now: datetime) -> Case:
    """Return where a request stands: who was asked for it as it is now, and how long there is."""
    begun, stop = request.submitted_at or now, request.hard_stop_at or now
    # Each keeps her own quiet hours; at night the search goes on with whoever has none.
    awake = [(minutes(start), minutes(end)) for start, end in waking_hours(begun, stop)]
    here = minutes(now)
    if not any(start <= here < end for start, end in awake):
        awake = sorted([*awake, (here, here + 1)])
    return Case(
        request_id=request.id,
        now=here,
        created_at=minutes(begun),
        deadline=minutes(stop),
        immediate=request.immediate,
        service=request.service,
        asked=tuple([*_asked(request), *_gave_back(request)]),
        wave=request.wave,
        awake=tuple(awake),
    )


def settings_of(plan: SearchPlan, wave: int, day: date) -> dict[str, Any]:
    """Return how the terms in force want people to be asked in `wave`, as plain values."""
    terms = terms_at(day)
    weights = {field: term.value for name, field in WEIGHTS.items() if (term := terms.find(name))}
    return {"size": plan.size_of(wave), "target": plan.fill_target, "weights": weights}


def changed(settings: dict[str, Any], name: str, value: float) -> dict[str, Any]:
    """Return settings in which one term has another value."""
    if name == "fill_target":
        return settings | {"target": None if settings["target"] is None else value / 100}
    return settings | {"weights": settings.get("weights", {}) | {WEIGHTS[name]: value}}


def mind_of(settings: dict[str, Any], model_id: int | None) -> Mind:
    """Return what decides, from the terms of a search and what was learned by then."""
    model, _ = learned(model_id)
    size, target, weights = settings["size"], settings["target"], Weights(**settings.get("weights", {}))
    if "only" in settings:
        return Mind(Only(frozenset(settings["only"]), _AS_ASKED_FIRST), "by_name", model, weights, most=None)
    if target is None:
        return Mind(InTurn(size), "in_turn", model, weights)
    known: dict[str, Any] = {"reactions": model.reactions, "spread": model.spread}
    adaptive = AdaptiveWaves(target=target, order=_AS_ASKED_FIRST, **known)
    return Mind(WithFallback(adaptive, target=_HOPE, **known), "adaptive", model, weights)


def newest_model(agency_id: int) -> int | None:
    """Return what was learned last of an agency's offers."""
    row = AcceptanceModelRow
    return db.session.scalar(select(func.max(row.id)).where(row.agency_id == agency_id))


def learned(model_id: int | None) -> tuple[AcceptanceModel, Correction]:
    """Return a model of who says yes, and the correction of chances that requests are filled."""
    if model_id is None:
        return AcceptanceModel(), Correction()
    if model_id not in _learned:
        row = db.session.get_one(AcceptanceModelRow, model_id)
        if len(_learned) > 100:
            _learned.clear()
        _learned[model_id] = AcceptanceModel.from_dict(row.model), Correction.from_dict(row.fill)
    return _learned[model_id]


def decisions_of(request_id: int) -> list[DecisionRow]:
    """Return every decision about a request, newest first."""
    row = DecisionRow
    return list(db.session.scalars(select(row).where(row.request_id == request_id).order_by(row.id.desc()).limit(50)))


def decision_again(decision_id: int, request_id: int) -> tuple[DecisionRow, Decision | None]:
    """Return a decision as it was kept, and made again from what it was made from (None: that is no longer kept).

    Raises: NotFound.
    """
    row = db.session.get(DecisionRow, decision_id)
    if row is None or row.request_id != request_id:
        raise NotFound(thing="decisions")
    if row.inputs is None:
        return row, None
    case, needs, people = unpack(row.inputs)
    return row, Question(case, needs, people, row.settings, row.model_id).decide()


def first_chances(agency_id: int, since: datetime) -> tuple[list[float], list[bool]]:
    """Return the uncorrected chance at the first decision of each request that was answered or not, and which."""
    first = select(func.min(DecisionRow.id)).where(DecisionRow.made_at >= since).group_by(DecisionRow.request_id)
    over = RequestRow.answered_at.isnot(None) | (RequestRow.outcome == "not_available")
    query = (
        select(DecisionRow.explanation["chance"].as_float(), RequestRow.answered_at.isnot(None))
        .join(RequestRow, RequestRow.id == DecisionRow.request_id)
        .where(DecisionRow.id.in_(first), RequestRow.agency_id == agency_id, over)
    )
    rows = db.session.execute(query).all()
    return [it[0] for it in rows], [it[1] for it in rows]


@dataclass(frozen=True, slots=True)
class Learned:
    """What an agency's offers taught last: `says_yes` judges who says yes (None: too little is known to judge),
    `fills` whether the chances told of whole requests came true."""

    agency_id: int
    learned_at: datetime
    in_use: bool
    says_yes: Reliability | None
    fills: Reliability


def everything_learned(now: datetime) -> list[Learned]:
    """Return what is in force for each agency, with how well it did in the last year."""
    row = AcceptanceModelRow
    newest = select(func.max(row.id)).group_by(row.agency_id)
    found = []
    for it in db.session.scalars(select(row).where(row.id.in_(newest)).order_by(row.agency_id)):
        model, correction = learned(it.id)
        told, came_true = first_chances(it.agency_id, now - timedelta(days=365))
        fills = reliability([correction.of(chance) for chance in told], came_true)
        found.append(Learned(it.agency_id, it.learned_at, it.learned, model.checked, fills))
    return found


def replays_of(agency_ids: Collection[int], limit: int = 20) -> list[PolicyReplayRow]:
    """Return the last years that were replayed, newest first."""
    row = PolicyReplayRow
    mine = select(row).where(row.agency_id.in_(agency_ids)).order_by(row.id.desc()).limit(limit)
    return list(db.session.scalars(mine))


def first_decisions(agency_id: int, since: datetime, limit: int) -> list[DecisionRow]:
    """Return the first decision of each of the newest requests of an agency that can still be made again."""
    first = select(func.min(DecisionRow.id)).where(DecisionRow.made_at >= since).group_by(DecisionRow.request_id)
    query = (
        select(DecisionRow)
        .join(RequestRow, RequestRow.id == DecisionRow.request_id)
        .where(DecisionRow.id.in_(first), RequestRow.agency_id == agency_id, DecisionRow.inputs.isnot(None))
    )
    return list(db.session.scalars(query.order_by(DecisionRow.id.desc()).limit(limit)))


def real_answers(request_id: int) -> dict[tuple[int, int], bool]:
    """Return who really said yes (True) or no to a request, by interpreter and option."""
    request = db.session.get_one(RequestRow, request_id)
    option = {option_id: n for n, (option_id, _) in enumerate(wishes_of(request))}
    row = OfferRow
    said = select(row.interpreter_id, row.option_id, row.status).where(
        row.request_id == request_id, row.status.in_((Status.ACCEPTED, Status.DECLINED))
    )
    return {(it[0], option.get(it[1], 0)): it[2] == Status.ACCEPTED for it in db.session.execute(said)}


def offer_log(agency_id: int, since: datetime, now: datetime) -> OfferLog:
    """Return what became of the agency's offers, oldest first."""
    row, rank = OfferRow, when((OfferRow.option_id.is_(None), 0), else_=1)
    columns = (
        row.interpreter_id, row.request_id, row.service, row.distance_km, row.starts_at, row.ends_at, row.created_at,
        row.seen_at, row.ended_at, row.status, rank.label("option"), RequestRow.immediate,
        row.explanation["load"].as_float().label("load"), row.explanation["offers_7d"].as_float().label("offers_7d"),
    )  # fmt: skip
    query = (
        select(*columns)
        .join(RequestRow, RequestRow.id == row.request_id)
        .where(RequestRow.agency_id == agency_id, row.created_at >= since)
        .order_by(row.created_at, row.id)
    )
    return _log(db.session.execute(query).all(), now)


def _log(rows: Sequence[Any], now: datetime) -> OfferLog:
    local = [it.starts_at.astimezone(BRUSSELS) for it in rows]
    numbers = {"load": 0.0, "offers_7d": 0.0, "distance_km": np.nan}
    filled = {
        name: np.array([usual if getattr(it, name) is None else getattr(it, name) for it in rows], float)
        for name, usual in numbers.items()
    }
    offers = Offers(
        interpreter_id=np.array([it.interpreter_id for it in rows], np.int64),
        service=np.array([SERVICES.index(it.service) for it in rows], np.int64),
        immediate=np.array([it.immediate for it in rows], bool),
        lead_hours=np.array([(it.starts_at - it.created_at) / timedelta(hours=1) for it in rows], float),
        duration_minutes=np.array([(it.ends_at - it.starts_at) / _MINUTE for it in rows], float),
        evening=np.array([is_evening(it) for it in local], bool),
        weekend=np.array([is_weekend(it) for it in local], bool),
        option=np.array([it.option for it in rows], np.int64),
        **filled,
    )
    answers = [_ANSWERS.get(Status(it.status), "") for it in rows]
    return OfferLog(
        offers=offers,
        request_id=np.array([it.request_id for it in rows], np.int64),
        channel=np.array([PUSH] * len(rows), dtype=str),
        seen=np.array([it.seen_at is not None or it.status in _ANSWERED for it in rows], bool),
        waited_minutes=np.array([_waited(it, now) for it in rows], float),
        ended_at=np.array([minutes(it.ended_at or now) for it in rows], float),
        answer=np.array(answers, dtype=str),
    )


_ANSWERED = (Status.ACCEPTED, Status.DECLINED)


def _waited(it: Any, now: datetime) -> float:
    """Return how long somebody could answer, in minutes she was awake."""
    end = it.ended_at or now
    if it.immediate:
        return float((end - it.created_at) / _MINUTE)
    return sum((until - since) / _MINUTE for since, until in waking_hours(it.created_at, end))


def _asked(request: RequestRow) -> list[Asked]:
    """Return who was asked and what came of it; whose offer was taken back may be asked again."""
    option = {option_id: n for n, (option_id, _) in enumerate(wishes_of(request))}
    row = OfferRow
    this = select(row).where(row.request_id == request.id, row.request_version == request.version)
    stood = this.where(row.status != Status.WITHDRAWN).order_by(row.id)
    return [
        Asked(
            interpreter_id=it.interpreter_id,
            option=option.get(it.option_id, 0),
            channel=PUSH,
            sent_at=minutes(it.created_at),
            delivered_at=minutes(it.delivered_at) if it.delivered_at else None,
            seen_at=minutes(it.seen_at) if it.seen_at else None,
            answered_at=minutes(it.ended_at) if it.ended_at else None,
            answer=None if it.status in OPEN else _ANSWERS[Status(it.status)],
        )
        for it in db.session.scalars(stood)
    ]


def _gave_back(request: RequestRow) -> list[Asked]:
    """Return who had the assignment and gave it back: a no to every way to meet the request."""
    row = AssignmentRow
    back = select(row.interpreter_id, row.booked_at).where(row.request_id == request.id, row.status == "withdrawn")
    options = range(len(wishes_of(request)))
    return [
        Asked(who, option, PUSH, minutes(at), answered_at=minutes(at), answer=NO)
        for who, at in db.session.execute(back).all()
        for option in options
    ]
