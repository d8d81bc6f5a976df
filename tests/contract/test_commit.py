"""A transaction is wholly there or wholly absent, whoever else writes and whoever is cancelled."""

import asyncio
import random
from dataclasses import replace

import pytest

from playbooks.entries import first_break
from playbooks.incident import Home
from playbooks.states import IncidentStatus
from storage.errors import Conflict, NotFound
from storage.rows import Repeat
from storage.store import Store, Tx
from tests.contract.builders import NOW, TEAM, add_note, after, closed, incident, minutes, opened, opening


async def test_an_incident_comes_back_as_it_was_committed(store: Store) -> None:
    committed = await opened(store)

    assert await store.incident(TEAM, 1) == committed


async def test_what_is_not_there_is_not_found(store: Store) -> None:
    await opened(store)

    with pytest.raises(NotFound):
        await store.incident(TEAM, 2)
    with pytest.raises(NotFound):
        await store.transact(lambda tx: tx.incident("T2", 1))


async def test_a_chain_comes_back_whole_whatever_it_holds(store: Store) -> None:
    first = await opened(store)
    data = {"emoji": "🚨 é \u2028 \0", "floats": [0.1, 1e22, -0.0, 1.0], "big": 2**70, "deep": {"b": None, "a": [True]}}
    outcome = after(first, text='quote " and back\\slash\n\ttab', data=data)

    def commit(tx: Tx) -> None:
        tx.incident(TEAM, 1)
        tx.commit(outcome, source_id="", now=NOW)

    await store.transact(commit)

    entries = await store.entries(TEAM, 1)
    assert first_break(entries) is None
    assert entries[1] == outcome.entries[0]
    assert [entry.seq for entry in await store.entries(TEAM, 1, upto=1)] == [1]


async def test_when_the_function_raises_nothing_of_it_is_there(store: Store) -> None:
    def fail(tx: Tx) -> None:
        tx.commit(opening(surfaces=("board",), jobs=("channel",)), source_id="press", now=NOW)
        tx.want(TEAM, "door:1", "dm:U1", None, NOW)
        raise LookupError("changed my mind")

    with pytest.raises(LookupError):
        await store.transact(fail)

    assert await store.summaries(TEAM) == []
    assert await store.surfaces_to_send(TEAM, NOW) == []
    assert await store.jobs_to_do(TEAM, NOW) == []
    assert await store.transact(lambda tx: tx.repeat(TEAM, "press")) is None


async def test_those_who_share_a_commit_do_not_share_a_failure(store: Store) -> None:
    await opened(store)

    def step(position: int) -> asyncio.Task[int]:
        def run(tx: Tx) -> int:
            seq = add_note(tx, text=f"note {position}")
            if position % 3 == 0:
                raise LookupError(str(position))
            return seq

        return asyncio.ensure_future(store.transact(run))

    results = await asyncio.gather(*(step(position) for position in range(30)), return_exceptions=True)

    assert [isinstance(result, LookupError) for result in results] == [position % 3 == 0 for position in range(30)]
    entries = await store.entries(TEAM, 1)
    assert first_break(entries) is None
    assert len(entries) == 1 + 20


async def test_fifty_writers_on_one_incident_lose_no_update(store: Store) -> None:
    await opened(store)

    seqs = await asyncio.gather(*(store.transact(add_note) for _ in range(50)))

    assert sorted(seqs) == list(range(2, 52))
    assert (await store.incident(TEAM, 1)).seq == 51
    assert first_break(await store.entries(TEAM, 1)) is None


@pytest.mark.parametrize("seed", range(10))
async def test_a_cancelled_caller_leaves_it_wholly_done_or_wholly_undone(store: Store, seed: int) -> None:
    await opened(store)
    dice = random.Random(seed)
    tasks = [
        asyncio.create_task(store.transact(lambda tx, n=n: add_note(tx, source_id=f"note:{n}"))) for n in range(12)
    ]
    for task in dice.sample(tasks, 6):
        for _ in range(dice.randrange(4)):
            await asyncio.sleep(0)
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)

    def look(tx: Tx) -> tuple[int, list[bool]]:  # the incident is held, so nobody commits in between
        return tx.incident(TEAM, 1).seq, [tx.repeat(TEAM, f"note:{n}") is not None for n in range(12)]

    seq, known = await store.transact(look)
    entries = await store.entries(TEAM, 1, upto=seq)
    assert first_break(entries) is None
    assert len(entries) == seq == 1 + sum(known)
    assert all(known[n] for n in range(12) if isinstance(results[n], int))


async def test_an_incident_that_was_not_read_is_not_written_over(store: Store) -> None:
    await opened(store)

    with pytest.raises(Conflict):
        await store.transact(lambda tx: tx.commit(opening(), source_id="other", now=NOW))

    assert await store.transact(lambda tx: tx.repeat(TEAM, "other")) is None


async def test_an_entry_is_never_written_over(store: Store) -> None:
    await opened(store)

    def write_first_entry_again(tx: Tx) -> None:
        tx.incident(TEAM, 1)
        tx.commit(opening(), source_id="other", now=NOW)

    with pytest.raises(Conflict):
        await store.transact(write_first_entry_again)


