"""What may be rung: the day's costs have a ceiling, and a number is not rung over and over."""

from datetime import datetime

from dispatch.calendars.domain import local_day
from dispatch.calls import queries
from dispatch.calls.events import CeilingReached
from dispatch.calls.models import CallRow, LineRow
from dispatch.terms.queries import terms_at
from kernel.actor import SYSTEM
from kernel.database import Transaction


def may_ring(tx: Transaction, row: CallRow, number: str, now: datetime) -> bool:
    """Return whether a number may be rung now; the first time a day's ceiling is reached, the desk hears it.

    Emits: CeilingReached.
    """
    terms = terms_at(now.date())
    if queries.line_called(number) is not None or queries.count_rings(number, now) > terms.value("call_rings_a_day"):
        return False
    spent = queries.spent_cents(row.agency_id, now)
    if spent < terms.value("call_ceiling"):
        return True
    line, today = tx.locked(LineRow, row.agency_id), local_day(now)
    if line.ceiling_told_on != today:
        line.ceiling_told_on = today
        tx.emit(CeilingReached(agency_id=row.agency_id, spent_cents=spent), SYSTEM)
    return False
