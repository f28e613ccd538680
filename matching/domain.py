"""What matching is asked and what it answers."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A point. Units: degrees."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class LanguageSkill:
    """One language next to Dutch. `direction`: both, to_dutch or from_dutch; certified from and until a day."""

    language: str
    direction: str = "both"
    certified_from: date | None = None
    certified_until: date | None = None

    def certified_on(self, day: date) -> bool:
        return self.certified_from is not None and (
            self.certified_from <= day and (self.certified_until is None or day <= self.certified_until)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What is to be filled. `languages` are all that serve the one asked; moments are aware."""

    request_id: int
    service: str
    language: str
    slot_start: datetime
    slot_end: datetime
    now: datetime
    languages: frozenset[str] = frozenset()
    place: Place | None = None
    interpreter_gender: str | None = None
    certificate_required: bool = True
    immediate: bool = False
    direction: str = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One interpreter as far as matching needs her. `busy`: stretches taken, travel included."""

    interpreter_id: int
    languages: tuple[LanguageSkill, ...]
    services: frozenset[str]
    gender: str = "other"
    home: Place | None = None
    travel_limit_km: float | None = None
    active: bool = True
    available: bool = True
    present: bool = False
    quiet: bool = False
    excluded: bool = False
    answered_before: bool = False
    busy: tuple[tuple[datetime, datetime], ...] = ()
    minutes_this_month: int = 0
    offers_this_week: int = 0
    worked_here_before: bool = False


@dataclass(frozen=True, slots=True)
class Ranked:
    """Somebody who can come. `parts` add up to `cost_minutes`: all prices are in minutes."""

    candidate: Candidate
    cost_minutes: float
    parts: tuple[tuple[str, float], ...]
    distance_km: float | None
    travel_minutes: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """Somebody who cannot, with every rule that says so."""

    candidate: Candidate
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    ranked: tuple[Ranked, ...] = ()
    rejected: tuple[Rejected, ...] = ()


@dataclass(frozen=True, slots=True)
class Weights:
    """What the soft rules cost, in minutes of price. Source: ADR 0007."""

    workload: float = 0.02  # per minute already assigned this month: 50 hours weigh one hour of travel
    recent_offer: float = 4.0  # per offer this week: nuisance is shared
    knows_the_place: float = -15.0
    second_language: float = 10.0  # serves through a language that only understands the one asked


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many were left after each step, from registered to answered. Never rises."""

    registered: int = 0
    language: int = 0
    certified: int = 0
    service: int = 0
    available: int = 0
    reachable: int = 0
    offered: int = 0
    seen: int = 0
    answered: int = 0

    def as_dict(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in Funnel.__slots__}


REASONS = (
    "inactive",
    "speaks_language",
    "direction",
    "is_certified",
    "offers_service",
    "gender",
    "excluded",
    "is_available",
    "is_free",
    "within_travel_limit",
    "is_present",
    "quiet_hours",
    "already_answered",
)
