"""Real browsers on a bad network, and pages that are loaded again: ours and Janus in one run."""

import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.figures import Figure
from benchmarks.media.host import embedded
from benchmarks.place import Place
from media.engine import Grants, MediaEngine
from media.janus.engine import JanusEngine
from media.janus.launch import OwnJanus
from tests.builders.browsers import TALKING, a_chromium
from tests.builders.stage import Actor, Stage, until
from tests.builders.wire import Weather, Wired

_LOSS, _THIN_KBPS = 0.05, 800.0
_LEAST_FPS = 10.0
_SECONDS, _WARM_UP_S, _SETTLE_S, _REPETITIONS = 12.0, 5.0, 4.0, 3
_RELOADS = 5


@dataclass(frozen=True, slots=True)
class Watched:
    """What two browsers saw of each other in a stretch of time: both together."""

    fps: float
    freezes: int
    concealed: float


def loss_and_a_thin_link(place: Place) -> list[Figure]:
    """Pictures that arrive when every twentieth packet is lost both ways, and when the link carries little."""
    seen: dict[str, dict[str, list[Watched]]] = {}
    for _ in range(_REPETITIONS):
        for name in ("embedded", "janus"):
            for weather, watched in _watch_in_all_weathers(name, place.home).items():
                seen.setdefault(name, {}).setdefault(weather, []).append(watched)
    return [*_under_loss(seen), *_on_a_thin_link(seen)]


def reload(place: Place) -> list[Figure]:
    """From joining again, the old page still in the room, to the first picture."""
    took: dict[str, list[float]] = {}
    for name in ("embedded", "janus"):
        with _stage(name, place.home, Weather()) as (stage, browser):
            stage.room("reload", participants=2)
            Actor(stage, browser, "reload", "stays")
            again = Actor(stage, browser, "reload", "again")
            took[name] = [_again(stage, again) for _ in range(_RELOADS)]
    ours, theirs = (statistics.median(took[name]) for name in ("embedded", "janus"))
    runs = ", ".join(f"{name} {'/'.join(f'{it:.2f}' for it in seconds)}" for name, seconds in took.items())
    more = {"beside": "Janus VideoRoom", "bound": theirs, "note": f"runs: {runs}; without loading the page"}
    return [Figure("reload to first picture: ours", ours, "s", "<= 1.5 s", ours <= 1.5, _RELOADS, **more)]


def _again(stage: Stage, actor: Actor) -> float:
    stage.run(stage.engine.join("reload", "again", Grants()))
    actor.page.reload()
    actor.page.wait_for_function("window.ready === true")
    actor.page.evaluate("navigator.mediaDevices.getUserMedia({audio: true, video: true})")
    began_s = time.monotonic()
    actor.page.evaluate("window.join('again')")
    until(lambda: actor.frames_of("stays") > 0, 15, "the first picture")
    return time.monotonic() - began_s


def _watch_in_all_weathers(name: str, home: Path) -> dict[str, Watched]:
    weather = Weather()
    with _stage(name, home, weather) as (stage, browser):
        stage.room("weather", participants=2)
        one, other = Actor(stage, browser, "weather", "one"), Actor(stage, browser, "weather", "other")
        one.sees("other")
        other.sees("one")
        found = {}
        time.sleep(_WARM_UP_S)
        found["fine"] = _watch(one, other)
        weather.loss = _LOSS
        time.sleep(_SETTLE_S)
        found["loss"] = _watch(one, other)
        weather.loss, weather.kbps = 0.0, _THIN_KBPS
        time.sleep(2 * _SETTLE_S)
        found["thin"] = _watch(one, other)
        one.close()
        other.close()
    return found


def _watch(one: Actor, other: Actor) -> Watched:
    before, began_s = [_counters(one, "other"), _counters(other, "one")], time.monotonic()
    time.sleep(_SECONDS)
    after, took_s = [_counters(one, "other"), _counters(other, "one")], time.monotonic() - began_s
    grown = [sum(late[n] - early[n] for early, late in zip(before, after, strict=True)) for n in range(4)]
    return Watched(grown[0] / took_s / 2, int(grown[1]), grown[2] / max(1.0, grown[3]))


def _counters(actor: Actor, whom: str) -> tuple[float, float, float, float]:
    told = actor.numbers()["from"].get(whom, {})
    video, audio = told.get("video", {}), told.get("audio", {})
    names = ((video, "framesDecoded"), (video, "freezes"), (audio, "concealed"), (audio, "samples"))
    frames, freezes, concealed, samples = (float(kind.get(name, 0)) for kind, name in names)
    return frames, freezes, concealed, samples


def _under_loss(seen: dict[str, dict[str, list[Watched]]]) -> Iterator[Figure]:
    share = {
        name: statistics.median(
            lossy.fps / fine.fps for lossy, fine in zip(weathers["loss"], weathers["fine"], strict=True)
        )
        for name, weathers in seen.items()
    }
    ours, theirs = share["embedded"], share["janus"]
    more = {"beside": "Janus VideoRoom", "bound": theirs, "note": "decoded pictures with 5 % loss ÷ without"}
    yield Figure("pictures at 5 % loss: ours", ours, "", ">= 0.9", ours >= 0.9, _REPETITIONS, **more)
    freezes = {name: sum(it.freezes for it in weathers["loss"]) for name, weathers in seen.items()}
    mine, janus = freezes["embedded"], freezes["janus"]
    more = {"beside": "Janus VideoRoom", "bound": float(janus), "note": f"two browsers, {_SECONDS:g} s each time"}
    yield Figure("freezes at 5 % loss: ours", mine, "", "<= Janus", mine <= janus, _REPETITIONS, **more)


def _on_a_thin_link(seen: dict[str, dict[str, list[Watched]]]) -> Iterator[Figure]:
    fps = {name: statistics.median(it.fps for it in weathers["thin"]) for name, weathers in seen.items()}
    hidden = {name: 100 * statistics.median(it.concealed for it in weathers["thin"]) for name, weathers in seen.items()}
    ours, theirs = fps["embedded"], fps["janus"]
    more = {"beside": "Janus VideoRoom", "bound": theirs, "note": "two browsers, 0.8 Mbit/s for all four streams"}
    yield Figure(
        "pictures on 0.8 Mbit/s: ours", ours, "fps", f">= {_LEAST_FPS:g} fps", ours >= _LEAST_FPS, _REPETITIONS, **more
    )
    mine, janus = hidden["embedded"], hidden["janus"]
    more = {"beside": "Janus VideoRoom", "bound": janus, "note": "samples that had to be made up"}
    yield Figure("sound missing on 0.8 Mbit/s", mine, "%", "<= 5 %", mine <= 5, _REPETITIONS, **more)


@contextmanager
def _stage(name: str, home: Path, weather: Weather) -> Iterator[tuple[Stage, Browser]]:
    async def make() -> MediaEngine:
        return Wired(await _ENGINES[name](home), weather)  # type: ignore[return-value]

    stage = Stage(make)
    with a_chromium(TALKING) as browser:
        yield stage, browser
    stage.close()


async def _embedded(home: Path) -> MediaEngine:
    return embedded()


async def _janus(home: Path) -> MediaEngine:
    engine = JanusEngine(OwnJanus(home / "janus"))
    await engine.start()
    return engine


_ENGINES: dict[str, Callable[[Path], Awaitable[MediaEngine]]] = {"embedded": _embedded, "janus": _janus}
