"""A talk in the browser: three tabs see and hear each other, come back when something breaks, and leave a record."""

import os
import re
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from tests.builders.browsers import TALKING, a_chromium
from tests.builders.pdfs import a_pdf
from tests.e2e.conftest import Platform, wait_until

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


def sees(page: Page, role: str, seconds: float = 60) -> None:
    wait_until(lambda: moves(page, f".tile[data-role={role}]"), seconds)


HEARD = """(who) => {
  const audio = document.querySelector(who + " audio");
  return audio && audio.srcObject && !audio.srcObject.getAudioTracks()[0].muted ? audio.currentTime : 0;
}"""


def hears(page: Page, role: str, seconds: float = 60) -> None:
    """Wait until somebody's sound plays on."""
    who = f".tile[data-role={role}]"
    before = page.evaluate(HEARD, who)
    wait_until(lambda: page.evaluate(HEARD, who) > before + 0.2, seconds)


def a_talk_now(platform: Platform, service: str, language: str) -> tuple[int, dict[str, object]]:
    """Return a talk that begins within minutes, with the interpreter who said yes: booked and accepted by the API."""
    requester, coordinator = (platform.account(it) for it in ("requester", "coordinator"))
    starts_at = datetime.now(UTC) + timedelta(minutes=10)
    token = platform.token(requester["email"])
    body = {"service": service, "language": language, "starts_at": starts_at.isoformat(), "duration_minutes": 60}
    body |= {"phone": "+3292000000"} if service == "telephone" else {}
    status, made = platform.call(token, "POST", "/api/v1/requests", body)
    assert status == 201, made
    who = next(it for it in platform.accounts if it.get("languages") == [language] and it["agency"] == "agii")
    desk = platform.token(coordinator["email"])
    status, found = platform.call(desk, "GET", f"/api/v1/requests/{made['id']}/candidates")
    everybody = found["candidates"] + found["rejected"]
    interpreter_id = everybody[0]["interpreter_id"]
    status, told = platform.call(
        desk, "POST", f"/api/v1/requests/{made['id']}/assign", {"interpreter_id": interpreter_id}
    )
    assert status == 200, told
    return int(made["id"]), who


@pytest.fixture(scope="module")
def talkers() -> Iterator[Browser]:
    """A browser with a microphone and a camera that move by themselves."""
    with a_chromium(TALKING) as browser:
        yield browser


# simple-websocket answers a page that leaves while another of its threads still sends: the page is gone by then.
_AFTER_GOODBYE = "failed: Data frame received after close"


class Tabs:
    """Browsers of people, each of its own. What a console complains of is kept."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.complaints: list[str] = []

    def open(self, width: int) -> Page:
        view = {"width": width, "height": 760}
        page = self.browser.new_context(base_url=self.address, viewport=view, locale="nl-BE").new_page()
        page.on("console", lambda it: self._complain(it.text) if it.type == "error" else None)
        page.on("pageerror", lambda it: self._complain(str(it)))
        return page

    def _complain(self, text: str) -> None:
        if not text.endswith(_AFTER_GOODBYE):
            self.complaints.append(text)

    def sign_in(self, account: dict[str, object], width: int = 1280) -> Page:
        page = self.open(width)
        page.goto("/sign-in")
        page.get_by_label("E-mailadres").fill(str(account["email"]))
        page.get_by_label("Wachtwoord").fill(str(account["password"]))
        page.get_by_role("button", name="Aanmelden").click()
        page.wait_for_load_state()
        return page


@pytest.fixture
def tabs(platform: Platform, talkers: Browser) -> Iterator[Tabs]:
    made = Tabs(talkers, platform.address)
    yield made
    for context in talkers.contexts:
        context.close()


def enter(page: Page) -> None:
    page.get_by_role("button", name="Naar binnen").click()


def to_the_door(platform: Platform, tabs: Tabs, service: str, language: str) -> tuple[int, Page, Page]:
    """Return the request, and the requester and the interpreter of its talk, each at the door of its room."""
    request_id, interpreter = a_talk_now(platform, service, language)
    asks = tabs.sign_in(platform.account("requester"))
    asks.goto(f"/requests/{request_id}")
    asks.get_by_role("link", name="Naar het gesprek").click()
    speaks = tabs.sign_in(interpreter, width=360)
    speaks.goto("/agenda")
    speaks.get_by_role("link", name="Naar het gesprek").last.click()
    return request_id, asks, speaks


def invite(page: Page) -> str:
    """Make a link for a guest, with the keyboard alone."""
    page.get_by_role("button", name="Mensen").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Link maken").focus()
    page.keyboard.press("Enter")
    output = page.locator("[data-link-text]")
    expect(output).to_have_text(re.compile("/join/"), timeout=15_000)
    page.keyboard.press("Escape")
    return output.text_content() or ""


def come_as_guest(tabs: Tabs, link: str) -> Page:
    """Open the link as a stranger's telephone would, and wait at the door."""
    page = tabs.open(360)
    page.goto(link)
    page.get_by_role("button", name="Deelnemen").click()
    enter(page)
    expect(page.get_by_role("heading", name="Even wachten")).to_be_visible(timeout=30_000)
    return page


