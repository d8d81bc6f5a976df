"""How an incident was shown is forgotten some time after its end, and nothing else is."""

from datetime import timedelta

import pytest

from playbooks.outcome import Job, Surface
from playbooks.states import IncidentStatus
from storage.rows import JobDone, Shown
from storage.sql_store import open_store
from storage.store import Store, Tx
from tests.contract.builders import NOW, TEAM, after, opened
from tests.contract.schema import run

CLOSED = NOW + timedelta(minutes=20)
LATER = CLOSED + timedelta(days=1)
SOME = range(1, 10)


async def over(store: Store, *, asks: bool = False, shown: bool = True) -> None:
    """An incident that was shown and done, and closed."""
    await opened(store, surfaces=("board", "topic", "announcement", "prompt:revoke:dm:U2"))

    def close(tx: Tx) -> None:
        closed = tx.incident(TEAM, 1).model_copy(update={"status": IncidentStatus.CLOSED, "closed_at": CLOSED})
        due = CLOSED + timedelta(minutes=15) if asks else None
        more = {"surfaces": (Surface(key="scorecard:1", place="incident"),), "jobs": (Job(key="pin"),)}
        tx.commit(after(closed, next_due=due, **more), source_id="closing", now=CLOSED)

    await store.transact(close)
    if shown:
        rows = await store.surfaces(TEAM, 1)
        await store.note(*(Shown(id=row.id, ts=f"{row.id}.1", version=row.wanted) for row in rows))
        await store.note(*(JobDone(id=job.id) for job in await store.jobs(TEAM, 1)))


async def clear(store: Store) -> int:
    return await store.transact(lambda tx: tx.clear(TEAM, 1))


async def test_what_was_shown_and_done_is_forgotten_once(store: Store) -> None:
    await over(store)
    entries = await store.entries(TEAM, 1)

    assert await store.clearable(TEAM, LATER, SOME) == [1]
    assert await clear(store) == 3

    assert [row.key for row in await store.surfaces(TEAM, 1)] == ["board", "topic", "announcement"]
    assert await store.jobs(TEAM, 1) == []
    assert await store.entries(TEAM, 1) == entries
    assert await store.clearable(TEAM, LATER, SOME) == []


async def test_only_some_numbers_are_asked_about(store: Store) -> None:
    await over(store)

    assert await store.clearable(TEAM, LATER, range(2, 10)) == []
    assert await store.clearable(TEAM, LATER, range(1, 2)) == [1]


async def test_what_is_still_to_be_sent_or_done_stays(store: Store) -> None:
    await over(store, shown=False)

    assert await store.clearable(TEAM, LATER, SOME) == []
    assert await clear(store) == 0


@pytest.mark.parametrize("before", [CLOSED, NOW])
async def test_nothing_is_clearable_too_early(store: Store, before: object) -> None:
    await over(store)

    assert await store.clearable(TEAM, before, SOME) == []


async def test_an_incident_that_still_asks_for_an_answer_waits(store: Store) -> None:
    await over(store, asks=True)

    assert await store.clearable(TEAM, LATER, SOME) == []


async def test_an_open_incident_is_left_alone(store: Store) -> None:
    await opened(store, surfaces=("prompt:revoke:dm:U2",))
    [row] = await store.surfaces(TEAM, 1)
    await store.note(Shown(id=row.id, ts="1.1", version=row.wanted))

    assert await store.clearable(TEAM, LATER, SOME) == []
    assert await clear(store) == 0
    assert await store.transact(lambda tx: tx.clear(TEAM, 99)) == 0


async def test_a_damaged_incident_is_cleared_like_any_other(url: str) -> None:
    store = open_store(url)
    await over(store)
    run(url, "UPDATE incidents SET state = '{}'")
    if "sqlite" in url:  # PostgreSQL takes nothing but a moment
        run(url, "UPDATE incidents SET closed_at = '2026-02-30 12:00:00.000000'")

    assert await clear(store) == 3
    await store.close()


async def test_what_is_wanted_afterwards_gets_an_id_of_its_own(store: Store) -> None:
    await over(store)
    await clear(store)

    await store.transact(lambda tx: tx.want(TEAM, "door:1", "dm:U2", {}, LATER))

    ids = [row.id for number in (0, 1) for row in await store.surfaces(TEAM, number)]
    assert len(set(ids)) == 4
