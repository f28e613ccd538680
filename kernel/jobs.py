"""Durable jobs: written in the transaction that causes them, run by the worker at least once.

A job that fails is retried with growing pauses; one that fails for good stays visible on the operator's page.
"""

import functools
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from procrastinate import App, PsycopgConnector, RetryStrategy

jobs = App(connector=PsycopgConnector())

# Source: GOV.UK Notify retries deliveries for hours; ours give up after about a day: 10, 20, 40 ... seconds.
PATIENCE = RetryStrategy(max_attempts=14, wait=10, exponential_wait=2)

# Who comes first when many wait: the next step of a search, then what is said to people, then everything else.
URGENCY = {"offers.advance": 20, "messages.deliver": 10, "people.send_reset": 10}

_context: Callable[[], AbstractContextManager[Any]] = nullcontext


def run_inside(context: Callable[[], AbstractContextManager[Any]]) -> None:
    """Say in which context (the application's) every job body runs."""
    global _context  # set once, when the application is made
    _context = context


def task(name: str, *, retry: RetryStrategy = PATIENCE) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function as the body of the job `name`. It may run more than once for one job: be idempotent."""

    def register(body: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(body)
        def run(**arguments: Any) -> None:
            with _context():
                body(**arguments)

        if name not in jobs.tasks:
            jobs.task(name=name, retry=retry)(run)
        return body

    return register


def defer(connection: Any, name: str, *each: dict[str, Any]) -> None:
    """Insert a job per set of arguments over `connection` (psycopg), as part of its transaction: one statement."""
    jobs.configure_task(name, connection=connection, priority=URGENCY.get(name, 0)).batch_defer(*each)