def test_three_people_talk_and_the_record_writes_itself(platform: Platform, tabs: Tabs) -> None:
    request_id, asks, speaks = to_the_door(platform, tabs, "video", "kin")
    expect(asks.locator("[data-part=door] .consent")).to_contain_text("niets opgenomen")
    enter(asks)
    enter(speaks)
    sees(asks, "interpreter")
    hears(asks, "interpreter")
    sees(speaks, "requester")
    expect(asks.locator(".stage-head .consent")).to_be_visible()
    assert speaks.evaluate("document.documentElement.scrollWidth <= innerWidth")
    guest = come_as_guest(tabs, invite(asks))
    door = asks.locator("[data-asks]")
    expect(door).to_contain_text("wacht aan de deur", timeout=15_000)
    door.get_by_role("button", name="Binnenlaten").click()
    sees(guest, "interpreter")
    hears(guest, "requester")
    assert guest.locator(".bar button").count() == 3
    _write_raise_and_show(asks, speaks, guest)
    _end_and_confirm(platform, request_id, asks, speaks)
    expect(guest.get_by_role("heading", name="Het gesprek is voorbij")).to_be_visible(timeout=15_000)
    assert not tabs.complaints


def _write_raise_and_show(asks: Page, speaks: Page, guest: Page) -> None:
    """Chat, hand, document and microphone, each seen by the other side."""
    asks.get_by_role("button", name="Chat").click()
    asks.locator("#chat-text").fill("Hoort u mij?")
    asks.keyboard.press("Enter")
    expect(speaks.locator("[data-messages]")).to_contain_text("Hoort u mij?", timeout=15_000)
    asks.keyboard.press("Escape")
    speaks.get_by_role("button", name="Hand").click()
    expect(asks.locator(".tile[data-role=interpreter]")).to_contain_text("wil iets zeggen", timeout=15_000)
    brief = {"name": "brief.pdf", "mimeType": "application/pdf", "buffer": a_pdf(3)}
    asks.get_by_role("button", name="Document").click()
    asks.locator("[data-leaf]").set_input_files(brief)
    wait_until(lambda: guest.locator("[data-page]").evaluate("it => it.naturalWidth") > 100, 30)
    asks.get_by_role("button", name="Volgende").click()
    expect(speaks.locator("[data-page-number]")).to_have_text("bladzijde 2 van 3", timeout=15_000)
    asks.get_by_role("button", name="Wegnemen").click()
    expect(guest.locator("[data-document]")).to_be_hidden(timeout=15_000)
    speaks.get_by_role("button", name="Microfoon").click()
    expect(asks.locator(".tile[data-role=interpreter]")).to_contain_text("microfoon uit", timeout=15_000)


def _end_and_confirm(platform: Platform, request_id: int, asks: Page, speaks: Page) -> None:
    """End for everybody; the interpreter only looks over what stands there, the requester agrees, and it counts."""
    asks.get_by_role("button", name="Beëindigen").click()
    asks.get_by_role("button", name="Beëindigen voor iedereen").click()
    expect(speaks.get_by_role("heading", name="Het gesprek is voorbij")).to_be_visible(timeout=15_000)
    speaks.get_by_role("link", name="Prestatie nakijken en doorgeven").click()
    expect(speaks.get_by_text("Dit is wat er in het gesprek gebeurde")).to_be_visible()
    speaks.get_by_role("button", name="Prestatie doorgeven").click()
    expect(speaks.get_by_role("status")).to_contain_text("Ingevuld")
    asks.goto(f"/requests/{request_id}")
    asks.get_by_role("button", name="Klopt, bevestigen").click()
    token = platform.token(platform.account("requester")["email"])
    _, told = platform.call(token, "GET", f"/api/v1/requests/{request_id}")
    assert told["outcome"] == "completed"


def test_where_it_is_too_busy_one_is_told_so_and_let_in_as_soon_as_it_goes(platform: Platform, tabs: Tabs) -> None:
    _, asks, speaks = to_the_door(platform, tabs, "telephone", "twi")
    refused: list[str] = []

    def busy_twice(way: WebSocketRoute) -> None:
        server = way.connect_to_server()

        def passed_on(message: str | bytes) -> None:
            asked = re.match(r'42(/room,)(\d+)\["join"', str(message))
            if asked and len(refused) < 2:
                refused.append(asked[2])
                way.send(f'43{asked[1]}{asked[2]}[{{"error":"busy"}}]')
            else:
                server.send(message)

        way.on_message(passed_on)

    asks.route_web_socket(re.compile("socket.io"), busy_twice)
    asks.reload()
    enter(asks)
    told = asks.locator("[data-line]:visible").filter(has_text="Het is nu erg druk op de lijnen.")
    expect(told).to_have_count(1)
    enter(speaks)
    hears(asks, "interpreter")
    expect(told).to_have_count(0)
    assert len(refused) == 2


def test_reload_second_tab_and_a_dead_process_bring_people_back(platform: Platform, tabs: Tabs) -> None:
    _, asks, speaks = to_the_door(platform, tabs, "telephone", "nep")
    expect(asks.get_by_text("met geluid alleen")).to_be_visible()
    enter(asks)
    enter(speaks)
    hears(asks, "interpreter")
    hears(speaks, "requester")
    asks.reload()
    enter(asks)
    hears(asks, "interpreter")
    second = asks.context.new_page()
    second.goto(asks.url)
    enter(second)
    expect(asks.locator("[data-away]")).to_have_text("U bent nu in een ander venster in dit gesprek.", timeout=15_000)
    hears(second, "interpreter")
    kill_whoever_carries_sound(platform)
    hears(second, "interpreter", 90)
    hears(speaks, "requester", 90)


def kill_whoever_carries_sound(platform: Platform) -> None:
    """Kill the web server's worker: signalling and the media node in it die at once."""
    server = int((platform.data_dir / "run" / "web.pid").read_text())
    for child in Path(f"/proc/{server}/task/{server}/children").read_text().split():
        os.kill(int(child), signal.SIGKILL)
