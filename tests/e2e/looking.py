"""What a test sees of a page: complaints of axe, what sticks out, and which pages there are for whom."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
_AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_RUN = "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})"


def complaints(page: Page, *rules: str) -> list[str]:
    """Return what axe finds wrong by WCAG 2.2 AA, or by these rules only: the rule, where, and why."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(_AXE)
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": _RULES}
    found = page.evaluate(_RUN, only)["violations"]
    return [f"{it['id']}: {node['target']} {node['failureSummary']}" for it in found for node in it["nodes"]]


def sticks_out(page: Page) -> bool:
    """Return whether the page can be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def pages_for(role: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield every rule a role may GET, with what an address of it looks like; a new page is there by itself."""
    with (ROOT / "tests/architecture/authorization.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["method"] == "GET" and row[role] == "yes" and not row["rule"].startswith("/api/"):
                pattern = re.sub(r"<(?!id:)[^>]+>", "[^/]+", re.sub(r"<id:[^>]+>", r"\\d+", row["rule"]))
                yield row["rule"], re.compile(pattern + r"$")
