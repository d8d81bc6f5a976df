"""One transaction in memory: it works on a copy, which takes the place of the original when all went well."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from playbooks.entries import Entry
from playbooks.incident import Incident
from playbooks.outcome import Outcome
from playbooks.roster import ADMIN_LOG
from storage import memory_notes
from storage.codec import name_of
from storage.errors import Conflict, NotFound
from storage.memory_clock import moved_job, moved_surface
from storage.rows import ADMIN_END, JobRow, Note, Repeat, SurfaceNote, SurfaceRow, SurfaceState, admin_end
from storage.store import Tx

Number = tuple[str, int]


@dataclass(frozen=True, kw_only=True)
class Memory:
    """Everything. The values in the dicts are frozen, so copying the dicts copies it all."""

    incidents: dict[Number, Incident] = field(default_factory=dict)
    due: dict[Number, datetime] = field(default_factory=dict)
    entries: dict[Number, tuple[Entry, ...]] = field(default_factory=dict)
    surfaces: dict[int, SurfaceRow] = field(default_factory=dict)
    jobs: dict[int, JobRow] = field(default_factory=dict)
    inbox: dict[tuple[str, str], Repeat] = field(default_factory=dict)
    conversations: dict[tuple[str, str], str] = field(default_factory=dict)
    beats: dict[str, datetime] = field(default_factory=dict)
    gaps: dict[tuple[str, datetime], datetime] = field(default_factory=dict)
    meta: dict[tuple[str, str], str] = field(default_factory=dict)

    def copy(self) -> "Memory":
        return Memory(**{name: dict(values) for name, values in vars(self).items()})


class MemoryTx(Tx):
    """See `Tx`."""

    def __init__(self, memory: Memory) -> None:
        self._all = memory
        self._read: set[Number] = set()

    def repeat(self, team: str, source_id: str) -> Repeat | None:
        return self._all.inbox.get((team, source_id))

    def incident(self, team: str, number: int) -> Incident:
        found = self._all.incidents.get((team, number))
        if found is None:
            raise NotFound(f"There is no incident {number} in this workspace.")
        self._read.add((team, number))
        return found

    def next_number(self, team: str) -> int:
        return max((number for owner, number in self._all.incidents if owner == team), default=0) + 1

    def open_with_key(
        self, team: str, fingerprints: Collection[str], vendor_ids: Collection[str], drill: bool
    ) -> int | None:
        return max(
            (
                incident.number
                for incident in self._open(team, drill)
                for key in incident.keys
                if ((key.claimed or drill) and key.fingerprint in fingerprints) or key.vendor_id in vendor_ids
            ),
            default=None,
        )

    def open_with_name(self, team: str, texts: Collection[str], hints: Collection[str], drill: bool) -> int | None:
        names, wanted_hints = ({name_of(text) for text in given} - {None} for given in (texts, hints))
        return max(
            (
                incident.number
                for incident in self._open(team, drill)
                for key in incident.keys
                if name_of(key.text) in names or name_of(key.hint) in wanted_hints
            ),
            default=None,
        )

    def _open(self, team: str, drill: bool) -> Iterator[Incident]:
        for incident in self._all.incidents.values():
            if incident.team == team and incident.is_open and incident.drill == drill:
                yield incident

    def free_keys(self, team: str, fingerprints: Collection[str], number: int) -> tuple[str, ...]:
        others = [incident for incident in self._open(team, drill=False) if incident.number != number]
        taken = {key.fingerprint for incident in others for key in incident.keys if key.claimed}
        return tuple(fingerprint for fingerprint in fingerprints if fingerprint not in taken)

    def open_from(self, team: str, channel: str, ts: str, drill: bool) -> int | None:
        return max(
            (
                incident.number
                for incident in self._open(team, drill)
                if (found := incident.captured_at(channel, ts)) and found.origin
            ),
            default=None,
        )

    def opened_by(self, team: str, author: str, since: datetime) -> list[int]:
        numbers = (
            incident.number
            for incident in self._all.incidents.values()
            if incident.team == team and incident.t0 > since
            if any(one.auto and one.author == author for one in incident.captured)
        )
        return sorted(numbers, reverse=True)

    def commit(
        self,
        outcome: Outcome,
        *,
        source_id: str,
        now: datetime,
        answer: str = "",
        payload: dict[str, Any] | None = None,
    ) -> None:
        incident = outcome.incident
        team, number = place = (incident.team, incident.number)
        self._refuse_clashes(incident)
        self._all.incidents[place] = incident
        self._all.due.pop(place, None)
        if outcome.next_due is not None:
            self._all.due[place] = outcome.next_due
        self._append(outcome.entries)
        there = {row.key for row in self._all.surfaces.values() if (row.team, row.number) == place}
        for surface in (*outcome.surfaces, *(one for one in outcome.again if one.key in there)):
            self._want(team, number, surface.key, surface.place, incident.seq, now)
        for job in outcome.jobs:
            self._want_job(team, number, job.key, job.args, now)
        if source_id:
            refused = outcome.refused is not None
            self.remember(team, source_id, now, number=number, answer=answer, refused=refused, payload=payload)
        self._read.add(place)

    def _refuse_clashes(self, incident: Incident) -> None:
        place = (incident.team, incident.number)
        if place in self._all.incidents and place not in self._read:
            raise Conflict(f"Somebody else wrote {incident.label} first.")
        claimed = [key.fingerprint for key in incident.keys if key.claimed and key.fingerprint]
        if incident.is_open and not incident.drill:
            free = self.free_keys(incident.team, claimed, incident.number)
            if len(free) != len(claimed):
                raise Conflict(f"Somebody else claimed a key of {incident.label} first.")

    def _append(self, entries: tuple[Entry, ...]) -> None:
        for entry in entries:
            there = self._all.entries.get((entry.team, entry.incident), ())
            if any(entry.seq == other.seq for other in there):
                raise Conflict(f"Somebody else wrote entry {entry.seq} first.")
            self._all.entries[entry.team, entry.incident] = (*there, entry)

    def want(self, team: str, key: str, place: str, payload: dict[str, Any] | None, now: datetime) -> SurfaceRow:
        return self._want(team, 0, key, place, 1, now, payload)

    def _want(
        self,
        team: str,
        number: int,
        key: str,
        place: str,
        wanted: int,
        now: datetime,
        payload: dict[str, Any] | None = None,
    ) -> SurfaceRow:
        rows = self._all.surfaces
        row = next((row for row in rows.values() if (row.team, row.number, row.key) == (team, number, key)), None)
        row = row or memory_notes.fresh_surface(max(rows, default=0) + 1, team, number, key, place, now)
        rows[row.id] = memory_notes.wanted_again(row, place, wanted, now, payload)
        return rows[row.id]

    def _want_job(self, team: str, number: int, key: str, args: dict[str, Any], now: datetime) -> None:
        rows = self._all.jobs
        if any((row.team, row.number, row.key) == (team, number, key) for row in rows.values()):
            return
        kind = key.split(":", 1)[0]
        row = JobRow(
            id=max(rows, default=0) + 1, team=team, number=number, key=key, kind=kind, args=args, wanted_at=now
        )
        rows[row.id] = row

    def remember(
        self,
        team: str,
        source_id: str,
        now: datetime,  # noqa: ARG002 - because it is kept for people who look into the database
        *,
        number: int | None = None,
        answer: str = "",
        refused: bool = False,
        payload: dict[str, Any] | None = None,
    ) -> None:
        if (team, source_id) in self._all.inbox:
            raise Conflict(f"Somebody else answered {source_id} first.")
        self._all.inbox[team, source_id] = Repeat(number=number, answer=answer, refused=refused, payload=payload)

    def note(self, *notes: Note) -> None:
        surfaces, jobs = self._all.surfaces, self._all.jobs
        for note in notes:
            if isinstance(note, SurfaceNote):
                if note.id in surfaces:
                    surfaces[note.id] = memory_notes.surface_after(surfaces[note.id], note)
            elif note.id in jobs:
                jobs[note.id] = memory_notes.job_after(jobs[note.id], note)

    def keep_conversation(self, team: str, user: str, channel: str) -> None:
        self._all.conversations[team, user] = channel

    def admin_log(self, team: str) -> list[Entry]:
        return list(self._all.entries.get((team, ADMIN_LOG), ()))

    def append_admin(self, team: str, *entries: Entry) -> None:
        self._append(entries)
        if entries:
            self.set_meta(team, ADMIN_END, admin_end(entries[-1]))

    def clear(self, team: str, number: int) -> int:
        incident = self._all.incidents.get((team, number))
        if incident is None or incident.is_open:
            return 0
        surfaces, jobs = memory_notes.clearable(self._all.surfaces, self._all.jobs, team, number)
        for row in surfaces:
            del self._all.surfaces[row.id]
        for job in jobs:
            del self._all.jobs[job.id]
        return len(surfaces) + len(jobs)

    def heartbeat(self, team: str, now: datetime, gap_s: float) -> None:
        last = self._all.beats.get(team)
        if last is not None and now - last > timedelta(seconds=gap_s):
            self._all.gaps[team, last] = now
        self._all.beats[team] = now

    def move_clock(self, team: str, by: timedelta) -> list[int]:
        kept = self._all
        kept.surfaces.update({k: moved_surface(row, by) for k, row in kept.surfaces.items() if row.team == team})
        kept.jobs.update({k: moved_job(row, by) for k, row in kept.jobs.items() if row.team == team})
        if team in kept.beats:
            kept.beats[team] += by
        mine = {start: kept.gaps.pop((team, start)) for owner, start in list(kept.gaps) if owner == team}
        kept.gaps.update({(team, start + by): end + by for start, end in mine.items()})
        runs = (n for (owner, n), one in kept.incidents.items() if owner == team and one.is_open)
        return sorted({*runs, *(n for owner, n in kept.due if owner == team)})

    def may_repeat(self, team: str) -> None:
        for row in [row for row in self._all.surfaces.values() if row.team == team]:
            if row.state is SurfaceState.LIVE and row.ts is None and row.attempted_at is None:
                self._all.surfaces[row.id] = replace(row, maybe_repeat=True)

    def set_meta(self, team: str, key: str, value: str) -> None:
        self._all.meta[team, key] = value
