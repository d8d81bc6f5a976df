"""The machine's clock was set, in memory: see `sql_clock.py`."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from storage.rows import JobRow, JobState, SurfaceRow, SurfaceState

Row = TypeVar("Row", SurfaceRow, JobRow)


def moved_surface(row: SurfaceRow, by: timedelta) -> SurfaceRow:
    return _moved(row, by) if row.state is SurfaceState.LIVE and row.wanted > row.shown else row


def moved_job(row: JobRow, by: timedelta) -> JobRow:
    return _moved(row, by) if row.state is JobState.WAITING else row


def _moved(row: Row, by: timedelta) -> Row:
    return replace(
        row,
        wanted_at=row.wanted_at + by,
        attempted_at=_later(row.attempted_at, by),
        not_before=_later(row.not_before, by),
    )


def _later(moment: datetime | None, by: timedelta) -> datetime | None:
    return moment + by if moment is not None else None
