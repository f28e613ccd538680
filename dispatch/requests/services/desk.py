"""The desk at work: review, escalation, counter-proposals, notes."""

from datetime import datetime

from sqlalchemy import select, update

from dispatch.requests import permissions
from dispatch.requests.domain import Wish
from dispatch.requests.errors import BadRequest, ProposalOver, UnknownLanguage
from dispatch.requests.events import (
    CompletionAsked,
    NoteWritten,
    ProposalAnswered,
    ProposalMade,
    RequesterWritten,
    RequestEscalated,
    RequestHandedOver,
    RequestSentToReview,
    RequestTakenOver,
)
from dispatch.requests.models import NoteRow, OptionRow, ProposalRow, RequestRow
from dispatch.requests.services.asking import begin, review_moments
from dispatch.requests.status import TRANSITIONS, UNANSWERED, Action
from dispatch.terms.queries import proposal_expiry
from kernel.actor import Actor
from kernel.database import Transaction, transaction
from kernel.errors import Invalid, NotAllowedNow
from people import queries as people
from reference import queries as reference

NOTE_LIMIT = 4000


def release_from_review(request_id: int, *, by: Actor) -> None:
    """The desk finds the request in order: search.

    Emits: SearchStarted.
    """
    with transaction() as tx:
        request = _desk(tx, request_id, by)
        request.status = TRANSITIONS.next(Action.SEARCH, request.status, by.role)
        begin(tx, request, by, tx.now())


def ask_completion(request_id: int, question: str, *, by: Actor) -> None:
    """The desk needs something more from the requester; the question is kept as what the requester reads.

    Emits: CompletionAsked.
    """
    if not question.strip() or len(question) > NOTE_LIMIT:
        raise Invalid(fields={"question": "required" if not question.strip() else "too_long"})
    with transaction() as tx:
        request = _desk(tx, request_id, by)
        request.status = TRANSITIONS.next(Action.ASK_COMPLETION, request.status, by.role)
        request.outcome_note = question
        event = CompletionAsked(request_id=request.id, agency_id=request.agency_id, requester_id=request.requester_id)
        tx.emit(event, by)


def resubmit_as_it_is(request_id: int, *, note: str, by: Actor) -> None:
    """The requester answered the desk's question in words or with a document.

    Emits: RequestSentToReview.
    """
    if len(note) > NOTE_LIMIT // 2:
        raise Invalid(fields={"note": "too_long"})
    with transaction() as tx:
        request = tx.locked(RequestRow, request_id)
        permissions.require_side(by, request)
        request.status = TRANSITIONS.next(Action.RESUBMIT, request.status, by.role)
        if note.strip():
            request.note = f"{request.note or ''}\n{note.strip()}".strip()
        request.outcome_note = None
        review_moments(request, tx.now())
        tx.emit(RequestSentToReview(request_id=request.id, agency_id=request.agency_id, why="completed"), by)


def escalate_request(request_id: int, why: str, *, by: Actor) -> None:
    """A person has to look: the machine is at its end, or somebody asks for it.

    Emits: RequestEscalated.
    """
    with transaction() as tx:
        request = _desk(tx, request_id, by)
        request.status = TRANSITIONS.next(Action.ESCALATE, request.status, by.role)
        if by.person_id is not None:
            request.owner_id = by.person_id
        tx.emit(RequestEscalated(request_id=request.id, agency_id=request.agency_id, why=why), by)


def take_over(request_id: int, *, by: Actor) -> None:
    """A coordinator makes the request hers: colleagues see who is on it.

    Emits: RequestTakenOver.
    """
    with transaction() as tx:
        request = _desk(tx, request_id, by)
        if by.person_id is None or request.owner_id == by.person_id:
            return
        request.owner_id = by.person_id
        tx.emit(RequestTakenOver(request_id=request.id, agency_id=request.agency_id, owner_id=by.person_id), by)


def hand_over(request_id: int, colleague_id: int, *, by: Actor) -> None:
    """Ask a colleague to go on with a request: it is hers from now on, and she hears of it.

    Emits: RequestHandedOver.
    Raises: Invalid: nobody who coordinates for the agency.
    """
    with transaction() as tx:
        request = _desk(tx, request_id, by)
        if colleague_id not in people.coordinators_of(request.agency_id):
            raise Invalid(fields={"colleague": "unknown_choice"})
        if request.owner_id == colleague_id:
            return
        request.owner_id = colleague_id
        tx.emit(RequestHandedOver(request_id=request.id, agency_id=request.agency_id, owner_id=colleague_id), by)


def resume_search(request_id: int, *, by: Actor) -> None:
    """The coordinator lets the machine search again, from the first wave on.

    Emits: SearchStarted.
    """
    with transaction() as tx:
        request = _desk(tx, request_id, by)
        request.status = TRANSITIONS.next(Action.RESUME, request.status, by.role)
        begin(tx, request, by, tx.now(), priority=request.priority)


def propose_alternative(request_id: int, wish: Wish, *, by: Actor) -> int:
    """Ask the requester whether it may be otherwise: another time, service or language. Open offers keep running.

    Emits: ProposalMade.
    Raises: BadRequest, UnknownLanguage.
    """
    with transaction() as tx:
        request = _desk(tx, request_id, by)
        target = TRANSITIONS.next(Action.PROPOSE, request.status, by.role)
        now = tx.now()
        if not reference.language_exists(wish.language):
            raise UnknownLanguage(language=wish.language, fields={"language": "unknown_language"})
        if wish.starts_at < now or wish.ends_at <= wish.starts_at:
            raise BadRequest(fields={"starts_at": "moment_passed"})
        request.status = target
        proposal = tx.add(_proposal(request, wish, by, now))
        request.next_step_at = min(proposal.expires_at, request.next_step_at or proposal.expires_at)
        event = ProposalMade(
            request_id=request.id,
            agency_id=request.agency_id,
            proposal_id=proposal.id,
            requester_id=request.requester_id,
            expires_at=proposal.expires_at,
        )
        tx.emit(event, by)
        return proposal.id


