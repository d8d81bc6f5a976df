"""How late the first copy of a prompt is: the moment Slack gave the message, minus the moment the step was due."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.processes import Slack, bot, slack
from benchmarks.seed import Plan, seed
from benchmarks.table import Row, percentile, spread
from playbooks.incident import Incident
from playbooks.ladder import channel_key, prompt_key
from storage.sql_store import open_store

WINDOWS = {1: 30.0, 100: 45.0, 1000: 60.0, 10_000: 60.0}  # open incidents: seconds watched
GRACE_S = 3.0  # for the last prompts of the window
FEW = 200
START_S = 8.0
ROOM = 2.0
PROMISED_MS = 250


@dataclass(kw_only=True)
class Lateness:
    """Milliseconds. `first` is the earlier of a prompt's two copies, `second` the later."""

    first: list[float] = field(default_factory=list)
    second: list[float] = field(default_factory=list)
    calls: int = 0  # to Slack within the window
    missing: int = 0  # prompts of which no copy came
    cpu: float = 0.0  # of one core
    mb: float = 0.0


async def lateness(slack: Slack, folder: Path, plan: Plan, window_s: float) -> Lateness:
    """Watches a bot with `plan.count` open incidents for `window_s` seconds from `plan.begin`."""
    database = f"sqlite:///{folder / f'late-{plan.count}.db'}"
    incidents = await seed(slack, database, plan)
    end = plan.begin + timedelta(seconds=window_s)
    async with bot(slack, database, folder) as running:
        if datetime.now(UTC) > plan.begin:
            raise RuntimeError("the seeding took longer than planned: give `begin` more time")
        await _until(plan.begin)
        cpu = running.cpu_s()
        await _until(end)
        cpu = (running.cpu_s() - cpu) / window_s
        await asyncio.sleep(GRACE_S)
        mb = running.mb()
    stamps = await posted(slack, database, incidents)
    found = Lateness(cpu=cpu, mb=mb, calls=await _calls(slack, plan.begin, end))
    for incident in incidents:
        for step in incident.steps:
            if plan.begin < step.due_at <= end:
                _add(found, stamps, incident, step.key, step.due_at)
    return found


def _add(found: Lateness, posted: dict[tuple[int, str], float], incident: Incident, step: str, due: datetime) -> None:
    keys = (prompt_key(step, incident.step(step).owner or ""), channel_key(step))
    late = sorted(
        (posted[incident.number, key] - due.timestamp()) * 1000 for key in keys if (incident.number, key) in posted
    )
    if not late:
        found.missing += 1
        return
    found.first.append(late[0])
    found.second += late[1:]


async def posted(slack: Slack, database: str, incidents: list[Incident]) -> dict[tuple[int, str], float]:
    """When the workspace says that each message was posted; which message is what, the delivery ids tell."""
    stamps: dict[str | None, float] = {}
    for call in await slack.look("/ledger"):
        if call["name"] == "chat.postMessage" and call["facts"]["outcome"] == "ok":
            delivery = (call["facts"]["args"].get("metadata") or {}).get("event_payload", {}).get("id")
            stamps.setdefault(delivery, float(call["facts"]["ts"]))
    store = open_store(database)
    try:
        team = slack.facts["team_id"]
        rows = [row for incident in incidents for row in await store.surfaces(team, incident.number)]
    finally:
        await store.close()
    return {(row.number, row.key): stamps[row.delivery_id] for row in rows if row.delivery_id in stamps}


async def _calls(slack: Slack, begin: datetime, end: datetime) -> int:
    calls: dict[str, int] = defaultdict(int)
    for entry in await slack.look("/ledger"):
        if entry["kind"] == "call" and begin.timestamp() <= entry["at"] <= end.timestamp():
            calls[entry["name"]] += 1
    return sum(calls.values())


async def _until(moment: datetime) -> None:
    await asyncio.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))


async def seeding_s(folder: Path, count: int) -> float:
    """How long the seeding and the start of the bot will take, by how long a few take; with room for worse."""
    few = min(count, FEW)
    async with slack() as workspace:
        began = time.perf_counter()
        await seed(workspace, f"sqlite:///{folder / f'few-{count}.db'}", Plan(count=few, begin=datetime.now(UTC)))
    return START_S + (time.perf_counter() - began) / few * count * ROOM


async def measure(folder: Path, count: int) -> list[Row]:
    """With so many open."""
    begin = datetime.now(UTC) + timedelta(seconds=await seeding_s(folder, count))
    plan = Plan(count=count, begin=begin)
    if count == 1:  # one incident has one prompt in many minutes: at thirty times the speed, five in thirty seconds
        plan = Plan(count=1, begin=begin, spread=timedelta(), speed=30)
    async with slack() as workspace:
        found = await lateness(workspace, folder, plan, WINDOWS[count])
    return list(late_rows(count, found))


def late_rows(count: int, found: Lateness) -> Iterator[Row]:
    promised = count == 1000
    late = percentile(found.first, 99)
    yield Row(
        what=f"First copies late, {count:,} open, p99 of {len(found.first)}",
        promise=f"{PROMISED_MS} ms" if promised else f"{PROMISED_MS} ms with 1,000",
        figure=spread(found.first) + (f"; {found.missing} never came" if found.missing else ""),
        kept=late <= PROMISED_MS and not found.missing if promised else None,
    )
    if count >= 1000:
        load = f"{found.calls / WINDOWS[count]:.0f} calls to Slack a second, {found.cpu:.0%} of a core"
        yield Row(what=f"Second copies late, {count:,} open", promise="", figure=f"{spread(found.second)}; {load}")
        limit, kept = ("< 150 MB", found.mb < 150) if promised else ("< 150 MB with 1,000", None)
        yield Row(what=f"Memory, {count:,} open", promise=limit, figure=f"{found.mb:.0f} MB", kept=kept)
