"""Every loop ends when it is told to, whatever comes at that very moment."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.bootstrap import Deck
from tests.scenario.company import Company

LOOPS: dict[str, Callable[[Deck], tuple[Awaitable[None], asyncio.Event]]] = {
    "courier": lambda deck: (deck.courier.run(), deck.courier._woken),
    "homes": lambda deck: (deck.homes.run(), deck.homes._woken),
    "lookback": lambda deck: (deck.lookback.run(), deck.lookback._wanted),
    "ticker": lambda deck: (deck.ticker.run(), deck.ticker._woken),
}


@pytest.mark.parametrize("name", LOOPS)
async def test_a_loop_that_is_woken_as_it_is_to_end_ends(company: Company, name: str) -> None:
    loop, woken = LOOPS[name](company.deck)
    task = asyncio.ensure_future(loop)
    async with asyncio.timeout(5):
        while not woken._waiters:  # noqa: ASYNC110 - because nobody tells that it waits
            await asyncio.sleep(0)
    woken.set()
    task.cancel()
    _, going_on = await asyncio.wait([task], timeout=1)
    task.cancel()

    assert not going_on
