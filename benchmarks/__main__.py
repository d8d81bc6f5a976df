"""Runs everything, once after the other, and prints one table: the promise beside each figure."""

import argparse
import asyncio
import os
import sys
import tempfile
import traceback
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from benchmarks import acks, growth, idle, lateness, outage, soak, starts, storm
from benchmarks.table import Row, save, table

# In this order: the starts use the record that the lateness leaves.
PARTS: dict[str, Callable[[Path], Awaitable[list[Row]]]] = {
    "acks": acks.measure,
    **{f"late-{count}": partial(lateness.measure, count=count) for count in lateness.WINDOWS},
    "starts": starts.measure,
    "idle": idle.measure,
    "outage": outage.measure,
    "growth": growth.measure,
    "storm": storm.measure,
    "soak": soak.measure,
}


async def run(only: str) -> list[Row]:
    """Those whose name begins so: `late` is all of the lateness."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="quarterdeck-bench-") as name:
        for part, measure in PARTS.items():
            if part == only or part.startswith(f"{only}-") or not only:
                rows += await _measured(part, measure, Path(name))
    return rows


async def _measured(part: str, measure: Callable[[Path], Awaitable[list[Row]]], folder: Path) -> list[Row]:
    """One part that cannot be measured must not cost what half an hour has measured."""
    try:
        return await measure(folder)
    except Exception as error:  # whatever it was, the table says so
        traceback.print_exc()
        return [
            Row(what=part, promise="", figure=f"could not be measured: {error or type(error).__name__}", kept=False)
        ]


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("only", nargs="?", default="", choices=["", "late", *PARTS])
    options.add_argument("--save", action="store_true", help="put the table into benchmarks/README.md")
    chosen, busy = options.parse_args(), os.getloadavg()[0]
    text = table(asyncio.run(run(chosen.only)), busy)
    sys.stdout.write(text)
    if chosen.save:
        save(text)


if __name__ == "__main__":
    main()
