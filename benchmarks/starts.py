"""From starting the process to its line "ready"."""

import sqlite3
import statistics
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.processes import bot, slack
from benchmarks.seed import Plan, seed
from benchmarks.table import Row

STARTS = 5


async def measure(folder: Path) -> list[Row]:
    """After a stop, with an empty database and with the one that the lateness was measured on."""
    rows = []
    async with slack() as workspace:
        full = folder / "late-1000.db"
        if not full.exists():
            await seed(workspace, f"sqlite:///{full}", Plan(count=1000, begin=datetime.now(UTC)))
        for what, name in (("an empty database", "empty"), ("1,000 incidents open", "late-1000")):
            times = []
            for turn in range(-1, STARTS):
                file = folder / (f"{name}-{turn}.db" if name == "empty" else f"{name}.db")
                if name != "empty":
                    put_off(file)
                async with bot(workspace, f"sqlite:///{file}", folder) as running:
                    times += [running.start_s] if turn >= 0 else []  # the very first writes the bytecode
            figure = f"median {statistics.median(times):.2f} s, worst {max(times):.2f} s of {STARTS}"
            rows.append(Row(what=f"Start to ready, {what}", promise="2 s", figure=figure, kept=max(times) <= 2))
    return rows


def put_off(file: Path) -> None:
    """The other workspace is gone, and its channels with it: nothing is due and nothing is left to send."""
    with sqlite3.connect(file) as database:
        database.execute("UPDATE incidents SET next_due_at = '2099-01-01 00:00:00.000000'")
        database.execute("UPDATE surfaces SET shown = wanted")
    database.close()
