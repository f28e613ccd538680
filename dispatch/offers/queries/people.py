"""Who could come for a request, as matching reads it. Nothing here writes."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import selectinload

from dispatch.assignments.models import AssignmentRow
from dispatch.interpreters import queries as interpreters
from dispatch.interpreters.domain import CandidateFacts
from dispatch.offers.models import OfferRow
from dispatch.offers.status import OPEN, Status
from dispatch.partners import queries as partners
from dispatch.partners.models import HandoverRow
from dispatch.requests.domain import Service, Wish
from dispatch.requests.models import OptionRow, RequestRow
from dispatch.requests.status import UNANSWERED
from dispatch.terms.queries import terms_at
from kernel.database import db
from matching.domain import Candidate, LanguageSkill, Need, Place, Ranking
from matching.ranking import rank
from reference import queries as reference

_NEAR = timedelta(hours=12)
# More open requests around one stretch are not looked through in time.
_MOST_AROUND = 200


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
    people = crowd_of(request, now)
    found = []
    for (option_id, wish), need in zip(wishes_of(request), needs_of(request, now), strict=True):
        spoken = {need.language, *need.understood_languages}
        crowd = tuple([it for it in people if any(skill.language in spoken for skill in it.languages)])
        found.append(Way(option_id, wish, need, crowd, rank(need, crowd)))
    return found


def needs_of(request: RequestRow, now: datetime) -> list[Need]:
    """Return every way to meet a request as matching reads it: as asked, then its alternatives."""
    return [need_of(request, wish, now) for _, wish in wishes_of(request)]


def crowd_of(
    request: RequestRow, now: datetime, beside: Sequence[Wish] = (), *, also: Collection[int] = ()
) -> list[Candidate]:
    """Return everybody who speaks a language in which the request can be met, as she stands towards it.

    Of the request's agency, and of the partners it was handed to.

    `beside`: other ways that will be asked about. `also`: agencies whose people are thought of besides.
    """
    wishes = [*(wish for _, wish in wishes_of(request)), *beside]
    languages = frozenset[str]().union(*(reference.speakers_serving(wish.language) for wish in wishes))
    span = min(wish.starts_at for wish in wishes), max(wish.ends_at for wish in wishes)
    agencies = {request.agency_id, *also} | set(partners.handed_to(request.id) if request.id else ())
    facts = interpreters.candidate_facts(agencies, languages, span, now, request.organisation_id)
    work = _work([it.interpreter_id for it in facts], request, span, now)
    answered, waiting = _answered_before(request), _still_asked(request, now)
    limit = terms_at(now.date()).value("travel_limit", Service.ON_SITE)
    return [_candidate(it, work[it.interpreter_id], answered, waiting, limit) for it in facts]


def open_around(agency_ids: Collection[int], languages: Collection[str], since: datetime, until: datetime) -> list[int]:
    """Return the open requests near a stretch that speakers of these languages can serve, the least time left first.

    Of these agencies, and handed to them. Near: with the longest journey; matching decides who fits.
    """
    row, option, handed = RequestRow, OptionRow, HandoverRow
    start, end = since - _NEAR, until + _NEAR
    theirs = exists().where(handed.request_id == row.id, handed.partner_id.in_(agency_ids), handed.ended_at.is_(None))
    otherwise = exists().where(option.request_id == row.id, option.starts_at < end, option.ends_at > start)
    near = (row.starts_at < end) & (row.ends_at > start) & (row.service != Service.TRANSLATION)
    query = (
        select(row)
        .options(selectinload(row.options))
        .where(row.status.in_(UNANSWERED), row.agency_id.in_(agency_ids) | theirs, near | otherwise)
        .order_by(row.hard_stop_at, row.id)
        .limit(_MOST_AROUND)
    )
    spoken = set(languages)
    return [
        it.id
        for it in db.session.scalars(query)
        if any(spoken.intersection(reference.speakers_serving(wish.language)) for _, wish in wishes_of(it))
    ]


class Work:
    """What one interpreter has on her plate around a request."""

    __slots__ = ("busy", "minutes_this_month", "offers_this_week", "worked_here")

    def __init__(self) -> None:
        self.busy: list[tuple[datetime, datetime]] = []
        self.minutes_this_month = 0
        self.offers_this_week = 0
        self.worked_here = False


def _work(ids: list[int], request: RequestRow, span: tuple[datetime, datetime], now: datetime) -> dict[int, Work]:
    work: dict[int, Work] = defaultdict(Work)
    if not ids:
        return work
    row, alive = AssignmentRow, AssignmentRow.status.in_(("booked", "started", "performed"))
    near = row.blocked.op("&&")(Range(span[0] - _NEAR, span[1] + _NEAR))
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


def need_of(request: RequestRow, wish: Wish, now: datetime) -> Need:
    """Return one way to meet a request as matching reads it."""
    place = Place(request.lat, request.lon) if request.lat is not None and request.lon is not None else None
    translation = wish.service is Service.TRANSLATION
    return Need(
        request_id=request.id,
        service=wish.service,
        language=wish.language,
        understood_languages=frozenset(reference.speakers_serving(wish.language)) - {wish.language},
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
        week=facts.week,
        deviations=facts.deviations,
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
