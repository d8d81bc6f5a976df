"""The record cannot be used for a while: nobody is told that something was done, and everything goes on afterwards."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import structlog

from bot.heartbeat import Heartbeat
from playbooks.entries import Kind
from storage.engine import address_of
from storage.errors import DatabaseUnavailable
from tests.scenario.company import BOT, ESCALATED, Company, head

SENTENCE = "Quarterdeck cannot use its record just now, so nothing was changed."


@contextmanager
def locked(company: Company) -> Iterator[None]:
    """By another program."""
    other = sqlite3.connect(address_of(company.url).file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.close()


async def ready(company: Company) -> tuple[bool, dict[str, Any]]:
    return await company.health().readiness()


async def test_a_form_sent_meanwhile_keeps_what_was_typed_and_is_taken_afterwards(company: Company) -> None:
    await company.open()
    await company.minutes(3)
    await company.sam.press("Complete step", in_message=head("T+3"), channel=BOT)
    await company.sam.fill(ESCALATED)
    with locked(company):
        errors = await company.sam.submit()
        assert errors is not None
        assert SENTENCE in str(errors)
    assert Kind.COMPLETED not in await company.kinds()

    assert await company.sam.submit() is None
    await company.quiet()
    assert (await company.kinds()).count(Kind.COMPLETED) == 1


async def test_commands_that_read_are_answered_and_others_get_a_sentence(company: Company) -> None:
    await company.open()
    with locked(company):
        note = await company.sam.command("/incident", "note INC-0001 the gist is gone")
        listed = await company.sam.command("/incident", "list")

    assert note is not None
    assert SENTENCE in note.text
    assert listed is not None
    assert listed.text.startswith("INC-0001")
    assert Kind.NOTE not in await company.kinds()


async def test_it_is_not_ready_meanwhile_and_ready_afterwards_and_the_log_says_so_once(company: Company) -> None:
    heart = Heartbeat(company.store, company.clock, company.team, company.deck.lateness)
    await heart.begin(company.deck.intake)
    with structlog.testing.capture_logs() as lines:
        with locked(company):
            assert [await heart.beat(), await heart.beat()] == [False, False]
            usable, facts = await ready(company)
            assert (usable, facts["database"].endswith("record.db is locked by another program.")) == (False, True)
        assert await heart.beat()

    assert (await ready(company))[1]["database"] == "ok"
    assert [line["action"] for line in lines] == ["record_down", "record_up"]


async def test_a_late_prompt_says_that_the_record_could_not_be_written(company: Company) -> None:
    await company.open()
    heart = Heartbeat(company.store, company.clock, company.team, company.deck.lateness)
    await heart.begin(company.deck.intake)
    await company.seconds(170)
    with locked(company):
        for _ in range(7):  # 70 s, so that prompt T+3 comes a minute late
            await heart.beat()
            company.clock.move(company.clock.now() + timedelta(seconds=10))
        with pytest.raises(DatabaseUnavailable):
            await company.deck.ticker.tick_once(company.clock.now())
    await heart.beat()
    await company.quiet()

    prompted = await company.last(Kind.PROMPTED)
    assert (prompted.data["late_s"], prompted.data["late_why"]) == (60.0, "the record could not be written")
    assert "1 min late: the record could not be written" in (await company.prompt(company.sam, "T+3")).text
    assert await company.store.gaps(company.team, company.clock.now() - timedelta(minutes=5)) == []


async def test_a_message_that_arrived_although_it_could_not_be_noted_is_found(company: Company) -> None:
    await company.open()
    company.clock.move(company.clock.now() + timedelta(minutes=3))
    await company.deck.ticker.tick_once(company.clock.now())
    locks = []

    async def lock_after_the_post(call: Any) -> None:
        if call.method == "chat.postMessage" and not locks:
            locks.append(locked(company))
            locks[0].__enter__()

    company.workspace.after_effect = lock_after_the_post
    await company.deck.courier.drain_once()
    await company.deck.courier.settle()
    company.well_again()
    locks[0].__exit__(None, None, None)
    await company.minutes(1)

    assert (await company.kinds()).count(Kind.PROMPTED) == 2


async def test_a_sleep_that_could_not_be_written_down_is_still_the_reason(company: Company) -> None:
    await company.open()
    await company.minutes(4)
    await company.heart.beat()
    company.clock.move(company.clock.now() + timedelta(minutes=10))
    with locked(company):
        assert not await company.heart.beat()
    assert await company.heart.beat()
    await company.quiet()

    assert "9 min late: Quarterdeck was not running" in (await company.prompt(company.devi, "T+5")).text
