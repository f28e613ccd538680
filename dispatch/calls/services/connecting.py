"""Who is bound meets who asked: in a conference of the carrier, or in our room where somebody is there by browser.

From here on everything that happens on the line is told to the conversation of the assignment.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import select

from dispatch.assignments.models import AssignmentRow
from dispatch.calls import queries
from dispatch.calls.events import CallEnded
from dispatch.calls.models import CallRow, LegRow
from dispatch.calls.ports import LegStatus
from dispatch.calls.services.legs import make_leg, ring_leg
from dispatch.calls.services.stepping import hold, take
from dispatch.conversations import queries as conversations
from dispatch.conversations import services as conversation_services
from dispatch.interpreters import queries as register
from dispatch.requests.models import RequestRow
from kernel.actor import SYSTEM, Actor, Role
from kernel.database import Transaction, transaction
from media.call import domain as call
from media.call import kept
from people import queries as people

OfLeg = Callable[..., call.OfLeg]
_SAYS: dict[str, OfLeg] = {"participant-join": call.Joined, "participant-speech-start": call.Talked}
_ASK_SOON = timedelta(seconds=10)


def call_for(tx: Transaction, request_id: int, agency_id: int) -> CallRow:
    """Return the call of a request, made when it is the first time that a telephone is needed. Holds its lock."""
    known = queries.call_of_request(request_id)
    if known is not None:
        return hold(tx, known.id)
    row = CallRow(agency_id=agency_id, direction="out", conference=token_urlsafe(18), request_id=request_id)
    row.began_at = tx.now()
    return tx.add(row)


def meet(tx: Transaction, request_id: int, assignment_id: int) -> None:
    """Somebody is bound: whoever is on the line is told to her conversation, and whoever is not is rung."""
    talk_id = queries.talk_by_line(assignment_id)
    if talk_id is None:
        return
    request = tx.session.get_one(RequestRow, request_id)
    row, now = call_for(tx, request_id, request.agency_id), tx.now()
    asks = Actor(request.requester_id, Role.REQUESTER, organisation_id=request.organisation_id)
    key = conversation_services.enter_as(talk_id, by=asks).key
    hers = queries.key_of(talk_id, "interpreter") or ""
    row.conversation_id, row.wake_at = talk_id, None
    if row.state is not None:
        take(tx, row, call.Assigned(at=now, number=assignment_id, who=hers))
    bound = tx.session.get_one(AssignmentRow, assignment_id)
    _name_legs(tx, row, bound, key=key, hers=hers)
    can_be_rung = row.direction == "out" or row.number is not None
    rung = [("requester", key)] if can_be_rung else []
    rung += [("interpreter", hers)] if not request.immediate else []
    rung += [("client", it.who) for it in queries.legs_of(row.id) if it.role == "client"]
    for role, who in dict.fromkeys(rung):
        invited = call.Invited(at=now, role=call.Role(role), who=who)
        conversation_services.record_event(talk_id, invited, key=f"invited {who}")
    if request.immediate:
        _bring_interpreter(tx, row, bound, hers)
        conversation_services.record_event(talk_id, call.Tick(at=now), key=f"met {assignment_id}")


def part(leg_id: int) -> None:
    """A leg is over: whoever it was is on the line no more."""
    with transaction() as tx:
        leg = queries.find_leg(leg_id)
        if leg.sid is None or leg.ended_at is None:
            return
        tell_line(tx, leg, call.Left, leg.ended_at)
        if leg.in_room and leg.call.conversation_id is not None:
            conversation_services.phone_goes(leg.call.conversation_id, leg.who)
        won = leg.role == "interpreter" and leg.joined_at is None and leg.pressed_at is not None
        if won and leg.call.conversation_id is not None and leg.offer_id is not None:
            _ring_winner_again(tx, leg)


def note_conference(call_id: int, conference: str, what: str, *, sid: str, at: datetime) -> None:
    """Take what the carrier says of a conference: who came, who spoke, who went. In any order, any number of times.

    Out of the conference is not off the line: the end of the call itself says that, and is asked after soon.
    """
    with transaction() as tx:
        known, leg = queries.call_by_conference(call_id, conference), queries.leg_by_sid(sid)
        if known is None or leg is None or leg.call_id != known.id:
            return
        hold(tx, known.id)
        leg = tx.locked(LegRow, leg.id)
        if what == "participant-leave" and leg.status != LegStatus.ENDED:
            leg.check_at = tx.now() + _ASK_SOON
        if (kind := _SAYS.get(what)) is None:
            return
        if kind is call.Joined:
            leg.joined_at = min(leg.joined_at or at, at)
        tell_line(tx, leg, kind, at)


def tell_line(tx: Transaction, leg: LegRow, kind: OfLeg, at: datetime) -> None:
    """Tell what happened on a leg to the caller's machine and to the conversation, whichever there is."""
    row = hold(tx, leg.call_id)
    facts: dict[str, Any] = {"at": at, "leg": leg.sid or "", "role": call.Role(leg.role), "way": call.Way.PHONE}
    if row.state is not None and leg.role == "requester":
        take(tx, row, kind(who="caller", **facts))
    if row.conversation_id is not None:
        told = kind(who=leg.who, **facts)
        conversation_services.record_event(row.conversation_id, told, key=f"{leg.sid} {type(told).__name__}")


