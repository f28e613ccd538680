"""A real Janus of our own: what it offers to whom, and what happens when it is no more."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from media.engine import EngineEvent, Grants, Limits, Negotiation, Pc, RoomRefused, What
from media.janus import connection
from media.janus.connection import Connection, JanusGone, JanusRefusal
from media.janus.engine import JanusEngine
from media.janus.launch import JanusMissing, OwnJanus, RunningJanus
from processes import kin
from tests.builders.loops import awaited

_STARTER = """
import asyncio, pathlib, sys
from media.janus.launch import OwnJanus

async def start() -> None:
    janus = OwnJanus(pathlib.Path(sys.argv[1]))
    await janus.ready()
    print(janus.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(start())
"""
_NO_SUCH_PLUGIN, _UNAUTHORIZED = 460, 403


@pytest.fixture
def source(tmp_path: Path) -> OwnJanus:
    try:
        return OwnJanus(tmp_path / "janus")
    except JanusMissing as missing:
        pytest.skip(str(missing))


@asynccontextmanager
async def engine_on(source: OwnJanus | RunningJanus) -> AsyncIterator[tuple[JanusEngine, list[EngineEvent]]]:
    """An engine that is closed afterwards, and what it told."""
    engine, told = JanusEngine(source), []

    async def note() -> None:
        async for event in engine.events():
            told.append(event)

    noting = asyncio.create_task(note())
    try:
        await engine.start()
        yield engine, told
    finally:
        await engine.close()
        await noting


async def until(condition: Callable[[], object], seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


def test_it_offers_rooms_to_who_knows_the_secret_and_nothing_else_to_anybody(source: OwnJanus) -> None:
    async def look() -> None:
        url, secret = await source.ready()
        with pytest.raises(JanusRefusal) as refused:
            await Connection.open(url, "guessed")
        assert refused.value.code == _UNAUTHORIZED
        talk = await Connection.open(url, secret)
        await talk.attach(lambda event: None)
        for other in ("streaming", "recordplay", "sip", "echotest", "audiobridge"):
            with pytest.raises(JanusRefusal) as refused:
                await talk.request("attach", plugin=f"janus.plugin.{other}")
            assert refused.value.code == _NO_SUCH_PLUGIN
        await talk.close()
        await source.close()

    awaited(look())


def test_it_listens_on_this_machine_only_and_its_secret_is_new_at_every_start(source: OwnJanus) -> None:
    async def look() -> None:
        url, first = await source.ready()
        port = int(url.rpartition(":")[2])
        assert source.pid is not None
        assert _listening(source.pid) == {f"127.0.0.1:{port}"}
        await source.close()
        assert (await source.ready())[1] != first
        await source.close()

    awaited(look())


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP])
def test_when_it_ends_or_hangs_every_room_is_told_and_a_new_life_begins(
    source: OwnJanus, end: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_KEEP_ALIVE_S", 0.1)
    monkeypatch.setattr(connection, "_ANSWER_S", 1.0)

    async def live_on() -> None:
        async with engine_on(source) as (engine, told):
            for room in ("one", "other"):
                await engine.create_room(room, Limits())
                await engine.join(room, "an", Grants())
            first, pid = engine.epoch, source.pid
            assert pid is not None
            os.kill(pid, end)
            await until(lambda: len(told) == 2)
            assert {(it.what, it.room) for it in told} == {(What.ROOM_CLOSED, "one"), (What.ROOM_CLOSED, "other")}
            assert {it.epoch for it in told} == {engine.epoch} != {first}
            assert [it.sequence for it in told] == [1, 2]
            with pytest.raises(RoomRefused) as refused:
                await engine.join("one", "an", Grants())
            assert refused.value.code == "no_such_room"
            await engine.create_room("one", Limits())  # waits for the new one
            assert (await engine.join("one", "an", Grants())).epoch == engine.epoch
            assert source.pid not in {None, pid}

    awaited(live_on())


def test_it_ends_with_the_process_that_started_it(source: OwnJanus, tmp_path: Path) -> None:
    command, root = [sys.executable, "-c", _STARTER, str(tmp_path / "janus")], Path(__file__).resolve().parents[2]
    starter = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE)
    assert starter.stdout is not None
    with starter.stdout as said:
        janus = int(said.readline())
        assert kin.alive(janus)
        starter.kill()
        starter.wait(10)
    awaited(until(lambda: not kin.alive(janus)))


def test_one_that_somebody_else_runs_is_used_and_left_running(source: OwnJanus) -> None:
    async def use() -> None:
        url, secret = await source.ready()
        async with engine_on(RunningJanus(url, secret)) as (engine, _):
            await engine.create_room("room", Limits())
            await engine.join("room", "an", Grants())
        assert source.pid is not None
        talk = await Connection.open(url, secret)
        desk = await talk.attach(lambda event: None)
        assert (await desk.message({"request": "list"})).data["list"] == []
        await talk.close()
        await source.close()
        with pytest.raises(JanusGone):
            await Connection.open(url, secret)

    awaited(use())


def test_a_place_that_is_not_taken_is_free_again_and_one_who_comes_twice_holds_one(source: OwnJanus) -> None:
    async def come_and_go() -> None:
        async with engine_on(source) as (engine, _):
            await engine.create_room("room", Limits(participants=2))
            joined = [await engine.join("room", name, Grants()) for name in ("an", "an", "bo")]
            assert len({it.generation for it in joined}) == 3
            with pytest.raises(RoomRefused) as refused:
                await engine.join("room", "cy", Grants())
            assert refused.value.code == "room_full"
            step = Negotiation(Pc.PUBLISH, "candidate", "")
            with pytest.raises(RoomRefused) as refused:
                await engine.negotiate("room", "an", joined[0].generation, step)
            assert refused.value.code == "no_such_participant"
            await engine.leave("room", "an")
            await engine.join("room", "cy", Grants())
            assert (await engine.stats())["participants"] == 2

    awaited(come_and_go())


def test_nothing_it_is_configured_with_speaks_of_recording(source: OwnJanus, tmp_path: Path) -> None:
    async def write() -> None:
        await source.ready()
        await source.close()

    awaited(write())
    written = {path.name: path.read_text() for path in (tmp_path / "janus").glob("*.jcfg")}
    assert set(written) == {"janus.jcfg", "janus.plugin.videoroom.jcfg", "janus.transport.websockets.jcfg"}
    assert not any("rec_dir" in text or "record" in text for text in written.values())
    assert (tmp_path / "janus").stat().st_mode & 0o077 == 0


def _listening(pid: int) -> set[str]:
    """Return where a process listens for connections (TCP), of both families."""
    sockets = {os.readlink(it) for it in Path(f"/proc/{pid}/fd").iterdir()}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                host, _, port = fields[1].partition(":")
                number = ".".join(str(it) for it in reversed(bytes.fromhex(host))) if table == "tcp" else host
                found.add(f"{number}:{int(port, 16)}")
    return found
