"""All traffic between modules, in one table: which event makes whom act, inside the same transaction."""

from typing import Any

from flask import Flask

from dispatch.assignments import services as assignments
from dispatch.assignments.events import (
    AssignmentCancelled,
    AssignmentMoved,
    AssignmentReminded,
    AssignmentWithdrawn,
    ReconfirmationAsked,
    ReconfirmationMissed,
)
from dispatch.booking import services as booking
from dispatch.calls import services as calls
from dispatch.calls.events import CeilingReached
from dispatch.conversations import services as conversations
from dispatch.conversations.events import ConversationBegan, ConversationEnded, DialAsked, PartyMissing
from dispatch.desk import services as desk
from dispatch.feeds import services as feeds
from dispatch.interpreters import queries as register_of
from dispatch.interpreters import services as interpreters
from dispatch.interpreters.events import CertificateExpires
from dispatch.offers import queries as offer_queries
from dispatch.offers import services as offers
from dispatch.offers.events import OfferMade, OfferSeen, OffersWithdrawn
from dispatch.partners.events import PartnerAsked
from dispatch.performances import services as performances
from dispatch.performances.events import (
    AbsenceReported,
    PerformanceConfirmed,
    PerformanceDisputed,
    PerformanceSubmitted,
)
from dispatch.requests import queries as requests
from dispatch.requests.events import (
    CompletionAsked,
    DetailsForgotten,
    ProposalMade,
    RequestAssigned,
    RequestChanged,
    RequestClosed,
    RequesterWritten,
    RequestEscalated,
    RequestHandedOver,
    RequestReopened,
    SearchStarted,
)
from dispatch.terms.events import TermChanged
from dispatch.translations import services as translations
from dispatch.translations.events import QuoteMade
from kernel.actor import SYSTEM, Actor
from kernel.database import Transaction
from kernel.events import Event, Subscriber, subscribe
from messages import services as messages
from messages.events import MessageArrived
from messages.services import Words
from people import queries as people
from people.events import LinkMade, PersonErased


def search_at_once(event: SearchStarted, tx: Transaction, by: Actor) -> None:
    """A search begins: the worker takes its first step as soon as this is committed."""
    tx.defer("offers.advance", request_id=event.request_id)


def offers_end_with_request(event: RequestClosed, tx: Transaction, by: Actor) -> None:
    """A request ended: whoever was asked need not answer any more."""
    offers.withdraw_offers(event.request_id or 0, "cancelled", by=by)


def assignment_ends_with_request(event: RequestClosed, tx: Transaction, by: Actor) -> None:
    """A request was called off: whoever would come is free again."""
    if event.outcome == "cancelled" and event.was_status == "assigned":
        assignments.cancel_assignment_of(event.request_id or 0, by=by, timely=bool(event.timely))


def quote_ends_with_request(event: RequestClosed, tx: Transaction, by: Actor) -> None:
    """A request with an open quote ended."""
    translations.end_quote_of(event.request_id or 0, by=by)


def others_follow_change(event: RequestChanged, tx: Transaction, by: Actor) -> None:
    """A request changed: the assignment moves with it; offers made before are void."""
    if not event.binding:
        return
    offers.withdraw_offers(event.request_id or 0, "changed", by=by)
    assignments.move_assignment_of(event.request_id or 0, event.fields, by=by)


def room_for_assignment(event: RequestAssigned, tx: Transaction, by: Actor) -> None:
    """Somebody is bound for a talk by telephone or video: there is a room for it."""
    conversations.make_conversation(event.assignment_id, by=SYSTEM)


def room_follows(event: AssignmentMoved, tx: Transaction, by: Actor) -> None:
    conversations.follow_assignment(event.assignment_id)


def room_goes(event: AssignmentCancelled | AssignmentWithdrawn | AbsenceReported, tx: Transaction, by: Actor) -> None:
    """Nobody comes, or nobody came: there is no conversation."""
    conversations.cancel_conversation_of(event.assignment_id, by=by)


def room_ends(event: PerformanceSubmitted | RequestClosed, tx: Transaction, by: Actor) -> None:
    """What took place was written down, or the request is closed."""
    conversations.end_conversation_of(event.request_id or 0, by=by)


