"""The people and the requests of a year, as columns. Everything here may be known to whoever dispatches."""

from dataclasses import dataclass

import numpy as np

from benchmarks.dispatch_year.params import (
    ASKED,
    DAY,
    ON_SITE,
    OTHER_REASON,
    TELEPHONE,
    TRANSLATION,
    VIDEO,
    WEEK,
    YEAR_WEEKS,
    World,
)
from benchmarks.dispatch_year.places import (
    FAMILY_OF,
    LANGUAGES,
    REGION_OF,
    REGIONS,
    TOWN_WEIGHT,
    TOWNS,
    distances_km,
    language_share,
    region_of_language,
    travel_minutes,
)

STEP = 5  # minutes per cell of a calendar
CELLS_PER_WEEK = WEEK // STEP
SPARE_WEEKS = 8  # requests made in the last week are held later
MODES = np.array([0.82, 0.95, 0.40, 0.38])
CERTIFIED, CERTIFICATE_NEEDED = 0.72, (0.25, 0.10, 0.10, 0.10)
FEMALE = 0.6
GENDER_WISH, HARD_WISH, WISH_FEMALE = 0.10, 0.60, 0.80
SECTORS, REFUSED_SECTOR = 12, 0.04


@dataclass(frozen=True, slots=True)
class Pool:
    """The interpreters. works: per week of five-minute cells; away: per week; speaks: columns as LANGUAGES."""

    town: np.ndarray
    speaks: np.ndarray
    offers_service: np.ndarray
    certified: np.ndarray
    female: np.ndarray
    refuses: np.ndarray
    radius_km: np.ndarray
    wanted_hours: np.ndarray
    works: np.ndarray
    away: np.ndarray
    km_to: np.ndarray
    minutes_to: np.ndarray

    def __len__(self) -> int:
        return len(self.town)


@dataclass(frozen=True, slots=True)
class Requests:
    """The requests, in order of creation; moments in minutes since the Monday on which the year begins.

    wish_female: 1 a woman, 0 a man, -1 no hard wish. other_start: of the consented other slot, -1 without.
    """

    created: np.ndarray
    start: np.ndarray
    minutes: np.ndarray
    service: np.ndarray
    immediate: np.ndarray
    language: np.ndarray
    town: np.ndarray
    sector: np.ndarray
    certificate: np.ndarray
    wish_female: np.ndarray
    by_video: np.ndarray
    by_telephone: np.ndarray
    other_start: np.ndarray
    call_back: np.ndarray
    other_reason: np.ndarray

    def __len__(self) -> int:
        return len(self.created)


def make_pool(world: World, pool_seed: int) -> Pool:
    """Return the interpreters of a world."""
    rng = np.random.default_rng([pool_seed, 11])
    n, speaks = _languages(world, rng)
    weight = TOWN_WEIGHT**1.2 * np.array([0.2, 0.19, 0.12, 0.19, 0.16, 0.14])[REGION_OF]
    town = rng.choice(len(TOWNS), n, p=weight / weight.sum())
    km_to = distances_km()[town]
    offers = rng.random((n, 4)) < MODES
    offers[~offers.any(1), TELEPHONE] = True
    works = _agenda(rng, n, world.availability)
    away = np.zeros((n, YEAR_WEEKS + SPARE_WEEKS), dtype=bool)
    for weeks in away:
        weeks[rng.choice(YEAR_WEEKS, 5, replace=False)] = True
    ill = speaks[:, LANGUAGES.index("arb")] & (rng.random(n) < world.ill_arabic)
    away[ill] = True
    return Pool(
        town=town,
        speaks=speaks,
        offers_service=offers,
        certified=rng.random(n) < CERTIFIED,
        female=rng.random(n) < FEMALE,
        refuses=rng.random((n, SECTORS)) < REFUSED_SECTOR,
        radius_km=world.radius_km * np.exp(0.4 * rng.standard_normal(n)),
        wanted_hours=7.0 * np.exp(0.7 * rng.standard_normal(n)),
        works=works,
        away=away,
        km_to=km_to,
        minutes_to=travel_minutes(km_to),
    )


