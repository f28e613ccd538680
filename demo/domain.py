"""What a synthetic year looks like. Pure. Source of the counts: annual report 2020, figure 37."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TypeVar

import holidays

Key = TypeVar("Key", str, int)

# (service, leaf) -> requests of 2020, as printed.
YEAR_2020 = {
    ("on_site", "completed"): 5834,
    ("on_site", "cancelled"): 3514,
    ("on_site", "not_available"): 3351,
    ("on_site", "other_reason"): 658,
    ("telephone", "completed"): 19633,
    ("telephone", "cancelled"): 1864,
    ("telephone", "not_available"): 2096,
    ("telephone", "other_reason"): 603,
    ("video", "completed"): 80,
    ("video", "cancelled"): 35,
    ("video", "not_available"): 22,
    ("video", "other_reason"): 34,
    ("translation", "completed"): 826,
    ("translation", "cancelled"): 14,
    ("translation", "not_available"): 24,
    ("translation", "other_reason"): 33,
}

# Shares of languages. The first two are printed (27% and 10%); the tail is a plausible one.
LANGUAGES: dict[str, float] = {
    "arb": 0.27, "tur": 0.10, "prs": 0.07, "pus": 0.06, "som": 0.05, "tir": 0.045, "ary": 0.045, "rus": 0.04,
    "pes": 0.04, "bul": 0.03, "fra": 0.03, "ron": 0.025, "eng": 0.02, "spa": 0.02, "pol": 0.02, "sqi": 0.02,
    "ckb": 0.02, "kmr": 0.015, "amh": 0.01, "urd": 0.01, "por": 0.01, "hye": 0.01, "srp": 0.01, "cmn": 0.008,
    "kat": 0.005, "vie": 0.005, "tha": 0.004, "hun": 0.004, "slk": 0.004, "nep": 0.004, "rom": 0.004, "ita": 0.003,
    "tam": 0.003, "kin": 0.002, "twi": 0.002,
}  # fmt: skip

# Asked, but nobody in the register speaks them.
UNSPOKEN = ("wol", "lin", "orm", "mnk", "bam", "ewe", "kon", "lug", "sna", "mya")

# Sector of who asks -> weight; the first five are the printed top five, in order.
SECTORS = {
    "welfare": 30, "health": 24, "education": 16, "local_authority": 12, "asylum": 8,
    "integration": 5, "justice": 3, "housing": 2,
}  # fmt: skip

# Weight of each hour of the day (local); the printed peaks are late morning and after lunch.
HOURS: dict[int, float] = {8: 5, 9: 14, 10: 20, 11: 17, 12: 6, 13: 13, 14: 14, 15: 9, 16: 5, 17: 2}
# Weight of each month of 2020: the spring lockdown shows.
MONTHS: dict[int, float] = {1: 11, 2: 10, 3: 8, 4: 5, 5: 6, 6: 8, 7: 7, 8: 7, 9: 10, 10: 10, 11: 9, 12: 9}
_MINUTES = {"on_site": (60, 75, 90, 120), "telephone": (10, 15, 20, 30, 45), "video": (45, 60, 75, 90)}


@dataclass(frozen=True, slots=True)
class Plan:
    """One request of the year before it gets its people: what, when (local), and how it ends."""

    service: str
    outcome: str
    language: str
    day: date
    hour: int
    minute: int
    minutes: int
    lead_hours: float


def plans(year: int, random: Random) -> list[Plan]:
    """Return every request of the year, in order of time. Exactly the counts of `YEAR_2020`, whatever the seed."""
    days = {month: _working_days(year, month) for month in MONTHS}
    made = [
        _plan(service, outcome, days, random) for (service, outcome), number in YEAR_2020.items() for _ in range(number)
    ]
    return sorted(made, key=lambda it: (it.day, it.hour, it.minute, it.service, it.language))


def _plan(service: str, outcome: str, days: dict[int, list[date]], random: Random) -> Plan:
    # The video service started on 1 December 2020 (section 4.2.5).
    month = 12 if service == "video" else _weighted(MONTHS, random)
    low, high = {"on_site": (20, 500), "telephone": (0, 90), "video": (30, 300), "translation": (48, 400)}[service]
    immediate = service == "telephone" and random.random() < 0.6
    return Plan(
        service=service,
        outcome=outcome,
        language=_weighted(LANGUAGES, random),
        day=random.choice(days[month]),
        hour=_weighted(HOURS, random),
        minute=random.randrange(0, 60, 15 if service in {"on_site", "video"} else 1),
        minutes=0 if service == "translation" else random.choice(_MINUTES[service]),
        lead_hours=0.0 if immediate else random.uniform(low, high),
    )


def _working_days(year: int, month: int) -> list[date]:
    first, closed = date(year, month, 1), holidays.country_holidays("BE", years=year)
    days = [first + timedelta(days=n) for n in range(31)]
    return [day for day in days if day.month == month and day.weekday() < 5 and day not in closed]


def _weighted(weights: dict[Key, float], random: Random) -> Key:
    return random.choices(list(weights), list(weights.values()))[0]
