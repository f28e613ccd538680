"""Telephones of people without an account: the client, a third party. Each costs money: so many, and no more."""

from dispatch.calls import queries
from dispatch.calls.errors import CallOver, CallRefused
from dispatch.calls.events import NumberAdded
from dispatch.calls.models import CallRow, LegRow
from dispatch.calls.services.connecting import call_for
from dispatch.calls.services.legs import make_leg
from dispatch.calls.services.spending import may_ring
from dispatch.conversations import queries as conversations
from dispatch.conversations import services as conversation_services
from dispatch.conversations.status import FINAL
from dispatch.terms.queries import terms_at
from kernel.actor import SYSTEM, Actor, Role
from kernel.database import Transaction, transaction
from kernel.errors import Forbidden
from kernel.words import normal_phone
from media.call import domain as call


def add_number(tx: Transaction, row: CallRow, text: str, *, by: Actor = SYSTEM) -> str:
    """Note a number to be rung when the others talk; return how the call machine knows its person.

    Emits: NumberAdded.
    Raises: BadPhone, CallRefused.
    """
    number, now = normal_phone(text), tx.now()
    known = next((it for it in queries.legs_of(row.id) if it.number == number and it.role == "client"), None)
    if known is not None:
        return known.who
    if queries.count_numbers(row.id) >= terms_at(now.date()).value("call_numbers") or number == row.number:
        raise CallRefused()
    if not may_ring(tx, row, number, now):
        raise CallRefused()
    leg: LegRow = make_leg(tx, row, ring=False, role="client", who="", number=number)
    leg.who = f"phone-{leg.id}"
    tx.emit(NumberAdded(agency_id=row.agency_id, request_id=row.request_id, call_id=row.id, leg_id=leg.id), by)
    return leg.who


def add_number_as(conversation_id: int, text: str, *, by: Actor) -> None:
    """Ring somebody into a talk or a video room: the requester, the interpreter and the desk may.

    Emits: NumberAdded.
    Raises: BadPhone, CallRefused, CallOver, NotFound, Forbidden.
    """
    if by.role not in {Role.REQUESTER, Role.INTERPRETER, Role.COORDINATOR}:
        raise Forbidden()
    with transaction() as tx:
        talk = conversations.find_conversation(conversation_id, by=by)
        if talk.status in FINAL or queries.line_of(talk.agency_id) is None:
            raise CallOver()
        row = call_for(tx, talk.request_id, talk.agency_id)
        row.conversation_id = talk.id
        who = add_number(tx, row, text, by=by)
        invited = call.Invited(at=tx.now(), role=call.Role.CLIENT, who=who)
        conversation_services.record_event(talk.id, invited, key=f"invited {who}")
