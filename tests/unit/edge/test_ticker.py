"""Every alarm wakes the clock, however close it stands to the one before."""

import asyncio
from datetime import timedelta
from typing import cast

import pytest

from bot.clock import SystemClock
from bot.intake import Intake
from bot.ticker import Ticker
from storage.memory_store import MemoryStore


async def test_an_alarm_that_follows_at_once_is_not_skipped(caplog: pytest.LogCaptureFixture) -> None:
    clock = SystemClock()
    ticker = Ticker(MemoryStore(), cast("Intake", None), clock, "T1")
    running = asyncio.create_task(ticker.run())
    await asyncio.sleep(0)
    for earlier in range(300):
        ticker.wake_at(clock.now() - timedelta(seconds=earlier))
        await asyncio.sleep(0)
    while not running.done():  # Python 3.11 forgets a cancellation that meets the alarm
        running.cancel()
        await asyncio.sleep(0)

    assert "skipped" not in caplog.text