def tell_of_missing_party(event: PartyMissing, tx: Transaction, by: Actor) -> None:
    """The others wait in the room: the coordinators of the agency look."""
    for person_id in people.coordinators_of(event.agency_id or 0):
        _tell_person(person_id, "party_missing", event, party=event.party, **_slot_of(event.request_id or 0))


def phones_meet(event: RequestAssigned, tx: Transaction, by: Actor) -> None:
    """Somebody is bound: whoever is on the line meets her."""
    calls.meet(tx, event.request_id or 0, event.assignment_id)


def phones_part(event: AssignmentWithdrawn, tx: Transaction, by: Actor) -> None:
    calls.stop_calls_of(tx, event.request_id or 0, event.assignment_id)


def ring_whom_it_misses(event: DialAsked, tx: Transaction, by: Actor) -> None:
    calls.ring_party(tx, event.conversation_id, event.party, event.who)


def phones_come_to_room(event: ConversationBegan, tx: Transaction, by: Actor) -> None:
    calls.phones_follow_room(tx, event.conversation_id)


def lines_close(event: ConversationEnded, tx: Transaction, by: Actor) -> None:
    """The talk is over: everybody is sent home, and what took place "now" by telephone is written down."""
    if calls.end_call_of(tx, event.request_id or 0, event.why) and event.took_place:
        tx.defer("calls.write_record", assignment_id=event.assignment_id)


def callers_hear_the_end(event: RequestClosed, tx: Transaction, by: Actor) -> None:
    calls.end_call_of(tx, event.request_id or 0, event.reason or event.outcome, found_nobody=True)


