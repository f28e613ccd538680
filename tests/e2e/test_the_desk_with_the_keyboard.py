"""A coordinator works a board with the keyboard alone, beside a colleague whose board moves by itself."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import Platform, wait_until
from tests.e2e.test_two_browsers import a_weekday

SignIn = Callable[..., BrowserContext]
HOSTILE = "<img src=x onerror=document.title='stuk'>"


@pytest.fixture(scope="module")
def token(platform: Platform) -> str:
    return platform.token(platform.account("requester")["email"])


def ask(platform: Platform, token: str, days: int, **changes: object) -> int:
    start = a_weekday(days).replace(hour=10, minute=0, second=0, microsecond=0)
    body = {"service": "video", "language": "nep", "starts_at": start.isoformat(), "duration_minutes": 60}
    status, said = platform.call(token, "POST", "/api/v1/requests", body | changes)
    assert status == 201, said
    return int(said["id"])


def on(page: Page) -> int:
    row = page.locator("tr[aria-current]")
    expect(row).to_be_visible()
    return int(row.get_attribute("data-id") or 0)


def go_to(page: Page, request_id: int) -> None:
    expect(page.locator(f"#request-{request_id}")).to_be_attached()
    for _ in range(60):
        page.keyboard.press("j")
        if on(page) == request_id:
            return
    pytest.fail(f"j never came to {request_id}")


def test_a_request_is_taken_noted_and_closed_without_a_mouse(platform: Platform, sign_in: SignIn, token: str) -> None:
    first, second = ask(platform, token, 20), ask(platform, token, 21)
    board, colleague = (sign_in(platform.account("coordinator")).pages[0] for _ in range(2))
    expect(board.get_by_text("Live: wat verandert")).to_be_visible()
    expect(colleague.get_by_text("Live: wat verandert")).to_be_visible()
    board.reload()
    go_to(board, first)
    pane = board.locator("[data-side] [data-pane]")
    expect(pane).to_have_attribute("data-pane", str(first))
    expect(pane.get_by_text("Nu het nuttigst")).to_be_visible()
    board.keyboard.press("t")
    board.keyboard.press("Enter")
    expect(colleague.locator(f"#request-{first}")).to_contain_text("Coördinator")
    expect(pane.get_by_role("button", name="Ik neem dit op")).to_be_hidden()
    board.keyboard.press("n")
    board.keyboard.type("j k x belde, " + HOSTILE)
    expect(board.locator(f"#request-{first}")).to_have_attribute("aria-current", "true")
    board.keyboard.press("Tab")
    board.keyboard.press("Enter")
    expect(pane.locator(".words")).to_contain_text("j k x belde, " + HOSTILE)
    board.keyboard.press("Escape")
    assert on(board) == first
    board.keyboard.press("c")
    board.keyboard.press("ArrowDown")
    for key in ("Tab", "Tab", "Enter"):
        board.keyboard.press(key)
    expect(pane).to_contain_text("afgesloten", timeout=10_000)
    expect(colleague.locator(f"#request-{first}")).to_be_hidden()
    assert "stuk" not in board.title()
    go_to(board, second)
    board.keyboard.press("x")
    expect(board.locator("#bulk")).to_contain_text("1 gekozen")
    board.get_by_label("Wat doet u ermee?").select_option("escalate")
    board.get_by_role("button", name="Uitvoeren").press("Enter")
    expect(board.get_by_role("status").filter(has_text="gedaan")).to_contain_text("1 gedaan")


def test_what_helps_most_is_one_key_away(platform: Platform, sign_in: SignIn, token: str) -> None:
    place = {"street": "Grote Markt 1", "postcode": "8500", "municipality": "Kortrijk"}
    request_id = ask(platform, token, 26, service="on_site", language="vie", place=place)
    page = sign_in(platform.account("coordinator")).pages[0]
    first = page.locator("[data-key='1']")
    wait_until(lambda: page.goto(f"/desk/requests/{request_id}") is not None and first.count() > 0, 10)
    page.get_by_role("link", name="Tolken die verder wonen").click()
    expect(page.locator("#rejected").get_by_role("button", name="Toch toewijzen").first).to_be_visible()
    page.keyboard.press("1")
    expect(first.get_by_role("link", name="Stel")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Voorstellen")).to_be_visible()


def test_rows_wait_while_somebody_is_in_the_list(platform: Platform, sign_in: SignIn, token: str) -> None:
    board = sign_in(platform.account("coordinator")).pages[0]
    ask(platform, token, 22)
    expect(board.get_by_text("Live: wat verandert")).to_be_visible()
    board.reload()
    expect(board.get_by_text("Live: wat verandert")).to_be_visible()
    board.keyboard.press("j")
    at = on(board)
    order = board.locator("tbody tr").evaluate_all("all => all.map((it) => it.id)")
    fresh = ask(platform, token, 23)
    waiting = board.locator("[data-waiting] button")
    expect(waiting).to_be_visible(timeout=10_000)
    assert board.locator("tbody tr").evaluate_all("all => all.map((it) => it.id)") == order
    appears = board.locator(f"#request-{fresh}")
    wait_until(lambda: board.keyboard.press("r") or appears.is_visible(), 10)  # what waited first was another's move
    assert on(board) == at
    wait_until(lambda: board.keyboard.press("r") or waiting.is_hidden(), 10)  # the search goes on, and moves it again


def test_the_keys_are_nobodys_in_a_field_and_explain_themselves(platform: Platform, sign_in: SignIn) -> None:
    page = sign_in(platform.account("coordinator")).pages[0]
    page.goto("/desk/board")
    page.keyboard.press("?")
    expect(page.get_by_text("volgende, vorige")).to_be_visible()
    page.keyboard.press("/")
    box = page.get_by_role("searchbox")
    expect(box).to_be_focused()
    page.keyboard.type("jkx? nepali")
    expect(box).to_have_value("jkx? nepali")
    expect(page.locator("tr[aria-current]")).to_have_count(0)
    box.fill("nepal")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Tolken")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_of_the_desk_is_wider_than_the_screen(
    platform: Platform, sign_in: SignIn, token: str, width: int
) -> None:
    request_id = ask(platform, token, 24, subject=HOSTILE, note="x" * 400)
    page = sign_in(platform.account("coordinator"), width=width).pages[0]
    for address in ("/desk/board", f"/desk/requests/{request_id}", "/desk/day", "/desk/week", "/desk/search?q=leuven",
                    "/desk/waiting"):  # fmt: skip
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    page.goto("/desk/paper")
    page.emulate_media(media="print")
    expect(page.get_by_role("button")).to_have_count(0)
    assert "stuk" not in page.title()


def test_the_board_warns_once_when_the_last_thing_is_nearly_over(
    platform: Platform, sign_in: SignIn, token: str
) -> None:
    page = sign_in(platform.account("coordinator")).pages[0]
    request_id = ask(platform, token, 25)
    page.goto("/desk/board")
    page.get_by_text("Waarschuwing", exact=True).click()
    page.get_by_label("Minuten voor het te laat is").fill("30")
    page.get_by_role("button", name="Waarschuwing bewaren").click()
    expect(page.get_by_role("status").filter(has_text="Bewaard.")).to_be_visible()
    page.clock.install()
    page.goto("/desk/board")
    row = page.locator(f"#request-{request_id}")
    expect(row).to_be_attached()
    row.evaluate("(it) => { it.dataset.lane = 'act'; it.dataset.act = new Date(Date.now() + 600000).toISOString(); }")
    page.clock.fast_forward(timedelta(seconds=20).seconds * 1000)
    expect(page.locator("[data-announce]")).to_contain_text("Bijna te laat:")
    page.get_by_text("Waarschuwing", exact=True).click()
    page.get_by_label("Minuten voor het te laat is").fill("")
    page.get_by_role("button", name="Waarschuwing bewaren").click()
    wait_until(lambda: re.search(r"/desk/board", page.url) is not None, 5)
