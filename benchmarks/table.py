"""The table that the benchmarks print: the promise, or what the figure is to be held against, beside each figure."""

import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

README = Path(__file__).with_name("README.md")
MARKS = ("<!-- the latest table begins -->\n", "<!-- the latest table ends -->")


@dataclass(frozen=True, kw_only=True)
class Row:
    what: str
    promise: str
    figure: str
    kept: bool | None = None  # None: nothing is promised

    def line(self) -> str:
        word = {True: "yes", False: "**no**", None: ""}[self.kept]
        return f"| {self.what} | {self.promise} | {self.figure} | {word} |"


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
