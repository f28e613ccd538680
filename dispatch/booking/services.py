"""What is kept of a booking before it is sent: it survives a reload, a lost session and a fault of ours."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from dispatch.booking.models import HalfTypedRow
from dispatch.terms.queries import terms_at
from kernel.actor import Actor
from kernel.database import transaction

# Longer than any field may be; a whole form is never more than this.
_LONGEST, _MOST_VALUES = 5000, 20
# Not kept: what belongs to one page, and files.
_PASSING = frozenset({"csrf_token", "_once", "version", "documents", "look", "keep"})


def keep_half_typed(fields: Mapping[str, Iterable[str]], *, by: Actor) -> None:
    """Keep what somebody typed so far, instead of what was kept before."""
    kept = {
        name[:60]: [value[:_LONGEST] for value in list(values)[:_MOST_VALUES]]
        for name, values in list(fields.items())[:60]
        if name not in _PASSING
    }
    with transaction() as tx:
        row = {"person_id": by.person_id, "fields": kept, "kept_at": tx.now()}
        first = insert(HalfTypedRow).values(**row)
        changed = {"fields": first.excluded.fields, "kept_at": first.excluded.kept_at}
        tx.session.execute(first.on_conflict_do_update(index_elements=["person_id"], set_=changed))


def forget_half_typed(person_id: int) -> None:
    """It was sent, or is not wanted any more."""
    with transaction() as tx:
        tx.session.execute(delete(HalfTypedRow).where(HalfTypedRow.person_id == person_id))


def forget_old_half_typed() -> int:
    """Forget what nobody came back to; return how many."""
    with transaction() as tx:
        days = terms_at(tx.now().date()).value("half_typed")
        old = HalfTypedRow.kept_at < tx.now() - timedelta(days=days)
        return int(tx.session.execute(delete(HalfTypedRow).where(old)).rowcount)
