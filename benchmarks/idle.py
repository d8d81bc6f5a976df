"""What a Quarterdeck that has nothing to do takes: processor time and memory, with nothing open and with 1,000."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.processes import Bot, bare_app, bot, slack
from benchmarks.seed import Plan, seed
from benchmarks.starts import put_off
from benchmarks.table import Row

OPEN = 1000
WATCHED_S = 30.0
SETTLED_S = 5.0  # the first look back and whatever else follows a start


async def measure(folder: Path) -> list[Row]:
    """An ordinary beat and look back go on; nothing falls due."""
    rows, mb = [], []
    for count in (0, OPEN):
        async with slack() as workspace:
            file = folder / f"idle-{count}.db"
            if count:
                await seed(workspace, f"sqlite:///{file}", Plan(count=count, begin=datetime.now(UTC)))
                put_off(file)
            async with bot(workspace, f"sqlite:///{file}", folder) as running:
                share, taken = await _watched(running)
        rows.append(Row(what=f"Idle, {count:,} open", promise="", figure=f"{share:.1%} of a core; {taken:.0f} MB"))
        mb.append(taken)
    async with bare_app("unused", folder) as bare:
        share, taken = await _watched(bare)
    more = f"{mb[1] - mb[0]:.0f} MB more than with none"
    return [
        *rows,
        Row(what="Idle, the bare Bolt app", promise="", figure=f"{share:.1%} of a core; {taken:.0f} MB"),
        Row(what="Memory per thousand open incidents", promise="", figure=more),
    ]


async def _watched(running: Bot) -> tuple[float, float]:
    """The share of a core and the memory."""
    await asyncio.sleep(SETTLED_S)
    before = running.cpu_s()
    await asyncio.sleep(WATCHED_S)
    return (running.cpu_s() - before) / WATCHED_S, running.mb()
