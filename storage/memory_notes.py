"""What became of surfaces and jobs, as frozen values: the counterpart of `sql_notes`."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from storage.rows import (
    KEPT,
    Attempted,
    Delayed,
    Dropped,
    Failed,
    Gone,
    JobAttempted,
    JobDelayed,
    JobDone,
    JobFailed,
    JobNote,
    JobProgress,
    JobRow,
    JobState,
    NotPosted,
    Shown,
    SurfaceNote,
    SurfaceRow,
    SurfaceState,
)


def fresh_surface(surface_id: int, team: str, number: int, key: str, place: str, now: datetime) -> SurfaceRow:
    """A surface that nobody wanted before; `wanted_again` gives it its version."""
    return SurfaceRow(
        id=surface_id,
        team=team,
        number=number,
        key=key,
        kind=key.split(":", 1)[0],
        place=place,
        wanted=0,
        shown=0,
        delivery_id=secrets.token_hex(8),
        wanted_at=now,
    )


def wanted_again(
    row: SurfaceRow, place: str, wanted: int, now: datetime, payload: dict[str, Any] | None = None
) -> SurfaceRow:
    """The surface with a newer version wanted."""
    failed = row.state is SurfaceState.FAILED
    moved = failed and row.place != place
    if moved:
        row = replace(row, channel=None, thread_ts=None, ts=None, attempted_at=None, not_before=None, shown=0)
    behind = row.state is SurfaceState.LIVE and row.wanted > row.shown
    return replace(
        row,
        wanted=max(wanted, row.wanted + 1),
        place=place if row.ts is None else row.place,
        payload=payload,
        wanted_at=row.wanted_at if behind else now,
        state=SurfaceState.FAILED if failed and not moved else SurfaceState.LIVE,
    )


def surface_after(row: SurfaceRow, note: SurfaceNote) -> SurfaceRow:
    """The surface once the note is written."""
    unattempted = row.attempted_at if row.ts else None
    match note:
        case Attempted():
            return replace(row, attempted_at=note.at, channel=note.channel, thread_ts=note.thread_ts, not_before=None)
        case NotPosted():
            repeat = row.maybe_repeat or note.blind
            return row if row.ts else replace(row, attempted_at=None, not_before=None, maybe_repeat=repeat)
        case Gone():
            if note.ts is not None and row.ts != note.ts:
                return row
            return replace(row, ts=None, attempted_at=None, not_before=None, shown=0, state=SurfaceState.LIVE)
        case Shown():
            left = (note.again and row.ts != note.ts) or (note.first and row.attempted_at is None)
            return row if left else _shown(row, note)
        case Delayed():
            attempted_at = row.attempted_at if note.in_doubt else unattempted
            return replace(row, not_before=note.not_before, attempted_at=attempted_at)
        case Dropped() | Failed():
            refused = isinstance(note, Failed) and row.ts is None and row.place == note.place
            if row.wanted > note.version and not refused:
                return row
            state = SurfaceState.DROPPED if isinstance(note, Dropped) else SurfaceState.FAILED
            return replace(row, state=state, not_before=None, attempted_at=unattempted)


def _shown(row: SurfaceRow, note: Shown) -> SurfaceRow:
    return replace(
        row,
        ts=note.ts,
        shown=max(row.shown, note.version),
        not_before=None,
        state=SurfaceState.LIVE,
        channel=note.channel or row.channel,
        place=note.place or row.place,
    )


def job_after(row: JobRow, note: JobNote) -> JobRow:
    """The job once the note is written."""
    match note:
        case JobAttempted():
            return replace(row, attempted_at=note.at, attempts=row.attempts + 1, not_before=None)
        case JobProgress():
            return replace(row, progress=note.progress)
        case JobDelayed():
            return replace(row, not_before=note.not_before)
        case JobDone():
            return replace(row, state=JobState.DONE)
        case JobFailed():
            return replace(row, state=JobState.FAILED)


def clearable(
    surfaces: Mapping[int, SurfaceRow], jobs: Mapping[int, JobRow], team: str, number: int
) -> tuple[list[SurfaceRow], list[JobRow]]:
    """What `Tx.clear` forgets of an incident that is over."""
    mine = [row for row in surfaces.values() if (row.team, row.number) == (team, number) and row.kind not in KEPT]
    done = [job for job in jobs.values() if (job.team, job.number) == (team, number)]
    return (
        [row for row in mine if row.state is not SurfaceState.LIVE or row.wanted <= row.shown],
        [job for job in done if job.state is not JobState.WAITING],
    )
