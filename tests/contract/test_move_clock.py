"""The machine's clock was set: whatever waits for a moment follows, and nothing else does."""

from datetime import timedelta

from storage.rows import Attempted, Delayed, JobDelayed
from storage.store import Store
from tests.contract.builders import NOW, TEAM, opened

HOUR = timedelta(hours=1)


async def test_what_waits_follows(store: Store) -> None:
    await opened(store, surfaces=("board", "announcement"), jobs=("channel",))
    board, announcement = await store.surfaces(TEAM, 1)
    (job,) = await store.jobs(TEAM, 1)
    await store.note(
        Attempted(id=board.id, at=NOW, channel="C1", thread_ts=None),
        Delayed(id=announcement.id, not_before=NOW + timedelta(minutes=2), in_doubt=False),
        JobDelayed(id=job.id, not_before=NOW + timedelta(minutes=3)),
    )
    numbers = await store.transact(lambda tx: tx.move_clock(TEAM, -HOUR))
    board, announcement = await store.surfaces(TEAM, 1)
    (job,) = await store.jobs(TEAM, 1)

    assert numbers == [1]
    assert (board.attempted_at, board.wanted_at) == (NOW - HOUR, NOW - HOUR)
    assert (announcement.not_before, job.not_before) == (NOW - timedelta(minutes=58), NOW - timedelta(minutes=57))


async def test_the_heartbeat_and_its_gaps_follow_and_other_workspaces_do_not(store: Store) -> None:
    for team in (TEAM, "T0OTHER"):
        await store.heartbeat(team, NOW, 15.0)
        await store.heartbeat(team, NOW + timedelta(minutes=2), 15.0)
    await store.transact(lambda tx: tx.move_clock(TEAM, -HOUR))
    start = NOW - 2 * HOUR

    assert list(await store.gaps(TEAM, start)) == [(NOW - HOUR, NOW - timedelta(minutes=58))]
    assert (await store.health(TEAM, NOW)).last_beat == NOW - timedelta(minutes=58)
    assert list(await store.gaps("T0OTHER", start)) == [(NOW, NOW + timedelta(minutes=2))]


async def test_without_anything_there_is_nothing_to_move(store: Store) -> None:
    assert await store.transact(lambda tx: tx.move_clock(TEAM, HOUR)) == []
