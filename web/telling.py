"""Who is told what: a message for an event, written in the same transaction. `web/wiring.py` says which."""

from typing import Any

from dispatch.assignments.events import (
    AssignmentCancelled,
    AssignmentMoved,
    AssignmentReminded,
    ReconfirmationAsked,
    ReconfirmationMissed,
)
from dispatch.calls.events import CeilingReached
from dispatch.conversations.events import PartyMissing
from dispatch.interpreters import queries as register_of
from dispatch.interpreters.events import CertificateExpires
from dispatch.offers import queries as offer_queries
from dispatch.offers.events import OfferMade, OffersWithdrawn
from dispatch.partners.events import PartnerAsked
from dispatch.performances.events import (
    PerformanceConfirmed,
    PerformanceDisputed,
    PerformanceSubmitted,
)
from dispatch.requests import queries as requests
from dispatch.requests.domain import held_at
from dispatch.requests.events import (
    CompletionAsked,
    ProposalMade,
    RequestAssigned,
    RequestClosed,
    RequesterWritten,
    RequestEscalated,
    RequestHandedOver,
    RequestReopened,
)
from dispatch.translations.events import QuoteMade
from kernel.actor import Actor
from kernel.database import Transaction
from kernel.events import Event
from messages import services as messages
from messages.services import Words
from people import queries as people
from people.events import LinkMade


def tell_of_missing_party(event: PartyMissing, tx: Transaction, by: Actor) -> None:
    """The others wait in the room: the coordinators of the agency look."""
    for person_id in people.coordinators_of(event.agency_id or 0):
        _tell_person(person_id, "party_missing", event, party=event.party, **_slot_of(event.request_id or 0))


