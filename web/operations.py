"""The operator's page: what waits, what is late, what went wrong."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import text
from werkzeug.wrappers import Response as Answer

from dispatch.calls import queries as calls
from dispatch.offers import queries as offers
from kernel import clock, log, queue
from kernel.actor import SYSTEM, Role
from kernel.database import db
from kernel.http import current_actor, policy
from messages import queries as messages
from people import queries as people

pages = Blueprint("operations", __name__, url_prefix="/operations")

# The advisory lock of whoever runs the clock.
CLOCK_LOCK = 7_061_951


@pages.get("")
@policy(Role.ADMINISTRATOR)
def index() -> str:
    """Show queue, late deadlines, failed jobs, deliveries and the last errors."""
    shown = {
        "numbers": numbers(),
        "failed": failed_jobs(),
        "late": late_requests(sorted(current_actor().agency_ids)),
        "deliveries": messages.deliveries_by_status(),
        "errors": list(log.recent_errors)[::-1],
        "parts": {"worker": worker_alive(), "clock": clock_alive()},
        "waits": calls.connect_quantiles(clock.now() - timedelta(days=30)),
        "learned": offers.everything_learned(clock.now()),
        "agencies": {it.id: it.name for it in people.list_agencies(SYSTEM)},
    }
    return render_template("operations.html", **shown)


@pages.post("/jobs/<id:job_id>/retry")
@policy(Role.ADMINISTRATOR)
def retry(job_id: int) -> Answer:
    """Let a failed job run again."""
    queue.retry_failed(job_id)
    flash(_("De taak wordt opnieuw geprobeerd."))
    return redirect(url_for(".index"))


def worker_alive() -> bool:
    """Return whether some worker gave a sign of life in the last 30 seconds."""
    return bool(_one("SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '30 s'"))


def clock_alive() -> bool:
    """Return whether some worker holds the clock's lock."""
    query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = :key AND granted"
    return bool(_one(query, key=CLOCK_LOCK))


def oldest_job_s() -> float:
    """Return how long the oldest job that may run has been waiting. Units: seconds."""
    query = """SELECT coalesce(extract(epoch FROM now() - min(coalesce(j.scheduled_at, e.at))), 0)
               FROM procrastinate_jobs j
               JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'
               WHERE j.status = 'todo' AND (j.scheduled_at IS NULL OR j.scheduled_at < now())"""
    return float(_one(query) or 0)


def numbers() -> list[tuple[str, str, dict[str, float]]]:
    """Return what is measured in the database: name, meaning, value per kind."""
    jobs = _many(
        "SELECT status::text, count(*) FROM procrastinate_jobs WHERE status IN ('todo','doing','failed') GROUP BY 1"
    )
    requests = _many("SELECT status, count(*) FROM requests WHERE status <> 'closed' GROUP BY 1")
    late = _one("SELECT count(*) FROM requests WHERE next_step_at < now() - interval '60 s'")
    sizes = _one("SELECT pg_database_size(current_database())")
    return [
        ("jobs", "Jobs by status.", jobs),
        ("open_requests", "Requests that are not closed, by status.", requests),
        ("late_deadlines", "Searches whose next step is over a minute late.", {"search": float(late or 0)}),
        ("oldest_job_seconds", "How long the oldest job that may run waits.", {"todo": oldest_job_s()}),
        ("database_bytes", "Size of the database.", {"all": float(sizes or 0)}),
    ]


def failed_jobs(limit: int = 50) -> list[Any]:
    query = (
        "SELECT id, task_name, attempts, args FROM procrastinate_jobs WHERE status = 'failed' ORDER BY id DESC LIMIT :n"
    )
    return list(db.session.execute(text(query), {"n": limit}))


def late_requests(agency_ids: list[int], limit: int = 50) -> list[Any]:
    query = """SELECT id, reference, status, next_step_at FROM requests WHERE agency_id = ANY(:agencies)
               AND next_step_at < now() - interval '60 s' ORDER BY next_step_at LIMIT :n"""
    return list(db.session.execute(text(query), {"n": limit, "agencies": agency_ids}))


def _one(query: str, **values: Any) -> Any:
    return db.session.execute(text(query), values).scalar()


def _many(query: str) -> dict[str, float]:
    return {row[0]: float(row[1]) for row in db.session.execute(text(query))}
