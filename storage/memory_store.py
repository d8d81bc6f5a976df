"""The record in memory, for tests and for trying things: the same promises, bar that it outlives the process."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from playbooks.entries import Entry
from playbooks.incident import Incident
from playbooks.states import IncidentStatus
from storage.memory_notes import clearable
from storage.memory_tx import Memory, MemoryTx
from storage.rows import ASKING, Health, JobRow, JobState, Summary, SurfaceRow, SurfaceState
from storage.store import Store, Tx

T = TypeVar("T")


class MemoryStore(Store):
    """See `Store`."""

    def __init__(self) -> None:
        self._all = Memory()

    async def transact(self, fn: Callable[[Tx], T]) -> T:
        attempt = self._all.copy()
        result = fn(MemoryTx(attempt))
        self._all = attempt
        return result

    async def incident(self, team: str, number: int) -> Incident:
        return MemoryTx(self._all).incident(team, number)

    async def number_in(self, team: str, channel: str) -> int | None:
        mine = (incident for (owner, _), incident in self._all.incidents.items() if owner == team)
        return max((incident.number for incident in mine if incident.home.channel == channel), default=None)

    async def followed_at(self, team: str, channel: str, ts: str) -> list[int]:
        mine = (incident for (owner, _), incident in self._all.incidents.items() if owner == team)
        return sorted(i.number for i in mine if (found := i.captured_at(channel, ts)) and found.followed)

    async def incidents(
        self, team: str, *, open_only: bool = False, limit: int = 100, below: int | None = None
    ) -> list[Incident]:
        mine = [incident for incident in self._all.incidents.values() if incident.team == team]
        older = [incident for incident in mine if below is None or incident.number < below]
        wanted = [incident for incident in older if incident.is_open or not open_only]
        return sorted(wanted, key=lambda incident: -incident.number)[:limit]

    async def owing(self, team: str, *, limit: int = 100) -> list[Incident]:
        due = [self._all.incidents[team, number] for _, number in self._due(team)]
        return [incident for incident in due if not incident.is_open][:limit]

    async def summaries(self, team: str, *, open_only: bool = False, limit: int = 100) -> list[Summary]:
        return [
            Summary(
                number=incident.number,
                status=incident.status,
                trigger=incident.trigger,
                drill=incident.drill,
                text=incident.text,
                t0=incident.t0,
                closed_at=incident.closed_at,
            )
            for incident in await self.incidents(team, open_only=open_only, limit=limit)
        ]

    async def entries(self, team: str, number: int, upto: int | None = None) -> list[Entry]:
        there = self._all.entries.get((team, number), ())
        return [entry for entry in there if upto is None or entry.seq <= upto]

    async def due(self, team: str, now: datetime, limit: int = 100) -> list[int]:
        return [number for at, number in self._due(team) if at <= now][:limit]

    async def next_due(self, team: str, *, after: datetime | None = None) -> datetime | None:
        return next((at for at, _ in self._due(team) if after is None or at > after), None)

    def _due(self, team: str) -> list[tuple[datetime, int]]:
        return sorted((at, number) for (owner, number), at in self._all.due.items() if owner == team)

    def _unsent(self, team: str) -> Iterator[SurfaceRow]:
        for row in self._all.surfaces.values():
            if row.team == team and row.state is SurfaceState.LIVE and row.wanted > row.shown:
                yield row

    async def clearable(self, team: str, closed_before: datetime, numbers: range) -> list[int]:
        over = (i for i in await self.incidents(team, limit=len(self._all.incidents)) if i.number in numbers)
        early = [i.number for i in over if i.closed_at and i.closed_at < closed_before]
        ended = sorted(number for number in early if (team, number) not in self._all.due)
        return [number for number in ended if any(clearable(self._all.surfaces, self._all.jobs, team, number))]

    async def surfaces_to_send(
        self,
        team: str,
        now: datetime,
        *,
        limit: int = 20,
        busy: Collection[int] = (),
        lanes: Collection[str] = (),
        first: Collection[str] = (),
        priority: Mapping[str, int] | None = None,
    ) -> list[SurfaceRow]:
        rank = priority or {}
        last = max(rank.values(), default=0) + 1
        ready = [row for row in self._unsent(team) if _is_ready(row, now, busy) and not _is_in_doubt(row)]
        free = [row for row in ready if row.ts in first or row.lane not in lanes]

        def order(row: SurfaceRow) -> tuple[bool, bool, int, int]:
            return row.ts not in first, bool(rank) and row.ts is not None, rank.get(row.kind, last), row.id

        return sorted(free, key=order)[:limit]

    async def in_doubt(self, team: str, now: datetime, *, busy: Collection[int] = ()) -> list[SurfaceRow]:
        doubted = [row for row in self._unsent(team) if _is_ready(row, now, busy) and _is_in_doubt(row)]
        return sorted(doubted, key=lambda row: (row.channel or "", row.id))

    async def surfaces(self, team: str, number: int, keys: Collection[str] | None = None) -> list[SurfaceRow]:
        return [row for row in self._all.surfaces.values() if _is_of(row, team, number, keys)]

    async def surface(self, surface_id: int) -> SurfaceRow | None:
        return self._all.surfaces.get(surface_id)

    async def surfaces_at(self, team: str, channel: str, ts: str) -> list[SurfaceRow]:
        place = (team, channel, ts)
        return [row for row in self._all.surfaces.values() if (row.team, row.channel, row.ts) == place]

    async def surface_delivered(self, team: str, delivery_id: str) -> SurfaceRow | None:
        rows = self._all.surfaces.values()
        return next((row for row in rows if (row.team, row.delivery_id) == (team, delivery_id)), None)

    async def jobs_to_do(
        self, team: str, now: datetime, *, limit: int = 20, busy: Collection[int] = ()
    ) -> list[JobRow]:
        return [row for row in self._waiting(team) if _is_ready(row, now, busy)][:limit]

    def _waiting(self, team: str) -> Iterator[JobRow]:
        for row in self._all.jobs.values():
            if row.team == team and row.state is JobState.WAITING:
                yield row

    async def jobs(self, team: str, number: int, keys: Collection[str] | None = None) -> list[JobRow]:
        return [row for row in self._all.jobs.values() if _is_of(row, team, number, keys)]

    async def conversations(self, team: str) -> dict[str, str]:
        return {user: channel for (owner, user), channel in self._all.conversations.items() if owner == team}

    async def gaps(self, team: str, since: datetime) -> Sequence[tuple[datetime, datetime]]:
        mine = ((start, end) for (owner, start), end in self._all.gaps.items() if owner == team and end > since)
        return sorted(mine)

    async def meta(self, team: str, key: str) -> str | None:
        return self._all.meta.get((team, key))

    async def health(self, team: str, now: datetime) -> Health:
        unsent, waiting = list(self._unsent(team)), list(self._waiting(team))
        mine = [incident for (owner, _), incident in self._all.incidents.items() if owner == team]
        passed = [at for at, _ in self._due(team) if at <= now]
        asking = (row for row in unsent if row.kind in ASKING and row.ts is None and row.place != "incident")
        unasked = [row.wanted_at for row in asking]
        return Health(
            open_incidents=sum(incident.status is IncidentStatus.OPEN for incident in mine),
            unsent=len(unsent),
            unsent_since=min((row.wanted_at for row in unsent), default=None),
            waiting_jobs=len(waiting),
            waiting_jobs_since=min((row.wanted_at for row in waiting), default=None),
            overdue_since=min([*passed, *unasked], default=None),
            last_beat=self._all.beats.get(team),
        )

    async def close(self) -> None:
        """Nothing to let go of."""


def _is_ready(row: SurfaceRow | JobRow, now: datetime, busy: Collection[int]) -> bool:
    return row.id not in busy and (row.not_before is None or row.not_before <= now)


def _is_in_doubt(row: SurfaceRow) -> bool:
    return row.attempted_at is not None and row.ts is None


def _is_of(row: SurfaceRow | JobRow, team: str, number: int, keys: Collection[str] | None) -> bool:
    return (row.team, row.number) == (team, number) and (keys is None or row.key in keys)
