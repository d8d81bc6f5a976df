"""Keeps the Home tabs of those who look at them as the record is: published outside the listeners, never in a hurry.

`views.publish` is of Tier 4 (https://docs.slack.dev/reference/methods/views.publish): what changed is collapsed, so
that a person's tab is published at most once in `GAP`, except when they opened it or acted themselves.
"""

import asyncio
import contextlib
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from bot.errors import Limited, Rejected, SlackTrouble
from bot.pacing import HOUSEKEEPING
from bot.people import People
from bot.rosters import Rosters
from bot.slack.gateway import Gateway
from bot.slack.home import MOST_READ, Found, View, closed_home, home
from playbooks.incident import Incident
from playbooks.model import Role
from storage.errors import StorageError
from storage.store import Store

log = structlog.get_logger()
LOOKED_AT = timedelta(hours=1)  # so long after it was opened a tab is kept up to date
GAP = timedelta(seconds=3)
MOST_AT_ONCE = 5
LOOK_S = 1.0
PAUSE_S = 0.02  # between some incidents and the next, while somebody waits for an acknowledgement


@dataclass
class Tab:
    """One person's. `shown` is a digest of what Slack has."""

    opened_at: datetime
    stale: bool = True
    urgent: bool = True
    published_at: datetime | None = None
    shown: str = ""

    def is_due(self, now: datetime) -> bool:
        return self.urgent or (self.stale and (self.published_at is None or now - self.published_at >= GAP))


class Homes:
    """`run` for ever, or `once` in a test."""

    def __init__(
        self,
        store: Store,
        gateway: Gateway,
        people: People,
        rosters: Rosters,
        clock: Clock,
        team: str,
        *,
        acting: Callable[[], bool],
    ) -> None:
        self._store = store
        self._gateway = gateway.at(HOUSEKEEPING)
        self._people = people
        self._rosters = rosters
        self._clock = clock
        self._team = team
        self._acting = acting
        self._tabs: dict[str, Tab] = {}
        self._not_before: datetime | None = None
        self._woken = asyncio.Event()

    def opened(self, user: str) -> None:
        """Somebody looks at their tab: it is published anew, whatever is there."""
        self._tabs[user] = Tab(opened_at=self._clock.now())
        self._woken.set()

    def acted(self, user: str) -> None:
        """Somebody did something: if their tab is open, they see at once what became of it."""
        if tab := self._tabs.get(user):
            tab.stale = tab.urgent = True
            tab.opened_at = self._clock.now()
            self._woken.set()

    def changed(self) -> None:
        """The record or the roster changed: every tab that is open may show something else."""
        for tab in self._tabs.values():
            tab.stale = True

    async def run(self) -> None:
        """Looks when somebody opens a tab or acts, and every second for what changed."""
        while True:
            self._woken.clear()
            try:
                if not self._acting():
                    await self.once(self._clock.now())
            except StorageError:  # the store has said so
                await self._clock.sleep(LOOK_S)
            except Exception:
                # What is asked for anew is tried anew: a fault of ours must not end the process.
                log.exception("the Home tabs could not be made", action="homes_fault")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._woken.wait()

    async def once(self, now: datetime) -> int:
        """Publishes a few of those that are due, who waits for it first; how many were looked at."""
        self._tabs = {user: tab for user, tab in self._tabs.items() if now - tab.opened_at < LOOKED_AT}
        if self._not_before and now < self._not_before:
            return 0
        due = [user for user, tab in self._tabs.items() if tab.is_due(now)]
        due = sorted(due, key=lambda user: (not self._tabs[user].urgent, self._tabs[user].published_at or now))
        chosen = due[:MOST_AT_ONCE]
        if not chosen:
            return 0
        for user in chosen:  # before anything is read: what changes from here on makes them stale again
            self._tabs[user].stale = self._tabs[user].urgent = False
        try:
            found, total = await self._found(chosen, now)
        except StorageError:
            self.changed()
            raise
        await asyncio.gather(*(self._guarded(user, found[user], total, now) for user in chosen))
        return len(chosen)

    async def _found(self, users: list[str], now: datetime) -> tuple[dict[str, Found], int]:
        """For each, and how many incidents are open."""
        found = {user: Found(user) for user in users}

        def take(incidents: list[Incident]) -> None:
            for one in found.values():
                one.take(incidents)

        total = (await self._store.health(self._team, now)).open_incidents
        async for some in self._store.open_incidents(self._team, limit=MOST_READ):
            # In a thread and a few at a time, because hundreds would hold up everybody's acts.
            await asyncio.to_thread(take, some)
            await self._clock.sleep(PAUSE_S if self._acting() else 0.0)
        take(await self._store.owing(self._team, limit=MOST_READ))
        return found, total

    async def _guarded(self, user: str, found: Found, total: int, now: datetime) -> None:
        """A fault in one person's tab must stop neither the others nor Quarterdeck."""
        try:
            await self._publish(user, found, total, now)
        except Exception:
            log.exception("a Home tab could not be made", action="home_fault", person=user)
            self._tabs.pop(user, None)

    async def _publish(self, user: str, found: Found, total: int, now: datetime) -> None:
        tab = self._tabs.get(user)
        view = await self._view(user, found, total)
        digest = hashlib.sha256(json.dumps(view).encode()).hexdigest()
        if tab is None or tab.shown == digest:
            return
        tab.published_at = now
        try:
            await self._gateway.call("views.publish", user_id=user, view=view)
            tab.shown = digest
        except Rejected as error:
            log.warning("a Home tab was refused", action="home_refused", person=user, error=error.error)
            self._tabs.pop(user, None)
        except SlackTrouble as error:
            tab.stale = True
            if isinstance(error, Limited):
                self._not_before = now + timedelta(seconds=error.retry_after)

    async def _view(self, user: str, found: Found, total: int) -> View:
        person = await self._people.person(user)
        if person is None or not person.member:
            return closed_home(person)
        leads = {lead.id for lead in self._people.roster().get(Role.SECURITY_LEAD, ())}
        named = {role: self._people.named_all(seat.people) for role, seat in self._rosters.seats.items()}
        return home(found, total, named if user in leads else None)
