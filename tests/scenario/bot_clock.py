"""The clock of the bot's machine, which somebody may set, beside the one of the world, which nobody can."""

from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import Reading


class World(Protocol):
    def now(self) -> datetime: ...

    async def sleep(self, seconds: float) -> None: ...


class BotClock:
    """`ahead` of the world's by that much; `set` counts from the next start of the bot, as it does in a process."""

    BOOT = "the machine's first start"

    def __init__(self, world: World) -> None:
        self._world = world
        self._ahead = self._set = timedelta()
        self._began = world.now()
        self.boot = self.BOOT

    @property
    def ahead(self) -> timedelta:
        return self._ahead

    def set(self, by: timedelta) -> None:
        self._set += by

    def begin(self) -> None:
        """A process begins, and takes the machine's clock as it is."""
        self._ahead = self._set

    def now(self) -> datetime:
        return self._world.now() + self._ahead

    def reading(self) -> Reading:
        steady_s = (self._world.now() - self._began).total_seconds()
        return Reading(at=self.now(), steady_s=steady_s, boot=self.boot)

    def strayed(self) -> timedelta:
        return self._set - self._ahead

    async def sleep(self, seconds: float) -> None:
        await self._world.sleep(seconds)
