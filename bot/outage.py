"""Whether Slack answers at all: one question a second instead of a thousand attempts.

A call that fails without an answer, or is silent for three seconds, only raises a doubt. Then `api.test` is asked,
which needs no rights: if it is answered, it was that one call, and nothing stops. If it fails too, or is not answered
within five seconds, Slack is away as a whole: nothing is sent, and the question is put every second. The first answer,
to whatever it is, ends the outage.
https://docs.slack.dev/reference/methods/api.test
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine
from datetime import datetime
from typing import Any, TypeVar

from bot.clock import Clock
from bot.errors import SlackTrouble
from bot.lateness import Lateness
from bot.slack.gateway import Gateway

QUESTION = "api.test"
EVERY_S = 1.0
SILENT_S = 3.0
PATIENCE = 5  # questions that may be open before no answer counts as an answer: the oldest is as many seconds old
T = TypeVar("T")


class Outage:
    """Hears of every call of the gateway. `run` for ever, or `ask` in a test.

    A question is given as long as any call, and the next does not wait for it. A slow Slack, as long as it answers the
    question within five seconds, is none that is away.
    """

    def __init__(self, gateway: Gateway, lateness: Lateness, clock: Clock) -> None:
        self._gateway = gateway
        self._lateness = lateness
        self._clock = clock
        self._doubted = asyncio.Event()
        self._here = asyncio.Event()
        self._here.set()
        self._answers = 0  # ever
        self._open = 0  # questions since the last answer
        self._under_way: set[asyncio.Task[Any]] = set()
        self._given_up: set[asyncio.Task[Any]] = set()
        self._then: list[Callable[[], None]] = []
        self.ended_at: datetime | None = None
        gateway.guard = self

    @property
    def answering(self) -> bool:
        """False while Slack is away as a whole: nothing should be sent."""
        return self._here.is_set()

    @property
    def doubted(self) -> bool:
        """Something stayed without an answer since the last answer."""
        return self._doubted.is_set()

    def on_end(self, then: Callable[[], None]) -> None:
        """`then` is called whenever an outage is over."""
        self._then.append(then)

    async def over(self) -> None:
        """Returns as soon as Slack is not away."""
        await self._here.wait()

    async def run(self) -> None:
        """Asks every second while there is a doubt."""
        async with asyncio.TaskGroup() as questions:
            while True:
                await self._doubted.wait()
                if self._open >= PATIENCE:
                    self._is_away("no answer")
                questions.create_task(self.ask())
                await self._clock.sleep(EVERY_S)

    async def ask(self) -> None:
        """Asks once, and draws the conclusion."""
        # A POST, as `auth.test` is: aiohttp would repeat a GET by itself as soon as its connection broke.
        begun, answers = frozenset(self._under_way), self._answers
        self._open += 1
        try:
            await self._gateway.call(QUESTION)
        except SlackTrouble as error:
            if error.silent:
                if self._answers == answers:
                    self._is_away(str(error))
                return
        self._is_here(begun)

    # --- what the gateway tells

    async def through(self, method: str, calling: Coroutine[Any, Any, T]) -> T:
        """The result of a call. Raises TimeoutError when what was asked later, at the end of an outage, was answered
        before it: then its own answer will not come."""
        if method == QUESTION:
            return await calling
        task = asyncio.ensure_future(calling)
        silent = asyncio.get_running_loop().call_later(SILENT_S, self._doubted.set)
        self._under_way.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            if task in self._given_up and not _ends():
                raise TimeoutError from None
            raise
        finally:
            silent.cancel()
            self._under_way.discard(task)
            self._given_up.discard(task)

    def heard(self, method: str, trouble: SlackTrouble | None) -> None:
        """How a call ended. The question's own end is judged where it is asked."""
        if method == QUESTION:
            return
        if trouble and trouble.silent:
            self._doubted.set()
        else:
            self._is_here()

    # --- conclusions

    def _is_away(self, why: str) -> None:
        self._doubted.set()
        self._here.clear()
        self._lateness.slack_failed(self._clock.now(), why, surely=True)

    def _is_here(self, begun: Collection[asyncio.Task[Any]] = ()) -> None:
        self._doubted.clear()
        self._answers += 1
        self._open = 0
        if self.answering:
            return
        self._here.set()
        self.ended_at = self._clock.now()
        self._lateness.slack_worked(self.ended_at)
        for task in self._under_way.intersection(begun):
            self._given_up.add(task)
            task.cancel()
        for then in self._then:
            then()


def _ends() -> bool:
    """Whether we ourselves are asked to end, too: that goes first."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
