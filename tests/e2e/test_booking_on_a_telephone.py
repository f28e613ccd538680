"""A social worker books on a telephone: by keyboard alone, in Dutch and Arabic, without scripts, with odd words."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from media.pages import count_pages
from tests.e2e.conftest import Platform, wait_until
from tests.e2e.looking import complaints, sticks_out
from tests.e2e.test_two_browsers import a_weekday

SignIn = Callable[..., BrowserContext]
HOSTILE = "🧪\u202eesrever\u202c <img src=x onerror=alert(1)> " + "W" * 150
HERE = "selector => document.activeElement?.matches(selector) ?? false"


def reach(page: Page, selector: str) -> None:
    """Go to an element with the Tab key, as somebody without a mouse does."""
    for _ in range(80):
        if page.evaluate(HERE, selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the keyboard does not get to {selector}")


@pytest.fixture
def telephone(platform: Platform, sign_in: SignIn) -> Iterator[Page]:
    """The telephone of a requester of the other agency, whose language is Dutch again afterwards."""
    page = sign_in(platform.account("requester", "atlas"), width=360).pages[0]
    yield page
    page.goto("/me")
    if (dutch := page.locator("button[value=nl]")).count():
        dutch.click()


@pytest.mark.parametrize(("lang", "direction"), [("nl", "ltr"), ("ar", "rtl")])
def test_one_question_after_another_with_the_keyboard_alone(telephone: Page, lang: str, direction: str) -> None:
    page = telephone
    if lang != "nl":
        page.locator(f"button[value={lang}]").click()
    page.goto("/requests/new")
    expect(page.locator("html")).to_have_attribute("dir", direction)
    if (anew := page.locator("form[action$=forget] button")).count():
        anew.click()
    mark, out = (page.locator(it).bounding_box() for it in (".brand", ".who form"))
    assert mark and out
    assert (mark["x"] < out["x"]) is (direction == "ltr"), "the frame is mirrored"

    reach(page, "#language")
    page.keyboard.type("turc", delay=20)
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#language")).not_to_have_value("turc")
    for field, then in (("", ""), ("[name=talk]", ""), ("[name=slot]", ".moments"), ("", "")):
        if then:
            expect(page.locator(then)).to_be_visible(timeout=15_000)
        if field:
            reach(page, field)
            page.keyboard.press("Space")
        assert not sticks_out(page)
        reach(page, "[data-onward]")
        page.keyboard.press("Enter")
    expect(page.locator("[data-preview] meter")).to_be_visible(timeout=15_000)
    assert not complaints(page)
    reach(page, ".send .button.primary")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/requests/\d+$"))
    assert not complaints(page)
    assert not sticks_out(page)


def test_what_is_missing_is_asked_for_at_its_own_question(telephone: Page) -> None:
    page = telephone
    page.goto("/requests/new")
    if (anew := page.locator("form[action$=forget] button")).count():
        anew.click()
    onward = page.locator("[data-onward]")
    page.locator("#language").fill("Turks")
    onward.click()
    expect(page).to_have_url(re.compile("#vraag-2$"))
    onward.click()
    expect(page).to_have_url(re.compile("#vraag-2$"))
    page.locator("input[name=service][value=on_site]").check()
    onward.click()
    expect(page).to_have_url(re.compile("#vraag-3$"))
    onward.click()
    expect(page).to_have_url(re.compile("#vraag-3$"))
    page.goto("/requests/new#vraag-5")
    page.reload()
    page.locator(".send .button.primary").click()
    expect(page).to_have_url(re.compile("#vraag-[123]$"))  # what was typed may be kept already, or not


def test_booking_works_without_a_script(platform: Platform, browser, sign_in: SignIn) -> None:  # type: ignore[no-untyped-def]
    state = sign_in(platform.account("requester", "atlas")).storage_state()
    context = browser.new_context(
        base_url=platform.address, java_script_enabled=False, storage_state=state, locale="nl-BE"
    )
    page = context.new_page()
    page.goto("/requests/new")
    page.locator("#language").fill("Turks")
    page.get_by_label("lang, gevoelig of ingewikkeld").check()
    page.locator("#day").fill(f"{a_weekday(16):%Y-%m-%d}")
    page.locator("#hour").fill("10:00")
    page.get_by_role("button", name="Bekijk de kans").click()
    expect(page.locator(".summary meter")).to_be_visible()
    page.locator("input[name=slot]").last.check()
    page.get_by_role("button", name="Tolk aanvragen").click()
    expect(page.get_by_role("status").first).to_contain_text("Uw aanvraag is binnen")
    context.close()


def test_a_page_that_lies_open_shows_what_is_true_and_disturbs_nobody(platform: Platform, telephone: Page) -> None:
    token = platform.token(platform.account("requester", "atlas")["email"])
    ids = [_ask(platform, token, hour) for hour in (9, 14)]
    telephone.goto(f"/requests/{ids[0]}")
    platform.call(token, "POST", f"/api/v1/requests/{ids[0]}/cancel", {"reason": "other"})
    expect(telephone.get_by_text("niet doorgegaan")).to_be_visible(timeout=15_000)
    telephone.goto(f"/requests/{ids[1]}")
    telephone.get_by_text("Aanvraag annuleren").first.click()
    platform.call(token, "POST", f"/api/v1/requests/{ids[1]}/cancel", {"reason": "other"})
    expect(telephone.get_by_text("Intussen is er iets veranderd.")).to_be_visible(timeout=15_000)
    expect(telephone.get_by_role("heading", name="niet doorgegaan")).to_be_hidden()
    telephone.get_by_role("button", name="Toon wat nu waar is").click()
    expect(telephone.get_by_text("niet doorgegaan")).to_be_visible()


def test_odd_words_break_nothing(platform: Platform, telephone: Page) -> None:
    token = platform.token(platform.account("requester", "atlas")["email"])
    request_id = _ask(platform, token, 11, subject=HOSTILE[:200], note="€" * 2000, client_reference="W" * 60)
    asked: list[str] = []
    telephone.on("dialog", lambda it: asked.append(it.message))
    for address in (f"/requests/{request_id}", f"/requests/new?like={request_id}", f"/requests?q={HOSTILE[:60]}"):
        telephone.goto(address)
        assert not sticks_out(telephone), address
        assert not complaints(telephone), address
    telephone.goto(f"/requests/{request_id}")
    assert "<img src=x onerror=alert(1)>" in telephone.locator("dl.facts").inner_text()
    assert not asked


def test_paper_holds_the_request_and_nothing_to_press(platform: Platform, telephone: Page) -> None:
    token = platform.token(platform.account("requester", "atlas")["email"])
    telephone.goto(f"/requests/{_ask(platform, token, 15)}")
    telephone.emulate_media(media="print")
    expect(telephone.locator("dl.facts")).to_be_visible()
    for gone in ("nav", "footer", ".buttons", "summary"):
        expect(telephone.locator(gone).first).to_be_hidden()
    assert count_pages(telephone.pdf(format="A4")) == 1
    telephone.emulate_media(media="screen")
    telephone.evaluate("window.print = () => { window.printed = true; }")
    telephone.get_by_role("button", name="Afdrukken of als PDF bewaren").click()
    assert telephone.evaluate("window.printed")


def _ask(platform: Platform, token: str, hour: int, **more: str) -> int:
    body = {"service": "video", "language": "tur", "duration_minutes": 60, **more}
    body["starts_at"] = a_weekday(15).replace(hour=hour, minute=0, second=0, microsecond=0).isoformat()
    status, made = platform.call(token, "POST", "/api/v1/requests", body)
    assert status == 201, made
    wait_until(lambda: platform.call(token, "GET", f"/api/v1/requests/{made['id']}")[1]["status"] != "submitted", 10)
    return int(made["id"])
