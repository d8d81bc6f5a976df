"""Brings one surface up to what the state says: posts it once, updates it, or looks for it when that is in doubt."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.clock import Clock
from bot.crashpoints import passing
from bot.errors import Limited, NotSent, Rejected, SlackTrouble, Unclear
from bot.intake import Intake
from bot.lateness import Lateness
from bot.metrics import Metrics, Sent
from bot.observability import of_incident
from bot.places import NotYet, Places, Spot
from bot.slack.gateway import Gateway
from bot.slack.render import Context, Message, Topic, render, render_notice
from bot.troubles import why
from playbooks.commands import JobFailed, Posted, SendFailed
from playbooks.incident import Incident
from storage.rows import Attempted, Delayed, Dropped, Failed, Gone, NotPosted, Shown, SurfaceRow
from storage.store import Store

log = structlog.get_logger()

# Lowest first. Prompts go before everything, the housekeeping of a channel last.
PRIORITY = {
    "prompt": 0,
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
DOUBT = timedelta(seconds=5)  # Slack may still be finishing a post whose answer was lost
BLIND = timedelta(seconds=30)  # after that, twice is better than never
LOOK_BACK = timedelta(minutes=5)  # our clock and Slack's may differ
LOOK_AGAIN_S = 1.0
MOST_DELAY_S = 300.0
HOMELESS_AGAIN = timedelta(seconds=3)
LASTING = {"board", "announcement"}  # posted anew when somebody deletes them


class Showing:
    """`homeless` are the surfaces that wait for their incident's channel."""

    def __init__(
        self,
        store: Store,
        intake: Intake,
        gateway: Gateway,
        places: Places,
        lateness: Lateness,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._intake = intake
        self._gateway = gateway
        self._places = places
        self._lateness = lateness
        self._clock = clock
        self._metrics = metrics
        self._lost: dict[int, datetime] = {}  # surface id → when the answer to its first post was lost
        self._looking: dict[int, datetime] = {}  # surface id → since when its conversation cannot be read
        self._refused: dict[int, int] = {}  # surface id → how often in a row its update was refused
        self._homeless_since: datetime | None = None
        self.homeless: dict[int, int] = {}  # surface id → incident number

    async def show(self, row: SurfaceRow) -> None:
        """Posts or updates one surface."""
        if row.ts is None and not await self._is_unposted(row):
            return
        incident = await self._store.incident(row.team, row.number) if row.number else None
        try:
            with self._metrics.sending(row.kind):
                spot = await self._spot(row, incident)
                if spot is not None:
                    await self._bring_up_to_date(row, incident, spot)
                    self._refused.pop(row.id, None)
        except Limited as error:
            await self._delay(row, error.retry_after, in_doubt=False)
        except NotSent as error:
            self._lateness.slack_failed(self._clock.now(), str(error))
            await self._delay(row, LOOK_AGAIN_S, in_doubt=False)
        except Unclear as error:
            self._lateness.slack_failed(self._clock.now(), str(error))
            self._lost[row.id] = self._clock.now()
            log.warning("answer lost", action="answer_lost", key=row.key, why=str(error), **of_incident(row.number))
            await self._delay(row, LOOK_AGAIN_S, in_doubt=row.ts is None and row.key != "topic")
        except Rejected as error:
            user = row.place.removeprefix("dm:") if row.place.startswith("dm:") else ""
            if row.ts is None and user and error.error == "channel_not_found" and self._places.forget_dm(user):
                await self._delay(row, 0.0, in_doubt=False)
            elif row.ts is None:
                await self._give_up(row, incident, error)
            else:
                await self._not_updated(row, error)

    async def _is_unposted(self, row: SurfaceRow) -> bool:
        """Looked up once more right before a first post: a listing may be older than what it lists."""
        fresh = await self._store.surface(row.id)
        return fresh is not None and fresh.ts is None and fresh.attempted_at is None

    async def settle_doubt(self, row: SurfaceRow) -> None:
        """Looks for a first post that may have arrived. Slack may have been finishing it when its answer was lost."""
        now = self._clock.now()
        attempted = row.attempted_at or now
        try:
            ts = await self._gateway.delivered(
                row.channel or "", row.thread_ts, row.delivery_id, attempted - LOOK_BACK, attempted + LOOK_BACK
            )
        except SlackTrouble as error:
            await self._look_again(row, error)
            return
        self._looking.pop(row.id, None)
        if ts is not None:
            self._metrics.sent(row.kind, Sent.FOUND)
            await self._adopt(row, ts)
        elif now - max(attempted, self._lost.get(row.id, attempted)) >= DOUBT:
            self._metrics.sent(row.kind, Sent.NOT_FOUND)
            await self._store.note(NotPosted(id=row.id))
        else:
            await self._delay(row, LOOK_AGAIN_S, in_doubt=True)

    async def _look_again(self, row: SurfaceRow, error: SlackTrouble) -> None:
        """The conversation cannot be read. After half a minute of trying, twice is better than never."""
        now = self._clock.now()
        self._lateness.slack_failed(now, str(error))
        if now - self._looking.setdefault(row.id, now) < BLIND:
            wait = error.retry_after if isinstance(error, Limited) else LOOK_AGAIN_S
            await self._delay(row, wait, in_doubt=True)
            return
        about = of_incident(row.number)
        log.warning("posting again without having looked", action="posted_blind", key=row.key, why=str(error), **about)
        self._metrics.sent(row.kind, Sent.BLIND)
        self._looking.pop(row.id)
        await self._store.note(NotPosted(id=row.id, blind=True))

    async def _not_updated(self, row: SurfaceRow, error: Rejected) -> None:
        """A message that is there cannot be changed: it was delivered, so the ladder goes on. Recorded once."""
        times = self._refused[row.id] = self._refused.get(row.id, 0) + 1
        if error.error == "message_not_found":
            gone = row.kind in LASTING
            await self._store.note(Gone(id=row.id) if gone else Shown(id=row.id, ts=row.ts or "", version=row.wanted))
            return
        await self._delay(row, min(2.0**times, MOST_DELAY_S), in_doubt=False)
        if row.number:
            command = JobFailed(
                **self._about(row),
                source_id=f"stuck:{row.delivery_id}",
                job=f"update {row.key}",
                error=error.error,
                why=why(error.error),
            )
            await self._intake.submit(command)

    async def _adopt(self, row: SurfaceRow, ts: str) -> None:
        """It had arrived; how late is found out as it was then. Version 0: what it shows may be old by now."""
        incident = await self._store.incident(row.team, row.number) if row.number else None
        late_s, late_why = await self._lateness.of(row, incident, _moment(ts, self._clock.now()))
        await self._arrived(row, ts, version=0, late_s=late_s, late_why=late_why)

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
            await self._gateway.call("conversations.setTopic", channel=spot.channel, topic=shown.text)
            self._metrics.sent(row.kind, Sent.UPDATED)
            await self._store.note(Shown(id=row.id, ts="topic", version=row.wanted, channel=spot.channel))
        elif shown is None:
            await self._nothing(row)
        elif row.ts is None:
            await self._post(row, spot, shown, late_s, late_why)
        else:
            await self._gateway.update(spot.channel, row.ts, shown.text, shown.blocks)
            self._metrics.sent(row.kind, Sent.UPDATED)
            self._lateness.slack_worked()
            await self._store.note(Shown(id=row.id, ts=row.ts, version=row.wanted))

    def _links(self, incident: Incident | None) -> dict[str, str]:
        channel = incident.home.channel if incident else None
        return {"channel": self._places.link(channel)} if channel else {}

    async def _nothing(self, row: SurfaceRow) -> None:
        """There is nothing to say (any more)."""
        if row.ts is None:
            await self._store.note(Dropped(id=row.id, version=row.wanted))
        else:
            await self._store.note(Shown(id=row.id, ts=row.ts, version=row.wanted))

    async def _post(self, row: SurfaceRow, spot: Spot, message: Message, late_s: float, late_why: str | None) -> None:
        now = self._clock.now()
        await self._store.note(Attempted(id=row.id, at=now, channel=spot.channel, thread_ts=spot.thread_ts))
        passing("before-post")
        attempted = replace(row, channel=spot.channel, thread_ts=spot.thread_ts, attempted_at=now)
        ts = await self._gateway.post(
            spot.channel, message.text, message.blocks, delivery_id=row.delivery_id, thread_ts=spot.thread_ts
        )
        passing("after-post")
        self._metrics.sent(row.kind, Sent.POSTED)
        await self._arrived(attempted, ts, version=row.wanted, late_s=late_s, late_why=late_why)

    async def _arrived(self, row: SurfaceRow, ts: str, *, version: int, late_s: float, late_why: str | None) -> None:
        """The message is there: its place and what follows from it are written down together."""
        self._lateness.slack_worked()
        self._lost.pop(row.id, None)
        shown = Shown(id=row.id, ts=ts, version=version, channel=row.channel)
        if not row.number:
            await self._store.note(shown)
            return
        command = Posted(
            **self._about(row),
            posted_at=_moment(ts, self._clock.now()),
            source_id=f"posted:{row.delivery_id}",
            surface=row.key,
            late_s=late_s,
            late_why=late_why,
            maybe_repeat=row.maybe_repeat,
            link=self._places.link(row.channel or "", ts),
        )
        await self._intake.submit(command, shown)

    def _about(self, row: SurfaceRow) -> dict[str, Any]:
        return {"team": row.team, "number": row.number, "at": self._clock.now()}

    async def _delay(self, row: SurfaceRow, seconds: float, *, in_doubt: bool) -> None:
        not_before = self._clock.now() + timedelta(seconds=seconds)
        await self._store.note(Delayed(id=row.id, not_before=not_before, in_doubt=in_doubt))

    async def _give_up(self, row: SurfaceRow, incident: Incident | None, error: Rejected) -> None:
        """Slack refuses this for good: said once in the log and the timeline; the ladder goes on from there."""
        about = of_incident(row.number)
        log.warning("refused by Slack", action="send_refused", key=row.key, error=error.error, **about)
        if incident is None:
            await self._store.note(Failed(id=row.id, version=row.wanted))
            return
        command = SendFailed(
            **self._about(row),
            source_id=f"failed:{row.delivery_id}:{row.wanted}",
            surface=row.key,
            error=error.error,
            why=why(error.error),
        )
        await self._intake.submit(command, Failed(id=row.id, version=row.wanted))


def _moment(ts: str, now: datetime) -> datetime:
    """When Slack says the message was posted, never later than now: our clock and Slack's may differ."""
    try:
        posted = datetime.fromtimestamp(float(ts), tz=now.tzinfo)
    except (ValueError, OverflowError):
        return now
    return min(posted, now)
