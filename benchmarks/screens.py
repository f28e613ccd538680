"""The screens as a person meets them on a telephone with a slow line: weight, first picture, taps, and a full board.

The line is the slow one of Lighthouse (150 ms a round trip, 1.6 Mbit/s) and the processor four times slower; the server
is the real one on this machine. Reading is counted at four words a second (Brysbaert 2019: 238 words a minute).
"""

import time
from argparse import Namespace
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page
from sqlalchemy import text

from benchmarks.crowd import Crowd, ask, gather, offer
from benchmarks.figures import Figure, at_most, percentile
from benchmarks.load import cookie_of
from benchmarks.place import Place
from kernel.actor import SYSTEM, Actor, Role
from kernel.database import db
from people.queries import list_agencies
from tests.builders.browsers import a_chromium
from tests.builders.interpreters import an_interpreter
from tests.builders.people import a_staff_member

FIRST_KB, AGAIN_KB, LCP_S, BOOKING_TAPS, BOOKING_S, ACCEPT_TAPS, INP_MS = 100, 25, 1.0, 12, 60, 2, 100
ON_BOARD, PRESSES = 500, 40
_SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
_WORDS_PER_S = 4.0
_PAGES = {
    Role.REQUESTER: ("/requests", "/requests/new", "/requests/language-card", "/me", "/calendar"),
    Role.INTERPRETER: ("/offers", "/agenda", "/availability", "/records"),
    Role.COORDINATOR: ("/desk/board", "/desk/waiting", "/desk/requests", "/interpreters", "/reports/answered"),
}
_LCP = """() => new Promise(done => new PerformanceObserver(list =>
    done(list.getEntries().at(-1).startTime)).observe({type: 'largest-contentful-paint', buffered: true}))"""
# What a seeing person reads of a question: words that are drawn, not the hours and chances of a table one glances over.
_READ = """(question) => {
  const walker = document.createTreeWalker(question, NodeFilter.SHOW_TEXT);
  let words = 0;
  while (walker.nextNode()) {
    const box = walker.currentNode.parentElement;
    if (box.closest("option, .visually-hidden") || !box.checkVisibility()) continue;
    words += walker.currentNode.textContent.split(/\\s+/).filter((it) => /\\p{L}/u.test(it)).length;
  }
  return words;
}"""
_EVENTS = """() => { window.taken = []; new PerformanceObserver(list => window.taken.push(
    ...list.getEntries().filter(it => it.interactionId).map(it => it.duration)))
    .observe({type: 'event', durationThreshold: 16, buffered: true}); }"""


@dataclass(frozen=True)
class Visit:
    """One visit of a page: kilobytes over the line, and seconds until the largest picture stood there."""

    path: str
    kilobytes: float
    lcp_s: float


def run(place: Place, options: Namespace) -> list[Figure]:
    """Return how heavy the screens are, how fast they stand there, and how many taps the main tasks take."""
    database = place.database("screens", place.template)
    with place.app(database) as app:
        crowd = gather(3)
        agency = next(it for it in list_agencies(SYSTEM) if it.id == crowd.agency_id)
        an_interpreter(("prs",), ("video", "telephone"), agency=agency, week=())
        ids = ask(crowd, 1, ON_BOARD)
        offer(ids[:1], crowd.interpreters)
        db.session.execute(text("ANALYZE"))
        db.session.commit()
        actors = {it.role: it for it in (crowd.requester, crowd.interpreters[0], a_staff_member(agency))}
        with place.role("web", database) as web, a_chromium() as browser:
            figures = _visits(app, browser, web.address, actors)
            figures += _booking(app, browser, web.address, crowd.requester)
            figures += [_accepting(app, browser, web.address, crowd), _board(app, browser, web.address, actors)]
    place.drop(database)
    return figures


def _telephone(app: Flask, browser: Browser, address: str, actor: Actor, width: int = 360) -> BrowserContext:
    name, _, value = cookie_of(app, actor.person_id or 0, actor.role)["Cookie"].partition("=")
    context = browser.new_context(base_url=address, viewport={"width": width, "height": 740}, locale="nl-BE")
    context.add_cookies([{"name": name, "value": value, "domain": urlsplit(address).hostname or "", "path": "/"}])
    return context


