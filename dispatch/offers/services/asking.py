"""The search: whom to ask now, whom to ask next, when a person looks, and when it is over."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, update

from dispatch.billing.queries import price_of
from dispatch.calendars.domain import local_day
from dispatch.calendars.queries import calendar_of
from dispatch.interpreters import queries as register
from dispatch.offers import queries
from dispatch.offers.domain import Made, Situation, Step, next_step, overdue, still_open, waves_used
from dispatch.offers.errors import PartnersFirst
from dispatch.offers.events import OfferExpired, OfferMade, OffersWithdrawn
from dispatch.offers.models import DecisionRow, FunnelRow, OfferRow
from dispatch.offers.status import OPEN, Status
from dispatch.partners import queries as partner_queries
from dispatch.partners import services as partners
from dispatch.partners.domain import ask_partners_at
from dispatch.requests import permissions as request_permissions
from dispatch.requests import services as requests
from dispatch.requests.domain import NOT_AVAILABLE_REASONS, Ending, Reason, Service, Wish
from dispatch.requests.models import RequestRow
from dispatch.requests.status import UNANSWERED
from dispatch.requests.status import Status as RequestStatus
from dispatch.terms.domain import SearchPlan, add, plan_for
from dispatch.terms.queries import terms_at
from dispatch.translations.queries import agreed_price
from kernel import clock
from kernel.actor import SYSTEM, Actor
from kernel.database import Transaction, one_of, retried, transaction
from matching.decision import Chosen, Decision, load_of
from matching.funnel import count_funnel, derive_reason
from matching.record import pack

# However short terms are made, a search is not looked at more often than this.
_SOONEST = timedelta(seconds=1)


def advance_due_searches(limit: int = 100) -> int:
    """Take the next step of every search whose moment has come; return how many. Safe beside other workers."""
    with transaction() as tx:
        due = RequestRow.next_step_at <= func.clock_timestamp()
        ids = list(tx.session.scalars(select(RequestRow.id).where(due).order_by(RequestRow.next_step_at).limit(limit)))
    for request_id in ids:
        advance_search(request_id)
    return len(ids)


@retried
def advance_search(request_id: int) -> None:
    """Take the next step of one search: let offers run out, ask the next wave, call a person, or stop.

    Derives everything from the tables, so that running it twice, late or beside another worker does no harm.

    Emits: OfferExpired, OfferMade, RequestEscalated, RequestClosed.
    """
    with transaction() as tx:
        request = requests.lock_request(tx, request_id)
        now = tx.now()
        if request.status not in UNANSWERED:
            _end_waiting(request, now)
            return
        requests.expire_proposal(request_id, by=SYSTEM)
        offers = queries.offers_of(request_id)
        _expire(tx, request, overdue(offers, now), now)
        _step(tx, request, offers, now)


def close_unanswered(request_id: int, *, by: Actor, reason: Reason | None = None, note: str | None = None) -> Ending:
    """End a search that found nobody. The funnel is frozen and gives the reason; a coordinator may decide otherwise.

    Partners that could still be asked are asked first: a coordinator who does not want that says why.

    Emits: RequestClosed.
    Raises: Invalid (another reason without a motive), PartnersFirst, NotFound, Forbidden, NotAllowedNow.
    """
    with transaction() as tx:
        request = requests.lock_request(tx, request_id)
        request_permissions.require_desk(by, request)
        derived = _derive(tx, request) if request.status in UNANSWERED else None
        given = reason or derived or Reason.OTHER
        unmotivated = not by.is_system and given in NOT_AVAILABLE_REASONS and not (note or "").strip()
        if unmotivated and request.status in UNANSWERED and partner_queries.not_asked(request):
            raise PartnersFirst(fields={"note": "partners_first"})
        return requests.close_request(request_id, by=by, reason=given, derived=derived, note=note)


def withdraw_offers(request_id: int, because: str, *, by: Actor) -> None:
    """Take back every open offer of a request, and tell whoever was asked. The caller holds the request's lock.

    Emits: OffersWithdrawn.
    """
    with transaction() as tx:
        values = {"this_request": request_id, "why": because, "at": clock.frozen_at()}
        rows = tx.connection.execute(_TAKE_BACK, values).all()
        if rows:
            tx.emit(OffersWithdrawn(request_id=request_id, offers={it[0]: it[1] for it in rows}, because=because), by)


_TAKE_BACK = (
    update(OfferRow)
    .where(OfferRow.request_id == bindparam("this_request"), one_of(OfferRow.status, OPEN))
    .values(
        status=Status.WITHDRAWN,
        ended_at=func.coalesce(bindparam("at", type_=OfferRow.ended_at.type), func.clock_timestamp()),
        withdrawn_because=bindparam("why"),
    )
    .returning(OfferRow.id, OfferRow.interpreter_id)
)


def mark_sent(offer_id: int) -> None:
    """A channel took the offer's message. Forward only: a later state stays."""
    _forward(offer_id, {Status.QUEUED}, status=Status.SENT)


