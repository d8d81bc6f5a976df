"""The pulse. Timers are not stored: `next_due` of every incident is a column, and this asks for what has passed.

APScheduler only wakes: a date job at the earliest due moment sets an event. A long-lived task does the work, because a
job that re-arms its own id is skipped by APScheduler. It also looks every five seconds by itself, since APScheduler's
moments are by the machine's clock: set back by an hour, its jobs would sleep for that hour.
"""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock, machine_time_in
from bot.intake import Intake
from bot.observability import of_incident
from playbooks.commands import Tick
from storage.errors import DatabaseUnavailable
from storage.store import Store

log = structlog.get_logger()
SWEEP_S = 5
RETRY_S = 1.0
BATCH = 200
MOST_WAKING = 100
STUCK = timedelta(seconds=SWEEP_S - 1)  # the next sweep tries it again


class Ticker:
    """`run` for ever, or `tick_once(now)` in a test."""

    def __init__(self, store: Store, intake: Intake, clock: Clock, team: str) -> None:
        self._store = store
        self._intake = intake
        self._clock = clock
        self._team = team
        self._woken = asyncio.Event()
        self._armed: datetime | None = None
        self._stuck: dict[int, datetime] = {}  # until when it is not ticked again
        # An alarm may come while the one before is just ending; with one instance allowed it would be skipped.
        alarms = {"misfire_grace_time": None, "coalesce": True, "max_instances": MOST_WAKING}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=alarms)

    async def tick_once(self, now: datetime) -> int:
        """Submits a tick for every incident that is due; how many those were. Raises `DatabaseUnavailable`.

        One that stays due although it was ticked is let be for a moment: the others must not be late for it.
        """
        until = now + STUCK
        self._stuck = {number: end for number, end in self._stuck.items() if now < end <= until}
        due = await self._store.due(self._team, now, BATCH + len(self._stuck))
        numbers = [number for number in due if number not in self._stuck]
        moved = await asyncio.gather(*(self._tick(number, now) for number in numbers))
        self._stuck |= {number: until for number, went_on in zip(numbers, moved, strict=True) if not went_on}
        return len(numbers)

    async def turn(self) -> datetime | None:
        """Ticks until nothing is due but what cannot be ticked; when the clock is wanted again for the others."""
        while await self.tick_once(now := self._clock.now()):
            pass
        return await self._store.next_due(self._team, after=now)

    async def run(self) -> None:
        """Ticks whenever the earliest due moment has come, and every few seconds to be sure."""
        self._scheduler.start()
        try:
            while True:
                self._woken.clear()
                await self._turn()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(SWEEP_S):
                        await self._woken.wait()
        finally:
            self._scheduler.shutdown(wait=False)

    def wake_at(self, due: datetime | None) -> None:
        """A commit wants the clock at `due`: arms the alarm when that is earlier than what is armed."""
        if due is not None and self._scheduler.running and (self._armed is None or due < self._armed):
            self._arm(due)

    async def _turn(self) -> None:
        self._armed = None
        try:
            self.wake_at(await self.turn())
        except DatabaseUnavailable:  # the store has said so
            await self._clock.sleep(RETRY_S)
            self._woken.set()

    async def _wake(self) -> None:
        """A coroutine, so that APScheduler runs it on the loop: an asyncio event is not for other threads."""
        self._woken.set()

    def _arm(self, due: datetime) -> None:
        self._armed = due
        # APScheduler counts by the machine's clock, which somebody may have set: only the distance is ours.
        run_date = machine_time_in(due - self._clock.now())
        self._scheduler.add_job(self._wake, "date", run_date=run_date, id="wake", replace_existing=True)

    async def _tick(self, number: int, now: datetime) -> bool:
        """Whether its clock went on."""
        try:
            result = await self._intake.submit(Tick(team=self._team, at=now, source_id="", number=number))
        except DatabaseUnavailable:
            raise
        except Exception:
            # One incident that cannot be ticked must not silence the clock of the others.
            log.exception("tick failed", action="tick_fault", **of_incident(number))
            return False
        due = result.outcome.next_due if result.outcome else None
        return due is None or due > now
