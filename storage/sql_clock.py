"""The machine's clock was set: what waits for a moment waits for the same one, as the new clock tells it."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, Table, delete, insert, or_, select, update

from playbooks.states import IncidentStatus
from storage.tables import UNSENT, WAITING, gaps, heartbeat, incidents, jobs, surfaces

_MOMENTS = ("wanted_at", "attempted_at", "not_before")


def move_clock(db: Connection, team: str, by: timedelta) -> list[int]:
    _move(db, surfaces, team, UNSENT, by)
    _move(db, jobs, team, WAITING, by)
    _move_heartbeat(db, team, by)
    runs = or_(incidents.c.status == IncidentStatus.OPEN.value, incidents.c.next_due_at.is_not(None))
    return list(
        db.scalars(select(incidents.c.number).where(incidents.c.team == team, runs).order_by(incidents.c.number))
    )


def _move(db: Connection, table: Table, team: str, which: object, by: timedelta) -> None:
    columns = [table.c[name] for name in _MOMENTS]
    found = db.execute(select(table.c.id, *columns).where(table.c.team == team, which)).mappings().all()  # type: ignore[arg-type]  # because it is text
    for row in found:
        moved = {name: _later(row[name], by) for name in _MOMENTS}
        db.execute(update(table).where(table.c.id == row["id"]).values(**moved))


def _move_heartbeat(db: Connection, team: str, by: timedelta) -> None:
    last: datetime | None = db.scalar(select(heartbeat.c.last_at).where(heartbeat.c.team == team))
    if last is not None:
        db.execute(update(heartbeat).where(heartbeat.c.team == team).values(last_at=last + by))
    mine = gaps.c.team == team
    known = db.execute(select(gaps.c.started_at, gaps.c.ended_at).where(mine)).all()
    db.execute(delete(gaps).where(mine))
    moved = [{"team": team, "started_at": start + by, "ended_at": end + by} for start, end in known]
    if moved:
        db.execute(insert(gaps), moved)


def _later(moment: datetime | None, by: timedelta) -> datetime | None:
    return moment + by if moment is not None else None
