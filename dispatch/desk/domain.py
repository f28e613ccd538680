"""What the desk can still do about a request, until when, and in which order requests deserve a person. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import cos, inf, radians
from typing import NamedTuple

NOW_WITHIN = timedelta(hours=2)
SOON_WITHIN = timedelta(hours=24)


def urgency(hard_stop_at: datetime | None, now: datetime) -> str:
    """Return "now", "soon" or "later" by the time that is left to find somebody."""
    left = (hard_stop_at - now) if hard_stop_at else SOON_WITHIN
    return "now" if left <= NOW_WITHIN else "soon" if left <= SOON_WITHIN else "later"


class Step(StrEnum):
    """What a person at the desk can do, the quickest first."""

    CALL = "call"  # whoever was asked and did not open the message
    ASSIGN = "assign"  # whoever could come and was not asked yet
    PROPOSE = "propose"  # another service or moment, of which the requester has to think


class Lane(StrEnum):
    """Who is to move: the desk, somebody else, or nobody any more."""

    ACT = "act"
    WATCH = "watch"
    TELL = "tell"


_PLACES = {lane: place for place, lane in enumerate(Lane)}


class Situation(NamedTuple):
    """Where a request stands for the desk.

    unseen: people with an open offer who did not open it. next: people who could come and were not asked.
    chance: what matching told last (0 to 1), None while it has not spoken.
    """

    status: str
    hard_stop_at: datetime | None
    immediate: bool = False
    unseen: int = 0
    next: int = 0
    chance: float | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """How the desk works: what each step takes with its answer, and the chance (0 to 1) that needs no person."""

    takes: Mapping[Step, timedelta]
    fine: float


class Standing(NamedTuple):
    """A request's place on the board, and why: `steps` are what can still be done, each with its last moment."""

    lane: Lane
    steps: tuple[tuple[Step, datetime], ...]
    act_by: datetime | None

    @property
    def rank(self) -> tuple[int, float]:
        """What sorts as the board does: first the lane, then what loses a possibility soonest."""
        return _PLACES[self.lane], self.act_by.timestamp() if self.act_by else inf

    @property
    def order(self) -> str:
        """The same, to the second, as a word: for pages."""
        moment = self.act_by.isoformat(timespec="seconds") if self.act_by else "9"
        return f"{_PLACES[self.lane]}{moment}"


def standing(it: Situation, pace: Pace, now: datetime) -> Standing:
    """Return what can still be done about a request, and when the first of it is over.

    A step is possible while it fits before the hard stop. The desk is to move where the machine is at its end or its
    chance is poor; where no step fits any more the only thing left is to tell the requester.
    """
    stop, steps = it.hard_stop_at or now + SOON_WITHIN, _steps(it)
    left = tuple([(step, until) for step in steps if (until := stop - pace.takes[step]) > now])
    if not left:
        return Standing(Lane.TELL if _is_over(it, steps, now) else Lane.WATCH, (), it.hard_stop_at)
    lane = Lane.ACT if _needs_person(it, pace.fine) else Lane.WATCH
    return Standing(lane, left, min([until for _, until in left]))


def _steps(it: Situation) -> list[Step]:
    """Return what would help, whether or not there is time for it."""
    steps = []
    if it.unseen:
        steps.append(Step.CALL)
    if it.next:
        steps.append(Step.ASSIGN)
    if not it.immediate and it.status != "proposed":
        steps.append(Step.PROPOSE)
    return steps


def _is_over(it: Situation, steps: Sequence[Step], now: datetime) -> bool:
    """Return whether waiting brings nothing either: time is up, or the machine gave up and nothing is possible."""
    return (it.hard_stop_at is not None and it.hard_stop_at <= now) or bool(steps) or it.status == "escalated"


def _needs_person(it: Situation, fine: float) -> bool:
    return it.status == "escalated" or (it.status == "searching" and it.chance is not None and it.chance < fine)


@dataclass(frozen=True, slots=True)
class NextAction:
    """Something worth doing now: `gain` is what it adds to the chance (0 to 1) that somebody comes.

    `who` is an interpreter for a call or an agency for a partner, `what` a change matching knows, the service to
    propose, or the partner's name.
    """

    kind: str
    gain: float
    who: int | None = None
    what: str | None = None
    starts_at: datetime | None = None
    more: int = 0

    @property
    def points(self) -> int:
        """The gain in whole percent points."""
        return round(100 * self.gain)


def gain_of_call(chance: float, p_yes: float) -> float:
    """Return what a call to somebody silent adds.

    gain = (1 - chance) x P(yes once she knows): whatever the others say, the call counts where they all fail.
    """
    return max(0.0, 1.0 - chance) * p_yes


def best_first(actions: Iterable[NextAction], most: int = 5) -> list[NextAction]:
    """Return the actions that help, the most helpful first; of one kind of change only the best."""
    seen: set[tuple[str, object]] = set()
    found = []
    for it in sorted(actions, key=lambda it: -it.gain):
        about = (it.kind, it.who or it.what)
        if it.points > 0 and about not in seen:
            seen.add(about)
            found.append(it)
    return found[:most]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one request of many: `refused` is the code of the refusal, None where it was done."""

    request_id: int
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """How degrees become points of a picture: the map is drawn flat, which over 300 km is true to a few kilometres."""

    west: float
    north: float
    scale: float
    squeeze: float
    width: int
    height: int

    def x(self, lon: float) -> float:
        """Return how far from the left edge a longitude (degrees) lies."""
        return round((lon - self.west) * self.scale * self.squeeze, 1)

    def y(self, lat: float) -> float:
        """Return how far from the upper edge a latitude (degrees) lies."""
        return round((self.north - lat) * self.scale, 1)


# The width of the picture, in its own points.
_WIDTH = 640


def frame_of(points: Sequence[tuple[float, float]], margin: float = 0.05) -> Frame:
    """Return the frame in which all points (latitude, longitude) lie.

    x = (lon - west) x cos(middle latitude) x scale: one degree east is shorter than one degree north.
    """
    north, south = max(it[0] for it in points) + margin, min(it[0] for it in points) - margin
    west, east = min(it[1] for it in points) - margin, max(it[1] for it in points) + margin
    squeeze = cos(radians((north + south) / 2))
    scale = _WIDTH / ((east - west) * squeeze)
    return Frame(west, north, scale, squeeze, _WIDTH, round((north - south) * scale))
