"""Values of the call machine: the state, what can happen, and what it asks to be done.

People are opaque strings (`who`), never names or numbers. A leg is one connection of one person: a telephone call by
its provider's id, a browser by the engine's generation. Moments are aware; every other time is in seconds.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    ON_DEMAND = "on_demand"  # a telephone talk, now
    RESERVED = "reserved"  # a telephone talk at an agreed time
    VIDEO = "video"


class Phase(StrEnum):
    MENU = "menu"  # a caller answers questions
    SEARCHING = "searching"  # interpreters are asked; the caller waits, or waits to be called back
    GATHERING = "gathering"  # somebody is bound; not everybody is there
    CONNECTED = "connected"
    INTERRUPTED = "interrupted"  # it was connected, and a side is gone
    ENDED = "ended"


class Role(StrEnum):
    REQUESTER = "requester"
    CLIENT = "client"
    INTERPRETER = "interpreter"
    COORDINATOR = "coordinator"


class Way(StrEnum):
    BROWSER = "browser"
    PHONE = "phone"


class Prompt(StrEnum):
    """What a caller hears: a question of the menu, or where she is."""

    CODE = "code"
    LANGUAGE = "language"
    LANGUAGE_NAME = "language_name"
    SERVICE = "service"
    NUMBER = "number"
    WAIT = "wait"
    CHOICE = "choice"
    TALK = "talk"
    CALL_BACK = "call_back"
    DESK = "desk"
    NOBODY = "nobody"
    REFUSED = "refused"
    BYE = "bye"


class Why(StrEnum):
    """Why a call ended."""

    OVER = "over"
    WITHDRAWN = "withdrawn"
    NOBODY_FOUND = "nobody_found"
    HUNG_UP_WAITING = "hung_up_waiting"
    NO_CODE = "no_code"
    LEFT_MENU = "left_menu"
    TO_DESK = "to_desk"
    REFUSED = "refused"
    REQUESTER_ABSENT = "requester_absent"
    INTERPRETER_ABSENT = "interpreter_absent"
    NOBODY_CAME = "nobody_came"
    TOO_LONG = "too_long"
    ENDED_BY_HAND = "ended_by_hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Every waiting time of a call, in seconds; the terms in force when it began (`terms/seed.csv`, names `call_*`)."""

    menu_for: float = 180
    tries: int = 3
    choice_after: float = 60
    desk_after: float = 120
    stop_after: float = 180
    call_back_for: float = 1800
    withdrawn_within: float = 20
    come_within: float = 30
    release_after: float = 90
    early_drop: float = 60
    redial_within: float = 300
    seat_kept: float = 60
    recall_after: float = 15
    disturbance_from: float = 3
    dial_before: float = 300
    missing_after: float = 120
    missing_stop: float = 600
    absent_after: float = 900
    overrun: float = 3600
    longest: float = 7200


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One connection, as far as it is known. A missing `joined_at` is one whose beginning was not told yet."""

    id: str
    role: Role
    who: str
    way: Way
    joined_at: datetime | None = None
    left_at: datetime | None = None
    dropped: bool = False
    talked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """What the caller was last asked. `step` goes up with every question: an answer to an older one changes nothing."""

    step: int = 0
    prompt: Prompt = Prompt.CODE
    choices: tuple[str, ...] = ()
    tries: int = 0
    language: str | None = None
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallState:
    """Everything known of one call.

    `asked_at`: the requester's last key or click, from which the time to an interpreter's voice counts.
    `bound` and `freed`: assignments by number, as they were told; the newest that was not freed holds.
    `dialled`: how often each person was rung, and when last. `passed`: deadlines that were acted upon.
    """

    kind: Kind
    phase: Phase
    limits: Limits
    began_at: datetime
    starts_at: datetime
    ends_at: datetime | None = None
    menu: Menu | None = None
    asked_at: datetime | None = None
    request: str | None = None
    search_since: datetime | None = None
    search_until: datetime | None = None
    calls_back: bool = False
    releases: int = 0
    bound: tuple[tuple[int, str], ...] = ()
    freed: tuple[int, ...] = ()
    gathering_since: datetime | None = None
    invited: tuple[tuple[Role, str], ...] = ()
    dialled: tuple[tuple[str, int, datetime], ...] = ()
    legs: tuple[Leg, ...] = ()
    interrupted_at: datetime | None = None
    passed: tuple[str, ...] = ()
    ended_at: datetime | None = None
    why: Why | None = None

    @property
    def assignment(self) -> tuple[int, str] | None:
        """The assignment that holds: its number and its interpreter."""
        newest = max(self.bound, default=None)
        return None if newest is None or newest[0] in self.freed else newest

    @property
    def winner(self) -> str | None:
        return self.assignment[1] if self.assignment else None


# --- what can happen ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OfLeg(Event):
    """Something about a leg. Whose it is stands in each: the first to arrive need not be the first that happened."""

    leg: str
    role: Role
    who: str
    way: Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(OfLeg):
    """Somebody is on the line or in the room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left(OfLeg):
    """A leg is gone; `dropped`: it was not meant."""

    dropped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Talked(OfLeg):
    """A voice was heard on a leg."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Event):
    """The requester asked for somebody on a page, and waits in this call."""

    request: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited(Event):
    """Somebody has to be rung by us to take part."""

    role: Role
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned(Event):
    """Somebody is bound. Numbers of assignments only go up."""

    number: int
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Released(Event):
    """Whoever was bound is so no more: the search goes on."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchEnded(Event):
    """The request was closed elsewhere: nobody was found, or it was called off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Event):
    """Somebody who may ended the call for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick(Event):
    """Time has passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed(Event):
    """The caller pressed keys at question `step`; none: she stayed silent."""

    step: int
    digits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeGiven(Event):
    """The code keyed at `step` was looked up: the customer's languages, most asked first, or None: no such code."""

    step: int
    languages: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageNamed(Event):
    """A language was spoken at `step` and understood, or not (None)."""

    step: int
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberGiven(Event):
    """The client's number keyed at `step` may be rung, or not."""

    step: int
    who: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestMade(Event):
    request: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRefused(Event):
    """What was asked cannot be asked here: closed hours, no agreement."""


