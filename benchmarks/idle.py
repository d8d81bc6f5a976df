"""What a Quarterdeck that has nothing to do takes: processor time and memory, with nothing open and with 1,000."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.processes import Bot, Slack, bot, slack
from benchmarks.seed import Plan, seed
from benchmarks.starts import put_off
from benchmarks.table import Row

OPEN = 1000
WATCHED_S = 30.0
SETTLED_S = 5.0  # the first look back and whatever else follows a start


async def measure(folder: Path) -> list[Row]:
    """An ordinary beat and look back go on; nothing falls due."""
    rows, mib = [], []
    for count in (0, OPEN):
        async with slack() as workspace:
            file = folder / f"idle-{count}.db"
            if count:
                await seed(workspace, f"sqlite:///{file}", Plan(count=count, begin=datetime.now(UTC)))
                put_off(file)
            share, running_mib = await _watched(workspace, file, folder)
        rows.append(
            Row(what=f"Idle, {count:,} open", promise="", figure=f"{share:.1%} of a core; {running_mib:.0f} MiB")
        )
        mib.append(running_mib)
    more = f"{mib[1] - mib[0]:.0f} MiB more than with none"
    return [*rows, Row(what="Memory per thousand open incidents", promise="", figure=more)]


async def _watched(workspace: Slack, file: Path, folder: Path) -> tuple[float, float]:
    """The share of a core and the memory."""
    async with bot(workspace, f"sqlite:///{file}", folder) as running:
        await asyncio.sleep(SETTLED_S)
        spent = await _spent(running)
        return spent / WATCHED_S, running.mib()


async def _spent(running: Bot) -> float:
    before = running.cpu_s()
    await asyncio.sleep(WATCHED_S)
    return running.cpu_s() - before
