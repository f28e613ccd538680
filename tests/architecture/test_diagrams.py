"""The diagrams in docs/status are those of the tables."""

from pathlib import Path

import pytest

from web import diagrams

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "status"


@pytest.mark.parametrize("name", diagrams.TABLES)
def test_the_page_shows_the_table_as_it_is(name: str) -> None:
    assert (FOLDER / f"{name}.md").read_text(encoding="utf-8") == diagrams.page(name), "run: make docs"
