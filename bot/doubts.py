"""A first post whose answer was lost, or that a dead process left half done: looked for before it is sent again."""

from collections.abc import Awaitable, Sequence
from datetime import datetime, timedelta

import structlog

from bot.arrivals import LIST, Arrivals
from bot.clock import Clock
from bot.errors import Limited, NotSent, SlackTrouble, Unclear
from bot.lateness import Lateness
from bot.metrics import Metrics, Sent
from bot.observability import of_incident
from bot.outage import Outage
from bot.slack.gateway import POST_TIMEOUT_S, Gateway
from storage.errors import DatabaseUnavailable
from storage.rows import Dropped, NotPosted, SurfaceRow
from storage.store import Store

log = structlog.get_logger()
DOUBT = timedelta(seconds=5)  # Slack may still be finishing a post whose answer was lost
BLIND = timedelta(seconds=30)  # after that, twice is better than never
LOOK_BACK = timedelta(minutes=5)  # our clock and Slack's may differ
LOOK_AGAIN_S = 1.0
NEXT_BEST = timedelta(minutes=3)  # of answers lost one after the other, though Slack answers: the ladder goes on
FORGOTTEN = timedelta(hours=1)  # what is lost no more by then has arrived
WHENEVER = timedelta(days=1)


class Doubts:
    """`lost` begins a doubt, `settle` ends it, sooner or later."""

    def __init__(
        self,
        store: Store,
        gateway: Gateway,
        outage: Outage,
        arrivals: Arrivals,
        lateness: Lateness,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._gateway = gateway
        self._outage = outage
        self._arrivals = arrivals
        self._lateness = lateness
        self._clock = clock
        self._metrics = metrics
        self._lost: dict[int, datetime] = {}  # surface id → until when its first post was under way
        self._losing: dict[int, tuple[datetime, str]] = {}  # surface id → since when in a row, and what Slack said
        self._looking: dict[int, datetime] = {}  # surface id → since when its conversation cannot be read

    async def lost(self, row: SurfaceRow, error: Unclear) -> None:
        """The answer to its first post was lost just now."""
        log.warning("answer lost", action="answer_lost", key=row.key, why=str(error), **of_incident(row.number))
        now = self._clock.now()
        self._losing = {known: first for known, first in self._losing.items() if now - first[0] < FORGOTTEN}
        self._losing.setdefault(row.id, (now, error.error))
        self._lost[row.id] = await self._until(row, now) if error.hung else now
        await self._arrivals.later(row, LOOK_AGAIN_S, in_doubt=True)

    async def _until(self, row: SurfaceRow, now: datetime) -> datetime:
        """A call that was given up early is under way at Slack as long as one that was waited for."""
        fresh = await self._store.surface(row.id)
        attempted = (fresh and fresh.attempted_at) or now
        return max(now, attempted + timedelta(seconds=POST_TIMEOUT_S))

    async def settle(self, *rows: SurfaceRow) -> None:
        """Looks for first posts that may have arrived: one look for all that went where the first of them did.

        For all of them, also for those that were to be looked for later: found without its list, a prompt would take
        the list's message for its own.
        """
        now, where = self._clock.now(), _where(rows[0])
        doubts = await self._store.in_doubt(rows[0].team, now + WHENEVER, busy=())
        rows = tuple(row for row in doubts if _where(row) == where)
        if not rows:
            return
        try:
            found = await self._found(rows, now)
        except SlackTrouble as error:
            for row in rows:
                await self._look_again(row, error)
            return
        for row in sorted(rows, key=lambda row: row.kind != LIST):  # a list before the prompts that stand in it
            await self._guarded(row, self._looked(row, found.get(row.delivery_id), now))

    async def _guarded(self, row: SurfaceRow, looked: Awaitable[None]) -> None:
        """One incident that cannot be read must not keep the others of its conversation in doubt."""
        try:
            await looked
        except DatabaseUnavailable:
            raise
        except Exception:
            log.exception("cannot be settled", action="doubt_fault", key=row.key, **of_incident(row.number))
            await self._arrivals.later(row, BLIND.total_seconds(), in_doubt=True)

    async def _found(self, rows: Sequence[SurfaceRow], now: datetime) -> dict[str, str]:
        """Delivery id → `ts`, of those that are there. One call as a rule, because Slack counts these too."""
        where = (rows[0].channel or "", rows[0].thread_ts)
        attempts = [row.attempted_at or now for row in rows]
        ids = [row.delivery_id for row in rows]
        found: dict[str, str] = {}
        if any(self._is_over(row, now) for row in rows):  # the last look: our clock may be hours from Slack's
            found, whole = await self._gateway.delivered_lately(*where, ids)
            if whole or len(found) == len(ids):
                return found
        return found | await self._gateway.delivered(*where, ids, min(attempts) - LOOK_BACK, max(attempts) + LOOK_BACK)

    def _is_over(self, row: SurfaceRow, now: datetime) -> bool:
        """Slack has had its time: what is not there by now does not come any more."""
        return self._left(row, now) <= timedelta()

    def _left(self, row: SurfaceRow, now: datetime) -> timedelta:
        attempted = row.attempted_at or now
        return max(attempted, self._lost.get(row.id, attempted)) + DOUBT - now

    async def _looked(self, row: SurfaceRow, ts: str | None, now: datetime) -> None:
        """Slack may have been finishing it when its answer was lost."""
        self._looking.pop(row.id, None)
        if ts is not None:
            self._lost.pop(row.id, None)
            self._metrics.sent(row.kind, Sent.FOUND)
            await self._arrivals.adopted(row, ts)
        elif self._is_over(row, now):
            self._metrics.sent(row.kind, Sent.NOT_FOUND)
            self._lost.pop(row.id, None)
            await self._not_there(row)
        else:
            await self._arrivals.later(row, self._left(row, now).total_seconds(), in_doubt=True)

    async def _look_again(self, row: SurfaceRow, error: SlackTrouble) -> None:
        """The conversation cannot be read. After half a minute of trying, twice is better than never.

        That is half a minute in which Slack answers: in an outage, or while it refuses the token, it would not take the
        message either, and the first look afterwards tells.
        """
        now = self._clock.now()
        self._lateness.slack_failed(now, str(error))
        if isinstance(error, NotSent) and not error.silent:
            self._looking.pop(row.id, None)
        since = self._looking.setdefault(row.id, now)
        if now - max(since, self._outage.ended_at or since) < BLIND or not self._outage.answering:
            wait = error.retry_after if isinstance(error, Limited) else LOOK_AGAIN_S
            await self._arrivals.later(row, wait, in_doubt=True)
            return
        about = of_incident(row.number)
        log.warning("posting again without having looked", action="posted_blind", key=row.key, why=str(error), **about)
        self._metrics.sent(row.kind, Sent.BLIND)
        self._looking.pop(row.id)
        await self._not_there(row, blind=True)

    async def _not_there(self, row: SurfaceRow, *, blind: bool = False) -> None:
        """It is posted again; a list is not, because its prompts go alone or in another."""
        since, word = self._losing.get(row.id, (self._clock.now(), ""))
        since = max(since, self._outage.ended_at or since)
        if row.kind != LIST and self._outage.answering and self._clock.now() - since >= NEXT_BEST:
            self._losing.pop(row.id, None)
            await self._arrivals.unheard(row, word)
        gone = Dropped(id=row.id, version=row.wanted) if row.kind == LIST else NotPosted(id=row.id, blind=blind)
        await self._store.note(gone)


def _where(row: SurfaceRow) -> tuple[str | None, ...]:
    return row.place, row.channel, row.thread_ts
