"""Who may come, and who should come first.

Rules are either hard (a person is in or out, with a named reason) or soft (a price in minutes).
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from math import asin, cos, radians, sin, sqrt

from matching.domain import Candidate, LanguageSkill, Need, Place, Ranked, Ranking, Rejected, Weights

# Roads are longer than the bird's flight. Source: design study of Belgian road distances, factor 1.3 assumed.
DETOUR = 1.3
_ACCESS_MINUTES, _FAR_KM_PER_MINUTE, _NEAR_KM_PER_MINUTE, _NEAR_KM = 10.0, 1.25, 0.6, 15.0
# Somebody without a limit of her own is asked at most this far. Source: start value of the dispatch terms.
DEFAULT_TRAVEL_LIMIT_KM = 75.0


def rank(need: Need, candidates: Iterable[Candidate], weights: Weights | None = None) -> Ranking:
    """Split candidates into an order of offers and a list of reasoned rejections.

    Deterministic: equal costs are ordered by interpreter id.
    """
    prices = weights or Weights()
    ranked, rejected = [], []
    for who in candidates:
        distance = road_km(who.home, need.place) if need.service == "on_site" else None
        travel = travel_minutes(distance)
        skill = _best_skill(need, who)
        if reasons := tuple(_broken(need, who, skill, distance, travel)):
            rejected.append(Rejected(who, reasons))
        else:
            ranked.append(_price(need, who, skill, distance, travel, prices))
    ranked.sort(key=lambda it: (it.cost_minutes, it.candidate.interpreter_id))
    rejected.sort(key=lambda it: (len(it.reasons), it.candidate.interpreter_id))
    return Ranking(tuple(ranked), tuple(rejected))


def road_km(home: Place | None, place: Place | None) -> float | None:
    """Return the road distance between two points, or None when one is unknown. Units: kilometres, one way."""
    if home is None or place is None:
        return None
    lat_a, lon_a, lat_b, lon_b = map(radians, (home.lat, home.lon, place.lat, place.lon))
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return round(2 * 6371.0 * asin(sqrt(half)) * DETOUR, 1)


def travel_minutes(distance_km: float | None) -> int:
    """Return the minutes of a journey: ten to get going, the first 15 km slowly, the rest at 75 km/h."""
    if distance_km is None:
        return 0
    near = min(distance_km, _NEAR_KM)
    return round(_ACCESS_MINUTES + near / _NEAR_KM_PER_MINUTE + (distance_km - near) / _FAR_KM_PER_MINUTE)


def _best_skill(need: Need, who: Candidate) -> LanguageSkill | None:
    """Return the language she would use: the one asked, else one that serves it; certified before not."""
    serving = [skill for skill in who.languages if skill.language in need.languages or skill.language == need.language]
    day = need.slot_start.date()
    return min(
        serving,
        key=lambda skill: (skill.language != need.language, not skill.certified_on(day), skill.language),
        default=None,
    )


def _broken(
    need: Need, who: Candidate, skill: LanguageSkill | None, distance: float | None, travel: int
) -> Iterator[str]:
    yield from _broken_by_person(need, who, skill)
    yield from _broken_by_time(need, who, travel)
    if distance is not None and distance > (who.travel_limit_km or DEFAULT_TRAVEL_LIMIT_KM):
        yield "within_travel_limit"
    if who.quiet and not need.immediate:
        yield "quiet_hours"
    if who.answered_before:
        yield "already_answered"


def _broken_by_person(need: Need, who: Candidate, skill: LanguageSkill | None) -> Iterator[str]:
    if not who.active:
        yield "inactive"
    if skill is None:
        yield "speaks_language"
    else:
        yield from _broken_by_skill(need, skill)
    if need.service not in who.services:
        yield "offers_service"
    if need.interpreter_gender and who.gender != need.interpreter_gender:
        yield "gender"
    if who.excluded:
        yield "excluded"


def _broken_by_skill(need: Need, skill: LanguageSkill) -> Iterator[str]:
    if need.direction == "both" and skill.direction != "both":
        yield "direction"
    elif need.direction != "both" and skill.direction not in {"both", need.direction}:
        yield "direction"
    if need.certificate_required and not skill.certified_on(need.slot_start.date()):
        yield "is_certified"


def _broken_by_time(need: Need, who: Candidate, travel: int) -> Iterator[str]:
    if need.service == "translation":
        return
    if need.immediate:
        if not who.present:
            yield "is_present"
    elif not who.available:
        yield "is_available"
    buffer = timedelta(minutes=travel)
    start, end = need.slot_start - buffer, need.slot_end + buffer
    if any(taken < end and start < freed for taken, freed in who.busy):
        yield "is_free"


def _price(
    need: Need, who: Candidate, skill: LanguageSkill | None, distance: float | None, travel: int, prices: Weights
) -> Ranked:
    parts = [
        ("travel", float(travel)),
        ("workload", prices.workload * who.minutes_this_month),
        ("recent_offers", prices.recent_offer * who.offers_this_week),
        ("knows_the_place", prices.knows_the_place if who.worked_here_before else 0.0),
        ("second_language", prices.second_language if skill and skill.language != need.language else 0.0),
    ]
    kept = tuple((name, round(minutes, 2)) for name, minutes in parts if minutes)
    return Ranked(who, round(sum(minutes for _, minutes in kept), 2), kept, distance, travel)
