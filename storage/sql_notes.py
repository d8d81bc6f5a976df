"""What became of surfaces and jobs, as updates; and wanting a surface, as an upsert."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Integer, String, Update, and_, bindparam, case, null, or_, update

from storage.dialects import Insert, insert_into
from storage.rows import (
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
    JobState,
    Note,
    NotPosted,
    Shown,
    SurfaceNote,
    SurfaceState,
)
from storage.tables import UNSENT, jobs, surfaces

_S, _J = surfaces.c, jobs.c


def surface_values(
    team: str, number: int, key: str, place: str, wanted: int, now: datetime, payload: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A surface that nobody wanted before."""
    return {
        "team": team,
        "number": number,
        "key": key,
        "kind": key.split(":", 1)[0],
        "place": place,
        "wanted": max(wanted, 1),
        "shown": 0,
        "delivery_id": secrets.token_hex(8),
        "payload": payload,
        "wanted_at": now,
        "state": SurfaceState.LIVE.value,
    }


def want_surfaces(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Insert them, or want a newer version of those that are there."""
    if rows:
        connection.execute(_wanting(connection.dialect.name), list(rows))


@cache  # putting a statement of this size together takes longer than running it
def _wanting(dialect: str) -> Insert:
    insert = insert_into(dialect, surfaces)
    new = insert.excluded
    moved = and_(_S.state == SurfaceState.FAILED.value, _S.place != new.place)
    behind = and_(_S.state == SurfaceState.LIVE.value, _S.wanted > _S.shown)
    stuck = and_(_S.state == SurfaceState.FAILED.value, _S.place == new.place)
    afresh = {name: case((moved, null()), else_=_S[name]) for name in _PLACEMENT}
    return insert.on_conflict_do_update(
        index_elements=["team", "number", "key"],
        set_={
            **afresh,
            "shown": case((moved, 0), else_=_S.shown),
            "wanted": case((_S.wanted >= new.wanted, _S.wanted + 1), else_=new.wanted),
            "place": case((or_(moved, _S.ts.is_(None)), new.place), else_=_S.place),
            "payload": new.payload,
            "wanted_at": case((behind, _S.wanted_at), else_=new.wanted_at),
            "state": case((stuck, SurfaceState.FAILED.value), else_=SurfaceState.LIVE.value),
        },
    )


_PLACEMENT = ("channel", "thread_ts", "ts", "attempted_at", "not_before")


def may_repeat(connection: Connection, team: str) -> None:
    untried = (_S.team == team, UNSENT, _S.ts.is_(None), _S.attempted_at.is_(None))
    connection.execute(update(surfaces).where(*untried).values(maybe_repeat=True))


def write_note(connection: Connection, note: Note) -> None:
    """Write one note."""
    if isinstance(note, SurfaceNote):
        connection.execute(*_surface_update(note))
    else:
        connection.execute(_job_update(note))


def _surface_update(note: SurfaceNote) -> tuple[Update, dict[str, Any]]:
    given: dict[str, Any] = {"of": note.id}
    match note:
        case Attempted():
            return _ATTEMPTED, {**given, "moment": note.at, "there": note.channel, "under": note.thread_ts}
        case NotPosted(blind=True):
            return _NOT_POSTED.values(maybe_repeat=True), given
        case NotPosted():
            return _NOT_POSTED, given
        case Gone(ts=None):
            return _GONE, given
        case Gone():
            return _GONE.where(_S.ts == bindparam("message")), {**given, "message": note.ts}
        case Shown():
            where = {
                name: value for name, value in (("there", note.channel), ("spot", note.place)) if value is not None
            }
            return _shown(frozenset(where), note.again, note.first), {
                **given,
                **where,
                "message": note.ts,
                "version": note.version,
            }
        case Delayed(in_doubt=True):
            return _DELAYED_IN_DOUBT, {**given, "moment": note.not_before}
        case Delayed():
            return _DELAYED, {**given, "moment": note.not_before}
        case Dropped():
            return _DROPPED, {**given, "version": note.version}
        case Failed():
            return _FAILED, {**given, "version": note.version, "refused": note.place}


# Put together once, like all that is written with every message: see `_wanting`.
_not_there = case((_S.ts.is_(None), null()), else_=_S.attempted_at)  # an attempt matters only until there is a message
_ROW = update(surfaces).where(_S.id == bindparam("of"))
_VERSION: BindParameter[int] = bindparam("version", type_=Integer)
_ATTEMPTED = _ROW.values(
    attempted_at=bindparam("moment"), channel=bindparam("there"), thread_ts=bindparam("under"), not_before=None
)
_NOT_POSTED = _ROW.where(_S.ts.is_(None)).values(attempted_at=None, not_before=None)
_GONE = _ROW.values(ts=None, attempted_at=None, not_before=None, shown=0, state=SurfaceState.LIVE.value)
_DELAYED_IN_DOUBT = _ROW.values(not_before=bindparam("moment"))
_DELAYED = _DELAYED_IN_DOUBT.values(attempted_at=_not_there)


@cache
def _shown(where: frozenset[str], again: bool, first: bool) -> Update:
    places: dict[str, Any] = {
        name: bindparam(given) for name, given in (("channel", "there"), ("place", "spot")) if given in where
    }
    newest = case((_S.shown < _VERSION, _VERSION), else_=_S.shown)
    live = SurfaceState.LIVE.value
    row = _ROW.where(_S.ts == bindparam("message")) if again else _ROW
    row = row.where(_S.attempted_at.is_not(None)) if first else row
    return row.values(ts=bindparam("message"), shown=newest, not_before=None, state=live, **places)


_ENDED = _ROW.values(not_before=None, attempted_at=_not_there)
_DROPPED = _ENDED.where(_S.wanted <= _VERSION).values(state=SurfaceState.DROPPED.value)
_REFUSED = and_(_S.ts.is_(None), _S.place == bindparam("refused", type_=String))
_FAILED = _ENDED.where(or_(_S.wanted <= _VERSION, _REFUSED)).values(state=SurfaceState.FAILED.value)


def _job_update(note: JobNote) -> Update:
    row = update(jobs).where(_J.id == note.id)
    match note:
        case JobAttempted():
            return row.values(attempted_at=note.at, attempts=_J.attempts + 1, not_before=None)
        case JobProgress():
            return row.values(progress=note.progress)
        case JobDelayed():
            return row.values(not_before=note.not_before)
        case JobDone():
            return row.values(state=JobState.DONE.value)
        case JobFailed():
            return row.values(state=JobState.FAILED.value)
