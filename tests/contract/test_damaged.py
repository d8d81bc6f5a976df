"""One incident that cannot be read hides no other, and the log names it once."""

from collections.abc import AsyncIterator

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from storage.sql_store import open_store
from storage.store import Store
from tests.contract.builders import NOW, TEAM, opened
from tests.contract.schema import run

STATES = ["'{}'", "'no JSON'", "'[]'", "''", "'" + "[" * 100_000 + "'"]


@pytest.fixture
async def record(url: str) -> AsyncIterator[Store]:
    """Holds INC-0001 to INC-0003."""
    store = open_store(url)
    for number in (1, 2, 3):
        await opened(store, number, next_due=NOW)
    yield store
    await store.close()


@pytest.mark.parametrize("state", STATES, ids=lambda state: state[:9])
async def test_the_others_are_given_and_it_is_named_once(record: Store, url: str, state: str) -> None:
    run(url, f"UPDATE incidents SET state = {state} WHERE number = 2")
    with capture_logs() as logs:
        for open_only in (True, False, True):
            assert [one.number for one in await record.incidents(TEAM, open_only=open_only)] == [3, 1]

    assert [(line["action"], line["incident"]) for line in logs] == [("incident_unreadable", "INC-0002")]


@pytest.mark.parametrize("damage", ["schema_version = 99", "playbook = '{}'"])
async def test_whatever_is_wrong_with_it(record: Store, url: str, damage: str) -> None:
    run(url, f"UPDATE incidents SET {damage} WHERE number = 2")

    assert [one.number for one in await record.incidents(TEAM)] == [3, 1]


async def test_asked_for_by_itself_it_fails(record: Store, url: str) -> None:
    run(url, "UPDATE incidents SET state = '{}' WHERE number = 2")

    with pytest.raises(ValidationError):
        await record.incident(TEAM, 2)
    assert (await record.incident(TEAM, 1)).number == 1


async def test_a_line_of_a_list_that_cannot_be_read_hides_no_other(record: Store, url: str) -> None:
    run(url, "UPDATE incidents SET trigger = 'moonlight' WHERE number = 2")
    if "sqlite" in url:  # PostgreSQL takes nothing but a moment
        run(url, "UPDATE incidents SET t0 = 'noon' WHERE number = 1")
    with capture_logs() as logs:
        lines = await record.summaries(TEAM, open_only=True)

    assert lines[0].number == 3
    assert lines[0].t0 == NOW
    assert {line["incident"] for line in logs} >= {"INC-0002"}
    assert len(lines) == (1 if "sqlite" in url else 2)


@pytest.mark.parametrize("damage", ["{", "", "[" * 100_000])
async def test_what_is_to_be_sent_or_done_hides_no_other(url: str, damage: str) -> None:
    store = open_store(url)
    await opened(store, surfaces=("prompt:a", "prompt:b"), jobs=("a", "b"))
    run(
        url, f"UPDATE surfaces SET payload = '{damage}' WHERE id = 1", f"UPDATE jobs SET args = '{damage}' WHERE id = 1"
    )
    with capture_logs() as logs:
        for _ in range(2):
            assert [row.key for row in await store.surfaces_to_send(TEAM, NOW)] == ["prompt:b"]
            assert [job.key for job in await store.jobs_to_do(TEAM, NOW)] == ["b"]
    assert await store.surface(1) is None
    await store.close()

    said = [(line["action"], line["table"], line["row"], line["incident"]) for line in logs]
    assert said == [("row_unreadable", table, 1, "INC-0001") for table in ("surfaces", "jobs")]
