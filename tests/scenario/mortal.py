"""A bot that may die in the middle, as by `kill -9`, although it is only a part of the test's process."""

import asyncio
import random
import weakref
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, Future
from contextvars import ContextVar, copy_context
from typing import Any, NoReturn, TypeVar

from sqlalchemy import Connection

from storage.engine import open_engine
from storage.sql_store import SqlStore
from storage.store import Tx
from storage.writers import GroupWriter

T = TypeVar("T")
LAST_BREATHS = 1000
WRITES_S = (0.0, 0.002, 0.005, 0.02)


class Life:
    """One process of the bot: everything that was begun in it, directly or not. `died` is set as soon as it is dead."""

    def __init__(self, cut: Callable[[], None]) -> None:
        self._cut = cut
        self._tasks: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()
        self.died = asyncio.Event()

    def begin(self, living: Coroutine[Any, Any, None]) -> None:
        """Let `living` and whatever it begins belong to this life; when it ends, so does the life."""
        context = copy_context()
        context.run(_LIFE.set, self)
        task = asyncio.get_running_loop().create_task(living, context=context)
        task.add_done_callback(lambda _: self.died.set())

    def end(self) -> None:
        """From now on nothing is written down, nobody is heard, and whatever runs is stopped where it is."""
        self.died.set()
        self._cut()
        for task in list(self._tasks):
            task.cancel()

    def die(self) -> NoReturn:
        """The same from within: whoever calls this comes no further."""
        self.end()
        raise asyncio.CancelledError("killed")

    async def buried(self) -> None:
        """Wait until nothing of it is left."""
        for _ in range(LAST_BREATHS):
            left = [task for task in self._tasks if not task.done()]
            if not left:
                return
            self.end()
            await asyncio.sleep(0)
        raise AssertionError(f"something goes on: {left}")

    def note(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)


_LIFE: ContextVar[Life | None] = ContextVar("life", default=None)


def count_lives(loop: asyncio.AbstractEventLoop) -> None:
    """From now on every task knows to which life it belongs."""

    def factory(loop: asyncio.AbstractEventLoop, coro: Any, **more: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=loop, **more)
        context = more.get("context")
        life = context.get(_LIFE) if context is not None else _LIFE.get()
        if life is not None:
            life.note(task)
        return task

    loop.set_task_factory(factory)


class AtOnce(Executor):
    """Does in its caller's thread what it is given, so that a seed plays the same way each time."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class MortalStore(SqlStore):
    """Whoever is dead writes nothing any more; what was on its way to the disk may still arrive there.

    A write takes a moment mostly, as on a disk, and others may come first.
    """

    def __init__(self, url: str, life: Life, rng: random.Random) -> None:
        engines = open_engine(url)
        super().__init__(engines)
        self._writer = GroupWriter(engines.writer, self._where, AtOnce())
        self._readers = AtOnce()
        self._life, self._rng = life, rng

    async def transact(self, fn: Callable[[Tx], T]) -> T:
        await asyncio.sleep(self._rng.choice(WRITES_S))
        if self._life.died.is_set():
            await asyncio.Future()
        return await super().transact(fn)

    async def ask(self, question: Callable[[Connection], T]) -> T:
        """What no question of the port is."""
        return await self._ask(question)