def _languages(world: World, rng: np.random.Generator) -> tuple[int, np.ndarray]:
    """Return how many people there are and what they speak: each language at least one person."""
    share, count = language_share(), len(LANGUAGES)
    supply = share**world.supply_power / (share**world.supply_power).sum()
    n = world.interpreters
    first = np.concatenate([np.arange(count), rng.choice(count, n - count, p=supply)])
    if world.one_interpreter_each:
        rare = share < np.sort(share)[-10]
        first[count:][rare[first[count:]]] = LANGUAGES.index("arb")
    speaks = np.zeros((n, count), dtype=bool)
    speaks[np.arange(n), first] = True
    for who in np.flatnonzero(rng.random(n) < 0.65):
        for _ in range(1 + (rng.random() < 0.46)):
            near = supply * np.where(FAMILY_OF[first[who]] == FAMILY_OF, 1.0, 0.06)
            other = rng.choice(count, p=near / near.sum())
            if not (world.one_interpreter_each and rare[other]):
                speaks[who, other] = True
    return n, speaks


def _agenda(rng: np.random.Generator, n: int, availability: tuple[float, float]) -> np.ndarray:
    """Return who is free for work when, in an ordinary week: mornings, afternoons and evenings, each yes or no."""
    often = rng.beta(*availability, n)
    works = np.zeros((n, CELLS_PER_WEEK), dtype=bool)
    for day in range(7):
        for since, until, part in ((7, 12.5, 1.0), (12.5, 18, 1.0), (18, 22, 0.5)):
            chance = often * part * (1.0 if day < 5 else 0.35)
            cells = slice(int((day * 24 + since) * 60 / STEP), int((day * 24 + until) * 60 / STEP))
            works[:, cells] = (rng.random(n) < chance)[:, None]
    return works


def make_requests(world: World, seed: int, weeks: int) -> Requests:
    """Return the requests of `weeks` weeks: as many per service as in 2020, times their part of the year."""
    rng = np.random.default_rng([seed, 7])
    part = weeks / YEAR_WEEKS * world.demand
    counts = [max(1, round(asked * part)) for asked in ASKED]
    service = np.repeat(np.arange(4), counts)
    n = len(service)
    immediate = (service == TELEPHONE) & (rng.random(n) < 0.60)
    created, start = _moments(rng, service, immediate, weeks, world.monday)
    language = rng.choice(len(LANGUAGES), n, p=language_share())
    region = (
        (rng.random(n)[:, None] > np.cumsum(region_of_language()[language], axis=1)).sum(1).clip(0, len(REGIONS) - 1)
    )
    wish = rng.random(n) < GENDER_WISH * HARD_WISH
    consent = world.consent
    on_site, draw = service == ON_SITE, rng.random((n, 4))
    other = on_site & (draw[:, 2] < consent.other_slot)
    columns = {
        "created": created,
        "start": start,
        "minutes": _minutes(rng, service),
        "service": service,
        "immediate": immediate,
        "language": language,
        "town": _town_in(rng, region),
        "sector": rng.integers(0, SECTORS, n),
        "certificate": rng.random(n) < np.array(CERTIFICATE_NEEDED)[service],
        "wish_female": np.where(wish, (rng.random(n) < WISH_FEMALE).astype(int), -1),
        "by_video": on_site & (draw[:, 0] < consent.on_site_by_video),
        "by_telephone": (on_site & (draw[:, 1] < consent.on_site_by_telephone))
        | ((service == VIDEO) & (draw[:, 1] < consent.video_by_telephone)),
        "other_start": np.where(other, _other_slot(rng, created, start), -1.0),
        "call_back": immediate & (draw[:, 3] < consent.call_back),
        "other_reason": _other_reason(rng, service, counts),
    }
    order = np.argsort(created, kind="stable")
    return Requests(**{name: column[order] for name, column in columns.items()})


