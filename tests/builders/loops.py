"""A loop of its own for whatever a test awaits: the test's thread may carry a browser's already."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")


def awaited(work: Coroutine[Any, Any, Result]) -> Result:
    """Return what `work` returns, or raise what it raises."""
    with ThreadPoolExecutor(1, thread_name_prefix="awaited") as thread:
        return thread.submit(asyncio.run, work).result()
