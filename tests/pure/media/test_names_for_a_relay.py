"""Names and passwords for a TURN server: whom they are for, how long, and what stands in them."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from pathlib import Path

from kernel.settings import Settings
from media.turn import ice_servers

AT = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def settings(**changes: object) -> Settings:
    return Settings(data_dir=Path("unused"), **changes)  # type: ignore[arg-type]


def test_without_a_server_a_browser_is_told_of_none() -> None:
    assert ice_servers(settings(), "p-1", guest=False, at=AT) == []
    assert ice_servers(settings(turn_urls=("turn:t.example",)), "p-1", guest=False, at=AT) == []


def test_a_password_is_what_the_server_will_reckon_itself_from_the_name() -> None:
    known = settings(turn_urls=("turn:t.example", "turns:t.example:443"), turn_secret="shared")
    (server,) = ice_servers(known, "p-1", guest=False, at=AT)
    assert server["urls"] == ["turn:t.example", "turns:t.example:443"]
    assert server["username"] == f"{int(AT.timestamp()) + 3600}:p-1"
    reckoned = hmac.digest(b"shared", server["username"].encode(), hashlib.sha1)
    assert base64.b64decode(server["credential"]) == reckoned


def test_a_guest_has_ten_minutes() -> None:
    (server,) = ice_servers(settings(turn_urls=("turn:t",), turn_secret="s"), "p-1", guest=True, at=AT)
    assert server["username"] == f"{int(AT.timestamp()) + 600}:p-1"


def test_the_secret_is_in_nothing_a_browser_gets() -> None:
    told = ice_servers(
        settings(turn_urls=("turn:t",), stun_urls=("stun:s",), turn_secret="never-told"), "p", guest=False, at=AT
    )
    assert told[0] == {"urls": ["stun:s"]}
    assert "never-told" not in repr(told)


def test_servers_are_read_from_the_environment() -> None:
    env = {"TURN_URLS": "turn:a, turns:b", "TURN_SECRET": "s", "STUN_URLS": "stun:c", "SECRET_KEY": "k"}
    read = Settings.from_environment(env)
    assert (read.turn_urls, read.turn_secret, read.stun_urls) == (("turn:a", "turns:b"), "s", ("stun:c",))
