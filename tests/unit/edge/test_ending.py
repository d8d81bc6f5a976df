"""A loop that missed its cancellation ends all the same."""

import asyncio

import pytest

from bot.lifecycle import ended


async def test_a_cancellation_that_was_forgotten_is_said_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.lifecycle.CANCEL_AGAIN_S", 0.01)
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
