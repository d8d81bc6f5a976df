"""The only place where time is read. Everything else is told.

Time within one process never jumps: it is the machine's clock as it stood at the start, carried on by a clock that
nobody can set. When somebody sets the machine's, `strayed` says so, and the process begins anew (`timekeeping.py`).
"""

import asyncio
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

# Counts while the machine sleeps, too, so that a sleep is no jump. macOS: its CLOCK_MONOTONIC does.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_BOOT = Path("/proc/sys/kernel/random/boot_id")  # of Linux alone
_PROCESS = f"process {uuid.uuid4()}"  # where the machine's start has no name, two moments of one process are comparable
_APART_NS = 20_000_000  # two readings further apart than this were not of one moment
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What both clocks said at one moment. `steady_s` counts from the start of the machine that `boot` names."""

    at: datetime
    steady_s: float
    boot: str  # or of the process, where the machine's start has no name


class Clock(Protocol):
    def now(self) -> datetime:
        """The moment, UTC. Never jumps."""

    def reading(self) -> Reading:
        """The moment, and what the clock that nobody can set says."""

    def strayed(self) -> timedelta:
        """How far ahead of `now` the machine's clock is; negative when it was set back."""

    async def sleep(self, seconds: float) -> None:
        """Wait that long in real time."""


class SystemClock:
    def __init__(self) -> None:
        wall, self._steady = _both()
        self._wall = wall

    def now(self) -> datetime:
        return _moment(self._wall + time.clock_gettime_ns(_STEADY) - self._steady)

    def reading(self) -> Reading:
        steady = time.clock_gettime_ns(_STEADY)
        at = _moment(self._wall + steady - self._steady)
        return Reading(at=at, steady_s=steady / 1e9, boot=_boot())

    def strayed(self) -> timedelta:
        wall, steady = _both()
        return _moment(wall) - _moment(self._wall + steady - self._steady)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def machine_time_in(distance: timedelta) -> datetime:
    """What the machine's clock will say then, for a library that goes by it."""
    return datetime.now(UTC) + distance


def _both() -> tuple[int, int]:
    """The machine's clock and the steady one at the same moment, though the process be stopped in between."""
    while True:
        before = time.clock_gettime_ns(_STEADY)
        wall = time.time_ns()
        if time.clock_gettime_ns(_STEADY) - before < _APART_NS:
            return wall, before


def _moment(ns: int) -> datetime:
    return _EPOCH + timedelta(microseconds=ns // 1000)


def _boot() -> str:
    return _BOOT.read_text().strip() if _BOOT.exists() else _PROCESS