def mark_delivered(offer_id: int) -> None:
    """The offer's message reached a device. Forward only: a later state stays."""
    _forward(offer_id, {Status.QUEUED, Status.SENT}, status=Status.DELIVERED)


def price(request_id: int, wish: Wish, distance_km: float | None) -> tuple[int, int]:
    """Return fee and travel allowance (there and back) of doing this; of a translation its quote. Units: cents."""
    if wish.service is Service.TRANSLATION:
        return agreed_price(request_id), 0
    minutes = round((wish.ends_at - wish.starts_at) / timedelta(minutes=1))
    return price_of(wish.service, local_day(wish.starts_at), minutes, 2 * (distance_km or 0))


def _forward(offer_id: int, sources: set[Status], *, status: Status) -> None:
    with transaction() as tx:
        column = {Status.SENT: "sent_at", Status.DELIVERED: "delivered_at"}[status]
        this = (OfferRow.id == offer_id, OfferRow.status.in_(sources))
        tx.session.execute(update(OfferRow).where(*this).values(status=status, **{column: tx.now()}))


def _step(tx: Transaction, request: RequestRow, offers: list[Made], now: datetime) -> None:
    plan = plan_of(request, now)
    question, decision, step = _consider(request, offers, plan, now)
    partners_at = _ask_partners_at(request, now)
    alone = not step.ask and not _heard_by(request, offers, plan, now)
    if partners_at and not step.stop and (alone or now >= partners_at) and partners.hand_over(request.id, by=SYSTEM):
        partners_at = None
        question, decision, step = _consider(request, offers, plan, now)
    if step.stop:
        close_unanswered(request.id, by=SYSTEM)
        return
    wave, again = request.wave, [it for it in (step.again_at, partners_at) if it]
    if step.ask or step.escalate:
        decision_id = keep(tx, question, decision, now)
    if step.ask:
        wave += 1
        again.append(ask(tx, request, decision, decision_id, now, wave=wave))
    if decision.plan.again_at is not None:
        wait = timedelta(minutes=decision.plan.again_at - question.case.now) / clock.time_scale()
        again.append(now + max(wait, _SOONEST))
    requests.schedule_step(request.id, wave=wave, next_step_at=min(again, default=None))
    if step.escalate:
        requests.escalate_request(request.id, step.escalate, by=SYSTEM)


def plan_of(request: RequestRow, now: datetime) -> SearchPlan:
    """Return how the terms in force want a request to be searched for."""
    lead = calendar_of(request.agency_id).working_days_between(now, request.starts_at)
    return plan_for(Service(request.service), lead, request.immediate, terms_at(now.date()))


def _consider(
    request: RequestRow, offers: list[Made], plan: SearchPlan, now: datetime
) -> tuple[queries.Question, Decision, Step]:
    """Return whom matching would ask now, and what that means for the search.

    The limit of waves is one of our own people: partners are asked beyond it.
    """
    question = queries.question_of(request, plan, now)
    decision = question.decide()
    step = next_step(
        Situation(
            now=now,
            wave=waves_used(request.wave, question.people_asked, plan),
            max_waves=None if partner_queries.handed_to(request.id) else plan.max_waves,
            escalate_after_waves=plan.escalate_after_waves,
            escalate_at=request.escalate_at or now,
            hard_stop_at=request.hard_stop_at or now,
            escalated=request.status != RequestStatus.SEARCHING,
            heard_by=_heard_by(request, offers, plan, now),
            chosen=len(decision.chosen),
        )
    )
    return question, decision, step


def _heard_by(request: RequestRow, offers: list[Made], plan: SearchPlan, now: datetime) -> tuple[datetime, ...]:
    """Return until when an answer is awaited of those who still think.

    With a target an offer is open as long as the search; whoever is silent for the life of one is waited for no more.
    """
    thinking = still_open(offers, now)
    if plan.fill_target is None:
        return tuple([it.expires_at for it in thinking])
    calendar = calendar_of(request.agency_id)
    ends = [add(it.created_at, plan.offer_life, calendar, clock.time_scale()) for it in thinking]
    return tuple([it for it in ends if it > now])


