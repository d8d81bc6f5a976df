"""Many incidents at once, with Slack's limits on: prompts are on time and Slack never has to say no."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.scenario.company import NOON, Company, company_at_work
from tests.scenario.storm import break_out, damage, until


@pytest.fixture
async def paced(record: str, tmp_path: Path) -> AsyncIterator[Company]:
    async with company_at_work(tmp_path, record, quarterdeck_pacing="on") as company:
        yield company


async def test_fifty_openings_within_a_minute(paced: Company) -> None:
    await break_out(paced, 50, 60)
    await until(paced, NOON + timedelta(minutes=6, seconds=15))
    found = await damage(paced, NOON)

    assert (len(found.first), found.missing) == (100, 0)
    assert found.p99 <= 2
    assert found.refused == {}


async def test_twenty_openings_within_five_seconds_share_messages(paced: Company) -> None:
    await break_out(paced, 20, 5)
    await until(paced, NOON + timedelta(minutes=5, seconds=30))
    found = await damage(paced, NOON)

    assert (len(found.first), found.missing) == (40, 0)
    assert found.p99 <= 2
    assert found.merged >= 20
    assert found.refused == {}


async def test_after_a_restart_nobody_waits_for_a_conversation_that_stands(paced: Company) -> None:
    for person in (paced.sam, paced.devi, paced.ada, paced.rob):
        await paced.deck.courier._showing._places.dm(paced.team, person.id)
    await paced.open()
    await paced.stop()
    paced.clock.move(NOON + timedelta(minutes=16))
    await paced.start()
    began = paced.clock.seconds()
    await until(paced, paced.clock.now() + timedelta(seconds=2))

    told = {m.channel for m in paced.by_bot() if m.channel.startswith("D") and began <= float(m.ts) < began + 0.1}
    assert len(told) == 4, "each at once, the two prompts for Sam as one"
