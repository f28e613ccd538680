"""What somebody on the line hears next, and what the carrier does then: scenes, written as TwiML.

Source: Twilio, TwiML for Programmable Voice (Say, Gather, Dial, Conference, Number, Connect, Stream, Hangup).
"""

from dataclasses import dataclass, field

from twilio.twiml.voice_response import Conference as ConferenceNoun
from twilio.twiml.voice_response import Connect, Dial, Gather, VoiceResponse

LANGUAGE = "nl-BE"
# Nothing that is said in a conference is ever kept.
RECORD = "do-not-record"
CONFERENCE_EVENTS = "start end join leave speaker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Words, and then keys or a spoken word, sent to `action`. Silence is sent there too."""

    words: str
    action: str
    keys: int = 1
    speech: bool = False
    hints: str = ""
    patience_s: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words, and then the end."""

    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A conference. Who does not `begin` it hears `wait` until somebody does. `then`: where to go when it is over."""

    name: str
    begins: bool
    wait: str
    events: str
    then: str
    limit_s: int
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Words, and then another number."""

    words: str
    number: str
    caller: str
    then: str
    limit_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IntoRoom:
    """The sound goes to and from a room of ours, over a WebSocket. The token opens it once."""

    url: str
    token: str
    then: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What is heard by who waits in a conference, over and over."""

    words: str
    silence_s: int
    again: str


Scene = Question | Words | Meeting | Transfer | IntoRoom | Waiting


@dataclass(slots=True)
class _Sheet:
    response: VoiceResponse = field(default_factory=VoiceResponse)

    def say(self, words: str) -> None:
        if words:
            self.response.say(words, language=LANGUAGE)


def write(scene: Scene) -> str:
    """Return a scene as TwiML."""
    sheet = _Sheet()
    match scene:
        case Question():
            _ask(sheet, scene)
        case Words():
            sheet.say(scene.words)
            sheet.response.hangup()
        case Meeting():
            _meet(sheet, scene)
        case Transfer():
            sheet.say(scene.words)
            sheet.response.dial(
                scene.number, caller_id=scene.caller, action=scene.then, method="POST", time_limit=scene.limit_s
            )
        case IntoRoom():
            connect = Connect(action=scene.then, method="POST")
            connect.stream(url=scene.url).parameter(name="token", value=scene.token)
            sheet.response.append(connect)
        case Waiting():
            sheet.say(scene.words)
            sheet.response.pause(length=scene.silence_s)
            sheet.response.redirect(scene.again, method="POST")
    return str(sheet.response)


def _ask(sheet: _Sheet, it: Question) -> None:
    how = {"input": "dtmf speech" if it.speech else "dtmf", "action": it.action, "method": "POST"}
    more = {"speech_timeout": "auto", "language": LANGUAGE, "hints": it.hints} if it.speech else {}
    gather = Gather(
        **how, **more, num_digits=it.keys, timeout=it.patience_s, finish_on_key="#", action_on_empty_result=True
    )
    gather.say(it.words, language=LANGUAGE)
    sheet.response.append(gather)


def _meet(sheet: _Sheet, it: Meeting) -> None:
    sheet.say(it.words)
    dial = Dial(action=it.then, method="POST", time_limit=it.limit_s)
    noun = ConferenceNoun(
        it.name,
        beep="false",
        record=RECORD,
        start_conference_on_enter=it.begins,
        end_conference_on_exit=False,
        wait_url=it.wait,
        wait_method="POST",
        status_callback=it.events,
        status_callback_method="POST",
        status_callback_event=CONFERENCE_EVENTS,
    )
    dial.append(noun)
    sheet.response.append(dial)
