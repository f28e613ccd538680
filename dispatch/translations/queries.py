"""Every read of documents and quotes. Nothing here writes."""

from sqlalchemy import func, select

from dispatch.assignments import queries as assignments
from dispatch.requests import queries as requests
from dispatch.translations.models import DocumentRow, QuoteRow
from kernel.actor import Actor, Role
from kernel.database import db
from kernel.errors import NotFound


def documents_of(request_id: int) -> list[DocumentRow]:
    """Return the files of a request, for whoever may see it."""
    live = (DocumentRow.request_id == request_id, DocumentRow.removed_at.is_(None))
    return list(db.session.scalars(select(DocumentRow).where(*live).order_by(DocumentRow.id)))


def count_documents(request_id: int) -> int:
    live = (DocumentRow.request_id == request_id, DocumentRow.removed_at.is_(None))
    return db.session.scalar(select(func.count()).select_from(DocumentRow).where(*live)) or 0


def find_document(document_id: int, *, by: Actor) -> DocumentRow:
    """Return a file of a request whose files the actor may read: an interpreter only once she is bound to it.

    Raises: NotFound.
    """
    row = db.session.get(DocumentRow, document_id)
    if row is None or row.removed_at is not None:
        raise NotFound(thing="documents")
    if by.role is Role.INTERPRETER:
        bound = assignments.assignment_of(row.request_id)
        if bound is None or bound.interpreter_id != by.interpreter_id:
            raise NotFound(thing="documents")
    else:
        requests.find_request(row.request_id, by=by)
    return row


def open_quote(request_id: int) -> QuoteRow | None:
    return db.session.scalars(
        select(QuoteRow).where(QuoteRow.request_id == request_id, QuoteRow.answer.is_(None))
    ).first()


def agreed_price(request_id: int) -> int:
    """Return what the accepted quote says. Units: cents; nothing where none was accepted."""
    accepted = (QuoteRow.request_id == request_id, QuoteRow.answer == "accepted")
    query = select(QuoteRow.price_cents).where(*accepted).order_by(QuoteRow.id.desc())
    return db.session.scalars(query.limit(1)).first() or 0


def last_quote(request_id: int) -> QuoteRow | None:
    query = select(QuoteRow).where(QuoteRow.request_id == request_id).order_by(QuoteRow.id.desc())
    return db.session.scalars(query.limit(1)).first()
