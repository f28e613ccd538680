"""Every code has a word, every refusal a sentence."""

import csv
import re
from pathlib import Path

import pytest

from dispatch.assignments.status import Status as AssignmentStatus
from dispatch.offers.status import Status as OfferStatus
from dispatch.performances.status import Status as PerformanceStatus
from dispatch.requests.domain import Outcome, Reason, Service
from dispatch.requests.status import Status as RequestStatus
from kernel.actor import Role
from kernel.errors import Refusal
from matching.funnel import STAGES
from matching.hard import REASONS
from web.models import MODULES
from web.sentences import SENTENCES
from web.words import WORDS

ROOT = Path(__file__).resolve().parents[2]
with (ROOT / "dispatch/terms/seed.csv").open(encoding="utf-8", newline="") as seed:
    TERMS = sorted({row["name"] for row in csv.DictReader(seed)})
PACKAGES = ("kernel", "people", "messages", "dispatch", "reporting", "gateways", "web")


def refusals(kind: type[Refusal] = Refusal) -> set[type[Refusal]]:
    return {kind} | {deeper for it in kind.__subclasses__() for deeper in refusals(it)}


def test_every_refusal_has_a_sentence() -> None:
    assert MODULES
    silent = {it.code for it in refusals() if not it.__module__.startswith("tests")} - set(SENTENCES)
    assert not silent


def test_every_code_beside_a_field_has_a_sentence() -> None:
    said = re.compile(r'(?:wrong\[[^\]]+\] = |fields=\{"[a-z_]+": )"([a-z_]+)"')
    used = {
        code
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for code in said.findall(path.read_text())
    }
    assert len(used) > 20
    assert not used - set(SENTENCES)


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("status", RequestStatus),
        ("offer", OfferStatus),
        ("assignment", AssignmentStatus),
        ("performance", PerformanceStatus),
        ("service", Service),
        ("outcome", Outcome),
        ("reason", Reason),
        ("role", Role),
        ("rejected", REASONS),
        ("stage", STAGES),
        ("term", TERMS),
    ],
)
def test_every_code_has_a_word(kind: str, codes) -> None:  # type: ignore[no-untyped-def]
    assert not {str(it) for it in codes} - set(WORDS[kind])
