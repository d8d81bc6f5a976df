"""With 10,000 closed incidents in the record, and 1,000 open: what is asked all the time must not feel them."""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.past import bury
from benchmarks.processes import ROOT, bot, slack
from benchmarks.seed import Plan, roster_of, seed
from benchmarks.starts import put_off
from benchmarks.table import Row
from bot.showing import PRIORITY
from storage.sql_store import SqlStore, open_store

CLOSED, OPEN = 10_000, 1_000
TIMES = 5


async def measure(folder: Path) -> list[Row]:
    """The same with the open ones alone and with all; the fastest of five, in one run."""
    figures: list[dict[str, float]] = []
    for closed in (0, CLOSED):
        async with slack() as workspace:
            file, team = folder / f"growth-{closed}.db", workspace.facts["team_id"]
            url, now = f"sqlite:///{file}", datetime.now(UTC)
            if closed:
                await bury(url, team, await roster_of(workspace), closed, now)
            await seed(workspace, url, Plan(count=OPEN, begin=now, first=closed + 1))
            put_off(file)
            found = await _questions(url, team, closed + 1)
            async with bot(workspace, url, folder) as running:
                found["start to ready"] = running.start_s * 1000
                found["readyz"] = await _fastest(partial(_ready, running.http))
            found["quarterdeck incidents"] = await _fastest(partial(_cli, url, "incidents"))
            found["quarterdeck export"] = await _fastest(partial(_cli, url, "export", f"INC-{closed + 1:04d}"))
        figures.append(found)
    alone, grown = figures
    return [
        Row(
            what=f"{what.capitalize()}, {CLOSED:,} closed and {OPEN:,} open",
            promise=f"{alone[what]:.1f} ms without the closed ones",
            figure=f"{ms:.1f} ms; {ms / alone[what]:.1f} x",
        )
        for what, ms in grown.items()
    ]


async def _questions(url: str, team: str, number: int) -> dict[str, float]:
    """What one turn of each loop asks, and what people ask."""
    store, now = open_store(url), datetime.now(UTC)
    asked: dict[str, Callable[[], Awaitable[Any]]] = {
        "a turn of the ticker": lambda: _both(store.due(team, now), store.next_due(team, after=now)),
        "a turn of the courier": lambda: _turn(store, team, now),
        "health": lambda: store.health(team, now),
        "list": lambda: store.incidents(team, limit=20),
        "status": lambda: _both(store.incident(team, number), store.entries(team, number)),
        "all open, for Home": lambda: _open(store, team),
        "whose channel": lambda: store.number_in(team, "C404"),
        "what to clear, of 200": lambda: store.clearable(team, now - timedelta(days=30), range(1, 201)),
    }
    try:
        return {what: await _fastest(question) for what, question in asked.items()}
    finally:
        await store.close()


async def _turn(store: SqlStore, team: str, now: datetime) -> None:
    await store.in_doubt(team, now)
    await store.surfaces_to_send(team, now, limit=200, priority=PRIORITY)
    await store.jobs_to_do(team, now, limit=5000)


async def _open(store: SqlStore, team: str) -> None:
    async for _ in store.open_incidents(team):
        pass


async def _both(first: Awaitable[Any], second: Awaitable[Any]) -> None:
    await first
    await second


async def _ready(http: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{http}/readyz") as answer:
        assert answer.status == 200, await answer.text()


async def _cli(url: str, *words: str) -> None:
    environment = {**os.environ, "QUARTERDECK_DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
    pipe = asyncio.subprocess.PIPE
    command = [sys.executable, "-m", "bot", *words]
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=pipe, stderr=pipe)
    said = await process.communicate()
    if process.returncode:
        raise RuntimeError(said[1].decode())


async def _fastest(question: Callable[[], Awaitable[Any]]) -> float:
    """Milliseconds, of `TIMES`: what others on the machine took is the least in it."""
    times = []
    for _ in range(TIMES):
        started = time.perf_counter()
        await question()
        times.append((time.perf_counter() - started) * 1000)
    return min(times)