def tell_of_ceiling(event: CeilingReached, tx: Transaction, by: Actor) -> None:
    for person_id in people.coordinators_of(event.agency_id or 0):
        _tell_person(person_id, "call_ceiling", event, spent_euros=event.spent_cents // 100)


def ask_interpreter(event: OfferMade, tx: Transaction, by: Actor) -> None:
    """She is told of an offer; her telephone rings too, when the talk is now."""
    calls.ring_interpreter(tx, event.offer_id)
    offer = offer_queries.offer_row(event.offer_id)
    facts = {
        "language": offer.language,
        "service": offer.service,
        "starts_at": offer.starts_at.isoformat(),
        "expires_at": offer.expires_at.isoformat(),
        "municipality": offer.request.municipality if offer.service == "on_site" else None,
        "distance_km": offer.distance_km,
    }
    _tell_interpreter(event.interpreter_id, "offer_made", event, offer_id=event.offer_id, **facts)


def thank_the_others(event: OffersWithdrawn, tx: Transaction, by: Actor) -> None:
    """Losers are told; what was not sent yet is not sent any more, and who rings rings no more."""
    calls.ring_stops(tx, list(event.offers))
    kind = "offer_filled" if event.because == "filled" else "offer_withdrawn"
    messages.cancel_messages_of(*event.offers)
    person_of, facts = register_of.people_of(event.offers.values()), _slot_of(event.request_id or 0)
    each = [
        (person_of[interpreter_id], kind, Words(request_id=event.request_id, offer_id=offer_id, facts=facts))
        for offer_id, interpreter_id in event.offers.items()
    ]
    messages.send_messages(each)


def offer_was_seen(event: OfferSeen, tx: Transaction, by: Actor) -> None:
    messages.mark_seen(event.offer_id)


def offer_arrived(event: MessageArrived, tx: Transaction, by: Actor) -> None:
    """A channel took the offer's message, or a device has it."""
    if event.kind != "offer_made" or event.offer_id is None:
        return
    if event.status == "delivered":
        offers.mark_delivered(event.offer_id)
    else:
        offers.mark_sent(event.offer_id)


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


def offer_other_work(event: AssignmentCancelled | AssignmentMoved, tx: Transaction, by: Actor) -> None:
    """Somebody is free again: the worker offers her at once what is still open and fits."""
    if event.freed_from and event.freed_until:
        stretch = {"since": event.freed_from.isoformat(), "until": event.freed_until.isoformat()}
        tx.defer("offers.offer_to_freed", interpreter_id=event.interpreter_id, **stretch)


def ask_partner_too(event: PartnerAsked, tx: Transaction, by: Actor) -> None:
    """A partner helps out: its desk hears it, and its interpreters are asked."""
    for person_id in people.coordinators_of(event.partner_id):
        _tell_person(person_id, "partner_asked", event, **_slot_of(event.request_id or 0))
    if not by.is_system:  # the search that hands over itself goes on by itself
        tx.defer("offers.advance", request_id=event.request_id)


def try_the_year_first(event: TermChanged, tx: Transaction, by: Actor) -> None:
    """A value that decides who is asked comes into force only after the past year was tried with it."""
    offers.require_replayed(event.name, event.after)


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


def documents_go_too(event: DetailsForgotten, tx: Transaction, by: Actor) -> None:
    translations.forget_documents_of(event.request_id or 0)


def performance_forgets(event: DetailsForgotten, tx: Transaction, by: Actor) -> None:
    performances.forget_words_of(event.request_id or 0)


def register_forgets(event: PersonErased, tx: Transaction, by: Actor) -> None:
    interpreters.forget_person(event.person_id)
    calls.forget_person(event.person_id)
    messages.forget_person(event.person_id)
    booking.forget_half_typed(event.person_id)
    desk.forget_person(event.person_id)
    feeds.forget_person(event.person_id)


WIRING: list[tuple[type[Event], Subscriber]] = [
    (SearchStarted, search_at_once),
    (RequestClosed, offers_end_with_request),
    (RequestClosed, assignment_ends_with_request),
    (RequestClosed, quote_ends_with_request),
    (RequestChanged, others_follow_change),
    (RequestAssigned, room_for_assignment),
    (RequestAssigned, phones_meet),
    (AssignmentMoved, room_follows),
    (AssignmentCancelled, room_goes),
    (AssignmentWithdrawn, room_goes),
    (AbsenceReported, room_goes),
    (AssignmentWithdrawn, phones_part),
    (PerformanceSubmitted, room_ends),
    (RequestClosed, room_ends),
    (PartyMissing, tell_of_missing_party),
    (DialAsked, ring_whom_it_misses),
    (ConversationBegan, phones_come_to_room),
    (ConversationEnded, lines_close),
    (RequestClosed, callers_hear_the_end),
    (CeilingReached, tell_of_ceiling),
    (OfferMade, ask_interpreter),
    (OffersWithdrawn, thank_the_others),
    (OfferSeen, offer_was_seen),
    (MessageArrived, offer_arrived),
    (RequestAssigned, tell_both_of_assignment),
    (RequestReopened, tell_of_reopening),
    (AssignmentMoved, tell_of_move),
    (AssignmentCancelled, tell_of_cancellation),
    (AssignmentCancelled, offer_other_work),
    (AssignmentMoved, offer_other_work),
    (PartnerAsked, ask_partner_too),
    (TermChanged, try_the_year_first),
    (AssignmentReminded, remind_both),
    (ReconfirmationAsked, ask_whether_she_comes),
    (ReconfirmationMissed, tell_of_silence),
    (RequestClosed, tell_of_no_answer),
    (CompletionAsked, ask_for_completion),
    (ProposalMade, ask_about_proposal),
    (QuoteMade, send_quote),
    (RequestEscalated, call_coordinators),
    (RequestHandedOver, tell_colleague),
    (RequesterWritten, tell_of_words),
    (PerformanceSubmitted, ask_for_confirmation),
    (PerformanceConfirmed, tell_of_confirmation),
    (PerformanceDisputed, tell_of_dispute),
    (CertificateExpires, tell_of_expiry),
    (LinkMade, send_link),
    (PersonErased, register_forgets),
    (DetailsForgotten, documents_go_too),
    (DetailsForgotten, performance_forgets),
]


def register(app: Flask) -> None:
    """Connect every row of the table."""
    for event, subscriber in WIRING:
        subscribe(event, subscriber)


def _slot_of(request_id: int) -> dict[str, Any]:
    """Return what may be said about a request to anybody: its number and moment."""
    slot = requests.slot_of(request_id)
    return {"reference": slot.reference, "starts_at": slot.starts_at.isoformat()} if slot else {}


def _tell_interpreter(interpreter_id: int, kind: str, event: Event, offer_id: int | None = None, **facts: Any) -> None:
    person_id = register_of.person_of(interpreter_id)
    messages.send_message(person_id, kind, Words(request_id=event.request_id, offer_id=offer_id, facts=facts))


def _tell_person(person_id: int, kind: str, event: Event, **facts: Any) -> None:
    messages.send_message(person_id, kind, Words(request_id=event.request_id, facts=facts))
