"""The terminal while the database is down: one line that says what to do, and never a password."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = (["demo", "accounts"], ["people", "token", "a@b.example"], ["reporting", "figure", "37", "--year", "2020"],
            ["audit", "verify"], ["house", "seed"], ["retention", "run"])  # fmt: skip


def run(words: list[str], **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | settings
    program = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    return subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_without_the_embedded_database_it_says_to_start_it(words: list[str], tmp_path: Path) -> None:
    done = run(words, DATA_DIR=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert "make run" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_without_a_server_it_says_where_to_look_and_keeps_the_password(tmp_path: Path) -> None:
    done = run(["demo", "accounts"], DATA_DIR=str(tmp_path), DATABASE_URL="postgresql://me:geheim@127.0.0.1:1/x")
    assert done.returncode == 1
    assert "DATABASE_URL" in done.stderr
    assert "geheim" not in done.stdout + done.stderr
