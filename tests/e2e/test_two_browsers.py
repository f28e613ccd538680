"""The three people at work in real browsers: one books, one accepts, the third one's board changes by itself."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from playwright.sync_api import BrowserContext, expect

from kernel.clock import BRUSSELS
from tests.e2e.conftest import Platform, wait_until

SignIn = Callable[..., BrowserContext]


def a_weekday(days: int) -> datetime:
    day = datetime.now(BRUSSELS) + timedelta(days=days)
    while day.weekday() > 3:
        day += timedelta(days=1)
    return day


def test_a_booking_appears_on_the_board_and_leaves_it_when_somebody_says_yes(
    platform: Platform, sign_in: SignIn
) -> None:
    board = sign_in(platform.account("coordinator")).pages[0]
    expect(board.get_by_text("Live: wat verandert")).to_be_visible()
    requester = sign_in(platform.account("requester")).pages[0]
    requester.goto("/requests/new")
    requester.get_by_role("combobox", name="Welke taal?").fill("Kinyarwanda")
    requester.get_by_label("video").first.check()
    requester.get_by_label("Dag", exact=True).fill(f"{a_weekday(9):%Y-%m-%d}")
    requester.get_by_label("Beginuur").fill("14:00")
    requester.get_by_role("button", name="Tolk aanvragen").click()
    expect(requester.get_by_role("status")).to_contain_text("Uw aanvraag is binnen")
    request_id = re.search(r"/requests/(\d+)", requester.url)
    assert request_id
    row = board.locator(f"#request-{request_id.group(1)}")
    expect(row).to_be_visible(timeout=5000)
    only = next(it for it in platform.accounts if it.get("languages") == ["kin"])
    phone = sign_in(only, width=360).pages[0]
    wait_until(lambda: "14:00" in phone.goto("/offers").text(), 10)  # type: ignore[union-attr]
    offer = phone.locator("article", has_text="14:00")
    expect(offer).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    offer.get_by_role("button", name="Ik doe het").click()
    expect(phone.get_by_role("status")).to_contain_text("Van u")
    expect(row).to_be_hidden(timeout=5000)
    requester.reload()
    expect(requester.get_by_role("heading", name=re.compile("Uw tolk is"))).to_be_visible()


def test_booking_works_with_the_keyboard_alone(platform: Platform, sign_in: SignIn) -> None:
    page = sign_in(platform.account("requester")).pages[0]
    page.goto("/requests/new")
    page.get_by_role("combobox", name="Welke taal?").focus()
    page.keyboard.type("Turks")
    page.get_by_label("kort en eenvoudig").focus()
    page.keyboard.press("Space")
    page.get_by_label("Dag", exact=True).fill(f"{a_weekday(12):%Y-%m-%d}")
    page.get_by_label("Beginuur").fill("09:00")
    page.get_by_role("button", name="Tolk aanvragen").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Uw aanvraag is binnen")


def test_the_pages_speak_english_when_asked(platform: Platform, sign_in: SignIn) -> None:
    page = sign_in(platform.account("manager")).pages[0]
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_token_opens_the_api_and_figure_37_is_there(platform: Platform) -> None:
    token = platform.token(platform.account("manager")["email"])
    status, body = platform.call(token, "GET", "/api/v1/reports/services?year=2026")
    assert status == 200
    assert [row["code"] for row in body["rows"]][:2] == ["requested", "answered"]


def test_messages_of_a_house_without_providers_are_in_the_outbox(platform: Platform) -> None:
    wait_until(lambda: (platform.data_dir / "outbox" / "sms.jsonl").exists(), 15)
    line = (platform.data_dir / "outbox" / "sms.jsonl").read_text().splitlines()[0]
    assert "Kunt u tolken?" in line
