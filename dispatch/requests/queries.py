"""Every read of requests. Nothing here writes."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, case, func, or_, select, text, true, tuple_
from sqlalchemy.orm import joinedload

from dispatch.requests.domain import Service
from dispatch.requests.models import NoteRow, OptionRow, ProposalRow, RequestRow
from dispatch.requests.status import BOUND, OPEN, UNANSWERED, Status
from kernel.actor import Actor, Role
from kernel.database import db, one_of, rows
from kernel.errors import NotFound
from people.models import OrganisationRow, PersonRow

# Answered: somebody is bound to it now, or was when it ended. Who fell away is not counted.
IS_ANSWERED = RequestRow.status.in_(BOUND) | (
    (RequestRow.status == Status.CLOSED) & RequestRow.outcome.in_(("completed", "cancelled"))
)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on requests that holds for what `actor` may see."""
    if actor.is_system:
        return true()
    if actor.role is Role.REQUESTER:
        return RequestRow.organisation_id == (actor.organisation_id or 0)
    if actor.is_staff:
        return RequestRow.agency_id.in_(actor.agency_ids) & (RequestRow.status != Status.DRAFT)
    bound = text(
        "EXISTS (SELECT 1 FROM assignments bound WHERE bound.request_id = requests.id"
        " AND bound.interpreter_id = :bound_interpreter AND bound.status IN ('booked', 'started', 'performed'))"
    )
    return bound.bindparams(bound_interpreter=actor.interpreter_id or 0)  # type: ignore[return-value]


def find_request(request_id: int, *, by: Actor) -> RequestRow:
    """Return a request the actor may see, with its organisation and alternatives.

    Raises: NotFound.
    """
    whole = select(RequestRow).options(
        joinedload(RequestRow.organisation), joinedload(RequestRow.options)
    )  # fmt: skip
    row = db.session.scalars(whole.where(RequestRow.id == request_id, visible_to(by))).unique().first()
    if row is None:
        raise NotFound(thing="requests")
    return row


def tell_request(request_id: int, *, by: Actor) -> Row[Any]:
    """Return what anybody who may see a request is told of it, and the name of its organisation.

    Raises: NotFound.
    """
    if not (found := rows(_told(by), request_id=request_id)):
        raise NotFound(thing="requests")
    return found[0]


def list_told(by: Actor, chosen: "Filter", *, before: int | None = None, limit: int = 50) -> Sequence[Row[Any]]:
    """Return a page of requests as `list_requests` does, each as `tell_request` tells it."""
    return rows(_page(_TOLD, by, chosen, before, limit))


def options_of(request_id: int) -> Sequence[Row[Any]]:
    """Return the alternatives of a request, the preferred first."""
    return rows(_OPTIONS, request_id=request_id)


@lru_cache(maxsize=2000)
def _told(by: Actor) -> Select[Any]:
    return _TOLD.where(RequestRow.id == bindparam("request_id"), visible_to(by))


