"""The heartbeat: tells later starts, and late prompts, when Quarterdeck ran, and by which clock."""

from collections.abc import Callable
from datetime import datetime

import structlog

from bot.clock import Clock
from bot.intake import Intake
from bot.lateness import SUSPENDED_S, Lateness
from bot.timekeeping import KEPT, decoded, encoded, jump_between
from storage.errors import DatabaseUnavailable
from storage.store import Store, Tx

log = structlog.get_logger()
ALWAYS_S = 1e9


class Heartbeat:
    """`beat` every few seconds. A beat that could not be written is no gap: Quarterdeck ran, its record did not."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        team: str,
        lateness: Lateness,
        ran: Callable[[datetime], None] = lambda _: None,
    ) -> None:
        """`ran` hears of each beat when it is tried."""
        self._store = store
        self._clock = clock
        self._team = team
        self._lateness = lateness
        self._ran = ran
        self._tried: datetime | None = None

    async def begin(self, intake: Intake) -> None:
        """A start always ends a stretch in which nothing ran, however short: late prompts say so.

        When the machine's clock was set since the last beat, every incident follows it first.
        """
        reading, kept = self._clock.reading(), await self._store.meta(self._team, KEPT)
        await self._lateness.recall(self._team, (await self._store.health(self._team, reading.at)).last_beat)
        if kept and (jump := jump_between(decoded(kept), reading)):
            by_s = round(jump.by.total_seconds(), 3)
            log.warning("the clock of this machine was set", action="clock_followed", by_s=by_s)
            await intake.clock_jumped(self._team, jump, reading)
        await self._write(0.0)

    async def _write(self, gap_s: float) -> None:
        reading = self._clock.reading()
        self._tried = reading.at
        self._ran(reading.at)

        def beat(tx: Tx) -> None:
            tx.heartbeat(self._team, reading.at, gap_s)
            tx.set_meta(self._team, KEPT, encoded(reading))

        await self._store.transact(beat)

    async def beat(self) -> bool:
        """Whether it could be written."""
        now, before = self._clock.now(), self._tried
        silent_s = (now - before).total_seconds() if before else 0.0
        if not (ran := silent_s <= SUSPENDED_S):
            log.warning("nothing ran for a while", action="stood_still", for_s=round(silent_s, 1))
        try:
            await self._write(ALWAYS_S if ran else SUSPENDED_S)
            await self._lateness.keep(self._team)
        except DatabaseUnavailable:
            if before and not ran:
                self._lateness.stood_still(before, now)
            return False
        return True
