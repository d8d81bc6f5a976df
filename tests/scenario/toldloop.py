"""An event loop whose time jumps: as soon as nothing can happen any more, it is the moment of whatever comes next.

Whatever waits (the bot's deadlines, Slack's retries, a client's pauses, people) waits in this time, so three hours of
outage take a second, and nothing depends on how fast the machine is. Real time passes only for what threads do.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
THREAD_S = 1.0


class ToldLoop(asyncio.SelectorEventLoop):
    """`time()` begins at 0. What is done in a thread is waited for in real time."""

    def __init__(self) -> None:
        self._told = 0.0
        self.threads = 0
        super().__init__(_Selector(self))

    def time(self) -> float:
        return self._told

    def jump(self, seconds: float) -> None:
        self._told += seconds

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:
        future = super().run_in_executor(executor, func, *args)
        self.threads += 1
        future.add_done_callback(self._came_back)
        return future

    def _came_back(self, _: object) -> None:
        self.threads -= 1


class _Selector(selectors.DefaultSelector):
    """Waits for nobody unless a thread is at work."""

    def __init__(self, loop: ToldLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if self._loop.threads or timeout is None:
            return super().select(THREAD_S)
        if ready := super().select(0):  # the kernel hands over at once what stays on one machine, or nearly so
            return ready
        self._loop.jump(timeout)
        return []


def run_told(story: Coroutine[Any, Any, T]) -> T:
    """Run a story in a time of its own."""
    with asyncio.Runner(loop_factory=ToldLoop) as runner:
        return runner.run(story)
