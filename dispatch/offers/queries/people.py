"""Who could come for a request, as matching reads it. Nothing here writes."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import selectinload

from dispatch.assignments.models import AssignmentRow
from dispatch.calendars.domain import at
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
from kernel.clock import BRUSSELS
from kernel.database import db
from matching.domain import Candidate, Job, LanguageSkill, Need, Place, Ranking
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
    _add_client(work, request)
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

    __slots__ = (
        "busy", "jobs", "knows_client", "minutes_this_month", "offers_this_week", "over_cap", "same_client",
        "worked_here",
    )  # fmt: skip

    def __init__(self) -> None:
        self.busy: list[tuple[datetime, datetime]] = []
        self.jobs: list[Job] = []
        self.minutes_this_month = 0
        self.offers_this_week = 0
        self.worked_here = False
        self.over_cap = False
        self.same_client = False
        self.knows_client = False


def _work(ids: list[int], request: RequestRow, span: tuple[datetime, datetime], now: datetime) -> dict[int, Work]:
    work: dict[int, Work] = defaultdict(Work)
    if not ids:
        return work
    row, alive = AssignmentRow, AssignmentRow.status.in_(("booked", "started", "performed"))
    near = row.blocked.op("&&")(Range(span[0] - _NEAR, span[1] + _NEAR))
    columns = (row.interpreter_id, row.blocked, row.service, row.starts_at, row.ends_at, row.travel_minutes,
               RequestRow.lat, RequestRow.lon)  # fmt: skip
    taken = select(*columns).join(RequestRow, RequestRow.id == row.request_id)
    taken = taken.where(row.interpreter_id.in_(ids), alive, near, row.request_id != request.id)
    for it in db.session.execute(taken):
        if it.blocked.isempty:
            continue
        if it.service == Service.ON_SITE and it.lat is not None and it.lon is not None:
            job = Job(it.starts_at, it.ends_at, Place(it.lat, it.lon), it.travel_minutes)
            work[it.interpreter_id].jobs.append(job)
        else:
            work[it.interpreter_id].busy.append((it.blocked.lower, it.blocked.upper))
    _add_load(work, ids, request, now)
    _add_caps(work, ids, request, now)
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


def _add_caps(work: dict[int, Work], ids: list[int], request: RequestRow, now: datetime) -> None:
    """Note who would go over the most hours of a day or a week, as the terms in force have them; local days."""
    terms = terms_at(now.date())
    most = [terms.find(name) for name in ("most_hours_day", "most_hours_week")]
    if request.service == Service.TRANSLATION or None in most:
        return
    row, alive = AssignmentRow, AssignmentRow.status.in_(("booked", "started", "performed"))
    day = request.starts_at.astimezone(BRUSSELS).date()
    monday = day - timedelta(days=day.weekday())
    start, end = at(monday, time()), at(monday + timedelta(days=7), time())
    minutes = func.extract("epoch", row.ends_at - row.starts_at) / 60
    on_the_day = (row.starts_at >= at(day, time())) & (row.starts_at < at(day + timedelta(days=1), time()))
    promised = select(row.interpreter_id, func.sum(minutes).filter(on_the_day), func.sum(minutes)).where(
        row.interpreter_id.in_(ids), alive, row.service != Service.TRANSLATION, row.request_id != request.id
    )
    within = promised.where(row.starts_at >= start, row.starts_at < end).group_by(row.interpreter_id)
    more = (request.ends_at - request.starts_at) / timedelta(minutes=1)
    limits = [it.value for it in most if it]
    for interpreter_id, *sums in db.session.execute(within):
        so_far = [float(it or 0) for it in sums]
        work[interpreter_id].over_cap = any(it + more > limit for it, limit in zip(so_far, limits, strict=True))


def _add_client(work: dict[int, Work], request: RequestRow) -> None:
    """Note who worked for this very client before, and who said that she knows him: by the organisation's own mark."""
    if not request.client_reference or not work:
        return
    asked, row, offer, ids = RequestRow, AssignmentRow, OfferRow, list(work)
    same = (asked.organisation_id == request.organisation_id, asked.client_reference == request.client_reference)
    worked = select(row.interpreter_id).join(asked, asked.id == row.request_id)
    for who in db.session.scalars(worked.where(*same, row.interpreter_id.in_(ids), row.status == "performed")):
        work[who].same_client = True
    declined = select(offer.interpreter_id).join(asked, asked.id == offer.request_id)
    declined = declined.where(*same, offer.interpreter_id.in_(ids), offer.decline_reason == "knows_client")
    gave_back = select(row.interpreter_id).join(asked, asked.id == row.request_id)
    gave_back = gave_back.where(*same, row.interpreter_id.in_(ids), row.end_reason == "knows_client")
    for who in db.session.scalars(declined.union(gave_back)):
        work[who].knows_client = True


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
        jobs=tuple(work.jobs),
        assigned_minutes_this_month=work.minutes_this_month,
        offers_this_week=work.offers_this_week,
        worked_here_before=work.worked_here,
        over_hours_cap=work.over_cap,
        same_client=work.same_client,
        knows_client=work.knows_client,
    )
