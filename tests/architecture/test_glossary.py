"""Every module of dispatch has its word in the glossary."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_module_is_in_the_glossary() -> None:
    words = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    modules = {path.parent.name for path in (ROOT / "dispatch").glob("*/__init__.py")}
    assert modules
    assert not {name for name in modules if f"`{name}`" not in words and f"(`{name}" not in words}
