"""Prompts that would wait for one person's conversation go out together, as one message with all their buttons.

The list is a surface of its own, which belongs to no incident. It and its prompts are marked as attempted in one
transaction; each prompt's own delivery id stands in the message, so that each is looked for, found and recorded as if
it had come alone. From then on a prompt's place is its list, and the list is updated as a whole.
"""

import asyncio
import secrets
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TypeVar

import structlog

from bot.arrivals import LIST, Arrivals
from bot.clock import Clock
from bot.crashpoints import passing
from bot.doubts import Doubts
from bot.errors import Limited, NotSent, Rejected, Unclear
from bot.lateness import Lateness
from bot.metrics import Metrics, Sent
from bot.places import Places
from bot.sameness import Sameness
from bot.slack.gateway import Gateway
from bot.slack.lists import list_message
from bot.slack.messages import Context
from bot.slack.prompts import Part, list_part
from playbooks.effects import unsaid_before
from playbooks.incident import Incident
from storage.errors import DatabaseUnavailable
from storage.rows import Attempted, Delayed, Dropped, Shown, SurfaceRow, SurfaceState
from storage.store import Store, Tx

log = structlog.get_logger()
T = TypeVar("T")
AGAIN_S = 1.0
OF_THE_LIST = ("invalid_blocks", "msg_")  # how Slack's errors about a message begin, and not about its place


@dataclass(frozen=True, kw_only=True)
class Member:
    """One prompt of a list, with what it says there."""

    row: SurfaceRow
    incident: Incident
    late_s: float
    late_why: str | None
    part: Part


