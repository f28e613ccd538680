"""Certificates that end: their interpreters hear of it in time, once for each end."""

from datetime import timedelta

from sqlalchemy import or_, select

from dispatch.calendars.domain import local_day
from dispatch.interpreters.events import CertificateExpires
from dispatch.interpreters.models import InterpreterLanguageRow
from dispatch.terms.queries import terms_at
from kernel.actor import SYSTEM
from kernel.database import transaction


def warn_of_expiry(limit: int = 500) -> int:
    """Tell whoever has a certificate that ends within the term `certificate_notice` (days); return how many.

    Safe beside other workers. A certificate that is prolonged is told of again when its new end comes near.

    Emits: CertificateExpires.
    """
    with transaction() as tx:
        row, today = InterpreterLanguageRow, local_day(tx.now())
        last = today + timedelta(days=terms_at(today).value("certificate_notice"))
        untold = or_(row.expiry_told_for.is_(None), row.expiry_told_for != row.certified_until)
        due = select(row).where(row.certified_until.between(today, last), untold).order_by(row.id).limit(limit)
        rows = list(tx.session.scalars(due.with_for_update(skip_locked=True)))
        for it in rows:
            it.expiry_told_for = it.certified_until
            tx.emit(
                CertificateExpires(interpreter_id=it.interpreter_id, language=it.language, ends_on=it.certified_until),
                SYSTEM,
            )
        return len(rows)
