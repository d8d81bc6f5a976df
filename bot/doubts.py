"""A first post whose answer was lost, or that a dead process left half done: looked for before it is sent again."""

from datetime import datetime, timedelta

import structlog

from bot.arrivals import Arrivals
from bot.clock import Clock
from bot.errors import Limited, NotSent, SlackTrouble
from bot.lateness import Lateness
from bot.metrics import Metrics, Sent
from bot.observability import of_incident
from bot.outage import Outage
from bot.slack.gateway import Gateway
from storage.rows import NotPosted, SurfaceRow
from storage.store import Store

log = structlog.get_logger()
DOUBT = timedelta(seconds=5)  # Slack may still be finishing a post whose answer was lost
BLIND = timedelta(seconds=30)  # after that, twice is better than never
LOOK_BACK = timedelta(minutes=5)  # our clock and Slack's may differ
LOOK_AGAIN_S = 1.0


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
        self._lost: dict[int, datetime] = {}  # surface id → when the answer to its first post was lost
        self._looking: dict[int, datetime] = {}  # surface id → since when its conversation cannot be read

    async def lost(self, row: SurfaceRow) -> None:
        """The answer to what was sent for it was lost just now."""
        self._lost[row.id] = self._clock.now()
        await self._arrivals.later(row, LOOK_AGAIN_S, in_doubt=row.ts is None and row.key != "topic")

    async def settle(self, row: SurfaceRow) -> None:
        """Looks for a first post that may have arrived. Slack may have been finishing it when its answer was lost."""
        now = self._clock.now()
        attempted = row.attempted_at or now
        over = now - max(attempted, self._lost.get(row.id, attempted)) >= DOUBT
        where = (row.channel or "", row.thread_ts, row.delivery_id)
        try:
            ts = await self._gateway.delivered(*where, attempted - LOOK_BACK, attempted + LOOK_BACK)
            if ts is None and over:  # our clock may be hours from Slack's
                ts = await self._gateway.delivered_lately(*where)
        except SlackTrouble as error:
            await self._look_again(row, error)
            return
        self._looking.pop(row.id, None)
        if ts is not None:
            self._lost.pop(row.id, None)
            self._metrics.sent(row.kind, Sent.FOUND)
            await self._arrivals.adopted(row, ts)
        elif over:
            self._metrics.sent(row.kind, Sent.NOT_FOUND)
            self._lost.pop(row.id, None)
            await self._store.note(NotPosted(id=row.id))
        else:
            await self._arrivals.later(row, LOOK_AGAIN_S, in_doubt=True)

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
        await self._store.note(NotPosted(id=row.id, blind=True))
