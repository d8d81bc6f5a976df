"""One open incident per key: who claims it, who joins, and that drills never mix with the real thing."""

import asyncio

import pytest

from storage.errors import Conflict
from storage.store import Store, Tx
from tests.contract.builders import NOW, TEAM, closed, key, opened, opening


async def find(store: Store, fingerprint: str, *, drill: bool = False) -> int | None:
    return await store.transact(lambda tx: tx.open_with_key(TEAM, [fingerprint], [], drill))


async def test_an_open_incident_is_found_by_the_key_it_claims(store: Store) -> None:
    await opened(store, keys=(key("f1"), key("f2", claimed=False), key(vendor_id="apikey_1")))

    assert await find(store, "f1") == 1
    assert await find(store, "f2") is None
    assert await store.transact(lambda tx: tx.open_with_key(TEAM, [], ["apikey_1"], False)) == 1
    assert await store.transact(lambda tx: tx.open_with_key(TEAM, [], [], False)) is None
    assert await store.transact(lambda tx: tx.open_with_key("T2", ["f1"], ["apikey_1"], False)) is None


async def test_drills_and_the_real_thing_never_mix(store: Store) -> None:
    await opened(store, 1, keys=(key("f1"),))
    await opened(store, 2, keys=(key("f1", claimed=False),), drill=True)
    await opened(store, 3, keys=(key("f2", claimed=False),), drill=True)

    assert await find(store, "f1") == 1
    assert await find(store, "f1", drill=True) == 2
    assert await find(store, "f2") is None
    assert await store.transact(lambda tx: tx.free_keys(TEAM, ["f1", "f2"], 9)) == ("f2",)


async def test_a_closed_incident_lets_its_keys_go(store: Store) -> None:
    await opened(store, keys=(key("f1"),))

    def close(tx: Tx) -> None:
        tx.commit(closed(tx.incident(TEAM, 1)), source_id="", now=NOW)

    await store.transact(close)

    assert await find(store, "f1") is None
    await opened(store, 2, keys=(key("f1"),))
    assert await find(store, "f1") == 2


async def test_two_open_incidents_cannot_claim_one_key(store: Store) -> None:
    await opened(store, keys=(key("f1"),))

    with pytest.raises(Conflict):
        await opened(store, 2, keys=(key("f1"),))

    assert [line.number for line in await store.summaries(TEAM)] == [1]
    await opened(store, 2, keys=(key("f1", claimed=False),))


async def test_a_key_given_twice_is_no_clash_with_itself(store: Store) -> None:
    committed = await opened(store, keys=(key("f1"), key("f1", text="again")))

    assert await store.incident(TEAM, 1) == committed


async def test_of_two_who_open_at_once_the_second_finds_the_first(store: Store) -> None:
    def open_or_join(tx: Tx) -> tuple[str, int]:
        if there := tx.open_with_key(TEAM, ["f1"], [], False):
            return "joined", there
        number = tx.next_number(TEAM)
        tx.commit(opening(number, keys=(key("f1"),)), source_id="", now=NOW)
        return "opened", number

    results = await asyncio.gather(*(store.transact(open_or_join) for _ in range(10)))

    assert sorted(results) == [("joined", 1)] * 9 + [("opened", 1)]


async def test_free_keys_are_those_that_no_other_claims(store: Store) -> None:
    await opened(store, 1, keys=(key("f1"),))
    await opened(store, 2, keys=(key("f2"),))

    assert await store.transact(lambda tx: tx.free_keys(TEAM, ["f1", "f2", "f3"], 2)) == ("f2", "f3")


async def test_an_equal_name_or_hint_is_found_whatever_its_case(store: Store) -> None:
    await opened(store, keys=(key(text="Billing Key", claimed=False), key(text="x", hint="sk-ant-api03-AbC…wxyz")))

    async def named(texts: list[str], hints: list[str], *, drill: bool = False) -> int | None:
        return await store.transact(lambda tx: tx.open_with_name(TEAM, texts, hints, drill))

    assert await named([" billing KEY "], []) == 1
    assert await named([], ["SK-ANT-api03-abc…WXYZ"]) == 1
    assert await named(["", " "], [""]) is None
    assert await named(["billing key"], [], drill=True) is None
