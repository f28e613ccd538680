"""What can be done with documents and quotes. The only file here that writes."""

import hashlib
from datetime import datetime

from sqlalchemy import select

from dispatch.assignments import queries as assignments
from dispatch.calendars.queries import calendar_of
from dispatch.requests import permissions as request_permissions
from dispatch.requests import services as requests
from dispatch.requests.models import RequestRow
from dispatch.requests.status import FINAL
from dispatch.terms.domain import add
from dispatch.terms.queries import terms_at
from dispatch.translations import queries
from dispatch.translations.domain import MAX_FILES, Kind, Quote, Upload, safe_name, type_of
from dispatch.translations.errors import FileRefused, QuoteOver
from dispatch.translations.events import DocumentAdded, DocumentOpened, DocumentRemoved, QuoteAnswered, QuoteMade
from dispatch.translations.models import DocumentContentRow, DocumentRow, QuoteRow
from kernel import clock
from kernel.actor import Actor, Role
from kernel.database import Transaction, transaction
from kernel.errors import Forbidden, Invalid, NotAllowedNow, NotFound


def add_document(request_id: int, upload: Upload, *, by: Actor) -> int:
    """Attach a file: the requester's side its source or attachment, the translator her translation.

    Emits: DocumentAdded.
    Raises: FileRefused, NotFound, Forbidden, NotAllowedNow.
    """
    name, content_type = safe_name(upload.file_name), type_of(upload.content)
    with transaction() as tx:
        request = requests.lock_request(tx, request_id)
        kind = _kind(request, by)
        if request.status in FINAL:
            raise NotAllowedNow(status=request.status)
        if queries.count_documents(request_id) >= MAX_FILES:
            raise FileRefused(fields={"file": "too_many"})
        row = DocumentRow(request_id=request_id, kind=kind, file_name=name, content_type=content_type)
        row.size_bytes, row.sha256 = len(upload.content), hashlib.sha256(upload.content).digest()
        row.uploaded_by, row.uploaded_at = by.person_id, tx.now()
        tx.add(row)
        tx.add(DocumentContentRow(document_id=row.id, content=upload.content))
        ids = {"request_id": request_id, "agency_id": request.agency_id}
        tx.emit(DocumentAdded(**ids, document_id=row.id, kind=kind, size_bytes=row.size_bytes), by)
        return row.id


def remove_document(document_id: int, *, by: Actor) -> None:
    """Take a file back, by whoever attached it; its bytes are deleted.

    Emits: DocumentRemoved.
    """
    with transaction() as tx:
        row = queries.find_document(document_id, by=by)
        request = requests.lock_request(tx, row.request_id)
        row = tx.locked(DocumentRow, document_id)
        if row.uploaded_by != by.person_id and by.role is not Role.COORDINATOR:
            raise Forbidden()
        row.removed_at = tx.now()
        if (content := tx.session.get(DocumentContentRow, document_id)) is not None:
            tx.session.delete(content)
        tx.emit(DocumentRemoved(request_id=request.id, agency_id=request.agency_id, document_id=row.id), by)


def open_document(document_id: int, *, by: Actor) -> tuple[str, str, bytes]:
    """Return name, type and bytes of a file, and keep who read it.

    Emits: DocumentOpened.
    Raises: NotFound.
    """
    with transaction() as tx:
        row = queries.find_document(document_id, by=by)
        content = tx.session.get(DocumentContentRow, document_id)
        if content is None:
            raise NotFound(thing="documents")
        tx.emit(DocumentOpened(request_id=row.request_id, document_id=row.id), by)
        return row.file_name, row.content_type, content.content


def make_quote(request_id: int, quote: Quote, *, by: Actor) -> int:
    """Tell the requester what the translation will cost and when it is ready.

    Emits: QuoteMade.
    Raises: Invalid, NotFound, Forbidden, NotAllowedNow.
    """
    with transaction() as tx:
        request = requests.lock_request(tx, request_id)
        request_permissions.require_desk(by, request)
        now = tx.now()
        _check(quote, now)
        term = terms_at(now.date()).find("quote_valid", "translation")
        if term is None:
            raise LookupError("no term quote_valid")
        ends = add(now, term, calendar_of(request.agency_id), clock.time_scale())
        row = QuoteRow(request_id=request_id, word_count=quote.word_count, price_cents=quote.price_cents)
        row.deadline_at, row.quoted_by, row.quoted_at, row.valid_until = quote.deadline_at, by.person_id, now, ends
        requests.mark_quoted(request_id, by=by, deadline_at=quote.deadline_at, valid_until=ends)
        tx.add(row)
        event = QuoteMade(
            request_id=request.id,
            agency_id=request.agency_id,
            quote_id=row.id,
            requester_id=request.requester_id,
            price_cents=quote.price_cents,
            valid_until=ends,
        )
        tx.emit(event, by)
        return row.id


def answer_quote(request_id: int, accept: bool, *, by: Actor) -> None:
    """The requester takes the quote, and the search for a translator begins; or does not, and the request ends.

    Emits: QuoteAnswered.
    Raises: QuoteOver, NotFound, Forbidden.
    """
    with transaction() as tx:
        request = requests.lock_request(tx, request_id)
        request_permissions.require_side(by, request)
        held = select(QuoteRow).where(QuoteRow.request_id == request_id, QuoteRow.answer.is_(None)).with_for_update()
        row = tx.session.scalars(held).first()
        if row is None or row.valid_until <= tx.now():
            raise QuoteOver()
        _answer(tx, row, "accepted" if accept else "declined", request, by)
        if accept:
            requests.accept_quote_of(request_id, by=by)
        else:
            requests.decline_quote_of(request_id, by=by)


def end_quote_of(request_id: int, *, by: Actor) -> None:
    """A request with an open quote was closed: the quote ran out with it. The caller holds the request's lock."""
    with transaction() as tx:
        if (row := queries.open_quote(request_id)) is not None:
            row.answer, row.answered_at = "expired", tx.now()


def _answer(tx: Transaction, row: QuoteRow, answer: str, request: RequestRow, by: Actor) -> None:
    row.answer, row.answered_at = answer, tx.now()
    tx.emit(QuoteAnswered(request_id=request.id, agency_id=request.agency_id, quote_id=row.id, answer=answer), by)


def _kind(request: RequestRow, by: Actor) -> Kind:
    if by.role is Role.INTERPRETER:
        bound = assignments.assignment_of(request.id)
        if bound is None or bound.interpreter_id != by.interpreter_id:
            raise NotFound(thing="requests")
        return Kind.TRANSLATION
    request_permissions.require_side(by, request)
    return Kind.SOURCE if request.service == "translation" else Kind.ATTACHMENT


def _check(quote: Quote, now: datetime) -> None:
    wrong = {}
    if not 1 <= quote.word_count <= 1_000_000:
        wrong["word_count"] = "out_of_range"
    if not 0 <= quote.price_cents <= 10_000_000:
        wrong["price"] = "out_of_range"
    if quote.deadline_at <= now:
        wrong["deadline_at"] = "moment_passed"
    if wrong:
        raise Invalid(fields=wrong)


def forget_documents_of(request_id: int) -> None:
    """The term of a closed request is over: the bytes and names of its files go. The caller holds nothing."""
    with transaction() as tx:
        for row in queries.documents_of(request_id):
            if (content := tx.session.get(DocumentContentRow, row.id)) is not None:
                tx.session.delete(content)
            row.file_name, row.removed_at = "", tx.now()
