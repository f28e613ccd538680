"""Every read of calls. Nothing here writes, and nothing here shows a number to anybody."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import joinedload

from dispatch.calls.domain import code_key, cost_cents, quantiles
from dispatch.calls.models import CallRow, CodeRow, LegRow, LineRow
from dispatch.calls.ports import LegStatus
from dispatch.conversations.models import ConversationRow, ParticipantRow
from dispatch.requests.models import RequestRow
from dispatch.terms.queries import terms_at
from kernel.actor import Actor
from kernel.clock import BRUSSELS
from kernel.database import db, rows
from kernel.errors import NotFound
from people.models import OrganisationRow, PersonRow

# So many languages fit on the keys of a telephone; one that was not asked for a year is not offered.
_MOST_LANGUAGES, _RECENT = 8, timedelta(days=365)


def find_leg(leg_id: int) -> LegRow:
    """Return a leg with its call, as it stands now. For webhooks: the carrier's signature is their right to it.

    Raises: NotFound.
    """
    query = select(LegRow).options(joinedload(LegRow.call)).where(LegRow.id == leg_id)
    row = db.session.scalars(query.execution_options(populate_existing=True)).first()
    if row is None:
        raise NotFound(thing="call_legs")
    return row


def leg_by_sid(sid: str) -> LegRow | None:
    return db.session.scalars(select(LegRow).where(LegRow.sid == sid)).first()


def legs_of(call_id: int) -> list[LegRow]:
    return list(db.session.scalars(select(LegRow).where(LegRow.call_id == call_id).order_by(LegRow.id)))


def legs_of_offers(offer_ids: Sequence[int]) -> list[LegRow]:
    """Return the rings of these offers that are not over."""
    live = (LegRow.offer_id.in_(offer_ids), LegRow.status != LegStatus.ENDED)
    return list(db.session.scalars(select(LegRow).where(*live).order_by(LegRow.id)))


def leg_of_offer(offer_id: int) -> LegRow | None:
    return db.session.scalars(select(LegRow).where(LegRow.offer_id == offer_id)).first()


def call_of_request(request_id: int) -> CallRow | None:
    return db.session.scalars(select(CallRow).where(CallRow.request_id == request_id)).first()


def call_of_conversation(conversation_id: int) -> CallRow | None:
    return db.session.scalars(select(CallRow).where(CallRow.conversation_id == conversation_id)).first()


def call_by_conference(call_id: int, conference: str) -> CallRow | None:
    """Return a call, if the carrier names its conference rightly."""
    wanted = select(CallRow).where(CallRow.id == call_id, CallRow.conference == conference)
    return db.session.scalars(wanted).first()


def conference_of(call_id: int) -> str:
    return db.session.get_one(CallRow, call_id).conference


def line_called(number: str) -> LineRow | None:
    """Return the line of a number of ours. A call to one would call itself."""
    return db.session.scalars(select(LineRow).where(LineRow.number == number)).first()


def line_of(agency_id: int) -> LineRow | None:
    """Return the telephone of an agency, if it has one."""
    return db.session.get(LineRow, agency_id)


def talk_by_line(assignment_id: int) -> int | None:
    """Return the conversation of an assignment whose agency has a telephone, if it is one by telephone."""
    return next((it.id for it in rows(_TALK_BY_LINE, assignment_id=assignment_id)), None)


_TALK_BY_LINE = (
    select(ConversationRow.id)
    .join(LineRow, LineRow.agency_id == ConversationRow.agency_id)
    .where(ConversationRow.assignment_id == bindparam("assignment_id"), ConversationRow.kind == "audio")
)


def key_of(conversation_id: int, role: str) -> str | None:
    """Return how the call machine knows the person of this role in a conversation."""
    row = ParticipantRow
    wanted = select(row.key).where(row.conversation_id == conversation_id, row.role == role, row.status != "removed")
    return db.session.scalar(wanted.order_by(row.id).limit(1))


def has_browser(conversation_id: int, now: datetime) -> bool:
    """Return whether somebody is in the room of a conversation by browser."""
    row = ParticipantRow
    there = (row.conversation_id == conversation_id, row.seat.is_not(None), row.present_until > now)
    return db.session.scalar(select(row.id).where(*there).limit(1)) is not None


def code_meant(agency_id: int, code: str, day: date) -> CodeRow | None:
    """Return the code that was keyed, if it is valid on this (local) day."""
    live = (CodeRow.agency_id == agency_id, CodeRow.key == code_key(agency_id, code), CodeRow.ended_at.is_(None))
    row = db.session.scalars(select(CodeRow).where(*live, CodeRow.valid_from <= day)).first()
    return row if row is not None and (row.valid_until is None or day <= row.valid_until) else None


def codes_of(by: Actor) -> Sequence[Row[Any]]:
    """Return the living codes of the actor's agencies, by organisation."""
    columns = (CodeRow.id, CodeRow.ends_with, CodeRow.valid_from, CodeRow.valid_until, CodeRow.agency_id,
               OrganisationRow.name.label("organisation"), PersonRow.name.label("person"))  # fmt: skip
    query = select(*columns).join(OrganisationRow, OrganisationRow.id == CodeRow.organisation_id)
    query = query.join(PersonRow, PersonRow.id == CodeRow.person_id)
    mine = query.where(CodeRow.agency_id.in_(by.agency_ids), CodeRow.ended_at.is_(None))
    return db.session.execute(mine.order_by(OrganisationRow.name, CodeRow.id).limit(500)).all()


