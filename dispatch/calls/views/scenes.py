"""What a leg hears now. Derived from what is known, so that asking twice, late or after a crash is answered rightly."""

from flask import current_app, url_for

from dispatch.calls import queries, services
from dispatch.calls.domain import CODE_LENGTH
from dispatch.calls.models import CallRow, LegRow
from dispatch.calls.ports import LegStatus
from dispatch.conversations.status import FINAL
from dispatch.offers import queries as offers
from dispatch.offers.status import OPEN
from kernel import clock
from kernel.errors import Unavailable
from kernel.settings import Settings
from media.call import domain as call
from media.call import kept
from media.call.menu import IN_CONFERENCE
from media.telephone import words
from media.telephone.passes import make_pass
from media.telephone.twiml import IntoRoom, Meeting, Question, Scene, Transfer, Waiting, Words
from reference import queries as reference

_LIMIT_S = 4 * 3600
_TRANSFER_S = 1800
_RUNG = {
    "client": words.INVITED,
    "coordinator": words.DESK_RING,
    "interpreter": words.RESERVED,
    "requester": words.CALLED_BACK,
}


def scene_of(leg_id: int) -> Scene:
    """Return what a leg hears now."""
    leg = queries.find_leg(leg_id)
    row = leg.call
    if leg.status == LegStatus.ENDED:
        return Words(words="")
    if leg.incoming and row.state is not None and row.conversation_id is None:
        return _of_menu(leg, row)
    if row.ended_at is not None:
        return Words(words=words.BYE)
    if leg.incoming or _is_in(leg):
        return _meeting(leg, row)
    return _of_offer(leg) if leg.offer_id is not None else _asked_in(leg, _RUNG[leg.role])


def waiting() -> Scene:
    """Return what is heard in a conference that has not begun."""
    return Waiting(words=words.WAITING, silence_s=12, again=_at("wait"))


def _of_menu(leg: LegRow, row: CallRow) -> Scene:
    state = kept.from_json(row.state or {})
    menu = state.menu or call.Menu()
    if menu.prompt in IN_CONFERENCE and state.phase is not call.Phase.ENDED:
        return _meeting(leg, row)
    names = [reference.language_name(it, "nl") for it in menu.choices]
    can_call_back = row.number is not None
    said = words.sentence(menu.prompt, names, again=menu.tries > 0, can_call_back=can_call_back)
    if menu.prompt is call.Prompt.DESK:
        line = queries.line_of(row.agency_id)
        if line is None or line.desk_number is None:
            return Words(words=words.NO_DESK)
        return Transfer(
            words=said, number=line.desk_number, caller=line.number, then=_at("done", leg), limit_s=_TRANSFER_S
        )
    if menu.prompt not in _ASKS or state.phase is call.Phase.ENDED:
        return Words(words=said)
    return Question(words=said, action=_at("keys", leg, step=menu.step), **_ASKS[menu.prompt])


_ASKS: dict[call.Prompt, dict] = {  # type: ignore[type-arg]
    call.Prompt.CODE: {"keys": CODE_LENGTH, "patience_s": 10},
    call.Prompt.LANGUAGE: {},
    call.Prompt.LANGUAGE_NAME: {"speech": True},
    call.Prompt.SERVICE: {},
    call.Prompt.NUMBER: {"keys": 15, "patience_s": 10},
    call.Prompt.CHOICE: {},
}


def _of_offer(leg: LegRow) -> Scene:
    """An interpreter who is offered the talk: the question, or why there is none any more."""
    offer = offers.standing(leg.offer_id or 0)
    if offer is None:
        return Words(words=words.TOO_LATE)
    if offer.assignment_id is not None:
        return _meeting(leg, leg.call)
    if offer.status in OPEN and leg.pressed_at is None:
        row = offers.offer_row(leg.offer_id or 0)
        if row.expires_at > clock.now():
            return _asked_in(leg, words.OFFERED.format(language=reference.language_name(row.language, "nl")))
    if offer.status == "declined":
        return Words(words=words.DECLINED)
    return Words(words=words.TAKEN if offer.withdrawn_because == "filled" else words.TOO_LATE)


def _asked_in(leg: LegRow, said: str) -> Scene:
    return Question(words=said, action=_at("keys", leg, step=1), patience_s=8)


def _is_in(leg: LegRow) -> bool:
    """Return whether somebody we rang for a talk pressed a key: a person, who may come in."""
    return leg.offer_id is None and leg.pressed_at is not None


def _meeting(leg: LegRow, row: CallRow) -> Scene:
    """Bring a leg to the others: in the conference, or in our room where somebody is there by browser."""
    talk = row.conversation
    if talk is not None and talk.status in FINAL:
        return Words(words=words.BYE)
    if talk is not None and (talk.kind == "video" or queries.has_browser(talk.id, clock.now())):
        return _into_room(leg, talk.room)
    return Meeting(
        name=row.conference,
        begins=leg.role in {"interpreter", "coordinator"},
        wait=_at("wait"),
        events=_at("conference", call_id=row.id),
        then=_at("done", leg),
        limit_s=_LIMIT_S,
        words=words.CONNECTING if leg.role == "interpreter" else "",
    )


def _into_room(leg: LegRow, room: str) -> Scene:
    """Bring a leg into our room; where there is none to be had, say so."""
    try:
        port = current_app.extensions["rooms"].open(room)
    except Unavailable:
        return Words(words=words.NO_SERVICE)
    services.enter_room(leg.id)
    settings = current_app.config["SETTINGS"]
    token = make_pass(settings.secret_key, room, queries.find_leg(leg.id).who)
    return IntoRoom(url=_stream_address(settings, port), token=token, then=_at("done", leg))


def _stream_address(settings: Settings, port: int) -> str:
    """Return where the carrier brings the sound: the proxy finds the node by the port in the path."""
    return f"{settings.stream_url or settings.public_url.replace('http', 'ws', 1)}/stream/{port}/phone"


def _at(name: str, leg: LegRow | None = None, **values: int) -> str:
    """Return the address of one of our webhooks, as the carrier reaches it."""
    public = current_app.config["SETTINGS"].public_url
    ids = {"leg_id": leg.id} if leg is not None else {}
    return f"{public}{url_for(f'calls.{name}', **ids, **values)}"
