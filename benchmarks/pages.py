"""A page and an API read, beside an empty Flask route that reads one row, under the same server and the same load."""

from argparse import Namespace
from statistics import median

from sqlalchemy import text

from benchmarks.figures import Figure, percentile, share_of_bound
from benchmarks.load import Load, Target, cookie_of, press
from benchmarks.place import Place
from kernel.actor import SYSTEM, Role
from kernel.database import db
from people import services as people

CONNECTIONS, SECONDS, ROUNDS, WARM_S = 8, 3.0, 3, 2.0
_BUSIEST = text("SELECT requester_id FROM requests GROUP BY requester_id ORDER BY count(*) DESC LIMIT 1")
_LAST = text("SELECT max(id) FROM requests WHERE requester_id = :person AND outcome = 'completed'")


def run(place: Place, options: Namespace) -> list[Figure]:
    """Return the rates of a page and of an API read with the year loaded, each beside the empty route's."""
    database = place.database("pages", place.year)
    with place.app(database) as app:
        person, request = busiest()
        browser = cookie_of(app, person, Role.REQUESTER)
        token = people.issue_token(person, Role.REQUESTER, name="bench", by=SYSTEM)
    with place.role("web", database) as web, place.role("web", database, wsgi="benchmarks.plain:app") as plain:
        empty = Target(f"{plain.address}/{request}")
        page = Target(f"{web.address}/requests", browser)
        read = Target(f"{web.address}/api/v1/requests/{request}", {"Authorization": f"Bearer {token}"})
        for target in (empty, page, read):
            press(target, connections=CONNECTIONS, seconds=WARM_S)
        rounds = [[_press(it) for it in (empty, page, read)] for _ in range(ROUNDS)]
    place.drop(database)
    bound, *ours = ([it[n] for it in rounds] for n in range(3))
    names = ("a page: /requests", "an API read: /api/v1/requests/{id}")
    return [_figure(name, loads, bound) for name, loads in zip(names, ours, strict=True)]


def busiest() -> tuple[int, int]:
    """Return who asked most in the year, and the last request that was performed for them."""
    person = db.session.execute(_BUSIEST).scalar_one()
    return person, db.session.execute(_LAST, {"person": person}).scalar_one()


def _press(target: Target) -> Load:
    return press(target, connections=CONNECTIONS, seconds=SECONDS)


def _figure(name: str, loads: list[Load], bound: list[Load]) -> Figure:
    answers = [it for load in loads for it in load.answers_s]
    note = (
        f"{CONNECTIONS} connections, median of {ROUNDS} rounds in turn; p95 {percentile(answers, 0.95) * 1000:.0f} ms"
    )
    rates = median(it.rate for it in loads), median(it.rate for it in bound)
    return share_of_bound(name, *rates, 0.25, len(answers), beside="empty Flask route, one row by key", note=note)
