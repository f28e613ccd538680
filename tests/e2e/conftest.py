"""The platform as a newcomer starts it, and a real browser."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.builders.browsers import a_chromium
from web.install import new_private_key

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Platform:
    address: str
    accounts: list[dict[str, object]]
    data_dir: Path
    environment: dict[str, str]
    tokens: dict[object, str] = field(default_factory=dict)

    def account(self, role: str, agency: str = "agii") -> dict[str, object]:
        return next(it for it in self.accounts if it["role"] == role and it["agency"] == agency)

    def token(self, email: object) -> str:
        """Return a token of an account, made once: the terminal takes seconds."""
        if email not in self.tokens:
            self.tokens[email] = self.terminal("people", "token", str(email))
        return self.tokens[email]

    def terminal(self, *words: str) -> str:
        """Return what a command of the terminal prints."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def call(self, token: str, method: str, path: str, body: object = None) -> tuple[int, dict]:  # type: ignore[type-arg]
        head = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.address}{path}", data=data, headers=head, method=method)
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")


def start(data_dir: Path, port: int) -> tuple[subprocess.Popen[bytes], dict[str, str]]:
    environment = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "PUBLIC_URL"}}
    environment |= {"DATA_DIR": str(data_dir), "PORT": str(port), "HOST": "127.0.0.1"}
    environment |= {"VAPID_PRIVATE_KEY": new_private_key(), "DEVELOPMENT": "1"}
    command = [sys.executable, "-m", "processes", "run"]
    with (data_dir.parent / "run.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    wait_until(lambda: ready(port), 90, data_dir.parent / "run.log")
    return process, environment


def ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def wait_until(condition: Callable[[], bool], seconds: float, log: Path | None = None) -> None:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            said = log.read_text()[-2000:] if log else ""
            pytest.fail(f"it did not happen within {seconds} s\n{said}")
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The whole platform, with the demo agency."""
    home = tmp_path_factory.mktemp("platform")
    for folder in (home, *home.parents[:2]):
        folder.chmod(0o755)
    port = free_port()
    process, environment = start(home / "var", port)
    bare = Platform(f"http://127.0.0.1:{port}", [], home / "var", environment)
    yield Platform(bare.address, json.loads(bare.terminal("demo", "accounts")), bare.data_dir, environment)
    process.send_signal(signal.SIGTERM)
    process.wait(60)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with a_chromium() as opened:
        yield opened


@pytest.fixture
def sign_in(platform: Platform, browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Return what opens a browser of its own for an account. A complaint of the console fails the test, unless it is
    `expected` (a pattern): a refusal, or that there is no network. A narrow one is a telephone, with fingers."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_for(account: dict[str, object], width: int = 1280, expected: str = "^$") -> BrowserContext:
        def complain(text: str) -> None:
            if not re.search(expected, text):
                complaints.append(text)

        looks = {"viewport": {"width": width, "height": 800}, "has_touch": width < 500}
        context = browser.new_context(base_url=platform.address, locale="nl-BE", **looks)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda it: complain(it.text) if it.type == "error" else None)
        page.on("pageerror", lambda it: complain(str(it)))
        page.goto("/sign-in")
        page.get_by_label("E-mailadres").fill(str(account["email"]))
        page.get_by_label("Wachtwoord").fill(str(account["password"]))
        page.get_by_role("button", name="Aanmelden").click()
        page.wait_for_load_state()
        return context

    yield open_for
    for context in contexts:
        context.close()
    assert not complaints