def find_code(code_id: int, *, by: Actor) -> CodeRow:
    """Return a code of the actor's agencies.

    Raises: NotFound.
    """
    row = db.session.get(CodeRow, code_id)
    if row is None or row.agency_id not in by.agency_ids:
        raise NotFound(thing="call_codes")
    return row


def top_languages(organisation_id: int, agency_id: int, now: datetime) -> tuple[str, ...]:
    """Return the languages a customer asked most in a year, filled up with those of its agency."""
    row, found = RequestRow, []
    for whose in (row.organisation_id == organisation_id, row.agency_id == agency_id):
        recent = (whose, row.submitted_at > now - _RECENT)
        query = select(row.language).where(*recent).group_by(row.language)
        found += db.session.scalars(query.order_by(func.count().desc(), row.language).limit(_MOST_LANGUAGES)).all()
    return tuple(dict.fromkeys(found))[:_MOST_LANGUAGES]


def cut_off_call(organisation_id: int, number: str, now: datetime) -> CallRow | None:
    """Return a talk of this customer from this number that waits for its caller: cut off a moment ago."""
    waits = (ConversationRow.status == "live", ConversationRow.call["phase"].as_string() == "interrupted")
    query = (
        select(CallRow)
        .join(ConversationRow, ConversationRow.id == CallRow.conversation_id)
        .join(CodeRow, CodeRow.id == CallRow.code_id)
        .where(CodeRow.organisation_id == organisation_id, CallRow.number == number, CallRow.ended_at.is_(None), *waits)
    )
    return db.session.scalars(query.order_by(CallRow.id.desc()).limit(1)).first()


def due(limit: int = 100) -> list[int]:
    """Return the calls whose machine has to be looked at now."""
    waiting = select(CallRow.id).where(CallRow.wake_at <= func.clock_timestamp())
    return list(db.session.scalars(waiting.order_by(CallRow.wake_at).limit(limit)))


def silent_legs(limit: int = 100) -> list[int]:
    """Return the legs of which the carrier should have said something by now."""
    waiting = (LegRow.status != LegStatus.ENDED, LegRow.check_at <= func.clock_timestamp())
    return list(db.session.scalars(select(LegRow.id).where(*waiting).order_by(LegRow.check_at).limit(limit)))


def spent_cents(agency_id: int, now: datetime) -> int:
    """Return what an agency's calls are taken to have cost today (local day). Units: cents."""
    midnight = now.astimezone(BRUSSELS).replace(hour=0, minute=0, second=0, microsecond=0)
    row = LegRow
    query = select(row.answered_at, row.ended_at).join(CallRow, CallRow.id == row.call_id)
    legs = db.session.execute(query.where(CallRow.agency_id == agency_id, row.made_at >= midnight)).all()
    price = terms_at(now.date()).value("call_minute_price")
    return sum(cost_cents(answered, ended, now, price) for answered, ended in legs)


def count_numbers(call_id: int) -> int:
    """Return how many numbers of people without an account were rung in a call."""
    mine = (LegRow.call_id == call_id, LegRow.role == "client")
    return db.session.scalar(select(func.count(func.distinct(LegRow.who))).where(*mine)) or 0


def count_rings(number: str, now: datetime) -> int:
    """Return how often a number was rung in the last 24 hours, whoever asked it."""
    recent = (LegRow.number == number, LegRow.incoming.is_(False), LegRow.made_at > now - timedelta(days=1))
    return db.session.scalar(select(func.count()).where(*recent)) or 0


def live_calls(by: Actor, limit: int = 50) -> Sequence[Row[Any]]:
    """Return the calls of the actor's agencies that go on now, the oldest first."""
    columns = (CallRow.id, CallRow.direction, CallRow.began_at, CallRow.request_id, RequestRow.reference,
               RequestRow.language, CallRow.state["phase"].as_string().label("phase"),
               ConversationRow.call["phase"].as_string().label("talk"))  # fmt: skip
    query = select(*columns).outerjoin(RequestRow, RequestRow.id == CallRow.request_id)
    query = query.outerjoin(ConversationRow, ConversationRow.id == CallRow.conversation_id)
    mine = query.where(CallRow.agency_id.in_(by.agency_ids), CallRow.ended_at.is_(None))
    return db.session.execute(mine.order_by(CallRow.began_at).limit(limit)).all()


def connect_times(since: datetime) -> dict[str, list[float]]:
    """Return how long requesters waited for an interpreter's voice, by language, since a moment. Units: seconds."""
    row, talk = RequestRow, ConversationRow
    query = select(row.language, talk.connect_seconds).join(row, row.id == talk.request_id)
    measured = (talk.connect_seconds.is_not(None), talk.began_at >= since, row.immediate)
    found: dict[str, list[float]] = {}
    for language, seconds in db.session.execute(query.where(*measured)):
        found.setdefault(language, []).append(seconds)
    return found


def connect_quantiles(since: datetime) -> list[tuple[str, int, tuple[float, ...]]]:
    """Return language, how many talks, and p50, p90, p99 of the seconds to a voice; the most asked first."""
    found = [(language, len(seconds), quantiles(seconds)) for language, seconds in connect_times(since).items()]
    return sorted(found, key=lambda it: (-it[1], it[0]))
