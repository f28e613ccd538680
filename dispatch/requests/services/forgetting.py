"""Forgetting: what says something about a client goes when its term is over; what is counted stays."""

from datetime import timedelta

from sqlalchemy import or_, select, text, update

from dispatch.requests.events import DetailsForgotten
from dispatch.requests.models import NoteRow, RequestRow
from dispatch.requests.status import Status
from dispatch.terms.queries import terms_at
from kernel.actor import SYSTEM
from kernel.database import transaction

# What hangs on a request and says something about a client, in modules that build upon this one.
_ELSEWHERE = text(
    "EXISTS (SELECT FROM request_notes n WHERE n.request_id = requests.id AND n.text <> '')"
    " OR EXISTS (SELECT FROM documents d WHERE d.request_id = requests.id AND d.removed_at IS NULL)"
    " OR EXISTS (SELECT FROM performances p WHERE p.request_id = requests.id"
    " AND coalesce(p.note, p.disturbance, p.dispute) IS NOT NULL)"
)
_PRIVATE = ("subject", "client_reference", "note", "phone", "street", "outcome_note")


def forget_details(limit: int = 5000) -> int:
    """Empty the private fields of requests closed longer ago than the term `retention` (days); return how many.

    Service, language, moment, municipality and outcome stay: the figures of the year do not change.

    Emits: DetailsForgotten.
    """
    with transaction() as tx:
        now = tx.now()
        before = now - timedelta(days=terms_at(now.date()).value("retention"))
        kept = or_(*(getattr(RequestRow, name).is_not(None) for name in _PRIVATE), _ELSEWHERE)
        old = (
            select(RequestRow.id)
            .where(RequestRow.status == Status.CLOSED, RequestRow.closed_at < before, kept)
            .limit(limit)
        )
        empty = update(RequestRow).where(RequestRow.id.in_(old)).values(dict.fromkeys(_PRIVATE))
        ids = list(tx.session.scalars(empty.returning(RequestRow.id)))
        if ids:
            notes = update(NoteRow).where(NoteRow.request_id.in_(ids)).values(text="")
            tx.session.execute(notes)
            for request_id in ids:
                tx.emit(DetailsForgotten(request_id=request_id), SYSTEM)
        return len(ids)
