"""Questions about incidents, the clock and the house itself. None of them changes anything."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Dialect, Row, Select, Text, func, select, type_coerce

from playbooks.entries import Entry
from playbooks.incident import Incident
from playbooks.model import Trigger
from playbooks.states import IncidentStatus
from storage import codec
from storage.errors import StorageError
from storage.rows import ASKING, Health, Summary
from storage.tables import UNSENT, WAITING, conversations, entries, gaps, heartbeat, incidents, jobs, meta, surfaces

T = TypeVar("T")
Many = tuple[list[T], dict[int, str]]
"""What could be read, and the number of each incident that could not, with the reason."""

_I, _S = incidents.c, surfaces.c
_TOLD = _S.place != "incident"  # a copy in a channel that is still being made keeps nobody from being asked
_WHOLE = (_I.number, _I.schema_version, _I.state, _I.playbook)


def incidents_of(db: Connection, team: str, open_only: bool, limit: int, below: int | None) -> Many[Incident]:
    found = _newest(select(*_WHOLE), team, open_only, limit)
    return _decoded(db, found if below is None else found.where(_I.number < below))


def owing(db: Connection, team: str, limit: int) -> Many[Incident]:
    asking = select(*_WHOLE).where(_I.team == team, _I.next_due_at.is_not(None), _I.status != IncidentStatus.OPEN.value)
    return _decoded(db, asking.order_by(_I.next_due_at, _I.number).limit(limit))


def _decoded(db: Connection, found: Select[Any]) -> Many[Incident]:
    return _each(db.execute(found), lambda row: codec.decode_incident(row.schema_version, row.state, row.playbook))


def summaries(db: Connection, team: str, open_only: bool, limit: int) -> Many[Summary]:
    # Moments as they lie there: SQLAlchemy would stumble over a damaged one, and with it over all the others.
    moments = (type_coerce(column, Text).label(column.name) for column in (_I.t0, _I.closed_at))
    columns = (_I.number, _I.status, _I.trigger, _I.drill, _I.text, *moments)
    found = db.execute(_newest(select(*columns), team, open_only, limit))
    return _each(found, lambda row: _summary(row, db.dialect))


def _each(rows: Iterable[Row[Any]], read: Callable[[Row[Any]], T]) -> Many[T]:
    """Each row, which begins with a number, by itself: one that is damaged must not hide the others."""
    found, unreadable = [], {}
    for row in rows:
        try:
            found.append(read(row))
        except Exception as error:  # what a damaged row may hold is without limit; its words are not for a log
            unreadable[int(row[0])] = str(error) if isinstance(error, StorageError) else type(error).__name__
    return found, unreadable


def _newest(columns: Select[Any], team: str, open_only: bool, limit: int) -> Select[Any]:
    found = columns.where(_I.team == team).order_by(_I.number.desc()).limit(limit)
    return found.where(_I.status == IncidentStatus.OPEN.value) if open_only else found


def _summary(row: Row[Any], dialect: Dialect) -> Summary:
    read = _I.t0.type.dialect_impl(dialect).result_processor(dialect, None) or (lambda moment: moment)
    told = {"status": IncidentStatus(row.status), "trigger": Trigger(row.trigger)}
    return Summary(**{**row._mapping, **told, "t0": read(row.t0), "closed_at": read(row.closed_at)})


def number_in(db: Connection, team: str, channel: str) -> int | None:
    # Not asked for the highest: SQLite would look through all incidents in the order of their numbers.
    return max(db.scalars(select(_I.number).where(_I.team == team, _I.channel == channel)), default=None)


def timeline(db: Connection, team: str, number: int, upto: int | None) -> list[Entry]:
    e = entries.c
    found = select(e.body, e.prev_hash, e.hash).where(e.team == team, e.number == number).order_by(e.seq)
    return [codec.decode_entry(*row) for row in db.execute(found if upto is None else found.where(e.seq <= upto))]


def due(db: Connection, team: str, now: datetime, limit: int) -> list[int]:
    passed = select(_I.number).where(_I.team == team, _I.next_due_at <= now)
    return list(db.scalars(passed.order_by(_I.next_due_at, _I.number).limit(limit)))


def next_due(db: Connection, team: str, after: datetime | None = None) -> datetime | None:
    those = _I.next_due_at > after if after else _I.next_due_at.is_not(None)
    coming = select(_I.next_due_at).where(_I.team == team, those)
    return db.scalar(coming.order_by(_I.next_due_at).limit(1))


def conversations_of(db: Connection, team: str) -> dict[str, str]:
    found = select(conversations.c.user_id, conversations.c.channel).where(conversations.c.team == team)
    return {row.user_id: row.channel for row in db.execute(found)}


def gaps_since(db: Connection, team: str, since: datetime) -> list[tuple[datetime, datetime]]:
    found = select(gaps.c.started_at, gaps.c.ended_at).where(gaps.c.team == team, gaps.c.ended_at > since)
    return [(start, end) for start, end in db.execute(found.order_by(gaps.c.started_at))]


def meta_value(db: Connection, team: str, key: str) -> str | None:
    return db.scalar(select(meta.c.value).where(meta.c.team == team, meta.c.key == key))


def health(db: Connection, team: str, now: datetime) -> Health:
    still_open = select(func.count(_I.number)).where(_I.team == team, _I.status == IncidentStatus.OPEN.value)
    unsent, unsent_since = _behind(db, surfaces.c.wanted_at, surfaces.c.team == team, UNSENT)
    waiting, waiting_since = _behind(db, jobs.c.wanted_at, jobs.c.team == team, WAITING)
    _, unasked = _behind(db, _S.wanted_at, _S.team == team, UNSENT, _S.ts.is_(None), _S.kind.in_(ASKING), _TOLD)
    earliest = next_due(db, team)
    passed = [earliest] if earliest is not None and earliest <= now else []
    return Health(
        open_incidents=db.execute(still_open).scalar_one(),
        unsent=unsent,
        unsent_since=unsent_since,
        waiting_jobs=waiting,
        waiting_jobs_since=waiting_since,
        overdue_since=min([*passed, *([unasked] if unasked else [])], default=None),
        last_beat=db.scalar(select(heartbeat.c.last_at).where(heartbeat.c.team == team)),
    )


def _behind(db: Connection, wanted_at: ColumnElement[Any], *which: Any) -> tuple[int, datetime | None]:
    count, since = db.execute(select(func.count(), func.min(wanted_at)).where(*which)).one()
    return count, since