def _visits(app: Flask, browser: Browser, address: str, actors: dict[Role, Actor]) -> list[Figure]:
    first, again = [], []
    for role, paths in _PAGES.items():
        for path in paths:
            context = _telephone(app, browser, address, actors[role])
            first.append(_visit(context, path))
            again.append(_visit(context, path))
            context.close()
    heaviest, later = max(first, key=lambda it: it.kilobytes), max(again, key=lambda it: it.kilobytes)
    slowest = max(first, key=lambda it: it.lcp_s)
    n = len(first)
    return [
        at_most("a page, first visit", heaviest.kilobytes, "kB", FIRST_KB, n, note=f"the heaviest is {heaviest.path}"),
        at_most("a page, later visits", later.kilobytes, "kB", AGAIN_KB, n, note=f"the heaviest is {later.path}"),
        at_most("largest picture stands, slow telephone", slowest.lcp_s, "s", LCP_S, n, note=f"slowest {slowest.path}"),
    ]


def _visit(context: BrowserContext, path: str) -> Visit:
    page = context.new_page()
    line = context.new_cdp_session(page)
    received: list[float] = []
    line.on("Network.loadingFinished", lambda it: received.append(it["encodedDataLength"]))
    _slow_down(line)
    page.goto(path, wait_until="load")
    page.wait_for_timeout(300)
    lcp = page.evaluate(_LCP) / 1000
    page.close()
    return Visit(path, sum(received) / 1000, lcp)


def _slow_down(line: CDPSession) -> None:
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", _SLOW)
    line.send("Emulation.setCPUThrottlingRate", {"rate": 4})


def _booking(app: Flask, browser: Browser, address: str, requester: Actor) -> list[Figure]:
    """Book Dari by video on a telephone as somebody would who reads every word of every question."""
    page = _telephone(app, browser, address, requester).new_page()
    page.goto("/requests/new")
    taps, words, begun = 0, 0, time.perf_counter()

    def read() -> None:
        nonlocal words
        words += page.locator(".question.current").evaluate(_READ)

    def tap(what: str) -> None:
        nonlocal taps
        page.locator(what).first.click()
        taps += 1

    page.locator("#language").press_sequentially("dari", delay=150)
    taps += 1
    tap("[role=option]")
    read()
    for then in ("label:has([name=talk][value=deep])", ".moments label", "", ""):
        tap("[data-onward]")
        if then:
            page.locator(then).first.wait_for()
            tap(then)
        read()
    tap(".send .button.primary")
    page.wait_for_url("**/requests/*")
    took = time.perf_counter() - begun + words / _WORDS_PER_S
    page.context.close()
    return [
        at_most("a booking on a telephone", taps, "taps", BOOKING_TAPS + 0.5, 1, note="typing a language is one"),
        at_most("a booking on a telephone, reading all", took, "s", BOOKING_S, 1, note=f"{words} words are read"),
    ]


def _accepting(app: Flask, browser: Browser, address: str, crowd: Crowd) -> Figure:
    """A notification opens the first page (service-worker.js: "/"); then yes."""
    page = _telephone(app, browser, address, crowd.interpreters[0]).new_page()
    page.goto("/")
    page.get_by_role("button", name="Ik doe het").first.click()
    page.get_by_role("status").get_by_text("Van u.").wait_for()
    page.context.close()
    return at_most("yes to an offer, from its notification", 2, "taps", ACCEPT_TAPS + 0.5, 1)


def _board(app: Flask, browser: Browser, address: str, actors: dict[Role, Actor]) -> Figure:
    """Go down a full board on a slow computer, long enough at each row for its request to be shown beside the list."""
    page: Page = _telephone(app, browser, address, actors[Role.COORDINATOR], width=1280).new_page()
    page.goto(f"/desk/board?rows={ON_BOARD}")
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.evaluate(_EVENTS)
    for press in range(PRESSES):
        page.keyboard.press(("Tab", "j", "j", "k", "x")[press % 5])
        page.wait_for_timeout(400)
    page.wait_for_timeout(500)
    rows, taken = page.locator("[data-board] tbody tr").count(), page.evaluate("window.taken")
    page.context.close()
    # What takes less than 16 ms is not told by the browser: those presses count as 16.
    all_of_them = [*taken, *[16.0] * max(0, PRESSES - len(taken))]
    return at_most("a key on the board", percentile(all_of_them, 0.95), "ms", INP_MS, PRESSES, note=f"p95; {rows} rows")
