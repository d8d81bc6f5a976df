"""Where a surface belongs, as a Slack conversation: `dm:<user>`, `incident`, `alerts`, `thread:<channel>:<ts>`."""

import asyncio
from dataclasses import dataclass

from bot.slack.gateway import Gateway
from playbooks.effects import announcement_to
from playbooks.incident import Incident
from storage.rows import SurfaceRow
from storage.store import Store

MOST_HOMES = 5000


@dataclass(frozen=True, kw_only=True)
class Spot:
    channel: str
    thread_ts: str | None = None


class NotYet(Exception):
    """The place does not exist yet: the incident has no channel, or its announcement is not posted."""


class Places:
    """`alerts` is the id of the alerts channel, `workspace` the workspace's address (from auth.test)."""

    def __init__(self, store: Store, gateway: Gateway, alerts: str, workspace: str) -> None:
        self._store = store
        self._gateway = gateway
        self._dms: dict[str, str] = {}
        self._opening: dict[str, asyncio.Lock] = {}
        self._reopened: set[str] = set()
        self._homes: dict[int, str] = {}  # incident number → where it was last written to
        self._workspace = workspace
        self.alerts = alerts

    async def recall(self, team: str) -> None:
        """The direct messages that an earlier process opened: to open them costs Slack's limits nothing any more."""
        self._dms = await self._store.conversations(team)

    def link(self, channel: str, ts: str | None = None) -> str:
        """The permalink of a channel or message, as chat.getPermalink would give it, without the call."""
        message = f"/p{ts.replace('.', '')}" if ts else ""
        return f"{self._workspace.rstrip('/')}/archives/{channel}{message}"

    async def spot(self, place: str, team: str, incident: Incident | None) -> Spot:
        """Raises `NotYet`, and what the gateway raises when a direct message has to be opened first."""
        if place.startswith("dm:"):
            return Spot(channel=await self.dm(team, place.removeprefix("dm:")))
        if place.startswith("thread:"):
            _, where, ts = place.split(":")
            return Spot(channel=where, thread_ts=ts)
        if place == "alerts" or incident is None:
            return Spot(channel=self.alerts)
        if incident.home.channel:
            self._keep_home(incident.number, incident.home.channel)
            return Spot(channel=incident.home.channel)
        if not incident.home.thread:
            raise NotYet
        spot = await self._announced(team, incident)
        self._keep_home(incident.number, spot.channel)
        return spot

    def _keep_home(self, number: int, channel: str) -> None:
        self._homes[number] = channel
        if len(self._homes) > MOST_HOMES:
            del self._homes[next(iter(self._homes))]

    def known(self, row: SurfaceRow) -> str | None:
        """The conversation that it goes to, as far as that is known without asking anybody."""
        if row.place.startswith("dm:"):
            return self._dms.get(row.place.removeprefix("dm:"))
        if row.place.startswith("thread:"):
            return row.place.split(":")[1]
        return self._homes.get(row.number) if row.place == "incident" and row.number else self.alerts

    async def dm(self, team: str, user: str) -> str:
        """The `D…` of a person: remembered, else opened and kept before anything is posted there."""
        async with self._opening.setdefault(user, asyncio.Lock()):
            if user not in self._dms:
                channel = await self._gateway.open_dm(user)
                await self._store.keep_conversation(team, user, channel)
                self._dms[user] = channel
            return self._dms[user]

    def forget_dm(self, user: str) -> bool:
        """The conversation that was remembered is not there any more; False when it was opened only just now."""
        if self._dms.pop(user, None) is None or user in self._reopened:
            return False
        self._reopened.add(user)
        return True

    async def _announced(self, team: str, incident: Incident) -> Spot:
        """The thread under the announcement; where people got it instead of the alerts channel, under the first."""
        keys = [announcement_to(user) for user in incident.outside.announced_to] or ["announcement"]
        rows = await self._store.surfaces(team, incident.number, keys)
        posted = sorted((row.ts, row.channel) for row in rows if row.ts and row.channel)
        if not posted:
            raise NotYet
        return Spot(channel=posted[0][1], thread_ts=posted[0][0])
