"""The desk's own screens: search over a year of requests, and a board of 500 rows under somebody's fingers."""

import time
from argparse import Namespace
from urllib.parse import quote

from playwright.sync_api import Page
from sqlalchemy import text

from benchmarks.crowd import ask, gather
from benchmarks.figures import Figure, at_most, percentile
from benchmarks.load import Target, cookie_of, press
from benchmarks.place import Place
from kernel.actor import SYSTEM, Role
from kernel.database import db
from people import services as people
from tests.builders.browsers import a_chromium

ROWS, PRESSES, SECONDS, CONNECTIONS = 500, 120, 3.0, 2
# Time from a key to the frame that shows it: the second callback runs after the first frame was painted.
_PRESS = """(key) => new Promise((done) => {
  const before = performance.now();
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - before)));
})"""


def run(place: Place, options: Namespace) -> list[Figure]:
    """Return how long search takes with the year loaded, and how long a key takes on a board of 500 rows."""
    return [*_search(place), *_board(place)]


def _search(place: Place) -> list[Figure]:
    database = place.database("search", place.year)
    with place.app(database) as app:
        agency_id, count = db.session.execute(
            text("SELECT agency_id, count(*) FROM requests GROUP BY agency_id ORDER BY count(*) DESC LIMIT 1")
        ).one()
        person = people.find_or_add_person("Zoeker", "zoeker@voorbeeld.example", by=SYSTEM)
        people.give_role(person, Role.COORDINATOR, by=SYSTEM, agency_id=agency_id)
        browser = cookie_of(app, person, Role.COORDINATOR)
        reference = db.session.scalar(text("SELECT reference FROM requests ORDER BY id DESC OFFSET 20000 LIMIT 1"))
    # Something rare, something common, two things that rarely meet, nothing at all, a number.
    words = ("kinyarwanda", "arabisch", "tigrinya nieuwpoort", "xyzzyplugh", str(reference), "jan gent")
    waits: list[float] = []
    with place.role("web", database) as web:
        for word in words:
            target = Target(f"{web.address}/desk/search?q={quote(word)}", browser)
            press(target, connections=1, seconds=0.5)
            waits += press(target, connections=CONNECTIONS, seconds=SECONDS).answers_s
        least = press(Target(f"{web.address}/desk/search", browser), connections=CONNECTIONS, seconds=SECONDS)
    place.drop(database)
    bound = percentile(least.answers_s, 0.95) * 1000
    note = f"p50 {percentile(waits, 0.5) * 1000:.0f} ms over {len(words)} questions, {CONNECTIONS} at once"
    beside = {"beside": "the same page without a question", "bound": bound, "note": note}
    name = f"search over everything, {count:,} requests"
    return [at_most(name, percentile(waits, 0.95) * 1000, "ms", 200, len(waits), **beside)]


def _board(place: Place) -> list[Figure]:
    database = place.database("board_rows", place.template)
    with place.app(database) as app:
        crowd = gather(1)
        ask(crowd, 1, ROWS)
        browser = cookie_of(app, crowd.coordinator.person_id or 0, Role.COORDINATOR)
        db.session.execute(text("ANALYZE"))
        db.session.commit()
    with place.role("web", database) as web:
        page = press(Target(f"{web.address}/desk/board?rows={ROWS}", browser), connections=1, seconds=SECONDS)
        waits = _pressed(f"{web.address}/desk/board?rows={ROWS}", browser["Cookie"])
        few = _pressed(f"{web.address}/desk/board?rows=20", browser["Cookie"])
    place.drop(database)
    p95 = {n: percentile(it, 0.95) for n, it in ((ROWS, waits), (20, few))}
    note = f"p50 {percentile(waits, 0.5):.0f} ms, max {max(waits):.0f} ms, key to the second frame; real Chromium"
    return [
        at_most(
            f"a key on a board of {ROWS} rows", p95[ROWS], "ms", 100, len(waits),
            beside="the same on a board of 20 rows", bound=p95[20], note=note,
        ),
        at_most(
            f"the board's page with {ROWS} rows", percentile(page.answers_s, 0.95) * 1000, "ms", 500,
            len(page.answers_s), note="one at a time",
        ),
    ]  # fmt: skip


def _pressed(address: str, cookie: str) -> list[float]:
    """Return in milliseconds how long each key took, going down the board, choosing some rows on the way."""
    name, _, value = cookie.partition("=")
    with a_chromium() as chromium:
        context = chromium.new_context(viewport={"width": 1100, "height": 800})
        context.add_cookies([{"name": name, "value": value, "url": address}])
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("tbody tr")
        time.sleep(1)
        waits = [_key(page, key) for key in ["j"] * 10 + ["j", "j", "j", "x", "k"] * (PRESSES // 5)]
    return waits[10:]


def _key(page: Page, key: str) -> float:
    return float(page.evaluate(_PRESS, key))