# --- what has to be done --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Command:
    """Something to be done outside. Each is safe to do twice."""


@dataclass(frozen=True, slots=True)
class Say(Command):
    """Let the caller hear what `menu` holds now."""

    step: int
    prompt: Prompt


@dataclass(frozen=True, slots=True)
class MakeRequest(Command):
    language: str


@dataclass(frozen=True, slots=True)
class TryLanguage(Command):
    """The same request, in another language."""

    language: str


@dataclass(frozen=True, slots=True)
class KeepSearching(Command):
    """The caller will be called back: search until then."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Withdraw(Command):
    """The requester gave up before anybody could be found."""


@dataclass(frozen=True, slots=True)
class GiveUp(Command):
    """Nobody was found in time."""


@dataclass(frozen=True, slots=True)
class CallDesk(Command):
    """A coordinator has to come in. `transfer`: the caller wants to talk to her."""

    transfer: bool = False


@dataclass(frozen=True, slots=True)
class Dial(Command):
    """Ring somebody; `attempt` is 1 at the first time."""

    role: Role
    who: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Remove(Command):
    """Take a leg off the line: it is not, or no longer, of this call."""

    leg: str
    why: str  # "taken" | "evicted" | "over"


@dataclass(frozen=True, slots=True)
class Release(Command):
    """The interpreter of this assignment never came: free her, search again."""

    number: int


@dataclass(frozen=True, slots=True)
class ReportAbsence(Command):
    role: Role


@dataclass(frozen=True, slots=True)
class Finish(Command):
    """It took place: the record can be written (`draft`)."""


@dataclass(frozen=True, slots=True)
class Close(Command):
    """The call is over: close the room or the conference for everybody."""
