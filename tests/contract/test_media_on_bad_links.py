"""What people see and hear over links that lose packets or take too few, in real browsers."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from media.embedded.engine import EmbeddedEngine, Place
from media.engine import MediaEngine, What
from tests.builders.browsers import TALKING, a_chromium
from tests.builders.relay import Relay
from tests.builders.stage import Actor, Stage, until


async def _embedded() -> MediaEngine:
    return EmbeddedEngine(Place([("127.0.0.1", "127.0.0.1")]))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with a_chromium(TALKING) as browser:
        yield browser


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage(_embedded)
    yield made
    made.close()


@pytest.fixture
def relay(stage: Stage) -> Iterator[Relay]:
    """A network through which everybody on the stage comes."""
    port = stage.engine._network.endpoints[0].port  # type: ignore[attr-defined]
    made = Relay(port)
    stage.through = made.through
    yield made
    made.close()


@pytest.fixture
def two(stage: Stage, relay: Relay, chromium: Browser) -> Iterator[tuple[Actor, Actor]]:
    room = stage.room("bad", participants=2)
    pair = Actor(stage, chromium, room, "an"), Actor(stage, chromium, room, "bo")
    pair[0].sees("bo")
    pair[1].sees("an")
    yield pair
    for actor in pair:
        actor.close()


def watched(actor: Actor, other: str, seconds: float) -> dict[str, float]:
    """Return what was seen and heard of another meanwhile: pictures per second, and the share of sound made up."""
    before, began_s = actor.numbers()["from"][other], time.monotonic()
    time.sleep(seconds)
    after, took_s = actor.numbers()["from"][other], time.monotonic() - began_s

    def more(kind: str, name: str) -> float:
        return float(after.get(kind, {}).get(name, 0)) - float(before.get(kind, {}).get(name, 0))

    samples = more("audio", "samples")
    return {
        "fps": more("video", "framesDecoded") / took_s,
        "freezes": more("video", "freezes"),
        "made_up": more("audio", "concealed") / samples if samples else 1.0,
        "width": float(after.get("video", {}).get("width", 0)),
    }


def test_with_five_of_a_hundred_packets_lost_on_each_hop_pictures_go_on(two: tuple[Actor, Actor], relay: Relay) -> None:
    an, _ = two
    time.sleep(2)
    whole = watched(an, "bo", 5)
    relay.loss = 0.05
    time.sleep(1)
    lossy = watched(an, "bo", 8)
    assert relay.dropped > 50
    assert lossy["fps"] >= 0.9 * whole["fps"], (whole, lossy)
    assert lossy["made_up"] < 0.2, lossy


def test_with_800_kbit_for_everything_sound_is_whole_and_pictures_are_small_or_given_up_and_come_back(
    stage: Stage, two: tuple[Actor, Actor], relay: Relay
) -> None:
    an, _ = two
    relay.bps = 800_000
    time.sleep(10)  # it takes a while to find out
    thin = watched(an, "bo", 8)
    states = [it.facts["state"] for it in stage.told(What.QUALITY, "an")]
    assert thin["made_up"] < 0.15, thin
    assert thin["fps"] >= 10 or "audio_only" in states, (thin, states)
    relay.bps = None

    def well() -> bool:
        return watched(an, "bo", 2)["fps"] >= 20

    until(well, 60, "pictures are back")


def test_the_relay_does_lose_what_it_is_told_to_lose() -> None:
    """The control of the tests above."""
    answer = "a=candidate:1 1 udp 5 127.0.0.1 4000 typ host\r\na=ice-ufrag:4000 typ\r\n"
    relay = Relay(4000)
    try:
        found = re.search(r"candidate:1 1 udp 5 127.0.0.1 (\d+) typ", relay.through(answer))
        assert found and int(found[1]) == relay.address[1] != 4000
        relay.loss = 0.05
        assert sum(not relay._passes(1000) for _ in range(10_000)) == pytest.approx(500, abs=120)
        relay.loss, relay.bps = 0.0, 800_000
        assert sum(relay._passes(1000) for _ in range(1000)) < 100
    finally:
        relay.close()
