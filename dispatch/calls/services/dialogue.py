"""Somebody calls us: the questions she answers by keys or in words, and what is looked up for each."""

from datetime import datetime
from secrets import token_urlsafe

from dispatch.calendars.domain import local_day
from dispatch.calls import queries
from dispatch.calls.domain import CODE_LENGTH, keyed
from dispatch.calls.errors import CallRefused, NoSuchCode
from dispatch.calls.events import CallReceived
from dispatch.calls.models import CallRow, CodeRow, LegRow
from dispatch.calls.services.connecting import tell_line
from dispatch.calls.services.numbers import add_number
from dispatch.calls.services.stepping import hold, take
from dispatch.conversations import queries as conversations
from dispatch.interpreters import queries as register
from dispatch.terms.queries import terms_at
from kernel.actor import SYSTEM
from kernel.database import Transaction, retried, transaction
from kernel.errors import Invalid, NotAllowedNow, Refusal
from kernel.words import BadPhone, normal_phone
from media.call import domain as call
from media.call import kept, machine
from people import services as people
from reference import queries as reference

# Callers who hide their number are counted as one.
_HIDDEN = "hidden"


def receive_call(sid: str, *, number: str, called: str, at: datetime) -> int | None:
    """Somebody calls one of our numbers; return her leg, or None when the number is nobody's. Twice is once.

    Emits: CallReceived.
    """
    if (known := queries.leg_by_sid(sid)) is not None:
        return known.id
    try:
        with transaction() as tx:
            if (line := queries.line_called(called)) is None:
                return None
            limits = conversations.call_limits("immediate", at.date())
            state = machine.incoming(at, sid, "caller", limits)
            row = CallRow(agency_id=line.agency_id, direction="in", conference=token_urlsafe(18), began_at=at)
            row.number, row.state, row.wake_at = _number(number), kept.to_json(state), machine.wake_at(state)
            tx.add(row)
            leg = LegRow(call_id=row.id, role="requester", who="caller", number=row.number, incoming=True, sid=sid)
            leg.status, leg.made_at, leg.answered_at, leg.joined_at, leg.pressed_at = "answered", at, at, at, at
            leg.tries = 0
            tx.add(leg)
            tx.emit(CallReceived(agency_id=row.agency_id, call_id=row.id), SYSTEM)
            return leg.id
    except CallRefused:  # the same call was told of twice, at once
        known = queries.leg_by_sid(sid)
        return known.id if known else None


def answer_menu(leg_id: int, step: int, *, digits: str, speech: str, at: datetime) -> None:
    """Take what a caller answered at question `step`. An answer to another question, or told twice, changes nothing."""
    leg = queries.find_leg(leg_id)
    menu = kept.from_json(leg.call.state or {}).menu if leg.call.state else None
    if menu is None or menu.step != step or not leg.incoming:
        return
    pressed = keyed(digits)
    # A guess is counted, and its key derived, before anything is locked.
    code = _code(leg.call, pressed, at) if menu.prompt is call.Prompt.CODE and pressed else None
    _take_answer(leg_id, step, (pressed, speech, code), at)


@retried
def _take_answer(leg_id: int, step: int, said: tuple[str, str, CodeRow | None], at: datetime) -> None:
    pressed, speech, code = said
    with transaction() as tx:
        row = hold(tx, queries.find_leg(leg_id).call_id)
        leg = tx.locked(LegRow, leg_id)
        menu = kept.from_json(row.state or {}).menu
        if menu is None or menu.step != step:
            return
        if menu.prompt is call.Prompt.CODE and pressed:
            if code is not None and _goes_on(tx, row, leg, code, at):
                return
            row.code_id = code.id if code else None
            take(tx, row, call.CodeGiven(at=at, step=step, languages=_languages(code, at)), in_answer=True)
            return
        take(tx, row, _meant(tx, row, menu, pressed, speech, at), in_answer=True)


def _meant(tx: Transaction, row: CallRow, menu: call.Menu, pressed: str, speech: str, at: datetime) -> call.Event:
    """Return what keys or words mean at this question."""
    if menu.prompt is call.Prompt.LANGUAGE_NAME and not pressed:
        return call.LanguageNamed(at=at, step=menu.step, language=language_said(speech))
    if menu.prompt is call.Prompt.NUMBER and len(pressed) > 1:
        return call.NumberGiven(at=at, step=menu.step, who=_invited(tx, row, pressed))
    if menu.prompt is call.Prompt.CHOICE and pressed == "2" and row.number is None:
        pressed = "1"  # nobody can be called back whose number is not known
    return call.Keyed(at=at, step=menu.step, digits=pressed)


def language_said(speech: str) -> str | None:
    """Return the language whose name was spoken, if it is clear which."""
    words = "".join(it if it.isalpha() or it in " -'" else " " for it in speech[:100]).strip()
    if len(words) < 3:
        return None
    for text in (words, *words.split()):
        if len(text) > 2 and (found := register.language_meant(text)) is not None:
            return found
    found_ones = reference.search_languages(words, 2)
    return found_ones[0].iso639_3 if found_ones else None


def _code(row: CallRow, pressed: str, at: datetime) -> CodeRow | None:
    """Return the code that was keyed, if it is one. Whoever guesses is not told more, and not listened to for long."""
    terms, who = terms_at(at.date()), row.number or _HIDDEN
    from_here, at_all = int(terms.value("call_code_tries")), int(terms.value("call_code_tries_all"))
    try:
        with (
            people.counted_guess("call code", who, from_here),
            people.counted_guess("call codes of agency", str(row.agency_id), at_all),
        ):
            found = queries.code_meant(row.agency_id, pressed, local_day(at)) if len(pressed) == CODE_LENGTH else None
            if found is None:
                raise NoSuchCode()
            return found
    except Refusal:
        return None


def _languages(code: CodeRow | None, at: datetime) -> tuple[str, ...] | None:
    return None if code is None else queries.top_languages(code.organisation_id, code.agency_id, at)


def _goes_on(tx: Transaction, row: CallRow, leg: LegRow, code: CodeRow, at: datetime) -> bool:
    """Bring a caller who was cut off back into her talk; return whether there was one."""
    if row.number is None or row.request_id is not None:
        return False
    before = queries.cut_off_call(code.organisation_id, row.number, at)
    if before is None:
        return False
    row.ended_at, row.why, row.wake_at = at, "goes_on", None
    leg.call_id, leg.joined_at = before.id, at
    key = queries.key_of(before.conversation_id or 0, "requester")
    leg.who = key or leg.who
    tx.session.flush()
    tx.session.refresh(leg)
    tell_line(tx, leg, call.Joined, at)
    return True


def _invited(tx: Transaction, row: CallRow, pressed: str) -> str | None:
    """Return the person at a number that may be rung, or None."""
    try:
        return add_number(tx, row, pressed)
    except (Invalid, NotAllowedNow):
        return None


def _number(text: str) -> str | None:
    """Return a caller's number where it is one that may be called back; hidden ones are none."""
    try:
        return normal_phone(text)
    except BadPhone:
        return None
