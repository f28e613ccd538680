"""Looking after the queue: jobs of dead workers run again, old ones are forgotten."""

from sqlalchemy import text

from kernel.database import transaction
from kernel.errors import NotFound

_RETRY = text("SELECT procrastinate_retry_job_v2(:id, now(), NULL, NULL, NULL)")


def retry_failed(job_id: int) -> None:
    """Let a job that failed for good run again.

    Raises: NotFound.
    """
    with transaction() as tx:
        held = text("SELECT id FROM procrastinate_jobs WHERE id = :id AND status = 'failed' FOR UPDATE")
        if tx.session.scalar(held, {"id": job_id}) is None:
            raise NotFound(thing="jobs")
        tx.session.execute(_RETRY, {"id": job_id})


def requeue_stalled() -> int:
    """Give jobs another try whose worker gave no sign of life for half a minute; return how many."""
    with transaction() as tx:
        dead = """SELECT j.id FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
                  WHERE j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now() - interval '30 s')"""
        ids = list(tx.session.scalars(text(dead)))
        for job_id in ids:
            tx.session.execute(_RETRY, {"id": job_id})
        return len(ids)


def forget_old() -> int:
    """Delete jobs that were done more than a week ago; return how many."""
    with transaction() as tx:
        old = """DELETE FROM procrastinate_jobs j WHERE j.status IN ('succeeded', 'cancelled') AND NOT EXISTS (
                   SELECT 1 FROM procrastinate_events e WHERE e.job_id = j.id AND e.at > now() - interval '7 days')"""
        return int(tx.session.execute(text(old)).rowcount)  # type: ignore[attr-defined]