def ring_party(tx: Transaction, conversation_id: int, party: str, who: str) -> None:
    """The call machine wants somebody on the line who is not."""
    row = queries.call_of_conversation(conversation_id)
    if row is None or row.ended_at is not None:
        return
    row = hold(tx, row.id)
    hers = [it for it in queries.legs_of(row.id) if it.who == who]
    if any(it.status in {LegStatus.RINGING, LegStatus.ANSWERED} or it.tries for it in hers if it.ended_at is None):
        return
    planned = next((it for it in hers if it.status == LegStatus.PLANNED), None)
    if planned is not None:
        ring_leg(tx, planned)
        return
    number, interpreter_id = _number_of(tx, row, party, hers)
    if number is not None:
        make_leg(tx, row, role=party, who=who, number=number, interpreter_id=interpreter_id)


def stop_calls_of(tx: Transaction, request_id: int, assignment_id: int) -> None:
    """Whoever was bound is not any more: she is hung up on, and a caller who waits hears that the search goes on."""
    row = queries.call_of_request(request_id)
    if row is None or row.ended_at is not None:
        return
    row = hold(tx, row.id)
    row.conversation_id = None
    for leg in queries.legs_of(row.id):
        if leg.role == "interpreter" and leg.status != LegStatus.ENDED:
            tx.defer("calls.hang_up", leg_id=leg.id)
    if row.state is not None:
        take(tx, row, call.Released(at=tx.now(), number=assignment_id))


def end_call_of(tx: Transaction, request_id: int, why: str, *, found_nobody: bool = False) -> bool:
    """The talk or the request is over: who is on the line hears it, and everybody is sent home.

    Returns whether a talk "now" by telephone ended: nobody else writes down what took place.
    """
    row = queries.call_of_request(request_id)
    if row is None or row.ended_at is not None:
        return False
    row, now = hold(tx, row.id), tx.now()
    if found_nobody and row.state is not None and row.conversation_id is None:
        if kept.from_json(row.state).request is not None:
            take(tx, row, call.SearchEnded(at=now))
        return False
    row.ended_at, row.why, row.wake_at = now, why, None
    tx.emit(CallEnded(agency_id=row.agency_id, request_id=request_id, call_id=row.id, why=why), SYSTEM)
    tx.defer("calls.close", call_id=row.id)
    return tx.session.get_one(RequestRow, request_id).immediate


def enter_room(leg_id: int) -> None:
    """The sound of a telephone goes to the room of its conversation from now on."""
    with transaction() as tx:
        row = hold(tx, queries.find_leg(leg_id).call_id)
        leg, now = tx.locked(LegRow, leg_id), tx.now()
        leg.in_room, leg.joined_at = True, leg.joined_at or now
        if row.conversation_id is not None:
            conversation_services.phone_comes(row.conversation_id, leg.who)
        tell_line(tx, leg, call.Joined, now)


def phones_follow_room(tx: Transaction, conversation_id: int) -> None:
    """Somebody is in the room by browser: telephones that meet in a conference come there too."""
    row = queries.call_of_conversation(conversation_id)
    if row is None or row.ended_at is not None or not queries.has_browser(conversation_id, tx.now()):
        return
    legs = [it for it in queries.legs_of(row.id) if it.status == LegStatus.ANSWERED and not it.in_room]
    tx.defer_all("calls.ask_again", [{"leg_id": it.id} for it in legs])


def _name_legs(tx: Transaction, row: CallRow, bound: AssignmentRow, *, key: str, hers: str) -> None:
    """Give everybody on the line the name the conversation knows them by, and tell it that they are there."""
    for leg in queries.legs_of(row.id):
        if leg.role == "requester":
            leg.who = key
        elif leg.role == "interpreter" and leg.offer_id == bound.offer_id and leg.offer_id is not None:
            leg.who = hers
        if leg.status == LegStatus.ANSWERED and leg.role in {"requester", "client"} and leg.joined_at is not None:
            tell_line(tx, leg, call.Joined, leg.joined_at)


def _bring_interpreter(tx: Transaction, row: CallRow, bound: AssignmentRow, hers: str) -> None:
    """Whoever pressed 1 is on the line; whoever said yes on a page is rung at once, if she is not in the room."""
    said_yes = queries.leg_of_offer(bound.offer_id) if bound.offer_id is not None else None
    if said_yes is not None and said_yes.pressed_at is not None and said_yes.status != LegStatus.ENDED:
        return
    _ring_interpreter(tx, row, bound, hers)


def _ring_winner_again(tx: Transaction, leg: LegRow) -> None:
    """She said yes and her line was lost before she was connected: she is rung again, once, at once."""
    row = hold(tx, leg.call_id)
    bound = tx.session.scalars(select(AssignmentRow).where(AssignmentRow.offer_id == leg.offer_id)).first()
    again = any(it.who == leg.who and it.id != leg.id for it in queries.legs_of(row.id))
    if bound is not None and bound.status in {"booked", "started"} and not again:
        _ring_interpreter(tx, row, bound, leg.who)


def _ring_interpreter(tx: Transaction, row: CallRow, bound: AssignmentRow, hers: str) -> None:
    number = people.find_person(register.person_of(bound.interpreter_id)).phone
    if number is not None:
        make_leg(tx, row, role="interpreter", who=hers, number=number, interpreter_id=bound.interpreter_id)


def _number_of(tx: Transaction, row: CallRow, party: str, legs: list[LegRow]) -> tuple[str | None, int | None]:
    if party == "interpreter":
        talk = conversations.room_of(row.conversation_id or 0)
        interpreter_id = talk.assignment.interpreter_id
        return people.find_person(register.person_of(interpreter_id)).phone, interpreter_id
    if party == "requester":
        request = tx.session.get_one(RequestRow, row.request_id or 0)
        return row.number or request.phone, None
    return next((it.number for it in legs), None), None
