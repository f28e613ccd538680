"""Telephone connections: rung by a job, told of by the carrier in any order, and asked after when it says nothing."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from dispatch.calls import queries
from dispatch.calls.domain import UNHEARD, is_forward
from dispatch.calls.errors import CallRefused
from dispatch.calls.models import CallRow, LegRow
from dispatch.calls.ports import LegStatus, Result, Ring, Word
from dispatch.calls.services.spending import may_ring
from dispatch.interpreters import services as interpreters
from dispatch.interpreters.models import InterpreterRow
from dispatch.terms.domain import elapsed
from dispatch.terms.queries import terms_at
from kernel import clock
from kernel.database import Transaction, refuse_on, retried, transaction

refuse_on("uq_call_legs_sid", CallRefused)
# A ring whose worker died is tried again after this; one of which nothing was heard is asked after.
_LEASE, _ASK_AFTER, _ASK_AGAIN = timedelta(seconds=15), timedelta(seconds=60), timedelta(minutes=10)
_MOST_TRIES = 3
# Nobody is rung minutes late: whoever asked is gone, and a backup that was put back rings nobody.
_STALE = timedelta(minutes=2)


def make_leg(tx: Transaction, row: CallRow, *, ring: bool = True, **facts: object) -> LegRow:
    """Write down that somebody is to be rung, and (`ring`) let it happen as soon as this is committed."""
    leg = LegRow(call_id=row.id, status=LegStatus.PLANNED, made_at=tx.now(), tries=0)
    for name, value in facts.items():
        setattr(leg, name, value)
    leg.call = row
    tx.add(leg)
    if ring:
        ring_leg(tx, leg)
    return leg


def ring_leg(tx: Transaction, leg: LegRow) -> None:
    leg.check_at = tx.now() + _LEASE
    tx.defer("calls.ring", leg_id=leg.id)


def take_ring(leg_id: int) -> tuple[Ring, bool] | None:
    """Take a leg to ring it; with whether an earlier try may have rung already. None: it is done, or wanted no more."""
    with transaction() as tx:
        leg = tx.locked(LegRow, leg_id)
        row = queries.find_leg(leg_id).call
        line = queries.line_of(row.agency_id)
        if leg.status != LegStatus.PLANNED or leg.number is None:
            return None
        now = tx.now()
        too_late = leg.check_at is not None and now > leg.check_at + _STALE
        if too_late or leg.tries >= _MOST_TRIES or line is None or not may_ring(tx, row, leg.number, now):
            _end(tx, leg, Result.FAILED, now)
            return None
        terms = terms_at(now.date())
        life = terms.find("offer_life", "immediate") if leg.offer_id else terms.find("ring_for")
        longest = terms.find("call_longest")
        leg.tries, leg.check_at = leg.tries + 1, now + _LEASE
        ring = Ring(
            leg_id=leg.id,
            to=leg.number,
            caller=line.number,
            ring_s=max(5, round((elapsed(life) if life else _ASK_AFTER) / timedelta(seconds=1) / clock.time_scale())),
            limit_s=round((elapsed(longest) if longest else timedelta(hours=2)) / timedelta(seconds=1)),
        )
        return ring, leg.tries > 1


def note_sid(leg_id: int, sid: str) -> bool:
    """The carrier rings: this is what it calls the call. Return False when nobody wants it to ring any more."""
    with transaction() as tx:
        leg = tx.locked(LegRow, leg_id)
        leg.sid = leg.sid or sid
        if leg.status == LegStatus.PLANNED:
            leg.status, leg.check_at = LegStatus.RINGING, tx.now() + _ASK_AFTER
        return leg.status != LegStatus.ENDED


def ring_failed(leg_id: int) -> None:
    """The carrier will not ring this."""
    with transaction() as tx:
        leg = tx.locked(LegRow, leg_id)
        if leg.status == LegStatus.PLANNED:
            _end(tx, leg, Result.FAILED, tx.now())


@retried
def note_word(leg_id: int, sid: str, word: Word) -> bool:
    """Take what the carrier says of a leg; return whether it was news. Late, doubled and swapped words change nothing.

    A machine that picks up is hung up on; it never says yes for anybody.
    """
    with transaction() as tx:
        leg = tx.locked(LegRow, leg_id)
        if leg.sid not in {None, sid}:
            return False  # an earlier try of the same ring, whose answer was lost
        leg.sid = sid
        if word.machine and leg.status != LegStatus.ENDED and leg.pressed_at is None:
            tx.defer("calls.hang_up", leg_id=leg.id)
            _end(tx, leg, Result.MACHINE, word.at)
            return True
        if not is_forward(leg.status, word.status):
            return False
        if word.status is LegStatus.ENDED:
            _end(tx, leg, word.result or Result.COMPLETED, word.at)
            return True
        leg.status, leg.check_at = word.status, tx.now() + (_ASK_AFTER if word.status == "ringing" else _ASK_AGAIN)
        if word.status is LegStatus.ANSWERED:
            leg.answered_at = word.at
        return True


def watch_legs() -> int:
    """Ask after legs of which nothing was heard for too long; return how many."""
    ids = queries.silent_legs()
    if ids:
        with transaction() as tx:
            later = update(LegRow).where(LegRow.id.in_(ids)).values(check_at=tx.now() + _ASK_AFTER)
            planned = set(tx.session.scalars(select(LegRow.id).where(LegRow.id.in_(ids), LegRow.status == "planned")))
            tx.session.execute(later)
            tx.defer_all("calls.ring", [{"leg_id": it} for it in ids if it in planned])
            tx.defer_all("calls.check", [{"leg_id": it} for it in ids if it not in planned])
    return len(ids)


def forget_numbers() -> int:
    """Numbers of calls that are over go after their term; return how many calls."""
    with transaction() as tx:
        days = terms_at(tx.now().date()).value("call_number_kept")
        old = CallRow.ended_at < func.clock_timestamp() - timedelta(days=days)
        has = select(LegRow.id).where(LegRow.call_id == CallRow.id, LegRow.number.is_not(None)).exists()
        ids = list(tx.session.scalars(select(CallRow.id).where(old, CallRow.number.is_not(None) | has).limit(500)))
        tx.session.execute(update(CallRow).where(CallRow.id.in_(ids)).values(number=None))
        tx.session.execute(update(LegRow).where(LegRow.call_id.in_(ids)).values(number=None))
        return len(ids)


def forget_person(person_id: int) -> None:
    """A person was erased: on what number she was rung goes at once."""
    with transaction() as tx:
        theirs = select(InterpreterRow.id).where(InterpreterRow.person_id == person_id)
        tx.session.execute(update(LegRow).where(LegRow.interpreter_id.in_(theirs)).values(number=None))


def _end(tx: Transaction, leg: LegRow, result: Result, at: datetime) -> None:
    """A leg is over: whoever rang in vain is counted, and whoever was on the line is not any more."""
    leg.status, leg.result, leg.ended_at, leg.check_at = LegStatus.ENDED, result, max(at, leg.made_at), None
    tx.session.flush()
    if leg.offer_id is not None and leg.interpreter_id is not None and leg.pressed_at is None:
        picked_up = leg.answered_at is not None and result is Result.COMPLETED
        if result in UNHEARD or picked_up:  # picked up, and no key was pressed: nobody listened
            tx.defer("calls.rang_in_vain", interpreter_id=leg.interpreter_id)
    if leg.sid is not None:
        tx.defer("calls.part", leg_id=leg.id)


def count_ring(interpreter_id: int, *, answered: bool) -> None:
    interpreters.note_ring(interpreter_id, answered=answered)
