"""Values and rules of requests. Pure: `now` and calendars come as arguments."""

from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from dispatch.requests.errors import BadRequest
from kernel.clock import BRUSSELS

LIMITS = {"subject": 200, "client_reference": 60, "note": 2000, "street": 200, "postcode": 10, "municipality": 100}
MAX_DURATION = timedelta(hours=12)
MAX_LEAD = timedelta(days=730)
MAX_OPTIONS = 10
MAX_SERIES = 60
# Source: annual report 2020, section 4.2.5: the video service started on this day (rules D-4).
VIDEO_FROM = date(2020, 12, 1)


class Service(StrEnum):
    ON_SITE = "on_site"
    TELEPHONE = "telephone"
    VIDEO = "video"
    TRANSLATION = "translation"


class Outcome(StrEnum):
    """The four leaves of figure 37."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NOT_AVAILABLE = "not_available"
    OTHER_REASON = "other_reason"


ANSWERED = frozenset({Outcome.COMPLETED, Outcome.CANCELLED})


class Reason(StrEnum):
    """Why a request ended unanswered. The first three are printed together in figure 37; all are stored."""

    INTERPRETER_UNAVAILABLE = "interpreter_unavailable"
    LANGUAGE_UNAVAILABLE = "language_unavailable"
    SERVICE_UNAVAILABLE = "service_unavailable"
    WITHDRAWN = "withdrawn"
    NOT_ELIGIBLE = "not_eligible"
    INCOMPLETE = "incomplete"
    DUPLICATE = "duplicate"
    PROPOSAL_REFUSED = "proposal_refused"
    QUOTE_REFUSED = "quote_refused"
    INTERPRETER_ABSENT = "interpreter_absent"
    TECHNICAL = "technical"
    OTHER = "other"


NOT_AVAILABLE_REASONS = frozenset(
    {Reason.INTERPRETER_UNAVAILABLE, Reason.LANGUAGE_UNAVAILABLE, Reason.SERVICE_UNAVAILABLE}
)


class CancelReason(StrEnum):
    CLIENT_CANCELLED = "client_cancelled"
    CLIENT_ABSENT = "client_absent"
    REQUESTER_ABSENT = "requester_absent"
    NO_LONGER_NEEDED = "no_longer_needed"
    MOVED = "moved"
    FORCE_MAJEURE = "force_majeure"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a request ends: one leaf, its reason, and whether a cancellation was timely."""

    outcome: Outcome
    reason: Reason | None = None
    timely: bool | None = None


@dataclass(frozen=True, slots=True)
class Place:
    street: str | None
    postcode: str | None
    municipality: str


@dataclass(frozen=True, slots=True)
class Wish:
    """A way in which the demand may be met: as asked, or an alternative agreed to beforehand."""

    service: Service
    language: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks for. `options` are ranked, best first; a translation ends at its deadline.

    `for_person_id` is a colleague who is told what becomes of it, instead of whoever asks.
    """

    service: Service
    language: str
    starts_at: datetime
    ends_at: datetime
    immediate: bool = False
    place: Place | None = None
    phone: str | None = None
    interpreter_gender: str | None = None
    subject: str | None = None
    client_reference: str | None = None
    note: str | None = None
    unit_id: int | None = None
    for_person_id: int | None = None
    options: tuple[Wish, ...] = ()

    @property
    def held_on(self) -> date:
        """The local day of the performance asked; for a translation, of its deadline."""
        return held_at(self).astimezone(BRUSSELS).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRequest:
    """A request of the past with its outcome, as an agency brings it along in a spreadsheet."""

    external_reference: str
    customer_code: str
    service: Service
    language: str
    starts_at: datetime
    ends_at: datetime
    received_at: datetime
    outcome: Outcome
    reason: Reason | None = None
    timely: bool | None = None
    municipality: str | None = None
    postcode: str | None = None
    interpreter_number: str | None = None


# What "now" and a talk without a length are taken to last. Source: start value, the usual length of a telephone talk.
USUAL_DURATION = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What somebody filled in, before times and alternatives are worked out."""

    service: Service
    language: str
    starts_at: datetime | None = None
    duration: timedelta | None = None
    deadline_at: datetime | None = None
    immediate: bool = False
    fallback_services: tuple[Service, ...] = ()
    alternative_languages: tuple[str, ...] = ()
    alternative_starts: tuple[datetime, ...] = ()


def held_at(it: Any) -> datetime:
    """Return the moment people know something by (a request, an offer, an assignment): a translation's deadline, a
    talk's beginning.
    """
    moment: datetime = it.ends_at if it.service == Service.TRANSLATION else it.starts_at
    return moment


def work_out(typed: Typed, now: datetime, **details: Any) -> Asked:
    """Return what is asked: "now" begins now, a translation runs until its deadline, alternatives are ranked.

    Best first: another time, another language, then another service (in each of the languages).

    Raises: BadRequest.
    """
    starts_at, ends_at = _slot(typed, now)
    length = ends_at - starts_at
    service, language = typed.service, typed.language
    others = [Wish(service, language, start, start + length) for start in typed.alternative_starts]
    others += [Wish(service, other, starts_at, ends_at) for other in typed.alternative_languages]
    languages = (language, *typed.alternative_languages)
    others += [Wish(it, other, starts_at, ends_at) for it in typed.fallback_services for other in languages]
    asked = Wish(service, language, starts_at, ends_at)
    options = tuple(dict.fromkeys(it for it in others if it != asked))
    what = {"service": service, "language": language, "starts_at": starts_at, "ends_at": ends_at}
    return Asked(**what, immediate=typed.immediate, options=options, **details)


