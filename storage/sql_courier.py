"""What the courier asks: what is to be sent, what is in doubt, which message is what."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

import structlog
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    case,
    cast,
    or_,
    select,
    type_coerce,
)

from playbooks.incident import label_of
from storage.dialects import ids_for, none_of
from storage.rows import JobRow, JobState, SurfaceRow, SurfaceState
from storage.tables import UNSENT, WAITING, Json, jobs, surfaces

T = TypeVar("T")
log = structlog.get_logger()


def _plain(table: Table) -> Select[Any]:
    """JSON as it lies there: SQLAlchemy would stumble over a damaged one, and with it over all the others."""
    return select(*(type_coerce(c, Text).label(c.name) if isinstance(c.type, Json) else c for c in table.columns))


_S, _J = surfaces.c, jobs.c
_SURFACES, _JOBS = _plain(surfaces), _plain(jobs)
_SURFACE = surfaces.columns.keys()
_said: set[tuple[str, str, int]] = set()  # of which damaged rows the log says so already: database, table, id
_LANE = case((_S.place == "incident", cast(_S.number, Text) + ":incident"), else_=_S.place)
_IN_DOUBT = and_(_S.attempted_at.is_not(None), _S.ts.is_(None))


def to_send(
    db: Connection,
    team: str,
    now: datetime,
    limit: int,
    busy: Collection[int],
    priority: Mapping[str, int],
    lanes: Collection[str] = (),
    first: Collection[str] = (),
) -> list[SurfaceRow]:
    found = _to_send(db.dialect.name, tuple(priority.items()), first=bool(first))
    given = {"limit": limit, "lanes": list(lanes), **({"first": list(first)} if first else {})}
    return _surfaces(db, found, {**_at(db, team, now, busy), **given})


@cache  # putting these together takes longer than running them
def _to_send(dialect: str, priority: tuple[tuple[str, int], ...], *, first: bool) -> Select[Any]:
    pressed = [_S.ts.in_(bindparam("first", expanding=True))] if first else []
    free = or_(_LANE.not_in(bindparam("lanes", expanding=True)), *pressed)
    rank: list[ColumnElement[Any]] = [case((one, 0), else_=1) for one in pressed]
    if priority:  # however many updates wait, what nobody has seen yet is among those that are listed
        ranks = dict(priority)
        rank += [_S.ts.is_not(None), case(ranks, value=_S.kind, else_=max(ranks.values()) + 1)]
    found = _SURFACES.where(_S.team == bindparam("team"), UNSENT, ~_IN_DOUBT, free, *_ready(dialect, _S))
    return found.order_by(*rank, _S.id).limit(bindparam("limit"))


def in_doubt(db: Connection, team: str, now: datetime, busy: Collection[int]) -> list[SurfaceRow]:
    # Put in order here: asked for it, SQLite would go through all surfaces by their channel.
    found = _surfaces(db, _in_doubt(db.dialect.name), _at(db, team, now, busy))
    return sorted(found, key=lambda row: (row.channel or "", row.id))


@cache
def _in_doubt(dialect: str) -> Select[Any]:
    return _SURFACES.where(_S.team == bindparam("team"), UNSENT, _IN_DOUBT, *_ready(dialect, _S))


def surfaces_of(db: Connection, team: str, number: int, keys: Collection[str] | None) -> list[SurfaceRow]:
    found = _SURFACES.where(_S.team == team, _S.number == number).order_by(_S.id)
    return _surfaces(db, found if keys is None else found.where(_S.key.in_(keys)))


def surface(db: Connection, surface_id: int) -> SurfaceRow | None:
    return next(iter(_surfaces(db, _SURFACES.where(_S.id == surface_id))), None)


def surfaces_at(db: Connection, team: str, channel: str, ts: str) -> list[SurfaceRow]:
    found = _SURFACES.where(_S.team == team, _S.channel == channel, _S.ts == ts)
    return _surfaces(db, found.order_by(_S.id))


def delivered(db: Connection, team: str, delivery_id: str) -> SurfaceRow | None:
    found = _SURFACES.where(_S.team == team, _S.delivery_id == delivery_id)
    return next(iter(_surfaces(db, found)), None)


def jobs_to_do(db: Connection, team: str, now: datetime, limit: int, busy: Collection[int]) -> list[JobRow]:
    return _jobs(db, _jobs_to_do(db.dialect.name), {**_at(db, team, now, busy), "limit": limit})


@cache
def _jobs_to_do(dialect: str) -> Select[Any]:
    found = _JOBS.where(_J.team == bindparam("team"), WAITING, *_ready(dialect, _J))
    return found.order_by(_J.id).limit(bindparam("limit"))


def jobs_of(db: Connection, team: str, number: int, keys: Collection[str] | None) -> list[JobRow]:
    found = _JOBS.where(_J.team == team, _J.number == number).order_by(_J.id)
    return _jobs(db, found if keys is None else found.where(_J.key.in_(keys)))


def _at(db: Connection, team: str, now: datetime, busy: Collection[int]) -> dict[str, Any]:
    return {"team": team, "now": now, "busy": ids_for(db.dialect.name, busy)}


def _ready(dialect: str, columns: Any) -> list[ColumnElement[bool]]:
    come = or_(columns.not_before.is_(None), columns.not_before <= bindparam("now", type_=columns.not_before.type))
    return [come, none_of(dialect, columns.id, "busy")]


def _surfaces(db: Connection, found: Select[Any], given: Mapping[str, Any] | None = None) -> list[SurfaceRow]:
    # By way of a mapping a row would take a third longer, and thousands are listed while Slack is behind.
    rows = (dict(zip(_SURFACE, row, strict=True)) for row in db.execute(found, given))
    return _each(db, surfaces, rows, _surface)


def _jobs(db: Connection, found: Select[Any], given: Mapping[str, Any] | None = None) -> list[JobRow]:
    return _each(db, jobs, (dict(row) for row in db.execute(found, given).mappings()), _job)


def _surface(row: Mapping[str, Any]) -> SurfaceRow:
    payload = row["payload"]
    decoded = None if payload is None else json.loads(payload)
    return SurfaceRow(**{**row, "payload": decoded, "state": SurfaceState(row["state"])})


def _job(row: Mapping[str, Any]) -> JobRow:
    decoded = {"args": json.loads(row["args"]), "progress": json.loads(row["progress"])}
    return JobRow(**{**row, **decoded, "state": JobState(row["state"])})


def _each(
    db: Connection, table: Table, rows: Iterable[Mapping[str, Any]], read: Callable[[Mapping[str, Any]], T]
) -> list[T]:
    """Each row by itself: one that is damaged is left alone and must not keep the others. The log names it once."""
    found = []
    for row in rows:
        try:
            found.append(read(row))
        except Exception as error:  # what a damaged row may hold is without limit; its words are not for a log
            which = (str(db.engine.url), table.name, int(row["id"]))
            if which not in _said:
                _said.add(which)
                about = {"incident": label_of(row["number"])} if row["number"] else {}
                told = {"table": table.name, "row": row["id"], "why": type(error).__name__, **about}
                log.error("cannot be read", action="row_unreadable", **told)
    return found
