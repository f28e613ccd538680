"""Interpreters are rung, several at once: the first who presses 1 has the talk, the others are thanked."""

from datetime import datetime

from dispatch.calls import queries
from dispatch.calls.models import LegRow
from dispatch.calls.ports import LegStatus, Word
from dispatch.calls.services.connecting import call_for
from dispatch.calls.services.legs import make_leg, note_word
from dispatch.interpreters import queries as register
from dispatch.interpreters import services as interpreters
from dispatch.offers import queries as offer_queries
from dispatch.offers import services as offers
from dispatch.offers.domain import DeclineReason
from dispatch.requests.domain import Service
from kernel.actor import Actor, Role
from kernel.database import Transaction, transaction
from kernel.errors import Refusal
from kernel.failpoint import failpoint
from people import queries as people


def ring_interpreter(tx: Transaction, offer_id: int) -> None:
    """An offer of a talk "now": her telephone rings as soon as this is committed, where agency and she have one."""
    offer = offer_queries.offer_row(offer_id)
    request = offer.request
    if not request.immediate or offer.service != Service.TELEPHONE or queries.line_of(request.agency_id) is None:
        return
    person = people.find_person(register.person_of(offer.interpreter_id))
    if person.phone is None or queries.leg_of_offer(offer_id) is not None:
        return
    row = call_for(tx, request.id, request.agency_id)
    facts = {"interpreter_id": offer.interpreter_id, "offer_id": offer_id, "number": person.phone}
    make_leg(tx, row, role="interpreter", who=f"interpreter-{offer.interpreter_id}", **facts)


def ring_stops(tx: Transaction, offer_ids: list[int]) -> None:
    """These offers are over: who rings, rings no more; who listens already hears that it is taken."""
    for leg in queries.legs_of_offers(offer_ids):
        listening = leg.status == LegStatus.ANSWERED
        tx.defer("calls.ask_again" if listening else "calls.hang_up", leg_id=leg.id)


def pick_up(leg_id: int, sid: str, *, at: datetime, machine: bool = False) -> None:
    """Somebody we rang picked up, or a machine did: an offer that rings out while she listens stays hers a moment."""
    word = Word(status=LegStatus.ANSWERED, at=at, machine=machine)
    if note_word(leg_id, sid, word) and not machine and (offer_id := queries.find_leg(leg_id).offer_id) is not None:
        offers.hold_offer(offer_id)


def press(leg_id: int, digits: str, *, at: datetime) -> None:
    """Somebody we rang pressed a key: 1 is yes, 2 is no, for an interpreter who was offered the talk.

    Whoever pressed is a person, and there. What is too late is refused in words (`views/scenes.py`); nothing is raised.
    """
    leg = queries.find_leg(leg_id)
    if leg.incoming or leg.status == LegStatus.ENDED or digits not in {"1", "2"}:
        return
    _note_pressed(leg_id, at)
    if leg.offer_id is None or leg.interpreter_id is None:
        return
    interpreters.note_ring(leg.interpreter_id, answered=True)
    by = Actor(register.person_of(leg.interpreter_id), Role.INTERPRETER, interpreter_id=leg.interpreter_id)
    try:
        if digits == "1":
            failpoint("calls.press.before_accept")
            offers.accept_offer(leg.offer_id, by=by)
            failpoint("calls.press.after_accept")
        else:
            offers.decline_offer(leg.offer_id, by=by, reason=DeclineReason.NOT_FREE)
    except Refusal:
        return


def _note_pressed(leg_id: int, at: datetime) -> None:
    with transaction() as tx:
        leg = tx.locked(LegRow, leg_id)
        leg.pressed_at = leg.pressed_at or at
