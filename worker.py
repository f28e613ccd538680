"""The background process: delivers what was written in transactions, and runs the clock.

Any number of these may run; one of them at a time holds the clock.
"""

import asyncio
import gc
import logging
import signal
import threading
import time
from collections.abc import Callable

import psycopg
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from procrastinate import PsycopgConnector

from kernel import log
from kernel.database import FAR_AWAY
from kernel.jobs import jobs
from kernel.settings import Settings
from processes.postgres import with_database
from web.app import create_app
from web.clockwork import SWEEPS
from web.operations import CLOCK_LOCK

logger = logging.getLogger("worker")

CONCURRENCY = 4
_POLL_S, _HEARTBEAT_S, _DEAD_AFTER_S, _DRAIN_S = 1.0, 5.0, 30.0, 25.0
_ASK_FOR_CLOCK_S = 0.5


def main() -> None:
    """Work until asked to stop; then finish what is begun."""
    settings = with_database(Settings.from_environment())
    log.configure(settings.log_level)
    app = create_app(settings)
    conninfo = (settings.database_url or "").replace("postgresql+psycopg://", "postgresql://")
    gc.freeze()  # what is loaded by now stays
    stopping = threading.Event()
    clock = threading.Thread(target=keep_the_clock, args=(app, conninfo, stopping), name="clock", daemon=True)
    clock.start()
    try:
        asyncio.run(deliver(conninfo))
    finally:
        stopping.set()
        clock.join(5)


async def deliver(conninfo: str) -> None:
    """Run jobs as they come, several at once."""
    while True:
        try:
            # A copy with a connector of its own: job bodies defer over their transaction's connection.
            app = jobs.with_connector(PsycopgConnector(conninfo=conninfo, kwargs=FAR_AWAY, max_size=CONCURRENCY + 2))
            async with app.open_async():
                await app.run_worker_async(
                    name="worker",
                    concurrency=CONCURRENCY,
                    fetch_job_polling_interval=_POLL_S,
                    update_heartbeat_interval=_HEARTBEAT_S,
                    stalled_worker_timeout=_DEAD_AFTER_S,
                    shutdown_graceful_timeout=_DRAIN_S,
                )
            return
        except (OSError, psycopg.Error):
            logger.warning("the queue cannot be reached; trying again", exc_info=True)
            await asyncio.sleep(1)


def keep_the_clock(app: Flask, conninfo: str, stopping: threading.Event) -> None:
    """Run the sweeps while holding the clock's lock on a connection of its own; otherwise wait for it."""
    while not stopping.is_set():
        try:
            with psycopg.connect(
                conninfo, autocommit=True, application_name="tolkdienst-clock", **FAR_AWAY
            ) as connection:
                _wait_for_lock(connection, stopping)
                _run_sweeps(app, connection, stopping)
        except psycopg.Error:
            logger.warning("the clock lost its connection; trying again", exc_info=True)
            stopping.wait(_ASK_FOR_CLOCK_S)


def _wait_for_lock(connection: psycopg.Connection, stopping: threading.Event) -> None:  # type: ignore[type-arg]
    while not stopping.is_set():
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", [CLOCK_LOCK]).fetchone()
        if row and row[0]:
            return
        stopping.wait(_ASK_FOR_CLOCK_S)


def _run_sweeps(app: Flask, connection: psycopg.Connection, stopping: threading.Event) -> None:  # type: ignore[type-arg]
    scheduler = BackgroundScheduler(timezone="UTC")
    for name, (seconds, sweep) in SWEEPS.items():
        scheduler.add_job(
            _guarded(app, name, sweep),
            "interval",
            seconds=seconds,
            id=name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    scheduler.start()
    try:
        while not stopping.wait(1):
            connection.execute("SELECT 1")  # the lock is gone with the connection: then somebody else has the clock
    finally:
        scheduler.shutdown(wait=True)


def _guarded(app: Flask, name: str, sweep: Callable[[], object]) -> Callable[[], None]:
    """Run a sweep inside the application; its failure is noted and stops nothing else."""

    def run() -> None:
        started = time.monotonic()
        try:
            with app.app_context():
                sweep()
        except Exception:
            logger.exception("sweep %s failed", name)
        if (taken := time.monotonic() - started) > 10:
            logger.warning("sweep %s took %.0f s", name, taken)

    return run


if __name__ == "__main__":
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    main()
