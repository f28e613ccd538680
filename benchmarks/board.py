"""The board with five thousand open requests: how fast it answers, and how fast a change reaches 200 coordinators."""

import asyncio
import time
from argparse import Namespace
from collections.abc import Sequence
from typing import Any

import socketio
from flask import Flask
from sqlalchemy import text

from benchmarks.crowd import Crowd, ask, gather
from benchmarks.figures import Figure, at_most, percentile
from benchmarks.load import Load, Target, cookie_of, press
from benchmarks.place import Place, Server
from dispatch.desk.sockets import NAMESPACE
from dispatch.requests import services as requests
from kernel.actor import SYSTEM, Actor, Role
from kernel.database import db
from people import services as people
from people.queries import list_agencies
from tests.builders.people import a_staff_member

OPEN, COORDINATORS, CHANGES = 5_000, 200, 20
CONNECTIONS, SECONDS, WARM_S = 4, 6.0, 1.5
_BETWEEN_S, _PATIENCE_S = 0.25, 15.0
_PLAIN = "/api/v1/board?limit=1"


def run(place: Place, options: Namespace) -> list[Figure]:
    """Return how long the board takes over HTTP, and how long a change takes to reach everybody who looks."""
    database = place.database("board", place.template)
    with place.app(database) as app:
        crowd = gather(1)
        ids = ask(crowd, 1, OPEN)
        agency = next(it for it in list_agencies(SYSTEM) if it.id == crowd.agency_id)
        desk = [a_staff_member(agency) for _ in range(COORDINATORS)]
        tokens = [people.issue_token(it.person_id or 0, it.role, name="bench", by=SYSTEM) for it in desk]
        db.session.execute(text("ANALYZE"))
        db.session.commit()
        browser = cookie_of(app, desk[0].person_id or 0, Role.COORDINATOR)
        with place.role("web", database) as web:
            page = _answers(Target(f"{web.address}/desk/board", browser))
            read = _answers(Target(f"{web.address}/api/v1/board", _bearer(tokens[0])))
            least = _answers(Target(f"{web.address}{_PLAIN}", _bearer(tokens[0])))
            waits = asyncio.run(_pushes(app, web, tokens, crowd, ids))
    place.drop(database)
    bound = percentile(least.answers_s, 0.95) * 1000
    beside = {"beside": "the API's board of one row", "bound": bound}
    return [
        _answered("the board's page, 5,000 open", page, beside),
        _answered("the API's board, 5,000 open", read, beside),
        at_most(
            "a change reaches 200 coordinators", percentile(waits, 0.95), "s", 1.0, len(waits),
            note=f"p50 {percentile(waits, 0.5):.3f} s, max {max(waits):.3f} s, from before the use case; "
            f"{CHANGES} changes, nothing lost",
        ),
    ]  # fmt: skip


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _answers(target: Target) -> Load:
    press(target, connections=CONNECTIONS, seconds=WARM_S)
    return press(target, connections=CONNECTIONS, seconds=SECONDS)


def _answered(name: str, load: Load, beside: dict[str, Any]) -> Figure:
    p95 = percentile(load.answers_s, 0.95) * 1000
    note = (
        f"p50 {percentile(load.answers_s, 0.5) * 1000:.0f} ms; {CONNECTIONS} at once without pause: {load.rate:.0f}/s"
    )
    return at_most(name, p95, "ms", 150, len(load.answers_s), note=note, **beside)


async def _pushes(app: Flask, web: Server, tokens: Sequence[str], crowd: Crowd, ids: Sequence[int]) -> list[float]:
    """Return after how many seconds each coordinator saw each change.

    Raises:
        RuntimeError: somebody did not see one.
    """
    seen: dict[int, list[float]] = {}
    clients = [await _connected(web, token, seen) for token in tokens]
    waits: list[float] = []
    for request_id in ids[:CHANGES]:
        seen[request_id] = []
        before = time.perf_counter()
        await asyncio.to_thread(_change, app, request_id, crowd.coordinator)
        until = before + _PATIENCE_S
        while len(seen[request_id]) < len(clients) and time.perf_counter() < until:
            await asyncio.sleep(0.005)
        if len(seen[request_id]) != len(clients):
            raise RuntimeError(f"{len(seen[request_id])} of {len(clients)} coordinators saw the change of {request_id}")
        waits += [moment - before for moment in seen[request_id]]
        await asyncio.sleep(_BETWEEN_S)
    await asyncio.gather(*(it.disconnect() for it in clients))
    return waits


async def _connected(web: Server, token: str, seen: dict[int, list[float]]) -> socketio.AsyncClient:
    client = socketio.AsyncClient()

    def changed(change: dict[str, Any]) -> None:
        if change["id"] in seen and change["html"]:
            seen[change["id"]].append(time.perf_counter())

    client.on("changed", changed, namespace=NAMESPACE)
    await client.connect(web.address, headers=_bearer(token), transports=["websocket"], namespaces=[NAMESPACE])
    return client


def _change(app: Flask, request_id: int, by: Actor) -> None:
    with app.app_context():
        requests.take_over(request_id, by=by)
