"""Forgets how incidents were shown that have long been over, so that the courier's notes do not grow for ever."""

from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.clock import Clock
from storage.errors import StorageError
from storage.store import Store, Tx

log = structlog.get_logger()
EVERY_S = 3600.0
SOME = 200  # incidents that one question is about, so that it stays short however many there are
PAUSE_S = 0.05
_NEWEST = 100  # one of them at least can be read


class Housekeeping:
    """`run` for ever, or `once(now)` in a test. `days` after its closing an incident is cleared; 0: never."""

    def __init__(self, store: Store, clock: Clock, team: str, days: int) -> None:
        self._store = store
        self._clock = clock
        self._team = team
        self._after = timedelta(days=days)

    async def once(self, now: datetime) -> int:
        """Clears everything that may be; how many surfaces and jobs that were. Raises `StorageError`."""
        if not self._after:
            return 0
        newest = max((one.number for one in await self._store.summaries(self._team, limit=_NEWEST)), default=0)
        cleared = 0
        for first in range(1, newest + 1, SOME):
            cleared += await self._some(now, range(first, first + SOME))
            await self._clock.sleep(PAUSE_S)
        if cleared:
            log.info("forgot how old incidents were shown", action="cleared", rows=cleared)
        return cleared

    async def _some(self, now: datetime, numbers: range) -> int:
        """Each in a transaction of its own, so that acts may pass between them."""
        over = await self._store.clearable(self._team, now - self._after, numbers)
        return sum([await self._store.transact(partial(_clear, self._team, number)) for number in over])

    async def run(self) -> None:
        """Every hour, the first time an hour after the start."""
        while True:
            await self._clock.sleep(EVERY_S)
            try:
                await self.once(self._clock.now())
            except StorageError as error:
                log.warning("clearing waits for the database", action="clearing_waits", why=str(error))


def _clear(team: str, number: int, tx: Tx) -> int:
    return tx.clear(team, number)