def _slot(typed: Typed, now: datetime) -> tuple[datetime, datetime]:
    if typed.service is Service.TRANSLATION:
        if typed.deadline_at is None:
            raise BadRequest(fields={"deadline_at": "required"})
        return now, typed.deadline_at
    starts_at = now if typed.immediate else typed.starts_at
    if starts_at is None:
        raise BadRequest(fields={"starts_at": "required"})
    return starts_at, starts_at + (typed.duration or USUAL_DURATION)


def check(asked: Asked, now: datetime) -> None:
    """Refuse what nobody could perform, naming every field that is wrong.

    Raises: BadRequest.
    """
    wrong = _missing(asked) | _bad_options(asked, now) | _bad_times(asked, now) | _bad_texts(asked)
    if asked.interpreter_gender not in {None, "female", "male"}:
        wrong["interpreter_gender"] = "unknown_choice"
    if asked.service is Service.VIDEO and asked.held_on < VIDEO_FROM:
        wrong["starts_at"] = "video_not_yet_offered"
    if wrong:
        raise BadRequest(fields=wrong)


def _bad_options(asked: Asked, now: datetime) -> dict[str, str]:
    wrong = {}
    if len(asked.options) > MAX_OPTIONS:
        wrong["options"] = "too_many"
    for option in asked.options:
        if option.ends_at <= option.starts_at or option.starts_at < now - timedelta(minutes=1):
            wrong["options"] = "moment_passed"
        if Service.TRANSLATION in {option.service, asked.service}:
            wrong["options"] = "not_for_translations"
        if option.service is Service.ON_SITE and asked.place is None:
            wrong["place"] = "required"
        if option.service is Service.TELEPHONE and not asked.phone:
            wrong["phone"] = "required"
    return wrong


def _missing(asked: Asked) -> dict[str, str]:
    wrong = {}
    if asked.service is Service.ON_SITE and (asked.place is None or not asked.place.municipality.strip()):
        wrong["place"] = "required"
    if asked.service is Service.TELEPHONE and not asked.phone:
        wrong["phone"] = "required"
    if asked.immediate and asked.service is not Service.TELEPHONE:
        wrong["immediate"] = "only_by_telephone"
    return wrong


def _bad_times(asked: Asked, now: datetime) -> dict[str, str]:
    is_translation = asked.service is Service.TRANSLATION
    if asked.ends_at <= asked.starts_at:
        return {"deadline_at" if is_translation else "duration_minutes": "not_positive"}
    if not is_translation and asked.ends_at - asked.starts_at > MAX_DURATION:
        return {"duration_minutes": "too_long"}
    if asked.starts_at < now - timedelta(minutes=1):
        return {"starts_at": "moment_passed"}
    if asked.starts_at > now + MAX_LEAD or asked.ends_at > now + MAX_LEAD + MAX_DURATION:
        return {"starts_at": "too_far_away"}
    return {}


def _bad_texts(asked: Asked) -> dict[str, str]:
    texts = {name: getattr(asked, name) for name in ("subject", "client_reference", "note")}
    if asked.place is not None:
        texts |= {f.name: getattr(asked.place, f.name) for f in fields(asked.place)}
    return {name: "too_long" for name, text in texts.items() if text and len(text) > LIMITS[name]}


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a change: what it was and what it becomes, as plain values."""

    name: str
    before: Any
    after: Any


# What an interpreter counts on: a change of one of these is put before her; the others she just sees.
_BINDING = frozenset({"service", "language", "starts_at", "ends_at", "street", "postcode", "municipality"})


@dataclass(frozen=True, slots=True)
class Change:
    """What differs between a request as it stands and as it is now asked."""

    differences: tuple[Difference, ...] = field(default=())

    @property
    def is_binding(self) -> bool:
        """Whether whoever said yes has to be asked again, or told at least."""
        return any(it.name in _BINDING for it in self.differences)

    @property
    def moves(self) -> bool:
        """Whether the moment changes."""
        return any(it.name in {"starts_at", "ends_at"} for it in self.differences)

    @property
    def names(self) -> list[str]:
        return [it.name for it in self.differences]


def difference(before: dict[str, Any], after: dict[str, Any]) -> Change:
    """Return what changes from `before` to `after`, in the order of `after`."""
    changed = (name for name, value in after.items() if before.get(name) != value)
    return Change(tuple(Difference(name, before.get(name), after[name]) for name in changed))


def cancellation(*, answered: bool, timely: bool) -> Ending:
    """Return how a request ends that its requester calls off.

    Before anybody was found it is not answered (rules A-D9); afterwards it is a cancellation, timely or late (A-D1).
    """
    return Ending(Outcome.CANCELLED, timely=timely) if answered else Ending(Outcome.OTHER_REASON, Reason.WITHDRAWN)


def absence(who: str) -> Ending:
    """Return how a request ends when `who` did not come: rules A-D6, with the three kept apart."""
    if who == "interpreter":
        return Ending(Outcome.OTHER_REASON, Reason.INTERPRETER_ABSENT)
    return Ending(Outcome.CANCELLED, timely=False)


def unanswered(reason: Reason) -> Ending:
    """Return the leaf that `reason` belongs under."""
    leaf = Outcome.NOT_AVAILABLE if reason in NOT_AVAILABLE_REASONS else Outcome.OTHER_REASON
    return Ending(leaf, reason)
