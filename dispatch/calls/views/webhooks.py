"""What the carrier asks ("what does she hear?") and tells ("she hung up"). Each may come twice, late, or never."""

from flask import Blueprint, Response

from dispatch.calls import queries, services
from dispatch.calls.ports import LegStatus, Result, Word
from dispatch.calls.views.scenes import scene_of, waiting
from dispatch.calls.views.signed import field, heard, moment, signed
from kernel.http import policy
from media.telephone import words
from media.telephone.twiml import Words

hooks = Blueprint("calls", __name__, url_prefix="/webhooks/twilio")

# Source: Twilio, call status values. What is not here says nothing new.
_WORDS: dict[str, tuple[LegStatus, Result | None]] = {
    "ringing": (LegStatus.RINGING, None),
    "in-progress": (LegStatus.ANSWERED, None),
    "answered": (LegStatus.ANSWERED, None),
    "completed": (LegStatus.ENDED, Result.COMPLETED),
    "no-answer": (LegStatus.ENDED, Result.NO_ANSWER),
    "busy": (LegStatus.ENDED, Result.BUSY),
    "failed": (LegStatus.ENDED, Result.FAILED),
    "canceled": (LegStatus.ENDED, Result.CANCELED),
}


@hooks.post("/voice")
@policy(public=True, csrf=False)
@signed
def voice() -> Response:
    """Somebody calls one of our numbers."""
    sid = field("CallSid")[:64]
    leg_id = services.receive_call(sid, number=field("From"), called=field("To"), at=moment())
    return heard(scene_of(leg_id) if leg_id is not None else Words(words=words.NO_SERVICE))


@hooks.post("/voice/status")
@policy(public=True, csrf=False)
@signed
def voice_status() -> Response:
    """Hear that a caller hung up; she has no address of her own, only the carrier's id."""
    leg = queries.leg_by_sid(field("CallSid")[:64])
    return _noted(leg.id) if leg is not None else Response(status=204)


@hooks.post("/legs/<id:leg_id>")
@policy(public=True, csrf=False)
@signed
def now(leg_id: int) -> Response:
    """Tell what a leg hears now: it was just picked up, was told to ask again, or lost our last answer."""
    machine = field("AnsweredBy").startswith(("machine", "fax"))
    services.pick_up(leg_id, field("CallSid")[:64], at=moment(), machine=machine)
    return heard(scene_of(leg_id))


@hooks.post("/legs/<id:leg_id>/keys/<int:step>")
@policy(public=True, csrf=False)
@signed
def keys(leg_id: int, step: int) -> Response:
    """Take keys or a spoken word."""
    leg, digits = queries.find_leg(leg_id), field("Digits")
    if leg.incoming:
        services.answer_menu(leg_id, step, digits=digits, speech=field("SpeechResult"), at=moment())
    else:
        services.press(leg_id, digits[:1], at=moment())
        if digits[:1] not in {"1", "2"}:
            return heard(Words(words=""))
    return heard(scene_of(leg_id))


@hooks.post("/legs/<id:leg_id>/status")
@policy(public=True, csrf=False)
@signed
def status(leg_id: int) -> Response:
    """Hear how a ring or a call stands, or that a machine picked it up."""
    return _noted(leg_id)


@hooks.post("/legs/<id:leg_id>/done")
@policy(public=True, csrf=False)
@signed
def done(leg_id: int) -> Response:
    """A conference, a room or a transfer is over for this leg: what is next, or goodbye."""
    leg = queries.find_leg(leg_id)
    over = leg.call.ended_at is not None or leg.in_room or field("DialCallStatus") in {"no-answer", "busy", "failed"}
    return heard(Words(words=words.BYE) if over else scene_of(leg_id))


@hooks.post("/calls/<id:call_id>/conference")
@policy(public=True, csrf=False)
@signed
def conference(call_id: int) -> Response:
    """Hear who came into a conference, spoke there, or left it."""
    what, name = field("StatusCallbackEvent"), field("FriendlyName")
    services.note_conference(call_id, name, what, sid=field("CallSid")[:64], at=moment())
    return Response(status=204)


@hooks.post("/wait")
@policy(public=True, csrf=False)
@signed
def wait() -> Response:
    """Tell who waits in a conference that the search goes on."""
    return heard(waiting())


def _noted(leg_id: int) -> Response:
    sid, at = field("CallSid")[:64], moment()
    machine = field("AnsweredBy").startswith(("machine", "fax"))
    known = _WORDS.get(field("CallStatus"))
    if machine:
        services.note_word(leg_id, sid, Word(status=LegStatus.ANSWERED, at=at, machine=True))
    elif known is not None:
        services.note_word(leg_id, sid, Word(status=known[0], result=known[1], at=at))
    return Response(status=204)
