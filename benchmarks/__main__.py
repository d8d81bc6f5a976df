"""Runs everything, once after the other, and prints one table: the promise beside each figure."""

import argparse
import asyncio
import os
import platform
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.acks import Load, Times
from benchmarks.lateness import Lateness, lateness, seeding_s
from benchmarks.processes import bare_app, bot, slack
from benchmarks.seed import Plan, seed

README = Path(__file__).with_name("README.md")
MARKS = ("<!-- the latest table begins -->\n", "<!-- the latest table ends -->")
VOLLEYS = 20
STARTS = 5
WINDOWS = {1: 30.0, 100: 45.0, 1000: 60.0}  # open incidents: seconds watched


@dataclass(frozen=True, kw_only=True)
class Row:
    what: str
    promise: str
    figure: str
    kept: bool | None = None  # None: nothing is promised

    def line(self) -> str:
        word = {True: "yes", False: "**no**", None: ""}[self.kept]
        return f"| {self.what} | {self.promise} | {self.figure} | {word} |"


async def measure_acks(folder: Path) -> list[Row]:
    async with slack() as workspace:
        url = f"sqlite:///{folder / 'acks.db'}"
        incidents = await seed(workspace, url, Plan(count=200, begin=datetime.now(UTC), spread=timedelta(seconds=60)))
        async with (
            bare_app(workspace.facts["signing_secret"], folder) as bare,
            bot(workspace, url, folder, mode="http") as running,
        ):
            idle = running.mib()
            load = Load(workspace, incidents, running.http, bare)
            alone = await load.volleys(1, 200)
            cpu = running.cpu_s()
            many = await load.volleys(50, VOLLEYS)
            many.cpu_ms = (running.cpu_s() - cpu) * 1000 / (50 * (VOLLEYS + 1))
            after = running.mib()
    return [
        *ack_rows("one at a time", alone),
        *ack_rows("50 at once", many, promise_ms=100),
        Row(what="Memory, idle", promise="< 150 MiB", figure=f"{idle:.0f} MiB", kept=idle < 150),
        Row(what="Memory, after 1,200 acts", promise="< 150 MiB", figure=f"{after:.0f} MiB", kept=after < 150),
    ]


def ack_rows(how: str, times: Times, promise_ms: float | None = None) -> Iterator[Row]:
    ours, bare = percentile(times.ours, 99), percentile(times.bare, 99)
    yield Row(
        what=f"Acts acknowledged, {how}, p99",
        promise=f"{promise_ms:g} ms" if promise_ms else "",
        figure=spread(times.ours),
        kept=ours <= promise_ms if promise_ms else None,
    )
    if promise_ms:
        volley = f"{statistics.median(times.slowest):.1f} ms; {times.cpu_ms:.1f} ms of processor time an act"
        yield Row(what="The slowest of 50 in the median volley", promise="", figure=volley)
    ratio = statistics.median(times.ours) / statistics.median(times.bare)
    yield Row(
        what=f"The same acts at a bare Bolt app, {how}",
        promise="",
        figure=f"{spread(times.bare)}; we take {ratio:.1f} x its median, {ours / bare:.1f} x its p99",
    )


async def measure_lateness(folder: Path, count: int) -> list[Row]:
    begin = datetime.now(UTC) + timedelta(seconds=seeding_s(count))
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
        promise="250 ms" if promised else "",
        figure=spread(found.first) + (f"; {found.missing} never came" if found.missing else ""),
        kept=late <= 250 and not found.missing if promised else None,
    )
    if promised:
        load = f"{found.calls / WINDOWS[count]:.0f} calls to Slack a second, {found.cpu:.0%} of a core"
        yield Row(what="Second copies late, 1,000 open", promise="", figure=f"{spread(found.second)}; {load}")
        yield Row(what="Memory, 1,000 open", promise="< 150 MiB", figure=f"{found.mib:.0f} MiB", kept=found.mib < 150)


async def measure_starts(folder: Path) -> list[Row]:
    """After a stop, with an empty database and with the one that the lateness was measured on."""
    rows = []
    async with slack() as workspace:
        full = folder / "late-1000.db"
        if not full.exists():
            await seed(workspace, f"sqlite:///{full}", Plan(count=1000, begin=datetime.now(UTC)))
        for what, name in (("an empty database", "empty"), ("1,000 incidents open", "late-1000")):
            times = []
            for turn in range(STARTS):
                file = folder / (f"{name}-{turn}.db" if name == "empty" else f"{name}.db")
                if name != "empty":
                    put_off(file)
                async with bot(workspace, f"sqlite:///{file}", folder) as running:
                    times.append(running.start_s)
            figure = f"median {statistics.median(times):.2f} s, worst {max(times):.2f} s of {STARTS}"
            rows.append(Row(what=f"Start to ready, {what}", promise="2 s", figure=figure, kept=max(times) <= 2))
    return rows


def put_off(file: Path) -> None:
    """The other workspace is gone, and its channels with it: nothing is due and nothing is left to send."""
    with sqlite3.connect(file) as database:
        database.execute("UPDATE incidents SET next_due_at = '2099-01-01 00:00:00.000000'")
        database.execute("UPDATE surfaces SET shown = wanted")
    database.close()


def percentile(values: Sequence[float], percent: int) -> float:
    """By rank, so it is a value that was measured."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] if ordered else float("nan")


def spread(values: Sequence[float]) -> str:
    return f"p50 {percentile(values, 50):.1f}, p99 {percentile(values, 99):.1f}, max {max(values, default=0):.1f} ms"


def table(rows: Sequence[Row], busy: float) -> str:
    when = f"{datetime.now(UTC):%Y-%m-%d}"
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    lines = [
        f"{when}, {machine}; load average before it began {busy:.1f}.",
        "",
        "| What | Promise | Measured | Kept |",
        "|---|---|---|---|",
        *(row.line() for row in rows),
    ]
    return "\n".join(lines) + "\n"


def save(text: str) -> None:
    """Puts the table into the README."""
    page = README.read_text(encoding="utf-8")
    before, _, rest = page.partition(MARKS[0])
    README.write_text(before + MARKS[0] + text + MARKS[1] + rest.partition(MARKS[1])[2], encoding="utf-8")


async def run(only: str) -> list[Row]:
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="quarterdeck-bench-") as name:
        folder = Path(name)
        if only in ("", "acks"):
            rows += await measure_acks(folder)
        for count in WINDOWS:
            if only in ("", "late", f"late-{count}"):
                rows += await measure_lateness(folder, count)
        if only in ("", "starts"):
            rows += await measure_starts(folder)
    return rows


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument(
        "only", nargs="?", default="", choices=["", "acks", "late", "starts", *(f"late-{n}" for n in WINDOWS)]
    )
    options.add_argument("--save", action="store_true", help="put the table into benchmarks/README.md")
    chosen, busy = options.parse_args(), os.getloadavg()[0]
    text = table(asyncio.run(run(chosen.only)), busy)
    sys.stdout.write(text)
    if chosen.save:
        save(text)


if __name__ == "__main__":
    main()
