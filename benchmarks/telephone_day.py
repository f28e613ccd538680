"""A peak of telephone requests "now", ten times that of 2020: how long a caller waits for an interpreter's voice.

The real use cases, web application and jobs against the carrier's stand-in, in a time that is told to pass; what
callers and interpreters do is simulated.

* 24,196 requests by telephone in 2020 (annual report, figure 37), 252 working days: 96 a day. Four hours carry 80 % of
  them (as Nordic agencies tell of 10-12 and 13-15 h): 19.2 an hour at the peak, 192 at ten times that. Callers come by
  chance (exponential gaps).
* Languages as the ten most asked share them, assumed; talks of 12 minutes in the middle (log-normal), assumed.
* One and a half times as many interpreters are there as talk at once on average, and two more, per language. One in ten
  does not hear her telephone, one in ten is an answering machine, the others pick up after 5 s in the middle
  (log-normal, sigma 0.5) and press a key 1.5 s after the words begin; one in ten of them says no.
* Jobs begin at once: what the worker's queue takes on top is hundredths of seconds (`accept_rate`).

Beside it: the same callers when everybody picks up and presses 1 at once: what the machine and the carrier take.
"""

import math
import random
from argparse import Namespace
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from benchmarks.figures import Figure, at_most, percentile
from benchmarks.place import Place
from kernel.database import db
from tests.builders.carrier.people import Hears, presses
from tests.builders.telephone import TelephoneHouse, TelephoneWorld, a_telephone_house

A_YEAR, WORKING_DAYS, PEAK_SHARE, PEAK_HOURS, TIMES = 24_196, 252, 0.8, 4, 10
CALLS, SEED = 120, 2020
LANGUAGES = {
    "arb": 0.30, "tur": 0.14, "prs": 0.12, "pus": 0.10, "rus": 0.09, "tir": 0.07, "som": 0.06, "ron": 0.05, "spa": 0.04,
    "fas": 0.03,
}  # fmt: skip
_TALK_S, _TALK_SPREAD = 720, 0.6
_PICKS_UP_S, _PICKS_UP_SPREAD, _PRESSES_S = 5.0, 0.5, 1.5
_UNHEARD, _MACHINE, _NO = 0.1, 0.1, 0.1
_OFFER = "Druk 1 om het aan te nemen"


How = Callable[[random.Random], dict[str, Any]]


def an_hour() -> float:
    """Return how many requests come in an hour of the peak."""
    return A_YEAR / WORKING_DAYS * PEAK_SHARE / PEAK_HOURS * TIMES


def run(place: Place, options: Namespace) -> list[Figure]:
    """Return the wait for a voice in a simulated peak, beside the machine's own share of it."""
    bare = percentile(_day(place, "telephone_bare", _at_once)[0], 0.5)
    waits, asked = _day(place, "telephone_day", _as_people_do)
    n, beside = len(waits), {"beside": "everybody picks up at once", "bound": bare}
    note = f"{asked} callers in {60 * asked / an_hour():.0f} simulated minutes, {an_hour():.0f} an hour"
    return [
        at_most("request to voice, p50", percentile(waits, 0.5), "s", 12, n, note=note, **beside),
        at_most("request to voice, p90", percentile(waits, 0.9), "s", 45, n, **beside),
        at_most("request to voice, p99", percentile(waits, 0.99), "s", 120, n, **beside),
        Figure("callers who talked to an interpreter", n / asked, "", ">= 0.97", n / asked >= 0.97, asked),
    ]


def _day(place: Place, name: str, how: How) -> tuple[list[float], int]:
    """Let callers come, and return how long each waited for a voice, and how many asked."""
    database = place.database(name, place.template)
    chance = random.Random(SEED)
    with place.app(database) as app, a_telephone_house(app) as house:
        world = _world(house, chance, how)
        for number in range(CALLS):
            house.run(chance.expovariate(an_hour() / 3600))
            [language] = chance.choices(list(LANGUAGES), list(LANGUAGES.values()))
            talk_s = chance.lognormvariate(math.log(_TALK_S), _TALK_SPREAD)
            house.dial(f"+3249{number:07d}", hears=_caller(world, language), hangs_up=talk_s)
        house.run(600)
        waits = list(db.session.scalars(text("SELECT connect_seconds FROM conversations WHERE began_at IS NOT NULL")))
        still = db.session.execute(_WAITED, {"now": house.now}).all()
        asked = db.session.scalar(text("SELECT count(*) FROM requests")) or 0
    place.drop(database)
    return [float(it) for it in waits if it is not None] + [float(it[0]) for it in still], int(asked)


# Talks that go on: the voice was heard, the record is not written yet.
_WAITED = text("""SELECT extract(epoch FROM l.joined_at - r.submitted_at) FROM conversations t
    JOIN calls c ON c.conversation_id = t.id JOIN requests r ON r.id = t.request_id
    JOIN call_legs l ON l.call_id = c.id AND l.role = 'interpreter' AND l.joined_at IS NOT NULL
    WHERE t.status = 'live' AND t.connect_seconds IS NULL AND t.starts_at <= :now""")


def _world(
    house: TelephoneHouse, chance: random.Random, how: Callable[[random.Random], dict[str, object]]
) -> TelephoneWorld:
    world = TelephoneWorld(house, 0, desk=False)
    number = 0
    for language, share in LANGUAGES.items():
        at_once = share * an_hour() * _TALK_S / 3600
        for _ in range(math.ceil(1.5 * at_once) + 2):
            number += 1
            made = world.interpreter(number, (language,), **how(chance))
            until = {"id": made.id, "until": house.now + timedelta(days=2)}
            db.session.execute(text("UPDATE interpreters SET present_until = :until WHERE id = :id"), until)
    db.session.commit()
    return world


def _caller(world: TelephoneWorld, language: str) -> Hears:
    """Return a caller who names her language and asks for somebody now."""
    names = {"arb": "Arabisch", "tur": "Turks", "prs": "Dari", "pus": "Pasjtoe", "rus": "Russisch", "tir": "Tigrinya",
             "som": "Somalisch", "ron": "Roemeens", "spa": "Spaans", "fas": "Perzisch"}  # fmt: skip
    told = [("klantcode", world.code), ("naam van de taal", f"say {names[language]}"), ("Welke taal", "9")]
    return presses(*told, ("Bent u samen", "1"))


def _as_people_do(chance: random.Random) -> dict[str, Any]:
    kind = chance.random()
    if kind < _MACHINE:
        return {"state": "machine"}
    if kind < _MACHINE + _UNHEARD:
        return {"picks_up": None}
    wait = chance.lognormvariate(math.log(_PICKS_UP_S), _PICKS_UP_SPREAD)
    return {"picks_up": wait, "hears": lambda words: _pressed(chance, words)}


def _pressed(chance: random.Random, words: str) -> tuple[float, str, str] | None:
    return (_PRESSES_S, "2" if chance.random() < _NO else "1", "") if _OFFER in words else None


def _at_once(chance: random.Random) -> dict[str, Any]:
    return {"picks_up": 0.0, "hears": lambda words: (0.0, "1", "") if _OFFER in words else None}
