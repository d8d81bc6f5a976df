"""After an hour in which nothing ran: how soon what fell due meanwhile is in Slack."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.lateness import posted
from benchmarks.processes import bot, slack
from benchmarks.seed import Plan, seed
from benchmarks.table import Row, percentile
from bot.pacing import SLACK
from playbooks.ladder import channel_key, prompt_key
from storage.sql_store import open_store

OPEN = 1000
AWAY = timedelta(hours=1)
PATIENCE_S = 120.0


async def measure(folder: Path) -> list[Row]:
    """With T0 spread over the 15 minutes before the outage, so that every step that was left fell due in it."""
    url = f"sqlite:///{folder / 'outage.db'}"
    async with slack() as workspace:
        gone = datetime.now(UTC) - AWAY
        incidents = await seed(workspace, url, Plan(count=OPEN, begin=gone))
        await _last_beat(url, workspace.facts["team_id"], gone)
        async with bot(workspace, url, folder) as running:
            ready = datetime.now(UTC)
            await _until_quiet(url, workspace.facts["team_id"])
            mb = running.mb()
        stamps = await posted(workspace, url, incidents)
    late, missing = [], 0
    for incident in incidents:
        for step in (one for one in incident.steps if one.due_at > gone):
            keys = (prompt_key(step.key, step.owner or ""), channel_key(step.key))
            copies = [stamps[incident.number, key] for key in keys if (incident.number, key) in stamps]
            late += [min(copies) - ready.timestamp()] if copies else []
            missing += not copies
    last = max(late, default=PATIENCE_S)
    figure = f"p50 {percentile(late, 50):.1f}, last {last:.1f} s after ready, {len(late) / last:.0f} a second"
    never = f"; {missing} never came" if missing else ""
    what = f"After an hour away, {OPEN:,} open: first copies of {len(late):,} prompts"
    limit = f"{SLACK.posts_per_minute / 60:g} posts a second by Slack's limits"
    return [Row(what=what, promise=limit, figure=f"{figure}{never}; {mb:.0f} MB at the end")]


async def _last_beat(url: str, team: str, at: datetime) -> None:
    store = open_store(url)
    try:
        await store.heartbeat(team, at, 0.0)
    finally:
        await store.close()


async def _until_quiet(url: str, team: str) -> None:
    """Nothing is due and nothing is left to send."""
    store = open_store(url)
    try:
        for _ in range(int(PATIENCE_S)):
            await asyncio.sleep(1.0)
            health = await store.health(team, datetime.now(UTC))
            if not health.unsent and not health.waiting_jobs and health.overdue_since is None:
                return
    finally:
        await store.close()
