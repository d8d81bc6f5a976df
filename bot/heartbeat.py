"""The heartbeat: tells later starts, and late prompts, when Quarterdeck ran."""

from datetime import datetime

from bot.clock import Clock
from storage.errors import DatabaseUnavailable
from storage.store import Store

SUSPENDED_S = 15.0  # a longer silence means that nothing ran: the machine slept, or the process was stopped
ALWAYS_S = 1e9


class Heartbeat:
    """`beat` every few seconds. A beat that could not be written is no gap: Quarterdeck ran, its record did not."""

    def __init__(self, store: Store, clock: Clock, team: str) -> None:
        self._store = store
        self._clock = clock
        self._team = team
        self._tried: datetime | None = None

    async def begin(self) -> None:
        """A start always ends a stretch in which nothing ran, however short: late prompts say so."""
        self._tried = self._clock.now()
        await self._store.heartbeat(self._team, self._tried, 0.0)

    async def beat(self) -> bool:
        """Whether it could be written."""
        now, before = self._clock.now(), self._tried
        ran = before is not None and (now - before).total_seconds() <= SUSPENDED_S
        self._tried = now
        try:
            await self._store.heartbeat(self._team, now, ALWAYS_S if ran else SUSPENDED_S)
        except DatabaseUnavailable:
            return False
        return True
