"""How an incident was shown, once it is over: the courier's own notes. Nothing here touches the record."""

from datetime import datetime

from sqlalchemy import Column, ColumnElement, Connection, and_, delete, or_, select, union

from storage.rows import KEPT, JobState, SurfaceState
from storage.tables import incidents, jobs, surfaces

_I, _S, _J = incidents.c, surfaces.c, jobs.c
_SHOWN = and_(_S.kind.not_in(KEPT), or_(_S.state != SurfaceState.LIVE.value, _S.wanted <= _S.shown))
_ENDED = _J.state != JobState.WAITING.value


def clearable(db: Connection, team: str, closed_before: datetime, numbers: range) -> list[int]:
    # With the numbers in both: asked "is there any" for each incident, PostgreSQL would look through everything.
    shown = select(_S.number).where(_S.team == team, _within(_S.number, numbers), _SHOWN)
    ended = select(_J.number).where(_J.team == team, _within(_J.number, numbers), _ENDED)
    # A row of an open incident has no moment of closing; one that still asks for an answer has a next moment.
    over = and_(_I.team == team, _I.closed_at < closed_before, _I.next_due_at.is_(None), _within(_I.number, numbers))
    return list(db.scalars(select(_I.number).where(over, _I.number.in_(union(shown, ended))).order_by(_I.number)))


def _within(column: Column[int], numbers: range) -> ColumnElement[bool]:
    return column.between(numbers.start, numbers.stop - 1)


def clear(db: Connection, team: str, number: int) -> int:
    # The state is not read: a damaged incident may be cleared like any other. The row is held against a reopening.
    over = and_(_I.team == team, _I.number == number, _I.closed_at.is_not(None))
    if db.scalar(select(_I.number).where(over).with_for_update()) is None:
        return 0
    gone = db.execute(delete(surfaces).where(_S.team == team, _S.number == number, _SHOWN)).rowcount
    return gone + db.execute(delete(jobs).where(_J.team == team, _J.number == number, _ENDED)).rowcount
