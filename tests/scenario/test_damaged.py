"""One incident in the database is damaged: Quarterdeck starts, ticks and shows the others."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.desk_work import verify_anything
from playbooks.states import StepStatus
from storage.tables import entries
from tests.contract.schema import run
from tests.scenario.company import Company, company_at_work, lost
from tests.scenario.test_home import home


@pytest.fixture
async def damaged(record: str, tmp_path: Path) -> AsyncIterator[Company]:
    """INC-0001 cannot be read, INC-0002 is as it should be, and the process was ended."""
    async with company_at_work(tmp_path, record) as company:
        await company.open()
        await company.open(company.sam, "another", keys="staging")
        run(record, "UPDATE incidents SET state = '{}' WHERE number = 1")
        yield company


async def test_the_clock_of_the_others_goes_on_after_a_restart(damaged: Company) -> None:
    await damaged.stop()
    damaged.clock.move(damaged.clock.now() + timedelta(minutes=3))
    await damaged.start()
    await damaged.deck.lookback.look_once(damaged.clock.now())
    await damaged.deck.ticker.tick_once(damaged.clock.now())

    assert (await damaged.incident(2)).step("escalate").status is StepStatus.DUE


async def test_the_others_are_not_late_for_it(damaged: Company) -> None:
    """It stays due; the clock is armed for the next of the others, not left to the sweep."""
    damaged.clock.move(damaged.clock.now() + timedelta(minutes=4))
    ticker = damaged.deck.ticker
    with capture_logs() as logs:
        coming = await ticker.turn()
        assert await ticker.tick_once(damaged.clock.now()) == 0

    assert coming == min(step.due_at for step in (await damaged.incident(2)).steps if step.due_at > damaged.clock.now())
    assert [line["incident"] for line in logs if line["action"] == "tick_fault"] == ["INC-0001"]
    damaged.clock.move(damaged.clock.now() + timedelta(seconds=5))
    assert await ticker.tick_once(damaged.clock.now()) == 1


async def test_lists_and_home_show_the_others(damaged: Company) -> None:
    assert (await damaged.say(damaged.sam, "list")).startswith("INC-0002")
    assert "INC-0002" in await home(damaged, damaged.devi)


async def test_verification_names_it(damaged: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    await damaged.store.set_meta("", "team", damaged.team)
    monkeypatch.setattr("bot.desk_work.load_settings", lambda: damaged.settings)

    ok, sentence = await verify_anything("INC-0001")
    assert not ok
    assert sentence.startswith("INC-0001 does not verify: state")
    assert (await verify_anything("INC-0002"))[0]


async def test_a_look_back_that_cannot_learn_what_to_look_at_ends_no_loop(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def strange(*_: Any, **__: Any) -> Any:
        raise ValueError("strange")

    monkeypatch.setattr(company.store, "summaries", strange)
    with capture_logs() as logs:
        await company.look_back()

    assert [line["log_level"] for line in logs if line["action"] == "look_back_fault"] == ["error"]


async def test_what_hinders_is_told_to_the_others(record: str, tmp_path: Path) -> None:
    names = (column.name for column in entries.columns)
    copied = ", ".join("seq + 1" if name == "seq" else name for name in names)
    one_more = f"INSERT INTO entries SELECT {copied} FROM entries WHERE number = 1 ORDER BY seq DESC LIMIT 1"
    async with company_at_work(tmp_path, record) as company:
        await company.open()
        await company.open(company.sam, "another", keys="staging")
        run(record, one_more)  # so that nothing can be added to its timeline
        with capture_logs() as logs:
            company.deck.standing.begin("token", "It is refused.", everywhere=True)
            await company.deck.tidings.once()
        told = (await company.incident(2)).outside.troubles

    assert [line["incident"] for line in logs if line["action"] == "tidings_fault"] == ["INC-0001"]
    assert told == {"token": "It is refused."}


async def test_what_may_have_arrived_of_the_others_is_still_found(record: str, tmp_path: Path) -> None:
    async with company_at_work(tmp_path, record) as company:
        await company.open()
        await company.open(company.sam, "another", keys="staging")
        company.trouble("chat.postMessage", error=lost, after=True)
        await company.at("12:03")
        company.well_again()
        run(record, "UPDATE incidents SET state = '{}' WHERE number = 1")
        company.clock.move(company.clock.now() + timedelta(seconds=6))
        for _ in range(5):
            await company.deck.courier.drain_once()
            await company.deck.courier.settle()

        posts = (await company.incident(2)).step("escalate").posts
        assert posts[f"prompt:escalate:dm:{company.sam.id}"].posted_at is not None


async def test_a_damaged_message_and_a_damaged_deed_keep_no_other_back(company: Company) -> None:
    await company.open()
    await company.at("12:04")
    unsent = "payload = '{', attempted_at = NULL, ts = NULL, shown = 0"
    run(company.url, f"UPDATE surfaces SET {unsent} WHERE key = 'board'")
    run(company.url, "UPDATE jobs SET args = '{', state = 'waiting'")
    await company.at("12:06")

    assert await company.prompt(company.devi, "T+5")
