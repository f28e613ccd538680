"""A real coturn, with the file of docs/how-to/turn.md: who gets a relay, and where it leads."""

import asyncio
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aioice import stun, turn
from aiortc import RTCCertificate
from cryptography.hazmat.primitives import serialization

from kernel import clock
from kernel.settings import Settings
from media.embedded.engine import EmbeddedEngine, Place
from media.engine import MediaEngine
from media.turn import GUEST_LIFETIME, LIFETIME, ice_servers
from tests.builders.browsers import TALKING, a_chromium
from tests.builders.loops import awaited
from tests.builders.stage import Actor, Stage, until

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "turn.md"
SECRET = "only-for-tests"


@dataclass(frozen=True)
class Coturn:
    port: int
    tls_port: int

    def names(self, at: datetime, **changes: Any) -> dict[str, Any]:
        """Return what a browser that joined at that moment is told of the server."""
        settings = Settings(
            data_dir=Path("unused"), turn_urls=(f"turn:127.0.0.1:{self.port}?transport=udp",), turn_secret=SECRET
        )
        return ice_servers(settings, "p-1", guest=False, at=at)[0] | changes

    def relay(self, server: dict[str, Any], peer: tuple[str, int] | None = None, tls: bool = False) -> str:
        """Ask for a relay, send something to `peer` through it, and return the address of the relay.

        Raises: stun.TransactionFailed.
        """

        async def ask() -> str:
            over = {"ssl": _trusting(), "transport": "tcp"} if tls else {}
            place = ("127.0.0.1", self.tls_port if tls else self.port)
            transport, _ = await turn.create_turn_endpoint(
                asyncio.DatagramProtocol, place, server["username"], server["credential"], **over
            )
            try:
                if peer:
                    await transport._TurnTransport__inner_protocol.send_data(b"something", peer)
                return str(transport.get_extra_info("sockname")[0])
            finally:
                transport.close()
                await asyncio.sleep(0.05)

        return awaited(ask())


@pytest.fixture(scope="module")
def coturn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coturn]:
    program = shutil.which("turnserver")
    if program is None:
        pytest.skip("there is no coturn on this machine: apt-get install coturn")
    home, made = tmp_path_factory.mktemp("coturn"), Coturn(_free_port(), _free_port())
    (home / "turnserver.conf").write_text(_configuration(home, made))
    command = [program, "-c", str(home / "turnserver.conf"), "--pidfile", str(home / "pid")]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=home)
    until(lambda: _listens(made.port) and _listens(made.tls_port), 15, f"coturn listens: {(home / 'log').read_text()}")
    yield made
    process.terminate()
    process.wait(10)


def test_a_name_the_platform_made_gets_a_relay(coturn: Coturn) -> None:
    assert coturn.relay(coturn.names(clock.now())) == "127.0.0.1"


def test_a_relay_is_there_behind_tls_too(coturn: Coturn) -> None:
    assert coturn.relay(coturn.names(clock.now()), tls=True) == "127.0.0.1"


def test_an_expired_name_gets_none(coturn: Coturn) -> None:
    with pytest.raises(stun.TransactionFailed) as refused:
        coturn.relay(coturn.names(clock.now() - LIFETIME - timedelta(seconds=2)))
    assert _code(refused.value) == 401


def test_a_tampered_name_gets_none(coturn: Coturn) -> None:
    honest = coturn.names(clock.now())
    longer = f"{int((clock.now() + 10 * LIFETIME).timestamp())}:p-1"
    for changed in ({"username": longer}, {"credential": honest["credential"][::-1]}):
        with pytest.raises(stun.TransactionFailed) as refused:
            coturn.relay(honest | changed)
        assert _code(refused.value) == 401


def test_a_relay_leads_to_the_media_node_and_to_nobody_else(coturn: Coturn) -> None:
    coturn.relay(coturn.names(clock.now()), peer=("127.0.0.1", 9))
    for elsewhere in ("10.0.0.1", "192.168.1.1", "169.254.169.254", "8.8.8.8"):
        with pytest.raises(stun.TransactionFailed) as refused:
            coturn.relay(coturn.names(clock.now()), peer=(elsewhere, 80))
        assert _code(refused.value) == 403, elsewhere


def test_two_browsers_that_may_only_use_relays_see_and_hear_each_other(coturn: Coturn) -> None:
    stage = Stage(_embedded)
    with a_chromium(TALKING) as browser:
        ice = {"iceServers": [coturn.names(clock.now())], "iceTransportPolicy": "relay"}
        room = stage.room("relayed", participants=2)
        one, other = Actor(stage, browser, room, "one", ice=ice), Actor(stage, browser, room, "other", ice=ice)
        one.sees("other")
        one.hears("other")
        other.sees("one")
        for actor in (one, other):
            assert set(actor.page.evaluate(_PATHS)) == {"relay"}
            actor.close()
        expired = {**ice, "iceServers": [coturn.names(clock.now() - 2 * GUEST_LIFETIME - LIFETIME)]}
        locked_out = Actor(stage, browser, room, "one", ice=expired)
        until(lambda: locked_out.page.evaluate("window.gathered ?? false"), 15, "it looked for a relay")
        assert locked_out.state() == "connecting"
        locked_out.close()
    stage.close()


_PATHS = """async () => {
  const kinds = [];
  for (const pc of window.pcs) {
    const reports = [...(await pc.getStats()).values()];
    for (const pair of reports.filter((it) => it.type === "candidate-pair" && it.nominated)) {
      kinds.push(reports.find((it) => it.id === pair.localCandidateId).candidateType);
    }
  }
  return kinds;
}"""


async def _embedded() -> MediaEngine:
    return EmbeddedEngine(Place([("127.0.0.1", "127.0.0.1")]))


def _configuration(home: Path, server: Coturn) -> str:
    """Return the operators' file, with the addresses of this test."""
    certificate = RTCCertificate.generateCertificate()
    (home / "cert.pem").write_bytes(certificate._cert.public_bytes(serialization.Encoding.PEM))
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (home / "key.pem").write_bytes(certificate._key.private_bytes(*plain))
    text = re.findall(r"```\n(.*?)```", HOW_TO.read_text(), re.DOTALL)[0]
    ours = {
        "listening-ip": "127.0.0.1",
        "relay-ip": "127.0.0.1",
        "listening-port": server.port,
        "tls-listening-port": server.tls_port,
        "static-auth-secret": SECRET,
        "allowed-peer-ip": "127.0.0.1",
        "cert": home / "cert.pem",
        "pkey": home / "key.pem",
    }
    for name, value in ours.items():
        text, count = re.subn(rf"^{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
        assert count == 1, f"{name} stands in the file once"
    return f"{text}\nallow-loopback-peers\n"


def _code(failure: stun.TransactionFailed) -> int:
    return int(failure.response.attributes["ERROR-CODE"][0])


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
