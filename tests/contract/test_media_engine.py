"""What every engine must do, before real browsers: one suite for all of them."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from media import g711
from media.embedded.engine import EmbeddedEngine, Place
from media.engine import Change, Grants, MediaEngine, Negotiation, Pc, RoomRefused, What
from media.janus.engine import JanusEngine
from media.janus.launch import JanusMissing, OwnJanus
from tests.builders.browsers import TALKING, a_chromium
from tests.builders.stage import Actor, Stage, until


async def _embedded() -> MediaEngine:
    return EmbeddedEngine(Place([("127.0.0.1", "127.0.0.1")]))


async def _janus() -> MediaEngine:
    engine = JanusEngine(OwnJanus(Path(tempfile.mkdtemp(prefix="tolk-janus-"))))
    await engine.start()
    return engine


ENGINES: dict[str, Callable[[], Awaitable[MediaEngine]]] = {"embedded": _embedded, "janus": _janus}


@pytest.fixture(scope="module", params=ENGINES)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    try:
        made = Stage(ENGINES[request.param])
    except JanusMissing as missing:
        pytest.skip(str(missing))
    yield made
    made.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with a_chromium(TALKING) as browser:
        yield browser


@pytest.fixture
def enter(stage: Stage, chromium: Browser) -> Iterator[Callable[..., Actor]]:
    """Return what lets a browser tab into a room."""
    actors: list[Actor] = []

    def let_in(room: str, name: str, video: bool = True) -> Actor:
        actors.append(Actor(stage, chromium, room, name, video))
        return actors[-1]

    yield let_in
    for actor in actors:
        actor.close()


def test_three_see_and_hear_each_other_and_a_fourth_finds_no_place(stage: Stage, enter: Callable[..., Actor]) -> None:
    room = stage.room("three", participants=3)
    three = [enter(room, name) for name in ("an", "bo", "cy")]
    for one in three:
        for other in three:
            if one is not other:
                one.sees(other.name)
                one.hears(other.name)
    with pytest.raises(RoomRefused) as refused:
        stage.run(stage.engine.join(room, "di", Grants()))
    assert refused.value.code == "room_full"
    for one in three:
        until(lambda one=one: stage.told(What.TALKING, one.name, room), 5, "who talks is told")
        assert stage.told(What.MEDIA_UP, one.name, room)


def test_who_leaves_is_gone_and_who_comes_takes_the_place_without_negotiating(
    stage: Stage, enter: Callable[..., Actor]
) -> None:
    room = stage.room("rebind", participants=2)
    stays, goes = enter(room, "stays"), enter(room, "goes")
    stays.sees("goes")
    before = stays.page.evaluate("window.connection.constructor.name") and len(
        stage.told(What.NEGOTIATE, "stays", room)
    )
    stage.run(stage.engine.leave(room, "goes"))
    until(lambda: stage.told(What.MEDIA_DOWN, "goes", room), 5, "it is told that it left")
    until(lambda: not stays.page.evaluate("'goes' in window.streams"), 5, "its stream is gone")
    goes.page.evaluate("window.connection.close()")
    comes = enter(room, "comes")
    stays.sees("comes")
    stays.hears("comes")
    comes.sees("stays")
    if stage.told(What.STREAMS, "stays", room)[-1].facts["streams"][0]["pc"] == Pc.MAIN:
        assert len(stage.told(What.NEGOTIATE, "stays", room)) == before == 0


def test_who_mutes_is_heard_no_more_and_heard_again_afterwards(stage: Stage, enter: Callable[..., Actor]) -> None:
    room = stage.room("mute", participants=2)
    speaks, listens = enter(room, "speaks"), enter(room, "listens")
    listens.hears("speaks")
    speaks.page.evaluate("window.connection.mute('audio', true)")
    silent = _quiet_for(lambda: listens.energy_of("speaks"), 1.0, 10)
    assert silent, "it is still heard"
    listens.sees("speaks")
    speaks.page.evaluate("window.connection.mute('audio', false)")
    listens.hears("speaks")


def test_who_may_not_send_is_neither_heard_nor_seen(stage: Stage, enter: Callable[..., Actor]) -> None:
    room = stage.room("grants", participants=2)
    enter(room, "speaks")
    listens = enter(room, "listens")
    listens.hears("speaks")
    listens.sees("speaks")
    stage.run(stage.engine.update(room, "speaks", Change(grants=Grants(audio=False, video=False))))
    assert _quiet_for(lambda: listens.energy_of("speaks"), 1.0, 10)
    assert _quiet_for(lambda: listens.frames_of("speaks"), 1.0, 10)
    stage.run(stage.engine.update(room, "speaks", Change(grants=Grants())))
    listens.hears("speaks")
    listens.sees("speaks")


def test_a_reloaded_page_is_back_within_a_second_and_a_half_and_the_old_one_is_put_out(
    stage: Stage, enter: Callable[..., Actor]
) -> None:
    room = stage.room("reload", participants=2)
    stays, comes_again = enter(room, "stays"), enter(room, "comes_again")
    stays.sees("comes_again")
    took = []
    for _ in range(3):
        stage.run(stage.engine.join(room, "comes_again", Grants()))  # the old page is still open
        assert stage.told(What.MEDIA_DOWN, "comes_again", room)[-1].facts["reason"] == "evicted"
        comes_again.page.reload()
        comes_again.page.wait_for_function("window.ready === true")
        comes_again.page.evaluate("navigator.mediaDevices.getUserMedia({audio: true, video: true})")
        began_s = time.monotonic()
        comes_again.page.evaluate("window.join('comes_again')")
        until(lambda: comes_again.frames_of("stays") > 0, 10, "the first picture after a reload")
        took.append(time.monotonic() - began_s)
        stays.sees("comes_again")
    assert sorted(took)[1] <= 1.5, took


def test_a_subscriber_that_died_takes_nothing_from_the_others(stage: Stage, enter: Callable[..., Actor]) -> None:
    room = stage.room("dead", participants=3)
    one, dies, other = enter(room, "one"), enter(room, "dies"), enter(room, "other")
    one.sees("dies")
    other.sees("dies")
    dies.page.goto("about:blank")  # no farewell reaches anybody but what the browser itself says
    one.sees("other")
    other.sees("one")
    until(lambda: stage.told(What.MEDIA_DOWN, "dies", room), 10, "it is told that it is lost")


def test_a_telephone_is_heard_and_hears(stage: Stage, enter: Callable[..., Actor]) -> None:
    room = stage.room("phone", participants=3)
    browser = enter(room, "browser")
    port = stage.run(stage.engine.join_phone(room, "phone"))
    tone = g711.encode((8000 * np.sin(2 * np.pi * 440 * np.arange(8000) / 8000)).astype(np.int16))
    heard: list[bytes] = []

    async def call() -> None:
        async for frame in port.sounds():
            at = len(heard) * 160 % 8000
            port.hear(tone[at : at + 160])
            heard.append(frame)

    calling = asyncio.run_coroutine_threadsafe(call(), stage.loop)
    browser.hears("phone")
    until(lambda: any(g711.level(it) < 60 for it in heard), 10, "the telephone hears the browser")
    until(lambda: stage.told(What.TALKING, "phone", room), 5, "it is told that the telephone talks")
    count, began_s = len(heard), time.monotonic()
    time.sleep(1.0)
    assert (len(heard) - count) / (time.monotonic() - began_s) == pytest.approx(50, rel=0.1)
    stage.run(stage.engine.leave(room, "phone"))
    calling.result(5)
    assert all(len(it) == 160 for it in heard)


def test_what_is_asked_wrongly_is_refused_by_name(stage: Stage, enter: Callable[..., Actor]) -> None:
    engine, room = stage.engine, stage.room("wrong", participants=2)
    joined = stage.run(engine.join(room, "new", Grants()))
    hostile = [
        "",
        "v=0",
        "v=0\r\nm=audio",
        "m=\n" * 5000,
        "v=0\nm=video 9 UDP 96\na=mid:0\n",
        "\x00\xff" * 100,
        "a=" * 99,
    ]
    for text in hostile:
        with pytest.raises(RoomRefused) as refused:
            step = Negotiation(joined.offers_on, "offer", text)
            stage.run(engine.negotiate(room, "new", joined.generation, step))
        assert refused.value.code == "bad_sdp", text[:20]
    for work, code in (
        (engine.join("nowhere", "new", Grants()), "no_such_room"),
        (engine.update(room, "nobody", Change()), "no_such_participant"),
        (
            engine.negotiate(room, "new", joined.generation - 1, Negotiation(Pc.MAIN, "offer", "")),
            "no_such_participant",
        ),
        (engine.join_phone("nowhere", "phone"), "no_such_room"),
    ):
        with pytest.raises(RoomRefused) as refused:
            stage.run(work)
        assert refused.value.code == code
    stage.run(engine.leave(room, "nobody"))
    stage.run(engine.leave("nowhere", "nobody"))
    one, other = enter(room, "new"), enter(room, "other")
    one.sees("other")
    other.sees("new")


def test_a_closed_room_is_told_and_everybody_is_out(stage: Stage, enter: Callable[..., Actor]) -> None:
    room = stage.room("closed", participants=2)
    enter(room, "an")
    stage.run(stage.engine.close_room(room))
    until(lambda: stage.told(What.ROOM_CLOSED, room=room), 5, "it is told")
    assert stage.told(What.MEDIA_DOWN, "an", room)
    with pytest.raises(RoomRefused):
        stage.run(stage.engine.join(room, "an", Grants()))


def _quiet_for(measured: Callable[[], float], seconds: float, within_s: float) -> bool:
    """Return whether what is measured stands still for a while, soon."""
    end_s = time.monotonic() + within_s
    before, since_s = measured(), time.monotonic()
    while time.monotonic() < end_s:
        time.sleep(0.2)
        now = measured()
        if now > before + 1e-6:
            before, since_s = now, time.monotonic()
        elif time.monotonic() - since_s >= seconds:
            return True
    return False
