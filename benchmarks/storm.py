"""A storm: fifty incidents reported within a minute, with Slack's limits on, at the playbook's own speed.

Watched until the last prompts of T+3 and T+5 are due; nobody answers, so nudges and deputies' prompts come on top.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.processes import Slack, bot, slack
from benchmarks.table import Row, percentile, spread
from playbooks.entries import Entry, Kind
from playbooks.incident import Incident
from playbooks.ladder import channel_key, prompt_key
from simulator.driver import Practice
from storage.rows import SurfaceRow, SurfaceState
from storage.sql_store import open_store
from storage.store import Store

OPENINGS = 50
OVER_S = 60.0
WATCHED_S = OVER_S + 5 * 60 + 10  # until the last T+5, and ten seconds
WARM_S = 60.0  # after the start; the limits that another process left are unknown until then
STEPS = ("escalate", "revoke")


@dataclass(kw_only=True)
class Storm:
    """`first` and `second` are milliseconds after due; `channel` and `board` seconds after T0."""

    first: list[float] = field(default_factory=list)
    second: list[float] = field(default_factory=list)
    missing: int = 0
    channels: list[float] = field(default_factory=list)
    boards: list[float] = field(default_factory=list)
    threads: int = 0
    lists: int = 0
    merged: int = 0
    unsent: int = 0
    refused: Counter[str] = field(default_factory=Counter)  # by method
    refused_warm: int = 0  # of them, after the first minute


async def storm(folder: Path) -> Storm:
    """Raises RuntimeError when the workspace does not take a report."""
    database = f"sqlite:///{folder / 'storm.db'}"
    async with slack(limits="slack") as workspace:
        async with bot(workspace, database, folder, pacing="on"):
            begin = datetime.now(UTC)
            await _report(workspace, begin)
            await _until(begin + timedelta(seconds=WATCHED_S))
        found = Storm()
        await _refused(found, workspace, begin)
        store = open_store(database)
        try:
            await _damage(found, store, workspace.facts["team_id"])
        finally:
            await store.close()
    return found


async def _report(workspace: Slack, begin: datetime) -> None:
    """Through the form, as people do."""
    async with Practice(workspace.facts["url"], workspace.facts["people_token"]) as practice:
        dana = practice.person("Dana Ito")
        for number in range(OPENINGS):
            await _until(begin + timedelta(seconds=OVER_S * number / OPENINGS))
            await dana.command("/incident", f"Key {number} in a public gist")
            await dana.fill({"Trigger": "API key committed to a repository", "Suspect keys": f"gateway-{number}"})
            if errors := await dana.submit():
                raise RuntimeError(f"report {number}: {errors}")


async def _until(moment: datetime) -> None:
    await asyncio.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))


async def _refused(found: Storm, workspace: Slack, begin: datetime) -> None:
    for call in await workspace.look("/ledger"):
        if call["kind"] == "call" and call["facts"]["outcome"] == "ratelimited":
            found.refused[call["name"]] += 1
            found.refused_warm += call["at"] > begin.timestamp() + WARM_S


async def _damage(found: Storm, store: Store, team: str) -> None:
    for incident in await store.incidents(team, limit=OPENINGS):
        rows = {row.key: row for row in await store.surfaces(team, incident.number)}
        for step in STEPS:
            _prompts(found, incident, step, rows)
        _places(found, incident, rows, await store.entries(team, incident.number))
        found.merged += sum(row.place.startswith("list:") for row in rows.values())
        found.unsent += sum(row.state is SurfaceState.LIVE and row.wanted > row.shown for row in rows.values())
    lists = await store.surfaces(team, 0)
    found.lists = sum(row.kind == "list" and row.state is SurfaceState.LIVE for row in lists)


def _prompts(found: Storm, incident: Incident, step: str, rows: dict[str, SurfaceRow]) -> None:
    due = incident.step(step).due_at.timestamp()
    keys = (prompt_key(step, incident.step(step).owner or ""), channel_key(step))
    late = sorted((float(row.ts) - due) * 1000 for key in keys if (row := rows.get(key)) and row.ts)
    found.missing += not late
    found.first += late[:1]
    found.second += late[1:]


def _places(found: Storm, incident: Incident, rows: dict[str, SurfaceRow], entries: list[Entry]) -> None:
    ready = (entry.occurred_at for entry in entries if entry.kind is Kind.CHANNEL_READY)
    found.channels += [(at - incident.t0).total_seconds() for at in ready]
    found.threads += incident.home.thread
    if (board := rows["board"].ts) is not None:
        found.boards.append(float(board) - incident.t0.timestamp())


async def measure(folder: Path) -> list[Row]:
    return list(_rows(await storm(folder)))


def _rows(found: Storm) -> Iterator[Row]:
    late = percentile(found.first, 99)
    what = f"Storm, {OPENINGS} openings in a minute"
    yield Row(
        what=f"{what}: first copies late, p99 of {len(found.first)}",
        promise="2 s",
        figure=spread(found.first) + (f"; {found.missing} never came" if found.missing else ""),
        kept=late <= 2000 and not found.missing,
    )
    merged = f"; {found.merged} prompts in {found.lists} lists"
    yield Row(what="Storm: second copies late", promise="", figure=spread(found.second) + merged)
    by_method = ", ".join(f"{method} {count}" for method, count in found.refused.most_common()) or "none"
    figure = f"{found.refused_warm}; from the start {by_method}"
    yield Row(what="Storm: 429 after the first minute", promise="0", figure=figure, kept=not found.refused_warm)
    there = f"channels {_seconds(found.channels)}, boards {_seconds(found.boards)}"
    rest = f"{found.threads} in a thread instead; {found.unsent} updates still waited at the end"
    yield Row(what="Storm: from T0 until they were there", promise="", figure=f"{there}; {rest}")


def _seconds(values: Sequence[float]) -> str:
    return f"p50 {percentile(values, 50):.0f} s, max {max(values, default=0):.0f} s"
