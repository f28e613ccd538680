"""Durable jobs: written in the transaction that causes them, run by the worker at least once.

A job that fails is retried with growing pauses; one that fails for good stays visible on the operator's page.
"""

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from procrastinate import App, PsycopgConnector, RetryStrategy

jobs = App(connector=PsycopgConnector())

# Source: GOV.UK Notify retries deliveries for hours; ours give up after about a day: 10, 20, 40 ... seconds.
PATIENCE = RetryStrategy(max_attempts=14, wait=10, exponential_wait=2)

# Who comes first when many wait: somebody on the line, the next step of a search, what is said to people, the rest.
_ON_THE_LINE = dict.fromkeys(("calls.ring", "calls.ask_again", "calls.hang_up", "calls.close"), 30)
URGENCY = {**_ON_THE_LINE, "offers.advance": 20, "messages.deliver": 10, "people.send_reset": 10}

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


# What `Task.batch_defer` sends, without its detour in Python over every job.
_DEFER = """
    SELECT cardinality(procrastinate_defer_jobs_v1(array_agg(
        ROW('default', cast(%(task)s AS text), %(priority)s, NULL, NULL, arguments, NULL)::procrastinate_job_to_defer_v1
    ))) FROM jsonb_array_elements(cast(%(each)s AS jsonb)) AS arguments
"""


def defer(send: Callable[[str, Mapping[str, Any]], object], name: str, each: Sequence[dict[str, Any]]) -> None:
    """Insert a job per set of arguments by `send`, as part of its transaction: one statement."""
    send(_DEFER, {"task": name, "priority": URGENCY.get(name, 0), "each": json.dumps(each)})