def tell_of_ceiling(event: CeilingReached, tx: Transaction, by: Actor) -> None:
    for person_id in people.coordinators_of(event.agency_id or 0):
        _tell_person(person_id, "call_ceiling", event, spent_euros=event.spent_cents // 100)


def tell_of_offer(event: OfferMade, tx: Transaction, by: Actor) -> None:
    offer = offer_queries.offer_row(event.offer_id)
    facts = {
        "language": offer.language,
        "service": offer.service,
        "moment_at": held_at(offer).isoformat(),
        "expires_at": offer.expires_at.isoformat(),
        "municipality": offer.request.municipality if offer.service == "on_site" else None,
        "distance_km": offer.distance_km,
    }
    _tell_interpreter(event.interpreter_id, "offer_made", event, offer_id=event.offer_id, **facts)


def thank_the_others(event: OffersWithdrawn, tx: Transaction, by: Actor) -> None:
    """Losers are told; what was not sent yet is not sent any more."""
    kind = "offer_filled" if event.because == "filled" else "offer_withdrawn"
    messages.cancel_messages_of(*event.offers)
    person_of, facts = register_of.people_of(event.offers.values()), _slot_of(event.request_id or 0)
    each = [
        (person_of[interpreter_id], kind, Words(request_id=event.request_id, offer_id=offer_id, facts=facts))
        for offer_id, interpreter_id in event.offers.items()
    ]
    messages.send_messages(each)


def tell_both_of_assignment(event: RequestAssigned, tx: Transaction, by: Actor) -> None:
    words = Words(request_id=event.request_id, facts=_slot_of(event.request_id or 0))
    herself = by.person_id if by.interpreter_id == event.interpreter_id else None
    interpreter = herself or register_of.person_of(event.interpreter_id)
    both = [(interpreter, "assignment_made", words), (event.requester_id, "request_assigned", words)]
    messages.send_messages(both)


def tell_of_reopening(event: RequestReopened, tx: Transaction, by: Actor) -> None:
    _tell_person(event.requester_id, "request_reopened", event, **_slot_of(event.request_id or 0))


def tell_of_move(event: AssignmentMoved, tx: Transaction, by: Actor) -> None:
    _tell_interpreter(event.interpreter_id, "assignment_changed", event, **_slot_of(event.request_id or 0))


def tell_of_cancellation(event: AssignmentCancelled, tx: Transaction, by: Actor) -> None:
    facts = _slot_of(event.request_id or 0)
    _tell_interpreter(event.interpreter_id, "assignment_cancelled", event, timely=event.timely, **facts)


def tell_partner(event: PartnerAsked, tx: Transaction, by: Actor) -> None:
    for person_id in people.coordinators_of(event.partner_id):
        _tell_person(person_id, "partner_asked", event, **_slot_of(event.request_id or 0))


def remind_both(event: AssignmentReminded, tx: Transaction, by: Actor) -> None:
    words = Words(request_id=event.request_id, facts=_slot_of(event.request_id or 0))
    interpreter = register_of.person_of(event.interpreter_id)
    messages.send_messages(
        [(interpreter, "assignment_reminder", words), (event.requester_id, "request_reminder", words)]
    )


def ask_whether_she_comes(event: ReconfirmationAsked, tx: Transaction, by: Actor) -> None:
    facts = _slot_of(event.request_id or 0) | {"until_at": event.until.isoformat()}
    _tell_interpreter(event.interpreter_id, "reconfirmation_asked", event, assignment_id=event.assignment_id, **facts)


def tell_of_silence(event: ReconfirmationMissed, tx: Transaction, by: Actor) -> None:
    for person_id in people.coordinators_of(event.agency_id or 0):
        _tell_person(person_id, "reconfirmation_missed", event, **_slot_of(event.request_id or 0))


def tell_of_no_answer(event: RequestClosed, tx: Transaction, by: Actor) -> None:
    """The requester hears the end, unless it was the requester's own doing."""
    if event.requester_id and event.outcome in {"not_available", "other_reason"} and event.reason != "withdrawn":
        facts = _slot_of(event.request_id or 0)
        _tell_person(event.requester_id, "request_unanswered", event, reason=event.reason, **facts)


def ask_for_completion(event: CompletionAsked, tx: Transaction, by: Actor) -> None:
    _tell_person(event.requester_id, "completion_asked", event, **_slot_of(event.request_id or 0))


def ask_about_proposal(event: ProposalMade, tx: Transaction, by: Actor) -> None:
    facts = _slot_of(event.request_id or 0) | {"expires_at": event.expires_at.isoformat()}
    _tell_person(event.requester_id, "proposal_made", event, **facts)


def send_quote(event: QuoteMade, tx: Transaction, by: Actor) -> None:
    facts = _slot_of(event.request_id or 0) | {"expires_at": event.valid_until.isoformat()}
    _tell_person(event.requester_id, "quote_made", event, **facts)


def call_coordinators(event: RequestEscalated, tx: Transaction, by: Actor) -> None:
    """A person has to look: those of the agency hear it, whoever escalated knows already."""
    for person_id in people.coordinators_of(event.agency_id or 0):
        if person_id != by.person_id:
            _tell_person(person_id, "request_escalated", event, **_slot_of(event.request_id or 0))


def tell_colleague(event: RequestHandedOver, tx: Transaction, by: Actor) -> None:
    """A colleague is asked to go on with a request."""
    _tell_person(event.owner_id, "request_handed_over", event, **_slot_of(event.request_id or 0))


def tell_of_words(event: RequesterWritten, tx: Transaction, by: Actor) -> None:
    """The desk wrote something: the message says that, and not what."""
    _tell_person(event.requester_id, "desk_wrote", event, **_slot_of(event.request_id or 0))


def ask_for_confirmation(event: PerformanceSubmitted, tx: Transaction, by: Actor) -> None:
    if event.by_code:
        return
    facts = _slot_of(event.request_id or 0) | {"confirm_at": event.confirm_by.isoformat()}
    _tell_person(event.requester_id, "performance_submitted", event, **facts)


def tell_of_confirmation(event: PerformanceConfirmed, tx: Transaction, by: Actor) -> None:
    _tell_interpreter(event.interpreter_id, "performance_confirmed", event)


def tell_of_dispute(event: PerformanceDisputed, tx: Transaction, by: Actor) -> None:
    _tell_interpreter(event.interpreter_id, "performance_disputed", event)


def tell_of_expiry(event: CertificateExpires, tx: Transaction, by: Actor) -> None:
    facts = {"language": event.language, "ends_at": f"{event.ends_on.isoformat()}T12:00:00+00:00"}
    _tell_interpreter(event.interpreter_id, "certificate_expires", event, **facts)


def send_link(event: LinkMade, tx: Transaction, by: Actor) -> None:
    _tell_person(event.person_id, "password_link", event, purpose=event.purpose, secret=event.secret)


def _slot_of(request_id: int) -> dict[str, Any]:
    """Return what may be said about a request to anybody: its number and moment."""
    slot = requests.slot_of(request_id)
    if slot is None:
        return {}
    return {"reference": slot.reference, "service": slot.service, "moment_at": held_at(slot).isoformat()}


def _tell_interpreter(interpreter_id: int, kind: str, event: Event, offer_id: int | None = None, **facts: Any) -> None:
    person_id = register_of.person_of(interpreter_id)
    messages.send_message(person_id, kind, Words(request_id=event.request_id, offer_id=offer_id, facts=facts))


def _tell_person(person_id: int, kind: str, event: Event, **facts: Any) -> None:
    messages.send_message(person_id, kind, Words(request_id=event.request_id, facts=facts))
