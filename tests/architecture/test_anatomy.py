"""The house keeps its shape: files where they belong, commits in one place, no import in a function."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = (
    "kernel",
    "reference",
    "people",
    "messages",
    "matching",
    "media",
    "dispatch",
    "reporting",
    "gateways",
    "web",
    "processes",
    "demo",
)
FILES = sorted(path for package in OURS for path in (ROOT / package).rglob("*.py"))
ANATOMY = {
    "__init__", "domain", "status", "events", "errors", "ports", "models", "queries", "permissions", "services",
    "schemas", "forms", "views", "api", "sockets", "cli", "tasks",
}  # fmt: skip


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_modules_of_dispatch_have_no_files_of_their_own_invention() -> None:
    odd = []
    for path in (ROOT / "dispatch").rglob("*.py"):
        parts = path.relative_to(ROOT / "dispatch").with_suffix("").parts
        if len(parts) >= 2 and parts[1] not in ANATOMY:
            odd.append(name_of(path))
    assert not odd


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_stays_below_400_lines_and_a_function_below_60(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= 60, f"{node.name} has {length} lines"


def test_commit_stands_in_the_kernel_alone() -> None:
    assert [name_of(it) for it in FILES if re.search(r"\.commit\(\)", it.read_text())] == ["kernel/database.py"]


def test_the_environment_is_read_in_one_place() -> None:
    reading = [name_of(it) for it in FILES if re.search(r"os\.environ|os\.getenv", it.read_text())]
    assert reading == ["kernel/settings.py"]


def test_the_clock_is_asked_in_one_place() -> None:
    asking = re.compile(r"datetime\.now\(|datetime\.utcnow\(|date\.today\(")
    assert [name_of(it) for it in FILES if asking.search(it.read_text())] == ["kernel/clock.py"]


def test_no_page_carries_inline_script_or_style() -> None:
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=\"|javascript:")
    bad = [str(it) for it in (ROOT / "templates").rglob("*.html") if inline.search(it.read_text())]
    assert not bad


def test_every_package_says_what_it_is() -> None:
    mute = [
        name_of(it) for it in FILES if it.name == "__init__.py" and not ast.get_docstring(ast.parse(it.read_text()))
    ]
    assert not mute
