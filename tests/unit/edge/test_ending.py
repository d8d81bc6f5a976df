"""What ends Quarterdeck, and what does not."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.ending import ended
from bot.lifecycle import still_held
from storage.lock import hold


async def test_a_cancellation_that_was_forgotten_is_said_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.ending.CANCEL_AGAIN_S", 0.01)
    heard = []

    async def hard_of_hearing() -> None:
        while len(heard) < 2:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                heard.append("cancelled")

    task = asyncio.create_task(hard_of_hearing())
    await asyncio.sleep(0)
    await ended([task])

    assert task.done()
    assert heard == ["cancelled", "cancelled"]


async def test_a_lock_is_not_lost_because_every_shared_thread_is_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many exports at once, or names that are looked up in vain while the network is away."""
    monkeypatch.setattr("bot.lifecycle.LOCK_ANSWERS_S", 0.5)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    done = threading.Event()
    busy = asyncio.create_task(asyncio.to_thread(done.wait))
    with hold(f"sqlite:///{tmp_path / 'record.db'}") as held, ThreadPoolExecutor(1) as lock:
        still = await still_held(held, lock)
        done.set()
        await busy

    assert still
