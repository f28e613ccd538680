"""The transition tables: nobody is ever stuck, nothing comes back from its end, and every action has a use case."""

from pathlib import Path

import pytest

from dispatch.assignments import status as assignments
from dispatch.conversations import status as conversations
from dispatch.offers import status as offers
from dispatch.performances import status as performances
from dispatch.requests import status as requests

TABLES = {
    "requests": requests,
    "offers": offers,
    "assignments": assignments,
    "performances": performances,
    "conversations": conversations,
}
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_status_that_is_not_final_has_a_way_out(table) -> None:  # type: ignore[no-untyped-def]
    sources = {it.source for it in table.TRANSITIONS}
    assert set(table.Status) - table.FINAL == sources


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_status_but_the_first_is_reached(table) -> None:  # type: ignore[no-untyped-def]
    first = next(iter(table.Status))
    assert {it.target for it in table.TRANSITIONS} >= set(table.Status) - {first}


@pytest.mark.parametrize("name", TABLES)
def test_every_action_is_taken_somewhere(name: str) -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "dispatch").rglob("*.py") if path.name != "status.py")
    unused = {it.name for it in TABLES[name].Action if f"Action.{it.name}" not in code}
    assert unused <= {"SEND", "DELIVER", "SEE", "EXPIRE", "WITHDRAW"} if name == "offers" else not unused
