"""What the courier asks: what is to be sent, what is in doubt, which message is what."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, or_, select

from storage.rows import JobRow, JobState, SurfaceRow, SurfaceState
from storage.tables import UNSENT, WAITING, jobs, surfaces

_S, _J = surfaces.c, jobs.c
_SURFACE = surfaces.columns.keys()
_IN_DOUBT = and_(_S.attempted_at.is_not(None), _S.ts.is_(None))


def to_send(
    db: Connection, team: str, now: datetime, limit: int, busy: Collection[int], priority: Mapping[str, int]
) -> list[SurfaceRow]:
    found = select(surfaces).where(_S.team == team, UNSENT, ~_IN_DOUBT, *_ready(_S, now, busy))
    rank: list[ColumnElement[Any]] = []
    if priority:  # however many updates wait, what nobody has seen yet is among those that are listed
        rank = [_S.ts.is_not(None), case(priority, value=_S.kind, else_=max(priority.values()) + 1)]
    return _surfaces(db, found.order_by(*rank, _S.id).limit(limit))


def in_doubt(db: Connection, team: str, now: datetime, busy: Collection[int]) -> list[SurfaceRow]:
    found = select(surfaces).where(_S.team == team, UNSENT, _IN_DOUBT, *_ready(_S, now, busy))
    # Put in order here: asked for it, SQLite would go through all surfaces by their channel.
    return sorted(_surfaces(db, found), key=lambda row: (row.channel or "", row.id))


def surfaces_of(db: Connection, team: str, number: int, keys: Collection[str] | None) -> list[SurfaceRow]:
    found = select(surfaces).where(_S.team == team, _S.number == number).order_by(_S.id)
    return _surfaces(db, found if keys is None else found.where(_S.key.in_(keys)))


def surface(db: Connection, surface_id: int) -> SurfaceRow | None:
    return next(iter(_surfaces(db, select(surfaces).where(_S.id == surface_id))), None)


def surfaces_at(db: Connection, team: str, channel: str, ts: str) -> list[SurfaceRow]:
    found = select(surfaces).where(_S.team == team, _S.channel == channel, _S.ts == ts)
    return _surfaces(db, found.order_by(_S.id))


def delivered(db: Connection, team: str, delivery_id: str) -> SurfaceRow | None:
    found = select(surfaces).where(_S.team == team, _S.delivery_id == delivery_id)
    return next(iter(_surfaces(db, found)), None)


def jobs_to_do(db: Connection, team: str, now: datetime, limit: int, busy: Collection[int]) -> list[JobRow]:
    found = select(jobs).where(_J.team == team, WAITING, *_ready(_J, now, busy))
    return _jobs(db, found.order_by(_J.id).limit(limit))


def jobs_of(db: Connection, team: str, number: int, keys: Collection[str] | None) -> list[JobRow]:
    found = select(jobs).where(_J.team == team, _J.number == number).order_by(_J.id)
    return _jobs(db, found if keys is None else found.where(_J.key.in_(keys)))


def _ready(columns: Any, now: datetime, busy: Collection[int]) -> list[ColumnElement[bool]]:
    free = [columns.id.not_in(busy)] if busy else []
    return [or_(columns.not_before.is_(None), columns.not_before <= now), *free]


def _surfaces(db: Connection, found: Select[Any]) -> list[SurfaceRow]:
    # By way of a mapping a row would take a third longer, and thousands are listed while Slack is behind.
    rows = (dict(zip(_SURFACE, row, strict=True)) for row in db.execute(found))
    return [SurfaceRow(**{**row, "state": SurfaceState(row["state"])}) for row in rows]


def _jobs(db: Connection, found: Select[Any]) -> list[JobRow]:
    return [JobRow(**{**row, "state": JobState(row["state"])}) for row in db.execute(found).mappings()]
