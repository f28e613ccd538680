"""kill -9 of the whole house at any time: what was confirmed to a person is there when it runs again."""

import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kernel.clock import BRUSSELS
from tests.e2e.conftest import Platform, free_port, start, wait_until


def test_nothing_that_was_confirmed_is_lost(tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    port, data = free_port(), tmp_path / "var"
    process, environment = start(data, port)
    house = Platform(f"http://127.0.0.1:{port}", [], data, environment)
    token = house.token("aanvrager.caw01@agii.example")
    start_at = datetime.now(BRUSSELS) + timedelta(days=20)
    confirmed = []
    for _ in range(2):
        body = {"service": "telephone", "language": "arb", "phone": "+3292000000", "starts_at": start_at.isoformat()}
        for _ in range(5):
            status, answer = house.call(token, "POST", "/api/v1/requests", body)
            assert status == 201
            confirmed.append(answer["id"])
        for name in ("web", "worker", "postgres"):
            _kill(data / "run" / f"{name}.pid")
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
        process, environment = start(data, port)
        found = {house.call(token, "GET", f"/api/v1/requests/{it}")[0] for it in confirmed}
        assert found == {200}
    wait_until(lambda: _asked(data) >= len(confirmed), 30)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


def test_a_second_start_on_the_same_data_says_so(platform: Platform) -> None:
    command = [sys.executable, "-m", "processes", "run"]
    done = subprocess.run(command, env=platform.environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "already runs" in done.stderr


def _kill(file: Path) -> None:
    try:
        os.kill(int(file.read_text()), signal.SIGKILL)
    except (ProcessLookupError, FileNotFoundError, ValueError):
        pytest.fail(f"{file.name} does not name a living process")


def _asked(data: Path) -> int:
    """Return to how many different moments somebody was asked by text message."""
    return sum("Kunt u tolken?" in line for line in (data / "outbox" / "sms.jsonl").read_text().splitlines())
