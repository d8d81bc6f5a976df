"""The one way out: makes the outside world agree with the record, surface by surface and job by job.

`drain_once` starts what can be started now and returns; at most `MOST_AT_ONCE` are under way, one per place, so that
order is kept in a place and a slow one delays no other. What would only wait for Slack's limits is not started, and a
few are left free for what asks somebody for a step. After any crash the loop simply goes on.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from bot.doubts import Doubts
from bot.jobs import Jobs
from bot.merging import Merging
from bot.observability import of_incident
from bot.pacing import Key
from bot.patience import longer
from bot.showing import PRIORITY, Showing
from bot.slack.lists import MOST
from bot.waiting import Row, Waiting, rank
from storage.errors import DatabaseUnavailable
from storage.rows import Delayed, JobDelayed, JobRow, SurfaceRow
from storage.store import Store

log = structlog.get_logger()
MOST_AT_ONCE = 20
FOR_ASKING = 4  # of them, only for prompts, escalations and nudges
ASKING = 2  # their lowest rank
ANSWER = PRIORITY["told"]  # to a person
RETRY_S = 1.0
LOOKED_AT = timedelta(seconds=5)
PATIENCE_S = 0.1  # for acts that are being committed
LOOK_S = 0.01
_LISTED = (100, 5000)  # mostly enough; and far more than can start at once, because the first may all have to wait


class Courier:
    """`wake` after every commit; `run` for ever, or `drain_once` and `settle` in a test."""

    def __init__(
        self,
        store: Store,
        showing: Showing,
        merging: Merging,
        doubts: Doubts,
        jobs: Jobs,
        waiting: Waiting,
        clock: Clock,
        team: str,
        *,
        acting: Callable[[], bool] = lambda: False,
        answering: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store = store
        self._showing = showing
        self._merging = merging
        self._doubts = doubts
        self._jobs = jobs
        self._waiting = waiting
        self._clock = clock
        self._team = team
        self._acting = acting
        self._answering = answering  # False while Slack is away as a whole
        self._busy: dict[str, asyncio.Task[None]] = {}  # by place: one at a time
        self._moved: set[str] = set()  # lanes in which something ended since the listing began: what it says is old
        self._troubles: dict[str, int] = {}  # how often in a row a surface or job raised
        self._woken = asyncio.Event()
        self._pressed: dict[tuple[str, str], datetime] = {}  # (channel, ts) → until when it goes first

    def wake(self) -> None:
        self._woken.set()

    def pressed(self, channel: str, ts: str) -> None:
        """Somebody looks at this message now: it changes before the other copies of its step do."""
        self._pressed[channel, ts] = self._clock.now() + LOOKED_AT

    async def run(self) -> None:
        """Drains whenever something was committed or finished, and every second for what was delayed."""
        while True:
            await self._let_acts_pass()
            self._woken.clear()
            try:
                await self.drain_once()
            except DatabaseUnavailable:  # the store has said so
                await self._clock.sleep(RETRY_S)
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pause_s()):
                    await self._woken.wait()

    async def _let_acts_pass(self) -> None:
        """Many who act at once are acknowledged first: sending in their midst makes the last of them wait for it."""
        for _ in range(round(PATIENCE_S / LOOK_S)):
            if not self._acting():
                return
            await self._clock.sleep(LOOK_S)

    async def drain_once(self) -> int:
        """Starts everything that can be started now; how many that were."""
        if not self._answering() or self._free(ASKING) <= 0:
            return 0
        now = self._clock.now()
        started = 0
        self._moved.clear()
        self._showing.forget_homeless(now)
        self._waiting.begin(now)
        doubts = await self._store.in_doubt(self._team, now, busy=self._waiting.surfaces)
        for lane, rows in _by_lane(doubts).items():
            started += self._start(lane, self._doubts.settle, *rows)
        for most in _LISTED:
            rows = await self._listed(now, most)
            started += self._start_shows(rows)
            if len(rows) < most or self._free(self._rank(rows[-1])) <= 0:
                break
        for job in await self._store.jobs_to_do(self._team, now, limit=_LISTED[-1], busy=self._waiting.jobs):
            started += self._start(f"job:{job.id}", self._jobs.do, job)
        return started

    async def _listed(self, now: datetime, most: int) -> list[SurfaceRow]:
        """What may be started, as far as the record knows, the most urgent first."""
        self._pressed = {place: until for place, until in self._pressed.items() if until > now}
        busy = [*self._showing.homeless, *self._waiting.surfaces]
        pressed = {ts for _, ts in self._pressed}
        return await self._store.surfaces_to_send(
            self._team, now, limit=most, busy=busy, lanes=list(self._busy), first=pressed, priority=PRIORITY
        )

    def _start_shows(self, rows: list[SurfaceRow]) -> int:
        """How many of them were started."""
        started, crowds = 0, self._crowds(rows)
        for row in sorted(self._pressed_first(rows), key=self._order):
            if row.id in crowds:
                started += self._start(row.lane, self._send_together, *crowds[row.id])
            else:
                started += self._start(row.lane, self._showing.show, row)
        return started

    @property
    def waits_until(self) -> datetime | None:
        """When something that waits for Slack's limits may go; while Slack is away nothing may."""
        return self._waiting.until if self._answering() else None

    def _pause_s(self) -> float:
        until = self.waits_until
        return min(RETRY_S, max(LOOK_S, (until - self._clock.now()).total_seconds())) if until else RETRY_S

    async def settle(self) -> None:
        """Waits until nothing is under way."""
        while self._busy:
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def drain(self) -> None:
        """For tests and the end of a run: drains until nothing can be started any more."""
        while await self.drain_once():
            await self.settle()

    def _crowds(self, rows: list[SurfaceRow]) -> dict[int, list[SurfaceRow]]:
        """Prompts for one person that are more than Slack takes at this moment: some would wait, so they share."""
        prompts = (row for row in rows if row.kind == "prompt" and row.ts is None and row.place.startswith("dm:"))
        crowds = (some[:MOST] for some in _by_lane(prompts).values() if len(some) > max(1, self._waiting.room(some[0])))
        return {row.id: crowd for crowd in crowds for row in crowd}

    async def _send_together(self, *rows: SurfaceRow) -> None:
        for row in await self._merging.send(*rows):
            await self._guarded(self._showing.show, Counter(), row)

    def _pressed_first(self, rows: list[SurfaceRow]) -> list[SurfaceRow]:
        """Without the other copies of a step whose pressed copy has still to change; they follow in the next round."""
        if not self._pressed:
            return rows
        first = {(row.number, _step(row)) for row in rows if _step(row) and (row.channel, row.ts) in self._pressed}
        return [
            row
            for row in rows
            if row.ts is None or (row.channel, row.ts) in self._pressed or (row.number, _step(row)) not in first
        ]

    def _start(self, place: str, do: Callable[..., Awaitable[None]], *rows: Row) -> int:
        """`rows` go as one, or wait as one: what the first of them needs is enough."""
        row, place_in_line = rows[0], self._rank(rows[0])
        if place in self._busy or place in self._moved or self._free(place_in_line) <= 0:
            return 0
        now = self._clock.now()
        if sum(self._waiting.must(one, place_in_line, now) for one in rows):  # of each it is remembered
            return 0
        task = asyncio.create_task(self._guarded(do, self._waiting.promise(row), *rows), name=place)
        self._busy[place] = task
        task.add_done_callback(lambda _: self._finished(place))
        return 1

    def _free(self, place_in_line: int) -> int:
        """How many of that rank may be started beside those that are under way."""
        return MOST_AT_ONCE - len(self._busy) - (0 if place_in_line <= ASKING else FOR_ASKING)

    def _finished(self, place: str) -> None:
        self._busy.pop(place, None)
        self._moved.add(place)
        self.wake()

    def _rank(self, row: Row) -> int:
        """As low as an answer's for what somebody looks at now."""
        looked_at = isinstance(row, SurfaceRow) and (row.channel, row.ts) in self._pressed
        return min(rank(row), ANSWER) if looked_at else rank(row)

    def _order(self, row: SurfaceRow) -> tuple[int, float]:
        """First posts in the order they were first wanted, updates in the order they became old."""
        return self._rank(row), row.id if row.ts is None else row.wanted_at.timestamp()

    async def _guarded(self, do: Callable[..., Awaitable[None]], promise: Counter[Key], *rows: Row) -> None:
        """A fault in one surface must not stop the others, in its place neither: it is said, and waits ever longer."""
        row = rows[0]
        name = f"{type(row).__name__}:{row.id}"
        try:
            with self._waiting.keeping(promise):
                await do(*rows)
            self._troubles.pop(name, None)
        except DatabaseUnavailable:  # the store has said so; what may have been posted is looked for
            await self._clock.sleep(RETRY_S)
        except Exception:
            self._troubles[name] = self._troubles.get(name, 0) + 1
            log.exception("cannot be sent", action="courier_fault", key=row.key, **of_incident(row.number))
            with contextlib.suppress(DatabaseUnavailable):
                for one in rows:
                    await self._put_off(one, longer(self._troubles[name]))

    async def _put_off(self, row: Row, seconds: float) -> None:
        later = self._clock.now() + timedelta(seconds=seconds)
        if isinstance(row, JobRow):
            await self._store.note(JobDelayed(id=row.id, not_before=later))
        else:
            await self._store.note(Delayed(id=row.id, not_before=later, in_doubt=True))


def _by_lane(rows: Iterable[SurfaceRow]) -> dict[str, list[SurfaceRow]]:
    lanes: dict[str, list[SurfaceRow]] = {}
    for row in rows:
        lanes.setdefault(row.lane, []).append(row)
    return lanes


def _step(row: SurfaceRow) -> str | None:
    """The step that a copy of a prompt is about; None for everything else."""
    parts = row.key.split(":")
    return parts[1] if row.kind in ("prompt", "nudge", "escalation", "reminder") and len(parts) > 2 else None
