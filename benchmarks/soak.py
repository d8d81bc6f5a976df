"""Simulated days: incident after incident at high speed, and what the process holds while they come and go."""

import asyncio
import os
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import Bot, bot, slack
from benchmarks.table import Row
from simulator.driver import Practice

MINUTES = float(os.environ.get("SOAK_MINUTES", "10"))
SPEED = 600  # the fifteen minutes take one and a half seconds
WARM = 20  # incidents, after which everything was there once
AT_ONCE = 4
PARTS = 4  # a sample at the end of each; what still rises in the second half is a leak, before it the filling of caches
AFTER_S = 10.0  # the last prompts, and whatever is let go of late


@dataclass(frozen=True, kw_only=True)
class Sample:
    incidents: int
    mb: float
    files: int


async def measure(folder: Path) -> list[Row]:
    """Incidents are opened, prompted, escalated, noted and ended as false alarms; four are open at any time."""
    file = folder / "soak.db"
    async with (
        slack() as workspace,
        Practice(workspace.facts["url"], workspace.facts["people_token"]) as practice,
        bot(workspace, f"sqlite:///{file}", folder, speed=SPEED) as running,
    ):
        samples = await _days(practice, running)
    half, last = samples[len(samples) // 2], samples[-1]
    grown = (last.mb - half.mb) / max(1, last.incidents - half.incidents) * 100
    with closing(sqlite3.connect(file)) as record:
        [entries] = record.execute("SELECT count(*) FROM entries").fetchone()
    steady = ", ".join(f"{one.mb:.0f} MB after {one.incidents}" for one in samples)
    return [
        Row(
            what=f"Soak: {MINUTES:g} minutes, {MINUTES * SPEED / 60 / 24:.1f} days of incidents",
            promise="< 150 MB",
            figure=f"{steady} incidents",
            kept=last.mb < 150,
        ),
        Row(
            what="Its slope in the second half",
            promise="",
            figure=f"{grown:+.1f} MB per 100 incidents; open files {half.files} to {last.files}; "
            f"{entries:,} entries written",
        ),
    ]


async def _days(practice: Practice, running: Bot) -> list[Sample]:
    began, count, samples = time.monotonic(), 0, list[Sample]()
    while (gone_s := time.monotonic() - began) < MINUTES * 60:
        count += 1
        await _open(practice, count)
        if count > AT_ONCE:
            await _end(practice, count - AT_ONCE)
        if count == WARM or (samples and gone_s > len(samples) * MINUTES * 60 / PARTS):
            samples.append(_sample(running, count))
    await asyncio.sleep(AFTER_S)
    return [*samples, _sample(running, count)]


def _sample(running: Bot, incidents: int) -> Sample:
    return Sample(incidents=incidents, mb=running.mb(), files=running.files())


async def _open(practice: Practice, count: int) -> None:
    dana = practice.person("Dana Ito")
    await dana.command("/incident", f"key {count} in a gist")
    await dana.fill({"Trigger": "API key committed to a repository", "Suspect keys": f"key-{count}"})
    if errors := await dana.submit():
        raise RuntimeError(f"the report was refused: {errors}")


async def _end(practice: Practice, count: int) -> None:
    sam, label = practice.person("Sam Okafor"), f"INC-{count:04d}"
    await sam.command("/incident", f"note {label} seen")
    await sam.command("/incident", f"false-alarm {label} a test key")
