"""Looks back at what happened in Slack while nobody listened, or while Slack's events were lost on the way.

Slack promises events as best it can, so what it shows is compared with the record: at the start, as soon as Slack can
be reached again after a gap, and every two minutes.
Whatever differs goes through the same doors as the live events, and those know what they know already.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Hashable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

import structlog

from bot.errors import Limited, Paced, Rejected, SlackTrouble
from bot.observability import of_incident
from bot.slack import captures
from bot.slack.differences import Missed, Place, differences
from bot.slack.events import SIREN
from bot.slack.listeners import Desk
from bot.slack.offers import found_alarm
from bot.slack.reading import Heard, moment_of
from bot.slack.rereading import Rereader
from bot.slack.watch import overheard
from playbooks.access import Act
from playbooks.entries import Kind
from playbooks.incident import Captured, Incident, digest_of
from playbooks.objections import objection
from storage.errors import DatabaseUnavailable
from storage.rows import SurfaceRow

K = TypeVar("K", bound=Hashable)
Found = dict[Place, Heard | None]
Lost = Callable[[str], Awaitable[object]]

EVERY = timedelta(seconds=120)
AGAIN = timedelta(seconds=15)  # after a round that was broken off
OVERLAP = timedelta(minutes=5)  # what Slack stores late is found by the next look
FARTHEST = timedelta(hours=24)
STILL_LOOKED_AT = timedelta(days=1)  # after closing
PAGES = 5  # of an incident's channel
THREADS = 10  # of an incident's channel, in one look
MOST_SAID = 5000  # of troubles that are remembered as said
SINGLES = 10  # messages that stand elsewhere, of one incident in one look
_ALL, _RECENT = 100_000, 500
log = structlog.get_logger()


class Turns(Generic[K]):
    """Whatever was looked at longest ago comes first; what never was, before that."""

    MOST = 20_000

    def __init__(self) -> None:
        self._last: dict[K, int] = {}
        self._count = 0

    def ordered(self, keys: Iterable[K]) -> list[K]:
        return sorted(keys, key=lambda key: self._last.get(key, 0))

    def taken(self, key: K) -> None:
        if len(self._last) >= self.MOST:
            self._last.clear()
        self._count += 1
        self._last[key] = self._count


class LookBack:
    """`look_once` does one round: the alerts channel, then incidents until `EVERY` has passed; `run` for ever."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._read = Rereader(desk)
        self._incidents: Turns[int] = Turns()
        self._messages: Turns[Place] = Turns()  # threads, and messages that stand elsewhere
        self._broken_off = False
        self._begun = False  # whether the alerts channel was read since the start
        self._not_before: datetime | None = None
        self._troubles: dict[str, str] = {}  # what could not be looked at → Slack's word, said once
        self._wanted = asyncio.Event()

    @property
    def wanted(self) -> bool:
        """Somebody wants a look at once."""
        return self._wanted.is_set()

    def soon(self) -> None:
        """Something may have happened unheard: the next round begins at once, or after the one under way."""
        self._wanted.set()

    async def run(self) -> None:
        """At once, for what happened while nobody listened; then again and again."""
        while True:
            if self._not_before is not None:  # a look that somebody wanted is not passed over, only later
                await self._desk.clock.sleep(max(0.0, (self._not_before - self._desk.clock.now()).total_seconds()))
            began = asyncio.get_running_loop().time()
            whole = await self.look_once(self._desk.clock.now())
            if self._not_before is not None and self._not_before > self._desk.clock.now():
                continue  # what a limit broke off goes on when it may
            left = (EVERY if whole else AGAIN).total_seconds() - (asyncio.get_running_loop().time() - began)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(1.0, left)):
                    await self._wanted.wait()

    async def look_once(self, now: datetime) -> bool:
        """Never raises: what cannot be looked at now is looked at in the next round. False when it was broken off."""
        self._wanted.clear()
        if self._not_before is not None and now < self._not_before:
            return False
        self._broken_off = False
        try:
            if await self._guarded(self._alerts(now), lost=self._alerts_lost, place=self._desk.places.alerts):
                await self._guarded(self._all_incidents(now))
        except DatabaseUnavailable:  # the store has said so, and the next round looks again
            return False
        return not self._broken_off

    async def _all_incidents(self, now: datetime) -> None:
        for number in self._incidents.ordered(await self._candidates(now)):
            self._incidents.taken(number)
            if not await self._guarded(self._incident(number), None, **of_incident(number)):
                return
            if self._desk.clock.now() - now >= EVERY:
                return

    async def _candidates(self, now: datetime) -> list[int]:
        """Open incidents and those closed within the last day, newest first."""
        store, team = self._desk.store, self._desk.team
        recent = await store.summaries(team, limit=_RECENT)
        closed = {one.number for one in recent if one.closed_at and now - one.closed_at < STILL_LOOKED_AT}
        still_open = {one.number for one in await store.summaries(team, open_only=True, limit=_ALL)}
        return sorted(closed | still_open, reverse=True)

    async def _guarded(self, looking: Awaitable[None], lost: Lost | None = None, **about: str) -> bool:
        """False when the round ends here. One thing that cannot be looked at must not keep the others from it."""
        try:
            await looking
        except Rejected as error:
            self._say(error, **about)
            if lost:
                await lost(error.error)
            return True
        except SlackTrouble as error:
            self._broken_off = True
            if isinstance(error, Limited):
                self._not_before = self._desk.clock.now() + timedelta(seconds=error.retry_after)
            self._say(error, **about)
            return False
        except DatabaseUnavailable:
            raise
        except Exception:
            log.exception("cannot be looked at", action="look_back_fault", **about)
            return True
        self._troubles.pop(str(about), None)
        return True

    def _say(self, error: SlackTrouble, **about: str) -> None:
        if not isinstance(error, Paced) and self._troubles.get(str(about)) != error.error:
            if len(self._troubles) >= MOST_SAID:
                self._troubles.clear()
            self._troubles[str(about)] = error.error
            log.warning("Slack does not show it", action="look_back_trouble", why=str(error), **about)

    # --- the alerts channel

    async def _alerts_lost(self, error: str) -> None:
        self._desk.losses.alerts(error)

    async def _alerts(self, now: datetime) -> None:
        """What was said since the last look. The very first one only notes from when on everything counts."""
        desk, key = self._desk, f"looked:{self._desk.places.alerts}"
        known = await desk.store.meta(desk.team, key)
        if known is None:
            await desk.store.set_meta(desk.team, key, now.isoformat())
            return
        since = min(datetime.fromisoformat(known).astimezone(UTC), now)  # the clock may have been set back
        # The first time after a start everything of a day is read again: a 🚨 may stand on an old message.
        oldest = max(since, now - FARTHEST) if self._begun else now - FARTHEST
        for message in await self._read.history(desk.places.alerts, oldest=oldest):
            await self._guarded(self._alert(message, since, now), place=message.channel)
        self._begun = True
        await desk.losses.alerts_seen()
        await desk.losses.try_alerts()
        await desk.store.set_meta(desk.team, key, max(since, now - OVERLAP).isoformat())

    async def _alert(self, message: Heard, since: datetime, now: datetime) -> None:
        """One that was edited after it had been heard is no news: edits open nothing."""
        posted = moment_of(message.ts, now)
        stale = bool(message.edited_ts) and posted < since + OVERLAP
        if not message.gone and posted >= since and not stale:
            await overheard(self._desk, message)
        await self._sirens([message])

    async def _sirens(self, messages: Iterable[Heard]) -> None:
        for message in messages:
            for user in message.reacted(SIREN).users:
                await found_alarm(self._desk, message, user)

    # --- incidents

    async def _incident(self, number: int) -> None:
        """What happened while it was being read is left to the next look: the listing may be older than that."""
        desk = self._desk
        before = await desk.store.incident(desk.team, number)
        pinned = await desk.losses.pinned(before)
        try:
            home = await self._at_home(before)
        except Rejected as error:  # of its own place; what else cannot be read says nothing about that
            await desk.losses.place(number, error.error, at=desk.losses.where(before))
            raise
        if before.is_open and pinned:
            await self._board(*pinned, home)
        elsewhere = await self._elsewhere(before, home)
        await self._sirens(message for message in home.values() if message)
        incident = await desk.store.incident(desk.team, number)
        if incident.captured != before.captured:
            return
        for missed in differences(incident.captured, {**home, **elsewhere}, list(home), self._digest(incident)):
            await self._take(incident, missed)

    async def _at_home(self, incident: Incident) -> Found:
        """What stands where the incident is worked on, as far as it was read."""
        if incident.outside.announced_to and incident.home.thread:
            return {}  # somebody's direct messages
        if incident.home.thread:
            root = await self._announced(incident)
            return _by_place(await self._read.thread(self._desk.places.alerts, root)) if root else {}
        channel = incident.home.channel
        if channel is None:
            return {}
        found = _by_place(await self._read.history(channel, pages=PAGES))
        roots = [place for place, one in found.items() if one and one.thread_ts == one.ts]
        for place in self._messages.ordered(roots)[:THREADS]:
            self._messages.taken(place)
            found |= _by_place(await self._read.thread(*place))
        return found

    async def _board(self, board: SurfaceRow, job: int, home: Found) -> None:
        """Whether it is there and pinned still. https://docs.slack.dev/reference/objects/message-object"""
        message = home.get((board.channel or "", board.ts or ""))
        if message is not None and not message.gone and not message.pinned:
            await self._desk.losses.unpinned(board, job)

    async def _announced(self, incident: Incident) -> str | None:
        rows = await self._desk.store.surfaces(incident.team, incident.number, ["announcement"])
        return rows[0].ts if rows else None

    async def _elsewhere(self, incident: Incident, home: Found) -> Found:
        """The followed messages that were not among those: in other channels, in threads, far back, or deleted."""
        places = [(one.channel, one.ts) for one in incident.captured if one.followed]
        found: Found = {}
        for place in self._messages.ordered(place for place in places if place not in home)[:SINGLES]:
            self._messages.taken(place)
            try:
                found[place] = await self._read.message(*place)
            except Rejected as error:  # we may not read there
                self._say(error, place=place[0])
        return found

    def _digest(self, incident: Incident) -> Callable[[Heard], str]:
        """Our own messages change all the time and stay what they were when they were pinned."""
        known: dict[Place, Captured] = {(one.channel, one.ts): one for one in incident.captured}

        def digest(message: Heard) -> str:
            if captures.is_ours(self._desk, message):
                return known[message.channel, message.ts].sha256
            return digest_of(self._desk.masker.text(message.text)[0])

        return digest

    async def _take(self, incident: Incident, missed: Missed) -> None:
        desk, (channel, ts), message = self._desk, missed.place, missed.message
        about = of_incident(incident.number)
        log.info("found by looking back", action="looked_back", kind=missed.kind.value, place=channel, **about)
        if missed.kind is Kind.PINNED and message:
            await self._take_pin(incident, message, missed.user)
        elif missed.kind is Kind.UNPINNED:
            await captures.take_unpin(desk, incident.number, channel, ts, missed.user)
        elif missed.kind is Kind.MESSAGE_EDITED and message:
            await captures.take_edit(desk, incident.number, message, message.edited_ts)
        elif missed.kind is Kind.MESSAGE_DELETED:
            await captures.take_deletion(desk, incident.number, channel, ts)

    async def _take_pin(self, incident: Incident, message: Heard, user: str) -> None:
        """Somebody who may not is told so once, and not at every look."""
        desk, member = self._desk, incident.home.channel is not None
        if objection(incident, Act.NOTE, user, member=member):
            told = captures.refusal_key(message.channel, message.ts, user)
            if await desk.store.surfaces(desk.team, 0, [told]):
                return
        await captures.take_pin(desk, incident.number, message, user, member=member)


def _by_place(messages: Iterable[Heard]) -> Found:
    return {(one.channel, one.ts): one for one in messages}