class Merging:
    """`send` posts a list, `update` brings one up to date."""

    def __init__(
        self,
        store: Store,
        arrivals: Arrivals,
        doubts: Doubts,
        gateway: Gateway,
        places: Places,
        lateness: Lateness,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._arrivals = arrivals
        self._doubts = doubts
        self._gateway = gateway
        self._places = places
        self._lateness = lateness
        self._clock = clock
        self._metrics = metrics
        self._same = Sameness()

    async def send(self, *rows: SurfaceRow) -> list[SurfaceRow]:
        """Posts what can share a message, drills and real ones apart; gives those that are to be shown alone.

        A prompt whose step ended meanwhile is among those, and so is the only one that is left.
        """
        found = [(row, await _unless_damaged(self._member(row))) for row in rows]
        members = [member for _, member in found if member]
        together = [one for one in members if one.incident.drill == members[0].incident.drill]
        alone = [row for row, member in found if member is None]
        if len(together) < 2:
            return alone + [one.row for one in together]
        return alone + await self._post(together)

    async def _member(self, row: SurfaceRow) -> Member | None:
        """None for what is to be shown alone: it has nothing to ask any more, or is not to be posted now."""
        fresh = await self._store.surface(row.id)
        if fresh is None or fresh.ts is not None or fresh.attempted_at is not None:
            return None
        incident = await self._store.incident(row.team, row.number)
        if await comes_after(self._store, row, incident):
            return None
        late_s, late_why = await self._lateness.of(row, incident, self._clock.now())
        part = list_part(incident, row.key, self._context(row, late_s, late_why))
        return Member(row=row, incident=incident, late_s=late_s, late_why=late_why, part=part) if part else None

    def _context(self, row: SurfaceRow, late_s: float = 0.0, late_why: str | None = None) -> Context:
        return Context(
            now=self._clock.now(),
            delivery_id=row.delivery_id,
            posted=row.ts is not None,
            late_s=late_s,
            late_why=late_why,
            maybe_repeat=row.maybe_repeat,
        )

    async def _post(self, members: list[Member]) -> list[SurfaceRow]:
        """Gives those that Slack takes only alone."""
        user = members[0].row.place.removeprefix("dm:")
        listing: SurfaceRow | None = None
        try:
            with self._metrics.sending(LIST):
                channel = await self._places.dm(members[0].row.team, user)
                listing, members = await self._begin(members, channel)
                ts = await self._deliver(listing, members, channel)
        except (Limited, NotSent) as error:
            if isinstance(error, NotSent):
                self._lateness.slack_failed(self._clock.now(), str(error))
            wait_s = error.retry_after if isinstance(error, Limited) else AGAIN_S
            await self._give_up(listing, members, wait_s)
        except Unclear as error:
            self._lateness.slack_failed(self._clock.now(), str(error))
            await self._in_doubt(listing, members, error)
        except Rejected as error:
            return await self._refused(listing, members, user, error)
        else:
            await self._arrived(listing, members, ts)
        return []

    async def _begin(self, members: list[Member], channel: str) -> tuple[SurfaceRow, list[Member]]:
        """The list with its members is on disk as attempted, before it leaves."""
        first, now = members[0].row, self._clock.now()
        key = f"{LIST}:{secrets.token_hex(8)}"
        ids = [one.row.id for one in members]
        told = [[one.row.id, one.row.number, one.row.key, one.row.delivery_id] for one in members]
        payload = {"members": told, "drill": members[0].incident.drill}

        def begin(tx: Tx) -> SurfaceRow:
            row = tx.want(first.team, key, first.place, payload, now)
            tx.note(*(Attempted(id=one, at=now, channel=channel) for one in (row.id, *ids)))
            return row

        listing = await self._store.transact(begin)
        there = [replace(one, row=replace(one.row, channel=channel, attempted_at=now)) for one in members]
        return replace(listing, channel=channel, attempted_at=now), there

    async def _deliver(self, listing: SurfaceRow, members: list[Member], channel: str) -> str:
        passing("before-post")
        drill = members[0].incident.drill
        message = list_message([one.part for one in members], listing.delivery_id, drill=drill)
        ts = await self._gateway.post(channel, message.text, message.blocks, delivery_id=listing.delivery_id)
        passing("after-post")
        self._same.keep(listing.id, ts, message.text, message.blocks)
        return ts

    async def _arrived(self, listing: SurfaceRow, members: list[Member], ts: str) -> None:
        self._metrics.sent(LIST, Sent.POSTED)
        self._metrics.merged.inc(len(members))
        log.info("several prompts in one message", action="merged", key=listing.key, rows=len(members))
        await self._arrivals.arrived(listing, ts, version=listing.wanted, late_s=0.0, late_why=None)
        arriving = (
            self._arrivals.arrived(
                one.row, ts, version=one.row.wanted, late_s=one.late_s, late_why=one.late_why, place=listing.key
            )
            for one in members
        )
        for result in await asyncio.gather(*arriving, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

    async def _give_up(self, listing: SurfaceRow | None, members: list[Member], wait_s: float) -> None:
        """It certainly was not posted: the list is no more, and its prompts wait as before."""
        later = self._clock.now() + timedelta(seconds=wait_s)
        notes = [Dropped(id=listing.id, version=listing.wanted)] if listing else []
        await self._store.note(*notes, *(Delayed(id=one.row.id, not_before=later) for one in members))

    async def _in_doubt(self, listing: SurfaceRow | None, members: list[Member], error: Unclear) -> None:
        if listing is None:
            await self._give_up(None, members, AGAIN_S)
            return
        for row in (listing, *(one.row for one in members)):
            await self._doubts.lost(row, error)

    async def _refused(
        self, listing: SurfaceRow | None, members: list[Member], user: str, error: Rejected
    ) -> list[SurfaceRow]:
        """For good, unless the conversation was only remembered wrongly, or it is the list that Slack does not take."""
        await self._give_up(listing, members, 0.0)
        if error.error.startswith(OF_THE_LIST):
            return [one.row for one in members]
        if error.error == "channel_not_found" and self._places.forget_dm(user):
            return []
        for one in members:
            await self._arrivals.refused(one.row, one.incident, error)
        return []

    async def update(self, row: SurfaceRow) -> None:
        """Brings the list up to date in which this prompt stands. Raises `SlackTrouble`."""
        there = await self._store.surfaces_at(row.team, row.channel or "", row.ts or "")
        listing = next(one for one in there if one.kind == LIST)
        payload = listing.payload or {}
        members = [await self._known(row, *told) for told in payload["members"]]
        # Of the rows as they are now: what is wanted meanwhile is a newer version than what is shown below.
        parts = [part for one in members if (part := await _unless_damaged(self._part(one, row.ts or "")))]
        message = list_message(parts, listing.delivery_id, drill=bool(payload.get("drill")))
        content = (row.ts or "", message.text, message.blocks)
        change = partial(self._gateway.update, row.channel or "", *content)
        if await self._same.changed(listing.id, *content, change=change):
            self._metrics.sent(LIST, Sent.UPDATED)
            self._lateness.slack_worked(self._clock.now())
        shown = (one for one in members if one.ts == row.ts and one.id)
        await self._store.note(*(Shown(id=one.id, ts=row.ts or "", version=one.wanted, again=True) for one in shown))

    async def _known(self, like: SurfaceRow, number: int, of: int, key: str, delivery_id: str) -> SurfaceRow:
        """A prompt of the list; one that is forgotten, long after its incident, has no number and says how it ended."""
        found = await self._store.surface(number)
        if found and found.delivery_id == delivery_id:
            return found
        return replace(like, id=0, number=of, key=key, delivery_id=delivery_id, maybe_repeat=False)

    async def _part(self, row: SurfaceRow, ts: str) -> Part | None:
        """One that is still to be noted as there says what it said."""
        incident = await self._store.incident(row.team, row.number)
        context = self._context(replace(row, ts=ts))
        return list_part(incident, row.key, context)


async def comes_after(store: Store, row: SurfaceRow, incident: Incident) -> bool:
    """Whether what was said of the step before, in the same place, may not be there yet: order is kept."""
    earlier = unsaid_before(incident, row.key)
    rows = await store.surfaces(row.team, row.number, earlier) if earlier else []
    return any(one.ts is None and one.state is SurfaceState.LIVE and one.wanted > one.shown for one in rows)


async def _unless_damaged(asking: Awaitable[T]) -> T | None:
    """None instead of a fault: one incident that cannot be read must not keep the others from going or changing."""
    try:
        return await asking
    except DatabaseUnavailable:
        raise
    except Exception:  # said where it is shown alone, and by its clock
        return None