def answer_proposal(request_id: int, accept: bool, *, by: Actor) -> None:
    """The requester says yes (it becomes the first alternative) or no; either way the search goes on.

    Emits: ProposalAnswered, SearchStarted.
    Raises: ProposalOver, NotFound, Forbidden.
    """
    with transaction() as tx:
        request = tx.locked(RequestRow, request_id)
        permissions.require_side(by, request)
        proposal = _open_proposal(tx, request_id)
        now = tx.now()
        if proposal is None or proposal.expires_at <= now:
            raise ProposalOver()
        action = Action.ACCEPT_PROPOSAL if accept else Action.DECLINE_PROPOSAL
        request.status = TRANSITIONS.next(action, request.status, by.role)
        _answer(tx, request, proposal, "accepted" if accept else "declined", by, now)


def expire_proposal(request_id: int, *, by: Actor) -> None:
    """Silence is no: the search goes on as asked.

    Emits: ProposalAnswered, SearchStarted.
    """
    with transaction() as tx:
        request = tx.locked(RequestRow, request_id)
        proposal, now = _open_proposal(tx, request_id), tx.now()
        if proposal is None or proposal.expires_at > now:
            return
        request.status = TRANSITIONS.next(Action.DECLINE_PROPOSAL, request.status, by.role)
        _answer(tx, request, proposal, "expired", by, now)


def schedule_step(request_id: int, *, wave: int, next_step_at: datetime | None) -> None:
    """Remember how far the search is and when to look again. The caller holds the request's lock."""
    with transaction() as tx:
        values = {"wave": wave, "next_step_at": next_step_at}
        tx.session.execute(update(RequestRow).where(RequestRow.id == request_id).values(**values))


def keep_searching(request_id: int, until: datetime, *, by: Actor) -> None:
    """Search longer than the term: whoever asked will be called back. An earlier end than the one in force is none."""
    with transaction() as tx:
        request = _desk(tx, request_id, by)
        if request.status not in UNANSWERED:
            raise NotAllowedNow(status=request.status)
        request.hard_stop_at = max(until, request.hard_stop_at or until)
        request.next_step_at = tx.now()  # the search looks at once whom it may ask in the time it has now


def write_note(request_id: int, words: str, *, by: Actor) -> int:
    """Write something down for colleagues.

    Emits: NoteWritten.
    """
    with transaction() as tx:
        request = _desk(tx, request_id, by)
        note = _note(tx, request_id, words, by)
        tx.emit(NoteWritten(request_id=request.id, agency_id=request.agency_id, note_id=note.id), by)
        return note.id


def write_to_requester(request_id: int, words: str, *, by: Actor) -> int:
    """Write something to the side that asked: it stands with the request, and a message says that it does.

    Emits: RequesterWritten.
    """
    with transaction() as tx:
        request = _desk(tx, request_id, by)
        note = _note(tx, request_id, words, by, to_requester=True)
        ids = {"request_id": request.id, "agency_id": request.agency_id, "requester_id": request.requester_id}
        tx.emit(RequesterWritten(**ids, note_id=note.id), by)
        return note.id


def _note(tx: Transaction, request_id: int, words: str, by: Actor, *, to_requester: bool = False) -> NoteRow:
    text = words.strip()
    if not text or len(text) > NOTE_LIMIT:
        raise Invalid(fields={"text": "required" if not text else "too_long"})
    row = NoteRow(request_id=request_id, author_id=by.person_id, written_at=tx.now(), text=text)
    row.to_requester = to_requester
    return tx.add(row)


def _desk(tx: Transaction, request_id: int, by: Actor) -> RequestRow:
    request = tx.locked(RequestRow, request_id)
    permissions.require_desk(by, request)
    return request


def _proposal(request: RequestRow, wish: Wish, by: Actor, now: datetime) -> ProposalRow:
    return ProposalRow(
        request_id=request.id,
        service=wish.service,
        language=wish.language,
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        proposed_by=by.person_id,
        proposed_at=now,
        expires_at=proposal_expiry(request.agency_id, now, request.hard_stop_at or request.starts_at),
    )


def _open_proposal(tx: Transaction, request_id: int) -> ProposalRow | None:
    wanted = select(ProposalRow).where(ProposalRow.request_id == request_id, ProposalRow.answer.is_(None))
    return tx.session.scalars(wanted.with_for_update()).first()


def _answer(tx: Transaction, request: RequestRow, proposal: ProposalRow, answer: str, by: Actor, now: datetime) -> None:
    proposal.answer, proposal.answered_at = answer, now
    if answer == "accepted":
        _prefer(tx, request, proposal)
    event = ProposalAnswered(request_id=request.id, agency_id=request.agency_id, proposal_id=proposal.id, answer=answer)
    tx.emit(event, by)
    begin(tx, request, by, now, priority=request.priority)


def _prefer(tx: Transaction, request: RequestRow, proposal: ProposalRow) -> None:
    """Put what was agreed behind the other alternatives: an extra way, one winner."""
    tx.session.refresh(request, ["options"])
    rank = max((option.rank for option in request.options), default=0) + 1
    wish = {name: getattr(proposal, name) for name in ("service", "language", "starts_at", "ends_at")}
    tx.add(OptionRow(request_id=request.id, rank=rank, **wish))