async def test_a_repeat_gets_what_was_answered_first(store: Store) -> None:
    def first(tx: Tx) -> None:
        tx.commit(opening(), source_id="press", now=NOW, answer="Opened INC-0001", payload={"ts": "1.2"})
        tx.remember(TEAM, "guest", NOW, answer="Not for guests", refused=True)

    await store.transact(first)

    repeat = await store.transact(lambda tx: tx.repeat(TEAM, "press"))
    assert repeat == Repeat(number=1, answer="Opened INC-0001", payload={"ts": "1.2"})
    assert await store.transact(lambda tx: tx.repeat(TEAM, "guest")) == Repeat(answer="Not for guests", refused=True)
    assert await store.transact(lambda tx: tx.repeat("T2", "press")) is None


async def test_the_same_happening_twice_at_once_is_taken_in_once(store: Store) -> None:
    await opened(store)

    def press(tx: Tx) -> bool:
        if tx.repeat(TEAM, "press"):
            return False
        add_note(tx, source_id="press")
        return True

    taken = await asyncio.gather(*(store.transact(press) for _ in range(8)))

    assert sorted(taken) == [False] * 7 + [True]
    assert len(await store.entries(TEAM, 1)) == 2


async def test_numbers_have_no_gaps_and_are_each_workspaces_own(store: Store) -> None:
    def open_next(tx: Tx) -> int:
        number = tx.next_number(TEAM)
        tx.commit(opening(number), source_id="", now=NOW)
        return number

    numbers = await asyncio.gather(*(store.transact(open_next) for _ in range(12)))

    assert sorted(numbers) == list(range(1, 13))
    assert await store.transact(lambda tx: tx.next_number("T2")) == 1


async def test_lists_are_newest_first_and_can_leave_out_what_is_closed(store: Store) -> None:
    for number in (1, 2, 3):
        await opened(store, number)

    def close_second(tx: Tx) -> None:
        tx.commit(closed(tx.incident(TEAM, 2)), source_id="", now=NOW)

    await store.transact(close_second)

    assert [line.label for line in await store.summaries(TEAM, limit=2)] == ["INC-0003", "INC-0002"]
    assert [found.number for found in await store.incidents(TEAM, open_only=True)] == [3, 1]
    [line] = [line for line in await store.summaries(TEAM) if line.status is IncidentStatus.CLOSED]
    assert (line.number, line.closed_at, line.text, line.trigger) == (2, NOW, incident().text, incident().trigger)


@pytest.mark.parametrize(("limit", "expected"), [(9, [[4, 3], [2, 1]]), (3, [[4, 3], [2]]), (0, [])])
async def test_open_ones_come_some_at_a_time(
    store: Store, monkeypatch: pytest.MonkeyPatch, limit: int, expected: list[list[int]]
) -> None:
    monkeypatch.setattr("storage.store.AT_ONCE", 2)
    for number in (1, 2, 3, 4):
        await opened(store, number)

    found = [[one.number for one in some] async for some in store.open_incidents(TEAM, limit=limit)]

    assert found == expected


async def test_who_is_over_and_still_asks_for_something_is_found_longest_due_first(store: Store) -> None:
    def end(tx: Tx) -> None:
        for number, due in ((1, minutes(9)), (2, minutes(5)), (3, None)):
            tx.commit(replace(closed(tx.incident(TEAM, number)), next_due=due), source_id="", now=NOW)

    for number in (1, 2, 3, 4):
        await opened(store, number, next_due=minutes(1))
    await store.transact(end)

    assert [one.number for one in await store.owing(TEAM)] == [2, 1]
    assert await store.owing("T2") == []


async def test_a_channel_leads_to_its_incident(store: Store) -> None:
    await opened(store, 1)
    await opened(store, 2, home=Home(channel="C2", name="inc-0002"))

    assert await store.number_in(TEAM, "C2") == 2
    assert await store.number_in(TEAM, "C9") is None
    assert await store.number_in("T2", "C2") is None


async def test_what_is_due_comes_longest_due_first(store: Store) -> None:
    for number, due in ((1, minutes(3)), (2, minutes(1)), (3, None), (4, minutes(9))):
        await opened(store, number, next_due=due)

    assert await store.due(TEAM, minutes(3)) == [2, 1]
    assert await store.due(TEAM, minutes(3), limit=1) == [2]
    assert await store.due(TEAM, minutes(0)) == []
    assert await store.next_due(TEAM) == minutes(1)
    assert await store.next_due("T2") is None
    assert [await store.next_due(TEAM, after=minutes(at)) for at in (0.5, 1, 99)] == [minutes(1), minutes(3), None]


async def test_a_due_moment_goes_with_the_commit_that_clears_it(store: Store) -> None:
    await opened(store, next_due=minutes(1))

    await store.transact(add_note)

    assert await store.due(TEAM, minutes(5)) == []
    assert await store.next_due(TEAM) is None
