"""All traffic between modules, in one table: which event makes whom act, inside the same transaction."""

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
from dispatch.interpreters import services as interpreters
from dispatch.interpreters.events import CertificateExpires
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
from kernel.actor import Actor
from kernel.database import Transaction
from kernel.events import Event, Subscriber, subscribe
from messages import services as messages
from messages.events import MessageArrived
from people.events import LinkMade, PersonErased
from web import telling


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
    conversations.make_conversation(event.assignment_id)


def room_follows(event: AssignmentMoved, tx: Transaction, by: Actor) -> None:
    conversations.follow_assignment(event.assignment_id)


def room_goes(event: AssignmentCancelled | AssignmentWithdrawn | AbsenceReported, tx: Transaction, by: Actor) -> None:
    """Nobody comes, or nobody came: there is no conversation."""
    conversations.cancel_conversation_of(event.assignment_id, by=by)


def room_ends(event: PerformanceSubmitted | RequestClosed, tx: Transaction, by: Actor) -> None:
    """What took place was written down, or the request is closed."""
    conversations.end_conversation_of(event.request_id or 0, by=by)


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


def ring_interpreter(event: OfferMade, tx: Transaction, by: Actor) -> None:
    """Her telephone rings too, when the talk is now."""
    calls.ring_interpreter(tx, event.offer_id)


def ring_stops(event: OffersWithdrawn, tx: Transaction, by: Actor) -> None:
    calls.ring_stops(tx, list(event.offers))


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


def offer_other_work(event: AssignmentCancelled | AssignmentMoved, tx: Transaction, by: Actor) -> None:
    """Somebody is free again: the worker offers her at once what is still open and fits."""
    if event.freed_from and event.freed_until:
        stretch = {"since": event.freed_from.isoformat(), "until": event.freed_until.isoformat()}
        tx.defer("offers.offer_to_freed", interpreter_id=event.interpreter_id, **stretch)


def ask_partner_too(event: PartnerAsked, tx: Transaction, by: Actor) -> None:
    """A partner helps out: its interpreters are asked. The search that hands over itself goes on by itself."""
    if not by.is_system:
        tx.defer("offers.advance", request_id=event.request_id)


def try_the_year_first(event: TermChanged, tx: Transaction, by: Actor) -> None:
    """A value that decides who is asked comes into force only after the past year was tried with it."""
    offers.require_replayed(event.name, event.after)


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
    (PartyMissing, telling.tell_of_missing_party),
    (DialAsked, ring_whom_it_misses),
    (ConversationBegan, phones_come_to_room),
    (ConversationEnded, lines_close),
    (RequestClosed, callers_hear_the_end),
    (CeilingReached, telling.tell_of_ceiling),
    (OfferMade, ring_interpreter),
    (OfferMade, telling.tell_of_offer),
    (OffersWithdrawn, ring_stops),
    (OffersWithdrawn, telling.thank_the_others),
    (OfferSeen, offer_was_seen),
    (MessageArrived, offer_arrived),
    (RequestAssigned, telling.tell_both_of_assignment),
    (RequestReopened, telling.tell_of_reopening),
    (AssignmentMoved, telling.tell_of_move),
    (AssignmentCancelled, telling.tell_of_cancellation),
    (AssignmentCancelled, offer_other_work),
    (AssignmentMoved, offer_other_work),
    (PartnerAsked, telling.tell_partner),
    (PartnerAsked, ask_partner_too),
    (TermChanged, try_the_year_first),
    (AssignmentReminded, telling.remind_both),
    (ReconfirmationAsked, telling.ask_whether_she_comes),
    (ReconfirmationMissed, telling.tell_of_silence),
    (RequestClosed, telling.tell_of_no_answer),
    (CompletionAsked, telling.ask_for_completion),
    (ProposalMade, telling.ask_about_proposal),
    (QuoteMade, telling.send_quote),
    (RequestEscalated, telling.call_coordinators),
    (RequestHandedOver, telling.tell_colleague),
    (RequesterWritten, telling.tell_of_words),
    (PerformanceSubmitted, telling.ask_for_confirmation),
    (PerformanceConfirmed, telling.tell_of_confirmation),
    (PerformanceDisputed, telling.tell_of_dispute),
    (CertificateExpires, telling.tell_of_expiry),
    (LinkMade, telling.send_link),
    (PersonErased, register_forgets),
    (DetailsForgotten, documents_go_too),
    (DetailsForgotten, performance_forgets),
]


def register(app: Flask) -> None:
    """Connect every row of the table."""
    for event, subscriber in WIRING:
        subscribe(event, subscriber)