def _moments(
    rng: np.random.Generator, service: np.ndarray, immediate: np.ndarray, weeks: int, monday: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return when each is made and when it is held. A translation is held when somebody has to be found."""
    n = len(service)
    days = np.array([monday, 1.0, 1.0, 1.0, 1.0, 0.025, 0.025])
    day = rng.integers(0, weeks, n) * 7 + rng.choice(7, n, p=days / days.sum())
    evening = (service == TELEPHONE) & (rng.random(n) < 0.02)
    held = np.where(evening, rng.uniform(18, 20.8, n) * 60, _hour_of_day(rng, n))
    office = rng.uniform(8.5, 17, n) * 60
    created = day * DAY + np.where(immediate, held, office)
    kind, draw = rng.random(n), rng.random(n)
    lead_days = np.clip(6 * np.exp(0.9 * rng.standard_normal(n)), 1, 50)
    later = np.floor(day + lead_days) * DAY + held
    days_ahead = np.floor(day + 1 + 4 * draw) * DAY + held
    hours_ahead = created + (1 + 7 * draw) * 60
    start = np.where(service == TELEPHONE, np.where(kind < 0.55, hours_ahead, days_ahead), later)
    start = np.where((service != TELEPHONE) & (kind < 0.08), created + (4 + 20 * draw) * 60, start)
    start = np.where(immediate, created, _on_working_hours(start, monday))
    start = np.where(service == TRANSLATION, created + 2 * DAY, start)
    return created, np.where(immediate, start, np.ceil(start / STEP) * STEP)


def _hour_of_day(rng: np.random.Generator, n: int) -> np.ndarray:
    """Return minutes of the day with the peaks of the report's agencies: 10:20 and 14:20."""
    middle = np.where(rng.random(n) < 0.55, 620, 860)
    return np.clip(middle + 75 * rng.standard_normal(n), 8 * 60, 18 * 60)


def _on_working_hours(start: np.ndarray, monday: float) -> np.ndarray:
    """Move what falls at night to the next morning, and the weekend to Monday (a fifth of it each day)."""
    day, minute = np.floor(start / DAY), start % DAY
    day = np.where(minute > 20.8 * 60, day + 1, day)
    minute = np.where((minute > 20.8 * 60) | (minute < 8 * 60), 8.5 * 60 + (minute % 60), minute)
    weekday = day % 7
    spread = 1 + (np.floor(minute * 7) % 5 if monday == 1.0 else 0)
    return np.where(weekday >= 5, day + (6 - weekday) + spread, day) * DAY + minute


def _minutes(rng: np.random.Generator, service: np.ndarray) -> np.ndarray:
    n = len(service)
    talk = rng.choice([60.0, 90.0, 120.0, 180.0], n, p=[0.5, 0.27, 0.18, 0.05])
    call = np.clip(17 * np.exp(0.6 * rng.standard_normal(n)), 4, 90)
    text = np.clip(150 * np.exp(0.7 * rng.standard_normal(n)), 30, 1200)
    return np.select([service == TELEPHONE, service == TRANSLATION], [call, text], talk)


def _town_in(rng: np.random.Generator, region: np.ndarray) -> np.ndarray:
    town = np.zeros(len(region), dtype=int)
    for it in range(len(REGIONS)):
        inside, asked = np.flatnonzero(it == REGION_OF), np.flatnonzero(region == it)
        town[asked] = rng.choice(inside, len(asked), p=TOWN_WEIGHT[inside] / TOWN_WEIGHT[inside].sum())
    return town


def _other_slot(rng: np.random.Generator, created: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Return three hours earlier or later on the day, else at the same hour of the next working day."""
    earlier, later = start - 180, start + 180
    next_day = start + np.where(np.floor(start / DAY) % 7 == 4, 3, 1) * DAY
    fits = (earlier % DAY >= 8 * 60) & (earlier - created >= 240) & (start % DAY >= 11 * 60)
    moved = np.where(fits, earlier, np.where(later % DAY <= 17 * 60, later, next_day))
    return np.where(rng.random(len(start)) < 0.5, moved, next_day)


def _other_reason(rng: np.random.Generator, service: np.ndarray, counts: list[int]) -> np.ndarray:
    """Return what stays unanswered whatever anybody does: exactly the report's share of each service."""
    chosen = np.zeros(len(service), dtype=bool)
    for it, count in enumerate(counts):
        wanted = round(count * OTHER_REASON[it] / ASKED[it])
        chosen[rng.choice(np.flatnonzero(service == it), wanted, replace=False)] = True
    return chosen
