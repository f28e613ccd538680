"""An interpreter with a telephone: answers while the network is gone, paints her week, keeps nothing after leaving."""

import contextlib
import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Error, Page, Route, expect

from tests.e2e.conftest import Platform, wait_until
from tests.e2e.test_two_browsers import a_weekday

SignIn = Callable[..., BrowserContext]
NO_NETWORK = "ERR_INTERNET_DISCONNECTED"
ANSWERS = "kept.answers().then((all) => all.length)"


@pytest.fixture(scope="module")
def token(platform: Platform) -> str:
    return platform.token(platform.account("requester")["email"])


def ask(platform: Platform, token: str, language: str, days: int) -> int:
    start = a_weekday(days).replace(hour=15, minute=0, second=0, microsecond=0)
    body = {"service": "video", "language": language, "starts_at": start.isoformat(), "duration_minutes": 45}
    status, said = platform.call(token, "POST", "/api/v1/requests", body)
    assert status == 201, said
    return int(said["id"])


def only(platform: Platform, language: str) -> dict[str, object]:
    return next(it for it in platform.accounts if it.get("languages") == [language])


def offered(page: Page) -> None:
    wait_until(lambda: page.goto("/offers") is not None and page.locator(".offer").count() > 0, 15)


def status_of(platform: Platform, token: str, request_id: int) -> str:
    return str(platform.call(token, "GET", f"/api/v1/requests/{request_id}")[1]["status"])


def test_a_yes_without_a_network_waits_leaves_by_itself_and_is_told(
    platform: Platform, sign_in: SignIn, token: str
) -> None:
    request_id = ask(platform, token, "vie", 30)
    phone = sign_in(only(platform, "vie"), width=360, expected=NO_NETWORK)
    page = phone.pages[0]
    offered(page)
    expect(page.locator(".offer").first.get_by_text("Eerste ja telt, tot")).to_be_visible()
    phone.set_offline(True)
    expect(page.get_by_text("U kunt gewoon antwoorden")).to_be_visible()
    page.locator(".offer").first.get_by_role("button", name="Ik doe het").click()
    # It is open for weeks, so the hour alone says nothing.
    expect(page.get_by_text(re.compile(r"uw “ja” is nog niet verstuurd.*zin tot \w\w \d+ \w+"))).to_be_visible()
    assert page.evaluate(ANSWERS) == 1
    assert status_of(platform, token, request_id) == "searching"
    phone.set_offline(False)
    expect(page.get_by_role("status")).to_contain_text("Van u.", timeout=10_000)
    wait_until(lambda: status_of(platform, token, request_id) == "assigned", 5)
    wait_until(lambda: page.evaluate(ANSWERS) == 0, 10)
    page.get_by_role("link", name="Bekijk de opdracht").click()
    expect(page.get_by_role("heading", name=re.compile("Vietnamees"))).to_be_visible()


def test_a_yes_that_came_too_late_is_told_as_it_is(platform: Platform, sign_in: SignIn, token: str) -> None:
    request_id = ask(platform, token, "amh", 31)
    phone = sign_in(only(platform, "amh"), width=360, expected=f"{NO_NETWORK}|409")
    page = phone.pages[0]
    offered(page)
    phone.set_offline(True)
    page.locator(".offer").first.get_by_role("button", name="Ik doe het").click()
    expect(page.get_by_text("uw “ja” is nog niet verstuurd")).to_be_visible()
    assert platform.call(token, "POST", f"/api/v1/requests/{request_id}/cancel", {"reason": "other"})[0] == 200
    phone.set_offline(False)
    expect(page.get_by_role("status")).to_contain_text("geannuleerd of afgesloten", timeout=10_000)
    expect(page.get_by_role("status")).to_contain_text("Er is niets geboekt.")
    page.get_by_role("link", name="Toon wat er nu is").click()
    expect(page.get_by_text("Nu is er niets.")).to_be_visible()


def test_the_page_is_not_fetched_anew_under_an_answer_that_is_on_its_way(
    platform: Platform, sign_in: SignIn, token: str
) -> None:
    ask(platform, token, "som", 9)
    page = sign_in(only(platform, "som"), width=360).pages[0]
    offered(page)
    page.clock.install()
    page.goto("/offers")

    def slowly(route: Route) -> None:
        page.clock.fast_forward(25_000)  # the page would fetch itself anew after 20 s
        route.continue_()

    page.route("**/accept", slowly)
    page.locator(".offer").first.get_by_role("button", name="Ik doe het").click()
    expect(page.get_by_role("status")).to_contain_text("Van u.")


