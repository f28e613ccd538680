"""Jobs about calls: whatever has to be said to the carrier, outside every transaction."""

import logging
from datetime import timedelta

from flask import current_app
from procrastinate import RetryStrategy

from dispatch.calls import queries, services
from dispatch.calls.ports import LegStatus, NotKnown, NotRung, Telephone
from dispatch.conversations import queries as conversations
from dispatch.performances import services as performances
from kernel.actor import SYSTEM
from kernel.errors import Refusal
from kernel.failpoint import failpoint
from kernel.jobs import task

logger = logging.getLogger(__name__)

# Somebody waits on the line: what does not work within seconds is of no use any more.
_AT_ONCE = RetryStrategy(max_attempts=4, wait=1)


@task("calls.ring", retry=_AT_ONCE)
def ring(leg_id: int) -> None:
    """Ring a telephone. After a lost answer it is looked whether it rings already."""
    taken = services.take_ring(leg_id)
    if taken is None:
        return
    wanted, tried_before = taken
    carrier = _carrier()
    try:
        sid = (carrier.find(wanted) if tried_before else None) or carrier.ring(wanted)
        failpoint("calls.ring.after")
    except NotRung as refused:
        logger.warning("leg %s is not rung: %s", leg_id, refused)
        services.ring_failed(leg_id)
        return
    if not services.note_sid(leg_id, sid):
        carrier.hang_up(sid)


@task("calls.ask_again", retry=_AT_ONCE)
def ask_again(leg_id: int) -> None:
    """Let somebody hear at once what is new for her."""
    leg = queries.find_leg(leg_id)
    if leg.sid is not None and leg.status == LegStatus.ANSWERED:
        _carrier().ask_again(leg.sid, leg_id)


@task("calls.hang_up", retry=_AT_ONCE)
def hang_up(leg_id: int) -> None:
    """Ring no more, or end what was answered."""
    leg = queries.find_leg(leg_id)
    if leg.sid is not None:
        _carrier().hang_up(leg.sid)
    elif leg.status == LegStatus.PLANNED:
        services.ring_failed(leg_id)


@task("calls.close", retry=_AT_ONCE)
def close(call_id: int) -> None:
    """Send everybody home: whoever is in the conference hears the goodbye, whoever still rings does not any more."""
    conference, legs = queries.conference_of(call_id), queries.legs_of(call_id)
    carrier = _carrier()
    carrier.close(conference)
    for leg in legs:
        if leg.sid is not None and (leg.status == LegStatus.RINGING or leg.in_room):
            carrier.hang_up(leg.sid)


@task("calls.check")
def check(leg_id: int) -> None:
    """Ask the carrier after a leg of which it said nothing for too long."""
    leg = queries.find_leg(leg_id)
    if leg.sid is None or leg.status == LegStatus.ENDED:
        return
    try:
        word = _carrier().word_of(leg.sid)
    except NotKnown:
        return  # the clock asks again
    if word is not None:
        services.note_word(leg_id, leg.sid, word)


@task("calls.part")
def part(leg_id: int) -> None:
    """A leg is over."""
    services.part(leg_id)


@task("calls.rang_in_vain")
def rang_in_vain(interpreter_id: int) -> None:
    """An interpreter's telephone rang, and nobody was there."""
    services.count_ring(interpreter_id, answered=False)


@task("calls.write_record")
def write_record(assignment_id: int) -> None:
    """Write the record of a talk by telephone from what took place; the interpreter may correct it."""
    report = conversations.draft_of(assignment_id)
    if report is None or report.ended_at - report.started_at < timedelta(seconds=1):
        return
    try:
        performances.submit_performance(assignment_id, report, by=SYSTEM)
    except Refusal as refusal:
        logger.info("assignment %s: the record is left to its interpreter (%s)", assignment_id, refusal.code)


def _carrier() -> Telephone:
    carrier: Telephone = current_app.extensions["telephone"]
    return carrier
