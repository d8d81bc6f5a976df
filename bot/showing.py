"""Brings one surface up to what the state says: posts it, once, or updates it."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.arrivals import LIST, Arrivals
from bot.clock import Clock
from bot.crashpoints import passing
from bot.doubts import Doubts
from bot.errors import Limited, NotSent, Rejected, Unclear
from bot.lateness import Lateness
from bot.losses import Losses
from bot.merging import Merging, comes_after
from bot.metrics import Metrics, Sent
from bot.patience import longer
from bot.places import NotYet, Places, Spot
from bot.sameness import Sameness
from bot.slack.gateway import Gateway
from bot.slack.render import Context, Message, Topic, render, render_notice
from bot.troubles import EDITING_CLOSED
from playbooks.incident import Incident
from storage.rows import Attempted, Dropped, Shown, SurfaceRow
from storage.store import Store

log = structlog.get_logger()

# Lowest first. Prompts go before everything, the housekeeping of a channel last.
PRIORITY = {
    "prompt": 0,
    LIST: 0,
    "escalation": 1,
    "nudge": 2,
    "reminder": 2,
    "ask": 2,
    "secret": 3,
    "door": 3,
    "offer": 3,
    "told": 3,
    "alert": 3,
    "receipt": 4,
    "joined": 4,
    "announcement": 5,
    "brief": 6,
    "missed": 6,
    "board": 7,
    "scorecard": 8,
    "reopened": 8,
    "topic": 9,
}
LAST = max(PRIORITY.values()) + 1  # of what has no rank of its own
AGAIN_S = 1.0
AT_ONCE = 3  # so many tries of an update that Slack stumbles over are a second apart
MOST_UNCLEAR_S = 30.0  # and the last of them
HOMELESS_AGAIN = timedelta(seconds=3)


class Showing:
    """`homeless` are the surfaces that wait for their incident's channel."""

    def __init__(
        self,
        store: Store,
        arrivals: Arrivals,
        doubts: Doubts,
        gateway: Gateway,
        places: Places,
        losses: Losses,
        lateness: Lateness,
        clock: Clock,
        metrics: Metrics,
        merging: Merging,
    ) -> None:
        self._store = store
        self._arrivals = arrivals
        self._doubts = doubts
        self._gateway = gateway
        self._places = places
        self._losses = losses
        self._lateness = lateness
        self._clock = clock
        self._metrics = metrics
        self._merging = merging
        self._same = Sameness()
        self._refused: dict[int, int] = {}  # surface id → how often in a row its update did not go through
        self._homeless_since: datetime | None = None
        self.homeless: dict[int, int] = {}  # surface id → incident number

    async def show(self, row: SurfaceRow) -> None:
        """Posts or updates one surface."""
        if row.ts is None and not await self._is_unposted(row):
            return
        incident = await self._store.incident(row.team, row.number) if row.number else None
        if incident and row.ts is None and await comes_after(self._store, row, incident):
            await self._arrivals.later(row, AGAIN_S, in_doubt=False)
            return
        try:
            with self._metrics.sending(row.kind):
                if row.place.startswith(f"{LIST}:"):
                    await self._merging.update(row)
                    self._refused.pop(row.id, None)
                    return
                spot = await self._spot(row, incident)
                if spot is not None:
                    await self._bring_up_to_date(row, incident, spot)
                    self._refused.pop(row.id, None)
        except Limited as error:
            await self._arrivals.later(row, error.retry_after, in_doubt=False)
        except NotSent as error:
            self._lateness.slack_failed(self._clock.now(), str(error))
            await self._arrivals.later(row, AGAIN_S, in_doubt=False)
        except Unclear as error:
            self._lateness.slack_failed(self._clock.now(), str(error))
            await self._unclear(row, error)
        except Rejected as error:
            await self._rejected(row, incident, error)

    async def _unclear(self, row: SurfaceRow, error: Unclear) -> None:
        """An update is just made again, ever more seldom lest one hold up all others; `slack_down` says once why."""
        if row.ts is None and row.key != "topic":
            await self._doubts.lost(row, error)
        else:
            await self._arrivals.later(row, longer(max(0, self._failed(row) - AT_ONCE), MOST_UNCLEAR_S), in_doubt=False)

    def _failed(self, row: SurfaceRow) -> int:
        """How often in a row by now."""
        self._refused[row.id] = self._refused.get(row.id, 0) + 1
        return self._refused[row.id]

    async def _rejected(self, row: SurfaceRow, incident: Incident | None, error: Rejected) -> None:
        """The next best way is another conversation, another place, or another person."""
        if row.place == "alerts":
            self._losses.alerts(error.error)
        if await self._has_another_place(row, incident, error.error):
            await self._arrivals.later(row, 0.0, in_doubt=False)
        elif row.ts is None:
            await self._arrivals.refused(row, incident, error)
        else:
            await self._not_updated(row, error)

    async def _has_another_place(self, row: SurfaceRow, incident: Incident | None, error: str) -> bool:
        """A direct message is opened anew, once; an incident moves."""
        if row.place.startswith("dm:"):
            user = row.place.removeprefix("dm:")
            return row.ts is None and error == "channel_not_found" and self._places.forget_dm(user)
        if row.place != "incident" or incident is None:
            return False
        at = row.channel if row.ts else self._losses.where(incident)
        return await self._losses.place(row.number, error, at=at, unsaid=row.ts is None and row.key != "topic")

    async def _is_unposted(self, row: SurfaceRow) -> bool:
        """Looked up once more right before a first post: a listing may be older than what it lists."""
        fresh = await self._store.surface(row.id)
        return fresh is not None and fresh.ts is None and fresh.attempted_at is None

    async def _not_updated(self, row: SurfaceRow, error: Rejected) -> None:
        """A message that is there cannot be changed: it was delivered, so the ladder goes on."""
        times = self._failed(row)
        if error.error == "message_not_found":
            del self._refused[row.id]
            await self._losses.message(row)
            return
        if note := await self._losses.left_behind(row, error.error):
            del self._refused[row.id]
            if error.error == EDITING_CLOSED:
                await self._arrivals.stuck(row, error)
            await self._store.note(note)
            return
        await self._arrivals.later(row, longer(times), in_doubt=False)
        await self._arrivals.stuck(row, error)

    async def _spot(self, row: SurfaceRow, incident: Incident | None) -> Spot | None:
        if row.ts is not None and row.channel is not None:
            return Spot(channel=row.channel, thread_ts=row.thread_ts)
        try:
            return await self._places.spot(row.place, row.team, incident)
        except NotYet:
            self.homeless[row.id] = row.number
            return None

    def forget_homeless(self, now: datetime) -> None:
        """Every few seconds all of them are tried again: the place may have come while one was being put aside."""
        if self._homeless_since is None or now - self._homeless_since >= HOMELESS_AGAIN:
            self._homeless_since = now
            self.homeless = {}

    def changed(self, number: int | None) -> None:
        """Something happened to the incident: it may have a place now, so what waited for one is tried again."""
        self.homeless = {row: home for row, home in self.homeless.items() if home != number}

    async def _bring_up_to_date(self, row: SurfaceRow, incident: Incident | None, spot: Spot) -> None:
        late_s, late_why = await self._lateness.of(row, incident, self._clock.now())
        context = Context(
            now=self._clock.now(),
            delivery_id=row.delivery_id,
            posted=row.ts is not None,
            late_s=late_s,
            late_why=late_why,
            maybe_repeat=row.maybe_repeat,
            links=self._links(incident),
        )
        shown = render(incident, row.key, context) if incident else render_notice(row.kind, row.payload or {}, context)
        if isinstance(shown, Topic):
            await self._set_topic(row, spot, shown)
        elif shown is None:
            await self._nothing(row)
        elif row.ts is None:
            await self._post(row, spot, shown, late_s, late_why)
        else:
            await self._update(row, spot, shown)

    def _links(self, incident: Incident | None) -> dict[str, str]:
        channel = incident.home.channel if incident else None
        return {"channel": self._places.link(channel)} if channel else {}

    async def _set_topic(self, row: SurfaceRow, spot: Spot, topic: Topic) -> None:
        change = partial(self._gateway.call, "conversations.setTopic", channel=spot.channel, topic=topic.text)
        if await self._same.changed(row.id, spot.channel, topic.text, change=change):
            self._metrics.sent(row.kind, Sent.UPDATED)
            self._lateness.slack_worked(self._clock.now())
        await self._store.note(Shown(id=row.id, ts="topic", version=row.wanted, channel=spot.channel))

    async def _update(self, row: SurfaceRow, spot: Spot, message: Message) -> None:
        """Slack is only asked when the message would change."""
        ts = row.ts or ""
        content = (ts, message.text, message.blocks)
        change = partial(self._gateway.update, spot.channel, *content)
        if await self._same.changed(row.id, *content, change=change):
            self._metrics.sent(row.kind, Sent.UPDATED)
            self._lateness.slack_worked(self._clock.now())
        await self._store.note(Shown(id=row.id, ts=ts, version=row.wanted, again=True))

    async def _nothing(self, row: SurfaceRow) -> None:
        """There is nothing to say (any more)."""
        if row.ts is None:
            await self._store.note(Dropped(id=row.id, version=row.wanted))
        else:
            await self._store.note(Shown(id=row.id, ts=row.ts, version=row.wanted, again=True))

    async def _post(self, row: SurfaceRow, spot: Spot, message: Message, late_s: float, late_why: str | None) -> None:
        now = self._clock.now()
        await self._store.note(Attempted(id=row.id, at=now, channel=spot.channel, thread_ts=spot.thread_ts))
        passing("before-post")
        attempted = replace(row, channel=spot.channel, thread_ts=spot.thread_ts, attempted_at=now)
        ts = await self._gateway.post(
            spot.channel, message.text, message.blocks, delivery_id=row.delivery_id, thread_ts=spot.thread_ts
        )
        passing("after-post")
        self._same.keep(row.id, ts, message.text, message.blocks)
        self._metrics.sent(row.kind, Sent.POSTED)
        await self._arrivals.arrived(attempted, ts, version=row.wanted, late_s=late_s, late_why=late_why)
        if spot.channel == self._places.alerts:
            await self._losses.alerts_took(in_thread=spot.thread_ts is not None)