def test_an_answer_given_while_the_page_is_being_fetched_anew_is_told_on_the_page_it_was_given_on(
    platform: Platform, sign_in: SignIn, token: str
) -> None:
    ask(platform, token, "amh", 33)
    page = sign_in(only(platform, "amh"), width=360).pages[0]
    offered(page)
    page.clock.install()
    page.goto("/offers")

    def slowly(route: Route) -> None:
        time.sleep(3)
        with contextlib.suppress(Error):  # it was given up
            route.continue_()

    page.context.route("**/offers", slowly)  # what the service worker fetches too
    page.evaluate(TAP_ONCE_IT_LEAVES)
    page.clock.fast_forward(25_000)
    page.wait_for_timeout(5000)
    expect(page.get_by_role("status")).to_contain_text("Van u.")


# While a page is on its way nothing of the one before it can be reached from outside.
TAP_ONCE_IT_LEAVES = """addEventListener("beforeunload", () => fetch("/healthz").then(() =>
    document.querySelector(".offer form[action$=accept]").requestSubmit()))"""


def test_without_a_network_the_agenda_is_there_and_after_leaving_it_is_not(
    platform: Platform, sign_in: SignIn, token: str
) -> None:
    ask(platform, token, "hye", 8)
    phone = sign_in(only(platform, "hye"), width=360, expected=NO_NETWORK)
    page = phone.pages[0]
    offered(page)
    page.locator(".offer").first.get_by_role("button", name="Ik doe het").click()
    expect(page.get_by_role("status")).to_contain_text("Van u.")
    page.goto("/agenda")
    wait_until(lambda: page.evaluate("kept.agenda().then((all) => all.length)") > 0, 5)
    wait_until(lambda: page.evaluate("caches.match('/offline').then((it) => Boolean(it))"), 10)
    phone.set_offline(True)
    page.goto("/agenda")
    expect(page.get_by_role("heading", name="Geen netwerk")).to_be_visible()
    expect(page.locator("[data-agenda]")).to_contain_text("Armeens")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.set_offline(False)
    expect(page.get_by_role("heading", name="Agenda", exact=True)).to_be_visible(timeout=10_000)  # by itself
    page.get_by_role("button", name="Afmelden").click()
    expect(page.get_by_label("Wachtwoord")).to_be_visible()
    wait_until(lambda: page.evaluate(KEPT_DAYS) == 0, 5)
    wait_until(lambda: not page.evaluate("caches.match('/offline').then((it) => Boolean(it))"), 5)


# On a page that keeps nothing itself.
KEPT_DAYS = """new Promise((done) => { const it = indexedDB.open('tolkdienst', 1); it.onsuccess = () => {
    const all = it.result.transaction('agenda').objectStore('agenda').count();
    all.onsuccess = () => { it.result.close(); done(all.result); }; }; })"""


def test_an_agenda_that_is_still_on_its_way_while_leaving_is_not_kept(
    platform: Platform, sign_in: SignIn, token: str
) -> None:
    ask(platform, token, "hye", 12)
    phone = sign_in(only(platform, "hye"), width=360)
    page = phone.pages[0]
    offered(page)
    page.locator(".offer").first.get_by_role("button", name="Ik doe het").click()
    expect(page.get_by_role("status")).to_contain_text("Van u.")
    said = page.request.get("/agenda/kept")
    assert said.json()["items"]
    held: list[Route] = []
    phone.route("**/agenda/kept", lambda route: held.append(route))
    with page.expect_request("**/agenda/kept"):
        page.goto("/agenda")

    def late(route: Route) -> None:  # the answer of before comes in while the leaving is under way
        time.sleep(1)
        with contextlib.suppress(Error):  # it was given up
            held[0].fulfill(response=said)
        time.sleep(1)
        route.continue_()

    phone.route("**/sign-out", late)
    page.get_by_role("button", name="Afmelden").click()
    expect(page.get_by_label("Wachtwoord")).to_be_visible()
    assert page.evaluate(KEPT_DAYS) == 0


