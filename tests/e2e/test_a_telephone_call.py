"""A telephone call through the whole platform: web and worker as they are started, the carrier's stand-in over HTTP."""

import json
import os
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.builders.carrier.calls import ACCOUNT
from tests.builders.carrier.exchange import Exchange
from tests.builders.carrier.people import Phone, always, presses
from tests.builders.carrier.server import over_http, rest_api
from tests.e2e.conftest import Platform, free_port, start, wait_until

TOKEN, NUMBER, CALLER = "the-carriers-own-token", "+3225550100", "+32475111111"


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    """The carrier, in real time."""
    made, stopping = Exchange(TOKEN, over_http, datetime.now(UTC)), threading.Event()
    made.anybody = lambda number: Phone(number, picks_up=1.0, hears=always("Druk 1", "1", after=1.0))

    def live() -> None:
        while not stopping.wait(0.05):
            made.run_until(datetime.now(UTC))

    thread = threading.Thread(target=live, daemon=True)
    thread.start()
    yield made
    stopping.set()
    thread.join(5)


@pytest.fixture
def telephone(
    exchange: Exchange, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Platform]:
    """A platform of its own that knows the carrier."""
    home, port = tmp_path_factory.mktemp("telephone"), free_port()
    for folder in (home, *home.parents[:2]):
        folder.chmod(0o755)
    with rest_api(exchange) as address:
        for name, value in {"ACCOUNT_SID": ACCOUNT, "AUTH_TOKEN": TOKEN, "API_URL": address}.items():
            monkeypatch.setenv(f"TWILIO_{name}", value)
        process, environment = start(home / "var", port)
        bare = Platform(f"http://127.0.0.1:{port}", [], home / "var", environment)
        yield bare
        process.terminate()
        process.wait(60)


def press(platform: Platform, token: str, path: str, **form: object) -> str:
    """Send a form as somebody who brings a token."""
    data = urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(
        f"{platform.address}{path}", data=data, headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return str(answer.read().decode())


def test_from_dialling_to_the_record(telephone: Platform, exchange: Exchange) -> None:
    accounts = json.loads(telephone.terminal("demo", "accounts"))
    ours = [it for it in accounts if it["agency"] == "agii"]
    chosen = {role: next(it for it in ours if it["role"] == role) for role in ("administrator", "coordinator")}
    her = next(it for it in ours if it["role"] == "interpreter" and "arb" in it["languages"])
    people = {**chosen, "interpreter": her, "requester": next(it for it in ours if it["role"] == "requester")}
    tokens = {role: telephone.token(it["email"]) for role, it in people.items()}
    page = press(
        telephone, tokens["administrator"], "/telephone/numbers", **_first_choice(telephone, tokens), number=NUMBER
    )
    assert NUMBER in page
    organisation = _organisation(telephone, tokens["coordinator"], people["requester"]["organisation"])
    made = press(telephone, tokens["coordinator"], "/telephone/codes", organisation=organisation)
    code = made.split("<strong>")[1].split("</strong>")[0]
    press(telephone, tokens["interpreter"], "/availability/now", on="on")
    exchange.voice_url = f"{telephone.address}/webhooks/twilio/voice"
    exchange.voice_status_url = f"{exchange.voice_url}/status"
    hears = presses(
        ("klantcode", code), ("Welke taal", "9"), ("naam van de taal", "say Arabisch"), ("Bent u samen", "1"), after=0.5
    )
    exchange.dial(CALLER, NUMBER, hears=hears, hangs_up=5.0)
    wait_until(lambda: f"{CALLER} is over" in "\n".join(exchange.transcript), 90)
    # Who is gone so soon may dial again: the interpreter says that it is over.
    mine = _assignment(telephone, tokens["interpreter"])["id"]
    her_page = _get(telephone, tokens["interpreter"], f"/assignments/{mine}")
    talk = her_page.split("/conversations/")[1].split('"')[0]
    press(telephone, tokens["interpreter"], f"/conversations/{talk}/end")
    wait_until(lambda: _last(telephone, tokens["coordinator"])["status"] == "to_confirm", 30)
    said = "\n".join(exchange.transcript)
    assert "comes into the conference" in said
    assert exchange.violations == []
    wait_until(lambda: _assignment(telephone, tokens["interpreter"])["status"] == "performed", 20)
    keep = os.environ.get("KEEP_TRANSCRIPT")
    if keep:
        Path(keep).write_text(said)


def _assignment(platform: Platform, token: str) -> dict:  # type: ignore[type-arg]
    """Return the interpreter's newest assignment."""
    return max(platform.call(token, "GET", "/api/v1/assignments")[1]["items"], key=lambda it: int(it["id"]))


def _last(platform: Platform, token: str) -> dict:  # type: ignore[type-arg]
    items = platform.call(token, "GET", "/api/v1/requests?limit=1")[1]["items"]
    return items[0] if items else {"status": None}


def _first_choice(platform: Platform, tokens: dict[str, str]) -> dict[str, str]:
    return {"agency": _choice(_get(platform, tokens["administrator"], "/telephone"), "agency", "")}


def _organisation(platform: Platform, token: str, name: str) -> str:
    return _choice(_get(platform, token, "/telephone"), "organisation", name)


def _get(platform: Platform, token: str, path: str) -> str:
    request = urllib.request.Request(f"{platform.address}{path}", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return str(answer.read().decode())


def _choice(page: str, field: str, name: str) -> str:
    """Return the value of a choice of a form by its words; without words the first."""
    options = page.split(f'name="{field}"')[1].split("</select>")[0].split("<option")[1:]
    found = next(it for it in options if name in it and 'value=""' not in it)
    return found.split('value="')[1].split('"')[0]
