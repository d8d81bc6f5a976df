"""Which incidents a message belongs to. Written anew whenever an incident's captured messages change."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, insert, select, text

from playbooks.incident import Incident
from playbooks.states import IncidentStatus
from storage.tables import captures, incidents

_C, _I = captures.c, incidents.c
_AUTO = text("auto")  # literal, so that the partial index is used


def write(db: Connection, incident: Incident) -> None:
    db.execute(delete(captures).where(_C.team == incident.team, _C.number == incident.number))
    if incident.captured:
        db.execute(insert(captures), rows(incident))


def rows(incident: Incident) -> list[dict[str, Any]]:
    return [
        {
            "team": incident.team,
            "channel": one.channel,
            "ts": one.ts,
            "number": incident.number,
            "author": one.author,
            "origin": one.origin,
            "auto": one.auto,
            "followed": one.followed,
        }
        for one in incident.captured
    ]


def followed_at(db: Connection, team: str, channel: str, ts: str) -> list[int]:
    found = select(_C.number).where(_C.team == team, _C.channel == channel, _C.ts == ts, _C.followed)
    return list(db.scalars(found.order_by(_C.number)))


def open_from(db: Connection, team: str, channel: str, ts: str, drill: bool) -> int | None:
    still_open = _I.status == IncidentStatus.OPEN.value
    found = _joined().where(_C.team == team, _C.channel == channel, _C.ts == ts, _C.origin)
    newest: int | None = db.scalar(found.where(still_open, _I.drill == drill).order_by(_C.number.desc()).limit(1))
    return newest


def opened_by(db: Connection, team: str, author: str, since: datetime) -> list[int]:
    found = _joined().where(_C.team == team, _C.author == author, _AUTO, _I.t0 > since)
    return sorted(db.scalars(found), reverse=True)  # in order here, so that SQLite looks them up by their author


def _joined() -> Select[Any]:
    same = and_(_I.team == _C.team, _I.number == _C.number)
    return select(_C.number).select_from(captures.join(incidents, same))