_TOLD = select(
    RequestRow.id, RequestRow.agency_id, RequestRow.reference, RequestRow.status, RequestRow.service,
    RequestRow.language, RequestRow.starts_at, RequestRow.ends_at, RequestRow.immediate, RequestRow.version,
    RequestRow.organisation_id, RequestRow.street, RequestRow.postcode, RequestRow.municipality, RequestRow.phone,
    RequestRow.interpreter_gender, RequestRow.subject, RequestRow.client_reference, RequestRow.note,
    RequestRow.submitted_at, RequestRow.answered_at, RequestRow.closed_at, RequestRow.hard_stop_at,
    RequestRow.outcome, RequestRow.outcome_reason, RequestRow.timely, OrganisationRow.name.label("organisation"),
).join(OrganisationRow, OrganisationRow.id == RequestRow.organisation_id)  # fmt: skip
_OPTIONS = (
    select(OptionRow.rank, OptionRow.service, OptionRow.language, OptionRow.starts_at, OptionRow.ends_at)
    .where(OptionRow.request_id == bindparam("request_id"))
    .order_by(OptionRow.rank)
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of requests is narrowed to."""

    status: str = ""
    service: str = ""
    language: str = ""
    words: str = ""
    since: date | None = None
    until: date | None = None
    owner_id: int | None = None


def list_requests(by: Actor, chosen: Filter, *, before: int | None = None, limit: int = 50) -> list[RequestRow]:
    """Return a page of requests, newest first, beginning behind the id `before`."""
    whole = select(RequestRow).options(joinedload(RequestRow.organisation))
    return list(db.session.scalars(_page(whole, by, chosen, before, limit)))


def list_by_time(by: Actor, chosen: Filter, now: datetime, *, after: Any = None, limit: int = 50) -> Sequence[Row[Any]]:
    """Return a page of requests for who asked them: what is ahead, the soonest first; what is over, the last first.

    `after` is the place of the line before: its (`over`, `far`, `id`).
    """
    over, far, row_id = after or (False, float("-inf"), 0)
    return rows(_by_time(by, chosen, limit), now=now, over=over, far=far, row_id=row_id)


@lru_cache(maxsize=2000)  # the same people ask for the same list again: its statement is made once
def _by_time(by: Actor, chosen: Filter, limit: int) -> Select[Any]:
    over = (RequestRow.status == Status.CLOSED) | (RequestRow.ends_at < bindparam("now"))
    held = case((RequestRow.service == Service.TRANSLATION, RequestRow.ends_at), else_=RequestRow.starts_at)
    since = func.date_part("epoch", held)
    far = case((over, -since), else_=since)
    place, start = tuple_(over, far, RequestRow.id), tuple_(bindparam("over"), bindparam("far"), bindparam("row_id"))
    query = select(*_LINE, over.label("over"), far.label("far"))
    return (
        query.where(visible_to(by), *_narrowed(chosen), place > start).order_by(over, far, RequestRow.id).limit(limit)
    )


_LINE = (
    RequestRow.id, RequestRow.reference, RequestRow.status, RequestRow.outcome, RequestRow.service,
    RequestRow.language, RequestRow.starts_at, RequestRow.ends_at,
)  # fmt: skip


def _page(query: Select[Any], by: Actor, chosen: Filter, before: int | None, limit: int) -> Select[Any]:
    query = query.where(visible_to(by), *_narrowed(chosen))
    if before is not None:
        query = query.where(RequestRow.id < before)
    return query.order_by(RequestRow.id.desc()).limit(limit)


def needing_requester(by: Actor, *, confirmable: Select[Any]) -> Select[Any]:
    """Return the statement of what waits for the requester: an answer, a completion, or, of those whose id is
    `confirmable`, a confirmation. Lines, as `list_by_time`.
    """
    waits = one_of(RequestRow.status, (Status.INCOMPLETE, Status.PROPOSED, Status.QUOTED))
    ready = (RequestRow.status == Status.TO_CONFIRM) & RequestRow.id.in_(confirmable)
    return select(*_LINE).where(waits | ready, visible_to(by)).order_by(RequestRow.starts_at).limit(50)


def board(
    by: Actor, chosen: Filter, *, after: tuple[datetime, int] | None = None, limit: int = 100
) -> Sequence[Row[Any]]:
    """Return the unanswered requests of the actor's agencies, those with the least time left first."""
    mine = (RequestRow.agency_id.in_(by.agency_ids), one_of(RequestRow.status, UNANSWERED), *_narrowed(chosen))
    query = _ON_BOARD.where(*mine)
    if after is not None:
        key = func.row(RequestRow.hard_stop_at, RequestRow.id)
        query = query.where(key > func.row(*after))
    return rows(query.order_by(RequestRow.hard_stop_at, RequestRow.id).limit(limit))


def board_row(request_id: int) -> Row[Any] | None:
    """Return a request as the board shows it, for the sockets, which decide themselves who may see it."""
    return next(iter(rows(_ON_BOARD.where(RequestRow.id == bindparam("request_id")), request_id=request_id)), None)


_ON_BOARD = (
    select(
        RequestRow.id, RequestRow.agency_id, RequestRow.reference, RequestRow.status, RequestRow.service,
        RequestRow.language, RequestRow.starts_at, RequestRow.ends_at, RequestRow.hard_stop_at,
        RequestRow.municipality, RequestRow.priority, RequestRow.owner_id, RequestRow.wave, RequestRow.immediate,
        OrganisationRow.name.label("organisation_name"), PersonRow.name.label("owner_name"),
    )
    .join(OrganisationRow, OrganisationRow.id == RequestRow.organisation_id)
    .outerjoin(PersonRow, PersonRow.id == RequestRow.owner_id)
)  # fmt: skip


def slot_of(request_id: int) -> RequestRow | None:
    """Return the request whose number and start may be said to anybody; one that is locked is not asked for again."""
    return db.session.get(RequestRow, request_id)


def count_open(by: Actor) -> tuple[dict[str, int], list[str]]:
    """Return how many requests of the actor's agencies stand in each open status, and the languages unanswered."""
    counts: Counter[str] = Counter()
    languages = set()
    for status, language, count in db.session.execute(_OPEN_BY_LANGUAGE, {"agencies": sorted(by.agency_ids)}):
        counts[status] += count
        if status in UNANSWERED:
            languages.add(language)
    return dict(counts), sorted(languages)


_OPEN_BY_LANGUAGE = (
    select(RequestRow.status, RequestRow.language, func.count())
    .where(RequestRow.agency_id == func.any(bindparam("agencies")), RequestRow.status.in_(OPEN))
    .group_by(RequestRow.status, RequestRow.language)
)


def waiting_for_desk(by: Actor, limit: int = 100) -> list[RequestRow]:
    """Return what the desk has to do beside the search: reviews, and records that are missing or disputed."""
    query = (
        select(RequestRow)
        .options(joinedload(RequestRow.organisation))
        .where(
            RequestRow.agency_id.in_(by.agency_ids),
            or_(
                RequestRow.status == Status.IN_REVIEW,
                (RequestRow.status == Status.TO_CONFIRM) & text(_RECORD_MISSING_OR_DISPUTED),
            ),
        )
    )
    return list(db.session.scalars(query.order_by(RequestRow.starts_at).limit(limit)))


_RECORD_MISSING_OR_DISPUTED = (
    "NOT EXISTS (SELECT 1 FROM performances p WHERE p.request_id = requests.id AND p.status <> 'disputed')"
)


def open_proposal(request_id: int) -> ProposalRow | None:
    query = select(ProposalRow).where(ProposalRow.request_id == request_id, ProposalRow.answer.is_(None))
    return db.session.scalars(query).first()


def references_of(ids: Collection[int], *, by: Actor) -> dict[int, str]:
    """Return the numbers people know of these requests, of those the actor may see."""
    query = select(RequestRow.id, RequestRow.reference).where(RequestRow.id.in_(ids), visible_to(by))
    return {it.id: it.reference for it in rows(query)}


def notes_of(request_id: int, *, to_requester: bool | None = None) -> Sequence[tuple[NoteRow, str]]:
    """Return what the desk wrote with the authors' names, oldest first: all of it, or only one kind."""
    query = select(NoteRow, PersonRow.name).join(PersonRow, PersonRow.id == NoteRow.author_id)
    query = query.where(NoteRow.request_id == request_id)
    if to_requester is not None:
        query = query.where(NoteRow.to_requester.is_(to_requester))
    return [(row[0], row[1]) for row in db.session.execute(query.order_by(NoteRow.id)).all()]


def bound_interpreter(request_id: int) -> int | None:
    """Return who is bound to a request now: read before the locks, to take the interpreter's first."""
    query = text(
        "SELECT interpreter_id FROM assignments WHERE request_id = :request_id AND status IN ('booked', 'started')"
    )
    found: int | None = db.session.execute(query, {"request_id": request_id}).scalar()
    return found


def _narrowed(chosen: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for name in ("status", "service", "language", "owner_id"):
        if value := getattr(chosen, name):
            conditions.append(getattr(RequestRow, name) == value)
    if chosen.since:
        conditions.append(RequestRow.held_on >= chosen.since)
    if chosen.until:
        conditions.append(RequestRow.held_on <= chosen.until)
    if chosen.words:
        organisations = select(OrganisationRow.id).where(OrganisationRow.name.ilike(f"%{chosen.words}%"))
        conditions.append(
            or_(
                RequestRow.reference == chosen.words.strip(),
                RequestRow.client_reference == chosen.words.strip(),
                RequestRow.organisation_id.in_(organisations),
            )
        )
    return conditions
