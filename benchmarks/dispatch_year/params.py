"""What the worlds assume. Three worlds give the same unanswered rates by hand for different reasons."""

from dataclasses import dataclass, field, replace

SERVICES = ("on_site", "telephone", "video", "translation")
ON_SITE, TELEPHONE, VIDEO, TRANSLATION = range(4)

# Annual report 2020, figure 37: asked, answered, answered but cancelled, unanswered for another reason.
ASKED = (13_357, 24_196, 171, 897)
ANSWERED = (9_348, 21_497, 115, 840)
CANCELLED = (3_514, 1_864, 35, 14)
OTHER_REASON = (658, 603, 34, 33)
UNANSWERED_PCT = tuple([100 * (1 - answered / asked) for asked, answered in zip(ASKED, ANSWERED, strict=True)])

DAY, WEEK, YEAR_WEEKS = 1440, 10_080, 52
QUIET_FROM, QUIET_UNTIL = 21 * 60, 7 * 60


@dataclass(frozen=True, slots=True)
class Consent:
    """What clients agree to in advance. Assumed, and decisive on site: the first thing to measure."""

    on_site_by_video: float = 0.40
    on_site_by_telephone: float = 0.25
    video_by_telephone: float = 0.60
    other_slot: float = 0.35
    call_back: float = 0.45


NO_CONSENT = Consent(0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Manual:
    """How coordinators work by telephone: how many, attempts per request, waiting after a voicemail, agendas known."""

    coordinators: int
    attempts: int
    hold_minutes: float
    agendas_known: bool
    call_minutes: float = 4.0
    call_minutes_now: float = 2.4


@dataclass(frozen=True, slots=True)
class World:
    """One explanation of the same figures. `willing`: intercepts of the true acceptance per service, fitted."""

    name: str
    interpreters: int
    radius_km: float
    availability: tuple[float, float]
    manual: Manual
    willing: tuple[float, float, float, float]
    consent: Consent = field(default_factory=Consent)
    # Supply follows demand to this power: below one, the large languages are the scarcer ones.
    supply_power: float = 0.5
    push_seen: float = 0.85
    push_seen_now: float = 0.75
    picked_up: float = 0.45
    picked_up_on_duty: float = 0.65
    monday: float = 1.0
    ill_arabic: float = 0.0
    demand: float = 1.0
    odds_of_model: float = 1.0
    one_interpreter_each: bool = False


WORLDS = {
    "process": World("process", 600, 95.0, (6.0, 1.2), Manual(6, 7, 180, False), (0.88, 2.65, 0.20, 3.77)),
    "mid": World("mid", 450, 90.0, (4.0, 1.2), Manual(7, 12, 120, False), (1.08, 2.25, -0.10, 4.08)),
    "scarce": World("scarce", 450, 65.0, (3.0, 1.5), Manual(10, 16, 60, True), (1.34, 0.93, 0.20, 2.34)),
}

STRESS = {
    "none": lambda it: it,
    "monday": lambda it: replace(it, monday=2.0),
    "ill": lambda it: replace(it, ill_arabic=0.3),
    "no_consent": lambda it: replace(it, consent=NO_CONSENT),
    "video_0": lambda it: replace(it, consent=replace(it.consent, on_site_by_video=0.0)),
    "video_80": lambda it: replace(it, consent=replace(it.consent, on_site_by_video=0.8)),
    "model_low": lambda it: replace(it, odds_of_model=0.5),
    "model_high": lambda it: replace(it, odds_of_model=1.5),
    "push_60": lambda it: replace(it, push_seen=0.6, push_seen_now=0.6),
    "tenfold": lambda it: replace(it, demand=10.0),
    "one_each": lambda it: replace(it, one_interpreter_each=True),
}
