"""A long queue does not delay what is urgent, and a job that always fails stops nobody else."""

import asyncio
import threading
from typing import Any

import pytest
from flask import Flask
from procrastinate import PsycopgConnector
from sqlalchemy import text

from dispatch.offers import services as offers
from kernel.database import db, transaction
from kernel.jobs import jobs
from web.operations import failed_jobs


def work(app: Flask) -> None:
    """Run every job that may run now, one after another, and stop."""
    conninfo = app.config["SQLALCHEMY_DATABASE_URI"].replace("postgresql+psycopg://", "postgresql://")

    async def run() -> None:
        worker = jobs.with_connector(PsycopgConnector(conninfo=conninfo))
        async with worker.open_async():
            await worker.run_worker_async(wait=False, listen_notify=False, concurrency=1, install_signal_handlers=False)

    db.session.remove()
    alone = threading.Thread(target=lambda: asyncio.run(run()))  # a loop of its own, whatever else runs in this one
    alone.start()
    alone.join(60)
    assert not alone.is_alive()


def defer(task: str, *each: dict[str, Any]) -> None:
    with transaction() as tx:
        tx.defer_all(task, each)


def test_a_search_overtakes_a_thousand_waiting_messages(own_house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    before: list[int] = []
    waiting = text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
    monkeypatch.setattr(offers, "advance_search", lambda request_id: before.append(db.session.scalar(waiting) or 0))
    defer("offers.learn", *({"agency_id": 0} for _ in range(20)))
    defer("messages.deliver", *({"delivery_id": 0} for _ in range(300)))
    defer("offers.advance", {"request_id": 1})
    work(own_house)
    assert before == [320]
    done = text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'succeeded'")
    assert db.session.scalar(done) == 301


def test_a_job_that_always_fails_waits_longer_each_time_and_the_others_pass(
    own_house: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(request_id: int) -> None:
        raise RuntimeError("never works")

    monkeypatch.setattr(offers, "advance_search", fail)
    defer("offers.advance", {"request_id": 1})
    defer("messages.deliver", {"delivery_id": 0})
    work(own_house)
    states = dict(db.session.execute(text("SELECT task_name, status::text FROM procrastinate_jobs")).all())  # type: ignore[arg-type]
    assert states == {"offers.advance": "todo", "messages.deliver": "succeeded"}
    later = "SELECT extract(epoch FROM scheduled_at - now()) FROM procrastinate_jobs WHERE task_name = 'offers.advance'"
    assert 5 < db.session.scalar(text(later)) < 60
    db.session.execute(text("UPDATE procrastinate_jobs SET attempts = 20, scheduled_at = now() WHERE status = 'todo'"))
    db.session.commit()
    work(own_house)
    assert [it.task_name for it in failed_jobs()] == ["offers.advance"]
