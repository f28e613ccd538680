"""Every read of offers, and what matching needs to know. Nothing here writes."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import joinedload

from dispatch.assignments.models import AssignmentRow
from dispatch.interpreters import queries as interpreters
from dispatch.interpreters.domain import CandidateFacts
from dispatch.offers.domain import Made
from dispatch.offers.models import FunnelRow, OfferRow
from dispatch.offers.status import OPEN, Status
from dispatch.requests.domain import Service, Wish
from dispatch.requests.models import RequestRow
from dispatch.terms.queries import terms_at
from kernel.actor import Actor, Role
from kernel.database import db
from kernel.errors import NotFound
from matching.domain import Candidate, LanguageSkill, Need, Place, Ranking
from matching.ranking import rank
from reference import queries as reference

_NEAR = timedelta(hours=12)


def offers_of(request_id: int) -> list[Made]:
    """Return every offer of a request, oldest first."""
    row = OfferRow
    columns = (row.id, row.interpreter_id, row.wave, row.status, row.expires_at, row.request_version)
    return [
        Made(*it) for it in db.session.execute(select(*columns).where(row.request_id == request_id).order_by(row.id))
    ]


def standing(offer_id: int) -> Row | None:
    """Return offer, request and (if it won) assignment in one unlocked read: enough to refuse quickly."""
    return db.session.execute(_STANDING, {"offer_id": offer_id}).first()


_WON = (AssignmentRow.offer_id == OfferRow.id) & AssignmentRow.status.in_(("booked", "started", "performed"))
_STANDING = (
    select(
        OfferRow.interpreter_id,
        OfferRow.request_id,
        RequestRow.agency_id,
        OfferRow.status,
        OfferRow.withdrawn_because,
        OfferRow.request_version,
        RequestRow.version.label("current_version"),
        RequestRow.status.label("request_status"),
        AssignmentRow.id.label("assignment_id"),
    )
    .join(RequestRow, RequestRow.id == OfferRow.request_id)
    .outerjoin(AssignmentRow, _WON)
    .where(OfferRow.id == bindparam("offer_id"))
)


def open_offers(by: Actor, now: datetime) -> list[OfferRow]:
    """Return what an interpreter may answer now, the most urgent first."""
    mine = (OfferRow.interpreter_id == (by.interpreter_id or 0), OfferRow.status.in_(OPEN), OfferRow.expires_at > now)
    query = select(OfferRow).options(joinedload(OfferRow.request).joinedload(RequestRow.organisation))
    return list(db.session.scalars(query.where(*mine).order_by(OfferRow.expires_at, OfferRow.id)))


def recent_offers(by: Actor, limit: int = 20) -> list[OfferRow]:
    """Return an interpreter's answered and ended offers, newest first."""
    mine = (OfferRow.interpreter_id == (by.interpreter_id or 0), OfferRow.status.notin_(OPEN))
    query = select(OfferRow).options(joinedload(OfferRow.request))
    return list(db.session.scalars(query.where(*mine).order_by(OfferRow.id.desc()).limit(limit)))


def find_offer(offer_id: int, *, by: Actor) -> OfferRow:
    """Return an offer to this interpreter, or of a request of this coordinator's agency.

    Raises: NotFound.
    """
    query = select(OfferRow).options(joinedload(OfferRow.request)).where(OfferRow.id == offer_id)
    row = db.session.scalars(query).first()
    if row is None or not _may_see(by, row):
        raise NotFound(thing="offers")
    return row


def list_offers_of(request_id: int) -> list[OfferRow]:
    """Return the offers of a request with their interpreters, for a page that may show them."""
    query = select(OfferRow).options(joinedload(OfferRow.interpreter)).where(OfferRow.request_id == request_id)
    return list(db.session.scalars(query.order_by(OfferRow.id)))


