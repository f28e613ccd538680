"""What people see and hear over links that lose packets or take too few, in real browsers."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from media.embedded.engine import EmbeddedEngine, Place
from media.engine import MediaEngine, What
from tests.builders.browsers import TALKING, a_chromium
from tests.builders.stage import Actor, Stage, until
from tests.builders.wire import Weather, Wired


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with a_chromium(TALKING) as browser:
        yield browser


@pytest.fixture
def weather() -> Weather:
    """What the network does through which everybody on the stage comes."""
    return Weather()


@pytest.fixture
def stage(weather: Weather) -> Iterator[Stage]:
    async def behind_it() -> MediaEngine:
        return Wired(EmbeddedEngine(Place([("127.0.0.1", "127.0.0.1")])), weather)

    made = Stage(behind_it)
    yield made
    made.close()


@pytest.fixture
def two(stage: Stage, chromium: Browser) -> Iterator[tuple[Actor, Actor]]:
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


def test_with_five_of_a_hundred_packets_lost_on_each_hop_pictures_go_on(
    two: tuple[Actor, Actor], weather: Weather
) -> None:
    an, _ = two

    def goes_on() -> bool:
        """Look at fine weather and at bad; a machine that does something else meanwhile is looked at again."""
        weather.loss, weather.dropped = 0.0, 0
        time.sleep(2)
        whole = watched(an, "bo", 4)
        weather.loss = 0.05
        time.sleep(1)
        lossy = watched(an, "bo", 8)
        return weather.dropped > 50 and lossy["fps"] >= 0.9 * whole["fps"] > 9 and lossy["made_up"] < 0.2

    until(goes_on, 60, "pictures and sound under loss as without")


def test_with_800_kbit_for_everything_sound_is_whole_and_pictures_are_small_or_given_up_and_come_back(
    stage: Stage, two: tuple[Actor, Actor], weather: Weather
) -> None:
    an, _ = two
    weather.kbps = 800
    time.sleep(10)  # it takes a while to find out
    thin = watched(an, "bo", 8)
    states = [it.facts["state"] for it in stage.told(What.QUALITY, "an")]
    assert thin["made_up"] < 0.15, thin
    assert thin["fps"] >= 10 or "audio_only" in states, (thin, states)
    weather.kbps = None

    def well() -> bool:
        return watched(an, "bo", 2)["fps"] >= 20

    until(well, 60, "pictures are back")
