"""Whether the platform works, for machines: alive, ready, and its measurements."""

import time
from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, Flask, Response, abort, current_app, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy import text

from dispatch.calls import queries as calls
from kernel import clock
from kernel.database import db
from kernel.http import policy
from media import queries as media
from web import operations
from web.sockets import listeners

pages = Blueprint("health", __name__)
registry = CollectorRegistry()
_seconds = Histogram(
    "tolkdienst_request_seconds",
    "Time to answer, by route and status.",
    ["route", "method", "status"],
    registry=registry,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
_errors = Counter("tolkdienst_unexpected_errors_total", "Answers with status 500 and more.", registry=registry)
_LOOPBACK = {"127.0.0.1", "::1"}


@pages.get("/healthz")
@policy(public=True)
def healthz() -> tuple[Response, int]:
    """Say that the process answers."""
    return jsonify(status="ok"), 200


@pages.get("/readyz")
@policy(public=True)
def readyz() -> tuple[Response, int]:
    """Say which parts are ready; 503 names those that are not."""
    parts = {name: _try(check) for name, check in CHECKS.items()}
    ready = all(said == "ok" for said in parts.values())
    return jsonify(status="ready" if ready else "not ready", parts=parts), 200 if ready else 503


@pages.get("/metrics")
@policy(public=True)
def metrics() -> Response:
    """Give the measurements to this machine, or to whoever brings the token. Not public."""
    settings = current_app.config["SETTINGS"]
    token = settings.metrics_token and request.headers.get("Authorization") == f"Bearer {settings.metrics_token}"
    near = request.remote_addr in _LOOPBACK and "X-Forwarded-For" not in request.headers
    if not (token or near):
        abort(404)
    measured = CollectorRegistry()
    _measure(measured)
    return Response(generate_latest(registry) + generate_latest(measured), mimetype=CONTENT_TYPE_LATEST)


def _database() -> str:
    db.session.execute(text("SELECT 1"))
    return "ok"


def _worker() -> str:
    return "ok" if operations.worker_alive() else "no worker has given a sign of life for 30 s"


def _clock() -> str:
    return "ok" if operations.clock_alive() else "no worker holds the clock"


def _queue() -> str:
    late = operations.oldest_job_s()
    return "ok" if late < 60 else f"the oldest job waits {late:.0f} s"


def _live() -> str:
    return "ok" if listeners.alive or current_app.config["SETTINGS"].role not in {"web", "sockets"} else "not listening"


def _media() -> str:
    return "ok" if media.has_node() else "no media node has given a sign of life for 4 s"


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "worker": _worker,
    "clock": _clock,
    "queue": _queue,
    "live": _live,
    "media": _media,
}


def _try(check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as error:
        db.session.rollback()
        return type(error).__name__


def _measure(into: CollectorRegistry) -> None:
    numbers = operations.numbers()
    for name, about, values in numbers:
        gauge = Gauge(f"tolkdienst_{name}", about, ["kind"], registry=into)
        for kind, value in values.items():
            gauge.labels(kind).set(value)
    rooms = Gauge("tolkdienst_media", "What the living media nodes count together.", ["kind"], registry=into)
    for kind, value in media.counted().items():
        rooms.labels(kind).set(value)
    _measure_waits(into)
    Gauge("tolkdienst_live_listeners", "Boards that are open on this process.", registry=into).set(len(listeners.who))


def _measure_waits(into: CollectorRegistry) -> None:
    """Add a histogram of how long callers waited for a voice in the last day, by language."""
    waited = Histogram(
        "tolkdienst_connect_seconds",
        "From a requester's last key or click to an interpreter's voice, last 24 hours.",
        ["language"],
        registry=into,
        buckets=(5, 10, 12, 15, 20, 30, 45, 60, 90, 120, 180),
    )
    for language, seconds in calls.connect_times(clock.now() - timedelta(days=1)).items():
        for it in seconds:
            waited.labels(language).observe(it)


def register(app: Flask) -> None:
    """Measure every answer."""

    @app.after_request
    def observe(response: Response) -> Response:
        if (started := g.get("started_s")) is not None:
            route = request.url_rule.rule if request.url_rule else "(none)"
            taken = time.monotonic() - started
            _seconds.labels(route, request.method, response.status_code).observe(taken)
        if response.status_code >= 500:
            _errors.inc()
        return response
