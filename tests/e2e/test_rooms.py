"""A talk in the browser: three tabs see and hear each other, come back when something breaks, and leave a record."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from kernel.clock import BRUSSELS
from tests.e2e.conftest import Platform, wait_until

SignIn = Callable[..., BrowserContext]
# What moves in the picture: two looks at a few points of the frame differ.
FRAME = """(who) => {
  const video = document.querySelector(who + " video");
  if (!video || !video.videoWidth) return null;
  const canvas = document.createElement("canvas");
  canvas.width = 64; canvas.height = 36;
  const brush = canvas.getContext("2d");
  brush.drawImage(video, 0, 0, 64, 36);
  return brush.getImageData(0, 0, 64, 36).data.reduce((sum, it, at) => (sum * 31 + it * (at + 1)) % 4294967291, 7);
}"""


def moves(page: Page, who: str) -> bool:
    """Return whether somebody's picture is there and changes."""
    first = page.evaluate(FRAME, who)
    if first is None:
        return False
    page.wait_for_timeout(250)
    return first != page.evaluate(FRAME, who)


def sees(page: Page, role: str, seconds: float = 20) -> None:
    wait_until(lambda: moves(page, f".tile[data-role={role}]"), seconds)


def a_talk_now(platform: Platform, service: str = "video", language: str = "kin") -> tuple[int, dict[str, object]]:
    """Return a talk that begins within minutes, with the interpreter who said yes: booked and accepted by the API."""
    requester, coordinator = (platform.account(it) for it in ("requester", "coordinator"))
    starts_at = datetime.now(BRUSSELS) + timedelta(minutes=10)
    token = platform.terminal("people", "token", str(requester["email"]))
    body = {"service": service, "language": language, "starts_at": starts_at.isoformat(), "duration_minutes": 60}
    body |= {"phone": "+3292000000"} if service == "telephone" else {}
    status, made = platform.call(token, "POST", "/api/v1/requests", body)
    assert status == 201, made
    who = next(it for it in platform.accounts if it.get("languages") == [language] and it["agency"] == "agii")
    desk = platform.terminal("people", "token", str(coordinator["email"]))
    status, found = platform.call(desk, "GET", f"/api/v1/requests/{made['id']}/candidates")
    everybody = found["candidates"] + found["rejected"]
    interpreter_id = everybody[0]["interpreter_id"]
    status, told = platform.call(
        desk, "POST", f"/api/v1/requests/{made['id']}/assign", {"interpreter_id": interpreter_id}
    )
    assert status == 200, told
    return int(made["id"]), who


@pytest.fixture
def people(platform: Platform, sign_in: SignIn) -> Iterator[tuple[int, Page, Page]]:
    """The requester and the interpreter of a talk, each at the door of its room."""
    request_id, interpreter = a_talk_now(platform)
    asks = sign_in(platform.account("requester")).pages[0]
    asks.goto(f"/requests/{request_id}")
    asks.get_by_role("link", name="Naar het gesprek").click()
    speaks = sign_in(interpreter, width=360).pages[0]
    speaks.goto("/agenda")
    speaks.get_by_role("link", name="Naar het gesprek").last.click()
    yield request_id, asks, speaks


def enter(page: Page) -> None:
    page.get_by_role("button", name="Naar binnen").click()


def test_three_people_talk_and_the_record_is_written_by_itself(
    platform: Platform, browser: Browser, people: tuple[int, Page, Page]
) -> None:
    request_id, asks, speaks = people
    expect(asks.get_by_text("Er wordt niets opgenomen").first).to_be_visible()
    enter(asks)
    enter(speaks)
    sees(asks, "interpreter")
    sees(speaks, "requester")
    link = invite(asks)
    guest = come_as_guest(platform, browser, link)
    expect(asks.get_by_text("wacht aan de deur")).to_be_visible(timeout=10_000)
    assert guest.locator("[data-part=stage]").is_hidden()
    asks.get_by_role("button", name="Binnenlaten").click()
    sees(guest, "interpreter")
    sees(speaks, "client")
    assert guest.locator(".bar button").count() == 3
    guest.context.close()
    asks.get_by_role("button", name="Beëindigen").click()
    asks.get_by_role("button", name="Beëindigen voor iedereen").click()
    expect(speaks.get_by_role("heading", name="Het gesprek is voorbij")).to_be_visible(timeout=10_000)
    speaks.get_by_role("link", name="Prestatie nakijken en doorgeven").click()
    expect(speaks.get_by_text("Dit is wat er in het gesprek gebeurde")).to_be_visible()
    speaks.get_by_role("button", name="Prestatie doorgeven").click()
    asks.goto(f"/requests/{request_id}")
    asks.get_by_role("button", name="Klopt, bevestigen").click()
    expect(asks.get_by_text("Volbracht")).to_be_visible()


def invite(page: Page) -> str:
    page.get_by_role("button", name="Mensen").click()
    page.get_by_role("button", name="Link maken").click()
    output = page.locator("[data-link-text]")
    expect(output).to_have_text(re.compile("/join/"))
    page.keyboard.press("Escape")
    return output.text_content() or ""


def come_as_guest(platform: Platform, browser: Browser, link: str) -> Page:
    """Open the link as a stranger's telephone would, and wait at the door."""
    context = browser.new_context(viewport={"width": 360, "height": 720}, locale="nl-BE")
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name="Deelnemen").click()
    enter(page)
    expect(page.get_by_role("heading", name="Even wachten")).to_be_visible(timeout=10_000)
    return page