def test_a_network_that_is_said_to_be_back_before_it_is_leaves_nobody_on_the_page_without_one(
    platform: Platform, sign_in: SignIn
) -> None:
    phone = sign_in(only(platform, "twi"), width=360, expected=f"{NO_NETWORK}|503")
    page = phone.pages[0]
    page.goto("/agenda")
    wait_until(lambda: page.evaluate("caches.match('/offline').then((it) => Boolean(it))"), 10)
    phone.set_offline(True)
    page.goto("/agenda")
    expect(page.get_by_role("heading", name="Geen netwerk")).to_be_visible()
    phone.route("**/healthz", lambda route: route.fulfill(status=503))
    phone.set_offline(False)
    page.wait_for_timeout(4000)
    expect(page.get_by_role("heading", name="Geen netwerk")).to_be_visible()
    phone.unroute("**/healthz")
    expect(page.get_by_role("heading", name="Agenda", exact=True)).to_be_visible(timeout=10_000)


def test_a_week_is_painted_with_a_finger_and_with_the_keyboard(platform: Platform, sign_in: SignIn) -> None:
    page = sign_in(only(platform, "twi"), width=360).pages[0]
    page.goto("/availability")
    grid = page.locator("[data-paint]")
    cell = grid.locator("[data-at='0 6']")
    expect(cell).to_have_attribute("aria-pressed", "false")
    last = grid.locator("[data-at='2 6']")
    drag(page, cell.bounding_box(), last.bounding_box())  # type: ignore[arg-type]
    for day in range(3):
        expect(grid.locator(f"[data-at='{day} 6']")).to_have_attribute("aria-pressed", "true")
    grid.locator("[data-at='0 8']").focus()
    page.keyboard.press("Space")
    expect(grid.locator("[data-at='0 8']")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Shift+ArrowDown")
    expect(grid.locator("[data-at='0 9']")).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Week bewaren").click()
    expect(page.get_by_role("status").first).to_contain_text("Uw week is bewaard.")
    expect(grid.locator("[data-at='1 6']")).to_have_attribute("aria-pressed", "true")
    expect(grid.locator("[data-at='0 9']")).to_have_attribute("aria-pressed", "false")


def drag(page: Page, start: dict[str, float], end: dict[str, float]) -> None:
    """Draw a finger over the screen, as the browser itself reports one."""
    finger = page.context.new_cdp_session(page)
    middles = [(it["x"] + it["width"] / 2, it["y"] + it["height"] / 2) for it in (start, end)]
    (x1, y1), (x2, y2) = middles
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x1, "y": y1}]})
    for n in range(1, 11):
        point = {"x": x1 + (x2 - x1) * n / 10, "y": y1 + (y2 - y1) * n / 10}
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_the_pages_of_a_telephone_fit_it_in_arabic_too(platform: Platform, sign_in: SignIn) -> None:
    page = sign_in(only(platform, "kmr"), width=360).pages[0]
    page.get_by_role("button", name="العربية").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    for address in ("/offers", "/agenda", "/availability", "/records", "/records/earned", "/mine", "/me"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        assert page.locator("nav a").count() >= 5


def test_who_is_free_again_is_offered_within_ten_seconds_what_she_could_not_take(
    platform: Platform, token: str
) -> None:
    she, desk = only(platform, "kmr"), platform.token(platform.account("coordinator")["email"])
    hers = platform.token(she["email"])

    def offered_requests() -> list[int]:
        return [it["request_id"] for it in platform.call(hers, "GET", "/api/v1/offers")[1]["items"]]

    first = ask(platform, token, "kmr", 34)
    (candidate,) = platform.call(desk, "GET", f"/api/v1/requests/{first}/candidates")[1]["candidates"]
    she_id = candidate["interpreter_id"]
    assert platform.call(desk, "POST", f"/api/v1/requests/{first}/assign", {"interpreter_id": she_id})[0] == 200
    second = ask(platform, token, "kmr", 34)
    (rejected,) = platform.call(desk, "GET", f"/api/v1/requests/{second}/candidates")[1]["rejected"]
    assert rejected["reasons"] == ["is_free"]
    assert offered_requests() == []
    assert platform.call(token, "POST", f"/api/v1/requests/{first}/cancel", {"reason": "other"})[0] == 200
    wait_until(lambda: second in offered_requests(), 10)