def _ask_partners_at(request: RequestRow, now: datetime) -> datetime | None:
    """Return when partners are asked at the latest; None: there are none, or they were."""
    if not partner_queries.not_asked(request):
        return None
    part = terms_at(now.date()).value("partners_after")
    return ask_partners_at(request.submitted_at or now, request.hard_stop_at or now, part)


def keep(tx: Transaction, question: queries.Question, decision: Decision, now: datetime) -> int:
    """Write down a decision with what it was made from, and return its id."""
    _, correction = queries.learned(question.model_id)
    row = DecisionRow(
        request_id=question.case.request_id,
        made_at=now,
        reason=decision.plan.reason,
        asked=len(decision.chosen),
        chance=correction.of(decision.explanation["chance"]),
        model_id=question.model_id,
        explanation=dict(decision.explanation),
        settings=question.settings,
        inputs=pack(question.case, question.needs, question.people),
    )
    tx.session.add(row)
    tx.session.flush()
    return row.id


def ask(
    tx: Transaction, request: RequestRow, decision: Decision, decision_id: int, now: datetime, *, wave: int
) -> datetime:
    """Offer the request to whom matching chose; return until when their answers are awaited.

    With a target, nobody's time runs out before the search does: the next are asked beside who is silent.
    """
    plan, stop = plan_of(request, now), request.hard_stop_at or now
    heard_by = min(stop, add(now, plan.offer_life, calendar_of(request.agency_id), clock.time_scale()))
    expires_at = stop if plan.fill_target is not None else heard_by
    rows = [_offer(request, it, wave) for it in decision.chosen]
    for row in rows:
        row.created_at, row.expires_at, row.decision_id = now, expires_at, decision_id
    tx.session.add_all(rows)
    tx.session.flush()
    for row in rows:
        facts = {"request_id": request.id, "agency_id": request.agency_id, "interpreter_id": row.interpreter_id}
        tx.emit(OfferMade(**facts, offer_id=row.id, wave=wave, expires_at=expires_at), SYSTEM)
    return heard_by


def _offer(request: RequestRow, it: Chosen, wave: int) -> OfferRow:
    option_id, wish = queries.wishes_of(request)[it.ask.option]
    ranked, who = it.ranked, it.ranked.candidate
    fee, travel = price(request.id, wish, ranked.distance_km)
    return OfferRow(
        request_id=request.id,
        option_id=option_id,
        interpreter_id=it.ask.interpreter_id,
        request_version=request.version,
        wave=wave,
        status=Status.QUEUED,
        service=wish.service,
        language=wish.language,
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        distance_km=None if ranked.distance_km is None else round(ranked.distance_km, 1),
        travel_minutes=ranked.travel_minutes,
        fee_cents=fee,
        travel_cents=travel,
        explanation=it.facts() | {"load": load_of(who.assigned_minutes_this_month), "offers_7d": who.offers_this_week},
    )


def _expire(tx: Transaction, request: RequestRow, over: list[Made], now: datetime) -> None:
    if not over:
        return
    these = (OfferRow.id.in_([it.offer_id for it in over]), OfferRow.status.in_(OPEN))
    tx.session.execute(update(OfferRow).where(*these).values(status=Status.EXPIRED, ended_at=now))
    for it in over:
        ids = {"request_id": request.id, "agency_id": request.agency_id, "interpreter_id": it.interpreter_id}
        tx.emit(OfferExpired(**ids, offer_id=it.offer_id), SYSTEM)


def _end_waiting(request: RequestRow, now: datetime) -> None:
    """End a request that waited for somebody too long: a review, a completion, a quote."""
    if request.next_step_at is None or request.next_step_at > now:
        return
    if request.status == RequestStatus.QUOTED:
        requests.decline_quote_of(request.id, by=SYSTEM)
    elif request.status in {RequestStatus.IN_REVIEW, RequestStatus.INCOMPLETE}:
        incomplete = request.status == RequestStatus.INCOMPLETE
        reason = Reason.INCOMPLETE if incomplete else Reason.SERVICE_UNAVAILABLE
        requests.close_request(request.id, by=SYSTEM, reason=reason)


def _derive(tx: Transaction, request: RequestRow) -> Reason:
    """Freeze the funnel of the request as asked, and return what it says."""
    now = tx.now()
    reached = queries.reached_of(request.id)
    funnels = [count_funnel(way.need, way.crowd, way.ranking, **reached) for way in queries.rankings(request, now)]
    agencies = {request.agency_id, *partner_queries.handed_to(request.id)}
    widest = max(funnels, key=lambda it: it.right_language)
    counts = widest.as_dict() | {"registered": register.count_active(agencies, now.date())}
    tx.session.merge(FunnelRow(request_id=request.id, counts=counts, frozen_at=now))
    return Reason(derive_reason(widest))
