"""Giving up what is under way, so that an end that is asked for comes soon."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

CANCEL_AGAIN_S = 3.5  # longer than the connections take to answer what they took, and to close
T = TypeVar("T")


class Stopped(Exception):
    """The end was asked for before a start was through."""


async def ended(tasks: list[asyncio.Task[Any]]) -> None:
    """Cancels them and waits. Python 3.11 forgets a cancellation that meets what `wait_for` waited for, so it is said
    again (https://github.com/python/cpython/issues/86296)."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_S)
    await asyncio.gather(*tasks, return_exceptions=True)


async def unless(stopping: asyncio.Event, asking: Coroutine[Any, Any, T]) -> T:
    """What `asking` gives; it is given up as soon as `stopping` is set. Raises `Stopped` then.

    For what waits for Slack, which may let us hang; not for what changes the record's tables in a thread.
    """
    task, end = asyncio.create_task(asking), asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait((task, end), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise Stopped
        return task.result()
    finally:
        await ended([task, end])
