"""Reads of agreements."""

from datetime import date

from sqlalchemy import or_, select

from dispatch.customers.models import AgreementRow
from kernel.database import db


def agreement_on(organisation_id: int, day: date) -> AgreementRow | None:
    """Return the agreement in force on `day`, or None: none, run out, or suspended."""
    wanted = select(AgreementRow).where(
        AgreementRow.organisation_id == organisation_id,
        AgreementRow.valid_from <= day,
        or_(AgreementRow.valid_until.is_(None), AgreementRow.valid_until >= day),
        or_(AgreementRow.suspended_from.is_(None), AgreementRow.suspended_from > day),
    )
    return db.session.scalars(wanted.order_by(AgreementRow.valid_from.desc()).limit(1)).first()


def agreements_of(organisation_id: int) -> list[AgreementRow]:
    """Return every agreement of an organisation, the newest first; the caller decided that it may be seen."""
    query = select(AgreementRow).where(AgreementRow.organisation_id == organisation_id)
    return list(db.session.scalars(query.order_by(AgreementRow.valid_from.desc(), AgreementRow.id.desc())))
