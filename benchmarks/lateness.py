"""How late the first copy of a prompt is: the moment Slack gave the message, minus the moment the step was due."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.processes import Slack, bot
from benchmarks.seed import Plan, seed
from playbooks.incident import Incident
from playbooks.ladder import channel_key, prompt_key
from storage.sql_store import open_store

GRACE_S = 3.0  # for the last prompts of the window


@dataclass(kw_only=True)
class Lateness:
    """Milliseconds. `first` is the earlier of a prompt's two copies, `second` the later."""

    first: list[float] = field(default_factory=list)
    second: list[float] = field(default_factory=list)
    calls: int = 0  # to Slack within the window
    missing: int = 0  # prompts of which no copy came
    cpu: float = 0.0  # of one core
    mib: float = 0.0


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
        mib = running.mib()
    posted = await _posted(slack, database, incidents)
    found = Lateness(cpu=cpu, mib=mib, calls=await _calls(slack, plan.begin, end))
    for incident in incidents:
        for step in incident.steps:
            if plan.begin < step.due_at <= end:
                _add(found, posted, incident, step.key, step.due_at)
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


async def _posted(slack: Slack, database: str, incidents: list[Incident]) -> dict[tuple[int, str], float]:
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


def seeding_s(count: int) -> float:
    """How long the seeding and the start of the bot may take."""
    return 6.0 + count * 0.03
