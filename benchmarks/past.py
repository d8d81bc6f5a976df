"""Incidents that are over, as a record has them after some years: one told by the rules, kept under many numbers."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import text

from benchmarks.seed import History, Plan, show
from playbooks.entries import GENESIS, Actor
from playbooks.model import Role
from playbooks.outcome import Outcome
from storage.engine import open_engine
from storage.migrations import migrate
from storage.sql_store import open_store
from storage.store import Tx

CHUNK = 500  # in one transaction
APART = timedelta(hours=1)
# The deeds that were done for them, and the happenings that caused their entries.
_AFTERWARDS = (
    "UPDATE jobs SET state = 'done', attempts = 1, attempted_at = wanted_at",
    "INSERT INTO inbox (team, source_id, at, number, answer, refused)"
    " SELECT team, 'past:' || number || ':' || seq, '2026-01-01 00:00:00.000000', number, 'Noted.', FALSE FROM entries",
)


async def bury(url: str, team: str, roster: dict[Role, tuple[Actor, ...]], count: int, before: datetime) -> None:
    """Makes a database at `url` with the incidents 1 to `count`, an hour apart, all closed before `before`."""
    await asyncio.to_thread(migrate, url)
    store = open_store(url)
    try:
        pattern = _pattern(team, roster, before - timedelta(days=1))
        for start in range(1, count + 1, CHUNK):
            numbers = range(start, min(start + CHUNK, count + 1))
            copies = [_copy(pattern, number, before - APART * (count + 24 - number)) for number in numbers]
            await store.transact(partial(_keep, copies))
    finally:
        await store.close()
    await asyncio.to_thread(_settle, url)
    await asyncio.to_thread(show, url, [])


def _pattern(team: str, roster: dict[Role, tuple[Actor, ...]], end: datetime) -> Outcome:
    history = History(1, Plan(count=1, begin=end, spread=timedelta(hours=1)), team, roster, "CP1")
    history.close(Actor(id=roster[Role.SECURITY_LEAD][0].id), end)
    return replace(history.whole, jobs=tuple(history.jobs))


def _copy(pattern: Outcome, number: int, t0: datetime) -> Outcome:
    """Under another number and with its own T0; the entries keep their moments and are chained anew."""
    head, entries = GENESIS, []
    for entry in pattern.entries:
        entries.append(entry.model_copy(update={"incident": number}).chained(head))
        head = entries[-1].hash
    known = pattern.incident
    home = known.home.model_copy(update={"channel": f"CP{number}"})
    moments = {"t0": t0, "closed_at": t0 + timedelta(minutes=20)}
    return replace(
        pattern,
        incident=known.model_copy(update={"number": number, "home": home, "head": head, "keys": (), **moments}),
        entries=tuple(entries),
    )


def _keep(outcomes: list[Outcome], tx: Tx) -> None:
    for outcome in outcomes:
        tx.commit(outcome, source_id="", now=outcome.incident.t0)


def _settle(url: str) -> None:
    engines = open_engine(url)
    with engines.writer.begin() as connection:
        for statement in _AFTERWARDS:
            connection.execute(text(statement))
    engines.dispose()
