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
