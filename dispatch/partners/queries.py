"""Reads of agreements between agencies. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import aliased

from dispatch.partners.models import HandoverRow, PartnershipRow
from dispatch.requests.models import RequestRow
from dispatch.requests.status import UNANSWERED
from kernel.actor import Actor
from kernel.database import db
from people.models import AgencyRow


@dataclass(frozen=True, slots=True)
class Partner:
    """An agency that may be asked for a request; `asked_at` when it was, `ended_at` when it gave it back."""

    agency_id: int
    name: str
    asked_at: datetime | None
    ended_at: datetime | None


def in_force(agency_id: int, service: str, day: date) -> list[int]:
    """Return the agencies that help out with a service on a day, by id."""
    row = PartnershipRow
    wanted = (
        row.agency_id == agency_id,
        row.services.contains([service]),
        row.valid_from <= day,
        or_(row.valid_until.is_(None), row.valid_until >= day),
    )
    return sorted(db.session.scalars(select(row.partner_id).where(*wanted)))


def handed_to(request_id: int) -> list[int]:
    """Return the partners whose interpreters may be asked for a request now."""
    row = HandoverRow
    return sorted(
        db.session.scalars(select(row.partner_id).where(row.request_id == request_id, row.ended_at.is_(None)))
    )


def not_asked(request: RequestRow) -> list[int]:
    """Return the partners that help out with a request and were not asked yet."""
    asked = select(HandoverRow.partner_id).where(HandoverRow.request_id == request.id)
    partners = in_force(request.agency_id, request.service, request.held_on)
    return sorted(set(partners).difference(db.session.scalars(asked))) if partners else []


def partners_of(request: RequestRow) -> list[Partner]:
    """Return every agency that helps out with a request, or was asked for it, by name."""
    handed = {
        it.partner_id: it for it in db.session.scalars(select(HandoverRow).where(HandoverRow.request_id == request.id))
    }
    ids = {*in_force(request.agency_id, request.service, request.held_on), *handed}
    named = select(AgencyRow.id, AgencyRow.name).where(AgencyRow.id.in_(ids)).order_by(AgencyRow.name)
    return [
        Partner(agency_id, name, (it := handed.get(agency_id)) and it.handed_at, it and it.ended_at)
        for agency_id, name in db.session.execute(named).all()
    ]


def partnerships(by: Actor) -> Sequence[Row[Any]]:
    """Return the agreements of the actor's agencies, both ways, the newest first."""
    own, other, row = aliased(AgencyRow), aliased(AgencyRow), PartnershipRow
    columns = (row.id, row.services, row.valid_from, row.valid_until, row.agency_id, own.name.label("agency"),
               other.name.label("partner"))  # fmt: skip
    query = select(*columns).join(own, own.id == row.agency_id).join(other, other.id == row.partner_id)
    mine = or_(row.agency_id.in_(by.agency_ids), row.partner_id.in_(by.agency_ids))
    return db.session.execute(query.where(mine).order_by(row.valid_from.desc(), row.id.desc())).all()


def list_handed_over(by: Actor, *, to_us: bool, limit: int = 100) -> Sequence[Row[Any]]:
    """Return what was handed to the actor's agencies, or by them, the newest first.

    Of another agency's request no more is read than finding an interpreter needs: nothing about the client, nor who
    asks.
    """
    asked, row, owner, partner = RequestRow, HandoverRow, aliased(AgencyRow), aliased(AgencyRow)
    columns = (
        asked.id, asked.reference, asked.service, asked.language, asked.starts_at, asked.ends_at, asked.municipality,
        asked.interpreter_gender, asked.status.in_(UNANSWERED).label("open"), asked.answered_at, asked.hard_stop_at,
        owner.name.label("owner"), partner.name.label("partner"), row.partner_id, row.handed_at, row.ended_at,
    )  # fmt: skip
    query = select(*columns).join(asked, asked.id == row.request_id).join(owner, owner.id == asked.agency_id)
    query = query.join(partner, partner.id == row.partner_id)
    mine = row.partner_id if to_us else asked.agency_id
    return db.session.execute(query.where(mine.in_(by.agency_ids)).order_by(row.id.desc()).limit(limit)).all()


def other_agencies(by: Actor) -> list[tuple[int, str]]:
    """Return the agencies an agreement can be made with."""
    row = AgencyRow
    query = select(row.id, row.name).where(row.id.notin_(by.agency_ids)).order_by(row.name)
    return [(it.id, it.name) for it in db.session.execute(query)]
