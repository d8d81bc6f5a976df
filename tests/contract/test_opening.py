"""Many who open at the same moment: the cap of a trusted sender and one incident per message hold on every store."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.fingerprints import fingerprinter
from bot.intake import Intake
from bot.masking import Masker
from playbooks.commands import Open, Origin
from playbooks.incident import digest_of
from playbooks.model import Trigger
from storage.store import Store
from tests.contract.builders import NOW, PLAYBOOK, TEAM


class StandingClock:
    def now(self) -> datetime:
        return NOW.astimezone(UTC)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing here waits {seconds} s")


@pytest.fixture
def intake(store: Store) -> Intake:
    masker = Masker(fingerprinter("a secret of the tests, long enough"))
    return Intake(store, masker, StandingClock(), playbook=lambda: PLAYBOOK, roster=dict)


def report(number: int, *, ts: str, auto: bool) -> Open:
    text = f"leak {number}"
    origin = Origin(channel="C1", ts=ts, author="B1", sha256=digest_of(text), auto=auto)
    facts: dict[str, Any] = {"text": text, "trigger": Trigger.KEY_COMMITTED, "noticed_at": NOW, "origin": origin}
    return Open(team=TEAM, at=NOW, source_id=f"report:{number}", separately=True, **facts)


async def test_a_burst_of_one_sender_opens_five(store: Store, intake: Intake) -> None:
    await asyncio.gather(*(intake.submit(report(n, ts=f"{n}.0", auto=True)) for n in range(12)))

    assert len(await store.incidents(TEAM)) == 5


async def test_everybody_with_the_same_message_meets_in_one_incident(intake: Intake) -> None:
    results = await asyncio.gather(*(intake.submit(report(n, ts="1.0", auto=False)) for n in range(6)))

    assert {result.number for result in results} == {1}
    assert sorted(result.title for result in results) == ["", *["Joined"] * 5]
