"""What people say and show is passed on and kept nowhere: no file of media can write it anywhere."""

import ast
import re
from pathlib import Path

import pytest

MEDIA = Path(__file__).resolve().parents[2] / "media"
FORWARDING = sorted((MEDIA / "embedded").rglob("*.py"))
EVERY = sorted(MEDIA.rglob("*.py"))
WRITERS = {
    "open",
    "write_bytes",
    "write_text",
    "mkstemp",
    "NamedTemporaryFile",
    "TemporaryFile",
    "mmap",
    "memfd_create",
}
LOGGING = {"debug", "info", "warning", "error", "exception", "critical", "log"}
RECORDERS = re.compile(r"MediaRecorder|MediaBlackhole|recorder|rtpdump|pcap|\bwave\b|add_stream|\"record\": True")


def name_of(path: Path) -> str:
    return str(path.relative_to(MEDIA.parent))


def calls(path: Path) -> list[ast.Call]:
    return [it for it in ast.walk(ast.parse(path.read_text())) if isinstance(it, ast.Call)]


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


@pytest.mark.parametrize("path", EVERY, ids=name_of)
def test_nothing_has_the_name_of_a_recorder(path: Path) -> None:
    assert not RECORDERS.search(path.read_text())


@pytest.mark.parametrize("path", FORWARDING, ids=name_of)
def test_what_forwards_writes_no_file(path: Path) -> None:
    methods_of_sockets = {"open"} if path.name in {"ice.py", "engine.py"} else set()  # Network.open: to listen
    assert not [called(it) for it in calls(path) if called(it) in WRITERS - methods_of_sockets]


@pytest.mark.parametrize("path", FORWARDING, ids=name_of)
def test_what_forwards_puts_nothing_of_a_packet_into_a_log(path: Path) -> None:
    for call in calls(path):
        if called(call) in LOGGING and isinstance(call.func, ast.Attribute):
            assert all(isinstance(it, ast.Constant) for it in call.args), f"line {call.lineno}"


def test_the_search_finds_what_it_looks_for() -> None:
    """The control: each of these would be found."""
    for line in ("from aiortc.contrib.media import MediaRecorder", "import wave", 'room = {"record": True}'):
        assert RECORDERS.search(line)
    (call,) = [it for it in ast.walk(ast.parse("Path('x').write_bytes(payload)")) if called_or_none(it)]
    assert called(call) in WRITERS  # type: ignore[arg-type]


def called_or_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and called(node) in WRITERS
