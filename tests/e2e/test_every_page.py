"""Every page of everybody, as axe sees it: no complaint by WCAG 2.2 AA, and nothing sticks out on a telephone.

The pages are those of the table of rights; those with a number in their address are found by following links.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.e2e.conftest import Platform
from tests.e2e.looking import complaints, pages_for, sticks_out

SignIn = Callable[..., BrowserContext]
# So many pages at least are found for each; a walk that finds fewer looked at nothing.
LEAST = {"requester": 13, "interpreter": 13, "coordinator": 28, "manager": 8, "administrator": 22}
# Addresses that lead nowhere by a link: the secret of a mail, files, and what programs read.
UNLINKED = {
    "/password/<secret>",
    "/static/<path:filename>",
    "/calendar/<token>.ics",
    "/metrics",
    "/second-factor/code.svg",
}


def addresses(page: Page) -> set[str]:
    found = page.locator("a[href]").evaluate_all("all => all.map(it => it.href)")
    here = urlsplit(page.url).netloc
    return {urlsplit(it).path for it in found if urlsplit(it).netloc == here}


def is_page(context: BrowserContext, address: str) -> bool:
    answer = context.request.get(address, max_redirects=0)
    return answer.status == 200 and answer.headers.get("content-type", "").startswith("text/html")


def look_at(page: Page, address: str) -> list[str]:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(address)
    said = complaints(page) + (["sticks out"] if sticks_out(page) else [])
    page.emulate_media(color_scheme="dark")
    return [f"{address}: {it}" for it in said + complaints(page, "color-contrast")]


@pytest.mark.parametrize("role", ["requester", "interpreter", "coordinator", "manager", "administrator"])
def test_every_page_of_a_role_is_accessible_light_and_dark_on_a_telephone(
    platform: Platform, sign_in: SignIn, role: str
) -> None:
    found = walk(sign_in(platform.account(role), width=360), role, look_at)
    wrong = [it for complaints_of_page in found.values() for it in complaints_of_page]
    assert not wrong, "\n".join(wrong)
    assert len(found) >= LEAST[role]


@pytest.mark.parametrize("role", ["requester", "interpreter", "coordinator", "manager", "administrator"])
def test_every_page_of_a_role_is_mirrored_and_accessible_on_a_telephone_in_arabic(
    platform: Platform, sign_in: SignIn, role: str
) -> None:
    def mirrored(page: Page, address: str) -> list[str]:
        page.goto(address)
        wrong = complaints(page) + (["sticks out"] if sticks_out(page) else [])
        return wrong if page.locator("html").get_attribute("dir") == "rtl" else [*wrong, "not mirrored"]

    context = sign_in(platform.account(role), width=360)
    page = context.pages[0]
    page.locator("button[name=locale][value=ar]").first.click()
    try:
        found = walk(context, role, mirrored)
    finally:
        page.goto("/me")
        page.locator("button[name=locale][value=nl]").first.click()
    assert {address: wrong for address, wrong in found.items() if wrong} == {}
    assert len(found) >= LEAST[role]


def walk(context: BrowserContext, role: str, look: Callable[[Page, str], list[str]]) -> dict[str, list[str]]:
    """Look at every page a role can come to, once for every rule; return what was said of each address."""
    page, seen = context.pages[0], set[str]()
    found: dict[str, list[str]] = {}
    rules = {rule: pattern for rule, pattern in pages_for(role) if rule not in UNLINKED}
    waiting = [rule for rule in rules if "<" not in rule]
    while waiting:
        address = waiting.pop(0)
        rule = next((it for it, pattern in rules.items() if pattern.match(address)), None)
        if rule is None or rule in seen:
            continue
        seen.add(rule)
        if is_page(context, address):
            found[address] = look(page, address)
            waiting += sorted(addresses(page))
    return found


@pytest.mark.parametrize(
    "address", ["/sign-in", "/password", "/password/nobody-knows-this", "/accessibility", "/nowhere"]
)
def test_a_page_for_nobody_in_particular_is_accessible(platform: Platform, browser, address: str) -> None:  # type: ignore[no-untyped-def]
    page = browser.new_page(base_url=platform.address, viewport={"width": 360, "height": 800})
    wrong = look_at(page, address)
    assert not wrong, "\n".join(wrong)
    page.close()


def test_every_component_is_accessible_from_the_left_and_from_the_right(platform: Platform, sign_in: SignIn) -> None:
    page = sign_in(platform.account("manager")).pages[0]
    for lang in ("ar", "nl"):
        page.locator(f"button[value={lang}]").click()
        wrong = look_at(page, "/styleguide")
        assert not wrong, "\n".join(wrong)
        assert page.locator("html").get_attribute("dir") == ("rtl" if lang == "ar" else "ltr")


def test_what_is_refused_is_accessible_too(platform: Platform, sign_in: SignIn) -> None:
    page = sign_in(platform.account("requester"), width=360, expected="status of 422").pages[0]
    page.goto("/requests/new")
    page.locator("form[data-booking]").evaluate("it => { it.noValidate = true; it.submit(); }")
    page.wait_for_selector("#errors")
    assert not complaints(page)
    assert not sticks_out(page)