def reached_of(request_id: int) -> dict[str, list[int]]:
    """Return, over all waves, which interpreters were offered the request, got it, saw it, and answered."""
    row = OfferRow
    columns = (row.interpreter_id, row.delivered_at, row.seen_at, row.status)
    offers = db.session.execute(select(*columns).where(row.request_id == request_id)).all()
    return {
        "offered": [it.interpreter_id for it in offers],
        "delivered": [it.interpreter_id for it in offers if it.delivered_at],
        "seen": [it.interpreter_id for it in offers if it.seen_at],
        "answered": [it.interpreter_id for it in offers if it.status in {Status.ACCEPTED, Status.DECLINED}],
    }


def frozen_funnel(request_id: int) -> dict[str, int] | None:
    row = db.session.get(FunnelRow, request_id)
    return row.counts if row else None


def wishes_of(request: RequestRow) -> list[tuple[int | None, Wish]]:
    """Return every way to meet a request, best first, with the option's id (None: as asked)."""
    asked = Wish(Service(request.service), request.language, request.starts_at, request.ends_at)
    options = [(it.id, Wish(Service(it.service), it.language, it.starts_at, it.ends_at)) for it in request.options]
    return [(None, asked), *options]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to meet a request (`option_id` None: as asked), who could, and in which order."""

    option_id: int | None
    wish: Wish
    need: Need
    crowd: tuple[Candidate, ...]
    ranking: Ranking


def rankings(request: RequestRow, now: datetime) -> list[Way]:
    """Return, per way to meet the request, who may come and why the others may not: eight statements in all."""
    wishes = wishes_of(request)
    languages = {wish.language: reference.speakers_serving(wish.language) for _, wish in wishes}
    everything = frozenset().union(*languages.values())
    slots = [(wish.starts_at, wish.ends_at) for _, wish in wishes]
    facts = interpreters.candidate_facts(request.agency_id, everything, slots, now, request.organisation_id)
    ids = [it.interpreter_id for it in facts[0]] if facts else []
    work = _work(ids, request, slots, now)
    answered, waiting = _answered_before(request), _still_asked(request, now)
    limit = terms_at(now.date()).value("travel_limit", Service.ON_SITE)
    found = []
    for (option_id, wish), people in zip(wishes, facts, strict=True):
        speaking = [it for it in people if any(skill.language in languages[wish.language] for skill in it.skills)]
        need = _need(request, wish, languages[wish.language], now)
        crowd = [_candidate(it, work[it.interpreter_id], answered, waiting, limit) for it in speaking]
        found.append(Way(option_id, wish, need, tuple(crowd), rank(need, crowd)))
    return found


class Work:
    """What one interpreter has on her plate around a request."""

    __slots__ = ("busy", "minutes_this_month", "offers_this_week", "worked_here")

    def __init__(self) -> None:
        self.busy: list[tuple[datetime, datetime]] = []
        self.minutes_this_month = 0
        self.offers_this_week = 0
        self.worked_here = False


def _work(
    ids: list[int], request: RequestRow, slots: Iterable[tuple[datetime, datetime]], now: datetime
) -> dict[int, Work]:
    work: dict[int, Work] = defaultdict(Work)
    if not ids:
        return work
    row, alive = AssignmentRow, AssignmentRow.status.in_(("booked", "started", "performed"))
    first, last = min(start for start, _ in slots) - _NEAR, max(end for _, end in slots) + _NEAR
    near = row.blocked.op("&&")(Range(first, last))
    taken = select(row.interpreter_id, row.blocked).where(row.interpreter_id.in_(ids), alive, near)
    for it in db.session.execute(taken.where(row.request_id != request.id)):
        if not it.blocked.isempty:
            work[it.interpreter_id].busy.append((it.blocked.lower, it.blocked.upper))
    _add_load(work, ids, request, now)
    return work


def _add_load(work: dict[int, Work], ids: list[int], request: RequestRow, now: datetime) -> None:
    row, alive = AssignmentRow, AssignmentRow.status.in_(("booked", "started", "performed"))
    minutes = func.sum(func.extract("epoch", row.ends_at - row.starts_at) / 60)
    month = row.starts_at >= now - timedelta(days=30)
    load = select(row.interpreter_id, minutes).where(
        row.interpreter_id.in_(ids), alive, month, row.service != "translation"
    )
    for interpreter_id, total in db.session.execute(load.group_by(row.interpreter_id)):
        work[interpreter_id].minutes_this_month = int(total or 0)
    offers = select(OfferRow.interpreter_id, func.count()).where(
        OfferRow.interpreter_id.in_(ids), OfferRow.created_at >= now - timedelta(days=7)
    )
    for interpreter_id, count in db.session.execute(offers.group_by(OfferRow.interpreter_id)):
        work[interpreter_id].offers_this_week = count
    here = (
        select(row.interpreter_id)
        .join(RequestRow, RequestRow.id == row.request_id)
        .where(row.interpreter_id.in_(ids), RequestRow.organisation_id == request.organisation_id)
        .where(row.status == "performed")
        .distinct()
    )
    for interpreter_id in db.session.scalars(here):
        work[interpreter_id].worked_here = True


def _answered_before(request: RequestRow) -> frozenset[int]:
    """Return who said no to this very request, let the offer run out, or gave the assignment back."""
    row = OfferRow
    no = select(row.interpreter_id).where(
        row.request_id == request.id,
        row.request_version == request.version,
        row.status.in_((Status.DECLINED, Status.EXPIRED)),
    )
    back = select(AssignmentRow.interpreter_id).where(
        AssignmentRow.request_id == request.id, AssignmentRow.status == "withdrawn"
    )
    return frozenset(db.session.scalars(no.union(back)))


def _still_asked(request: RequestRow, now: datetime) -> frozenset[int]:
    row = OfferRow
    asked = select(row.interpreter_id).where(row.request_id == request.id, row.status.in_(OPEN), row.expires_at > now)
    return frozenset(db.session.scalars(asked))


def _need(request: RequestRow, wish: Wish, languages: Collection[str], now: datetime) -> Need:
    place = Place(request.lat, request.lon) if request.lat is not None and request.lon is not None else None
    translation = wish.service is Service.TRANSLATION
    return Need(
        request_id=request.id,
        service=wish.service,
        language=wish.language,
        understood_languages=frozenset(languages) - {wish.language},
        slot_start=now if translation else wish.starts_at,
        slot_end=wish.ends_at,
        now=now,
        place=place,
        interpreter_gender=None if translation else request.interpreter_gender,
        immediate=request.immediate,
        direction="from_dutch" if translation else "both",
    )


def _candidate(
    facts: CandidateFacts, work: Work, answered: frozenset[int], waiting: frozenset[int], usual_limit: float
) -> Candidate:
    return Candidate(
        interpreter_id=facts.interpreter_id,
        languages=tuple(
            LanguageSkill(it.language, it.direction, it.certified_from, it.certified_until) for it in facts.skills
        ),
        services=facts.services,
        gender=facts.gender,
        home=Place(*facts.home) if facts.home else None,
        travel_limit_km=facts.travel_limit_km if facts.travel_limit_km is not None else usual_limit,
        active=facts.active,
        available=facts.available,
        present=facts.present,
        quiet=facts.quiet and not facts.present,
        excludes=facts.excluded,
        already_answered=facts.interpreter_id in answered,
        has_open_offer=facts.interpreter_id in waiting,
        busy=tuple(work.busy),
        assigned_minutes_this_month=work.minutes_this_month,
        offers_this_week=work.offers_this_week,
        worked_here_before=work.worked_here,
    )


def _may_see(by: Actor, offer: OfferRow) -> bool:
    if by.role is Role.INTERPRETER:
        return offer.interpreter_id == by.interpreter_id
    return by.is_system or (by.is_staff and offer.request.agency_id in by.agency_ids)


def offer_row(offer_id: int) -> OfferRow:
    """Return an offer with its request, for use cases that hold its request's lock."""
    query = select(OfferRow).options(joinedload(OfferRow.request)).where(OfferRow.id == offer_id)
    return db.session.scalars(query).one()
