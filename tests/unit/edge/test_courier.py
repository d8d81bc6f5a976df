"""The courier's own promises: a listing that is older than what it lists is not believed, and a fault stays alone."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.courier import FOR_ASKING, MOST_AT_ONCE, Courier
from bot.pacing import Pacing
from bot.places import Places
from bot.waiting import MOST_HELD, Waiting
from storage.memory_store import MemoryStore
from storage.rows import Attempted, Shown, SurfaceRow

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TEAM = "T1"


class Noon:
    """A clock that stands still; whoever sleeps wakes at once."""

    def now(self) -> datetime:
        return NOON

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        await asyncio.sleep(0)


class LateListing(MemoryStore):
    """Answers with what was there when it was asked, after everything that was under way has ended."""

    def __init__(self) -> None:
        super().__init__()
        self.listed: list[int] = []  # how many rows each time

    async def surfaces_to_send(self, team: str, now: datetime, **which: Any) -> list[SurfaceRow]:
        rows = await super().surfaces_to_send(team, now, **which)
        self.listed.append(len(rows))
        for _ in range(20):
            await asyncio.sleep(0)
        return rows


class Counting:
    """Shows surfaces to nobody and counts; `broken` are the keys at which it stumbles."""

    def __init__(self, store: MemoryStore, broken: Collection[str] = ()) -> None:
        self.homeless: dict[int, int] = {}
        self.shown: list[str] = []
        self._store = store
        self._broken = broken

    def forget_homeless(self, now: datetime) -> None:
        """Nothing is homeless here."""
        assert now == NOON

    async def show(self, row: SurfaceRow) -> None:
        if row.key in self._broken:
            raise RuntimeError("cannot be rendered")
        await self._store.note(Attempted(id=row.id, at=NOON, channel="D1"))
        self.shown.append(row.key)
        await asyncio.sleep(0)
        await self._store.note(Shown(id=row.id, ts="1.1", version=row.wanted, channel="D1"))


class NoLists:
    """Nothing is merged here."""


class NoDoubts:
    async def settle(self, row: SurfaceRow) -> None:
        raise AssertionError(f"{row.key} is not in doubt")


class NoSlack:
    """Nobody asks it."""


class NoJobs:
    async def do(self, job: object) -> None:
        raise AssertionError(f"there are no jobs, but {job}")


async def wanting(store: MemoryStore, *keys: str, place: str = "dm:U1") -> None:
    await store.transact(lambda tx: [tx.want(TEAM, key, place, {}, NOON) for key in keys])


def courier(
    store: MemoryStore, showing: Counting, pacing: Pacing | None = None, answering: Callable[[], bool] = lambda: True
) -> Courier:
    waiting = Waiting(pacing or Pacing(Noon().now, None), Places(store, NoSlack(), "C1", ""))
    return Courier(store, showing, NoLists(), NoDoubts(), NoJobs(), waiting, Noon(), TEAM, answering=answering)


async def test_a_row_that_was_sent_while_it_was_being_listed_is_not_sent_again() -> None:
    store = LateListing()
    showing = Counting(store)
    sending = courier(store, showing)
    await wanting(store, "secret:1")
    await sending.drain_once()  # under way now, and done while the next listing is on its way

    await sending.drain()

    assert showing.shown == ["secret:1"]


async def test_many_in_one_place_are_each_sent_once_and_in_order() -> None:
    store = LateListing()
    showing = Counting(store)
    keys = [f"secret:{n}" for n in range(30)]
    await wanting(store, *keys)

    await courier(store, showing).drain()

    assert showing.shown == keys


async def test_however_many_wait_in_one_place_another_place_is_not_kept_waiting() -> None:
    store = MemoryStore()
    sending = courier(store, Counting(store))
    await wanting(store, *(f"secret:{n}" for n in range(300)))
    await wanting(store, "secret:last", place="dm:U2")

    assert await sending.drain_once() == 2


async def test_of_thousands_only_some_are_listed_while_others_are_under_way() -> None:
    store = LateListing()
    sending = courier(store, Counting(store))
    for person in range(300):
        await wanting(store, f"secret:{person}", place=f"dm:U{person}")

    assert await sending.drain_once() == MOST_AT_ONCE - FOR_ASKING
    assert store.listed == [100]


async def test_nothing_is_asked_while_nothing_could_be_started() -> None:
    store = LateListing()
    sending = courier(store, Counting(store))
    for person in range(300):
        await wanting(store, f"prompt:{person}", place=f"dm:U{person}")
    assert await sending.drain_once() == MOST_AT_ONCE
    store.listed.clear()

    assert [await sending.drain_once(), store.listed] == [0, []]


async def test_one_that_cannot_be_rendered_waits_and_lets_the_others_pass() -> None:
    store = MemoryStore()
    showing = Counting(store, broken={"secret:1"})
    await wanting(store, "secret:1", "secret:2")

    await courier(store, showing).drain()

    assert showing.shown == ["secret:2"]
    assert (await store.surfaces(TEAM, 0, ["secret:1"]))[0].not_before > NOON


async def test_nothing_is_waited_for_while_slack_is_away() -> None:
    store, pacing = MemoryStore(), Pacing(Noon().now, None)
    pacing.told("chat.postMessage", "C1", 60)
    answers = [True]
    sending = courier(store, Counting(store), pacing, lambda: answers[0])
    await wanting(store, "alert:1", place="alerts")

    await sending.drain_once()
    assert sending.waits_until is not None

    answers[0] = False
    assert sending.waits_until is None


async def test_what_waits_is_remembered_as_far_as_a_question_can_name_it() -> None:
    store = MemoryStore()
    pacing = Pacing(Noon().now, None)
    pacing.told("chat.postMessage", "C1", 60)
    waiting = Waiting(pacing, Places(store, NoSlack(), "C1", ""))
    row = await store.transact(lambda tx: tx.want(TEAM, "offer:1", "alerts", {}, NOON))
    rows = (replace(row, id=number) for number in range(MOST_HELD + 500))

    assert all(waiting.must(one, 0, NOON) for one in rows)
    assert len(waiting.surfaces) == MOST_HELD
