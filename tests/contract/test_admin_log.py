"""The admin log: a chain of its own, to which nobody adds what does not follow from its end."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import text

from playbooks.entries import Entry, first_break
from playbooks.errors import Refused
from playbooks.model import Role
from playbooks.roster import ADMIN_LOG, Fill, fill, fold_roster
from storage.admin_at_rest import verify_admin_at_rest
from storage.engine import open_engine
from storage.errors import Conflict, NotFound
from storage.sql_store import open_store
from storage.store import Store, Tx
from tests.contract.builders import NOW, TEAM, opened


def assign(tx: Tx, user: str, team: str = TEAM) -> list[Entry]:
    """Makes `user` the auditor; the entries that this took."""
    lists = {Role.SECURITY_LEAD: ("U1",), Role.AUDITOR: (user,)}
    command = Fill(team=team, at=NOW, source_id="x", lists=lists, text="taken from roster.yaml")
    made = fill(tx.admin_log(team), command)
    assert not isinstance(made, Refused)
    tx.append_admin(team, *made)
    return list(made)


async def test_it_comes_back_as_it_was_written_apart_from_incidents_and_other_workspaces(store: Store) -> None:
    await opened(store)
    made = await store.transact(lambda tx: assign(tx, "U7"))
    await store.transact(lambda tx: assign(tx, "U8", team="T2"))

    assert await store.entries(TEAM, ADMIN_LOG) == made
    assert len(await store.entries(TEAM, 1)) == 1
    assert [one.number for one in await store.incidents(TEAM)] == [1]


async def test_when_the_function_raises_nothing_of_it_is_there(store: Store) -> None:
    def fail(tx: Tx) -> None:
        assign(tx, "U7")
        raise LookupError("changed my mind")

    with pytest.raises(LookupError):
        await store.transact(fail)

    assert await store.entries(TEAM, ADMIN_LOG) == []


async def test_the_same_place_in_the_chain_is_taken_once(store: Store) -> None:
    made = await store.transact(lambda tx: assign(tx, "U7"))

    with pytest.raises(Conflict):
        await store.transact(lambda tx: tx.append_admin(TEAM, *made))


async def test_many_who_write_at_once_make_one_chain(store: Store) -> None:
    await asyncio.gather(*(store.transact(lambda tx, n=n: assign(tx, f"U{n}")) for n in range(20)))

    log = await store.entries(TEAM, ADMIN_LOG)
    assert first_break(log) is None
    assert len(log) == 21
    assert fold_roster(log)[Role.AUDITOR].people == tuple(log[-1].data["people"])


async def test_two_processes_make_one_chain(make_postgres: str) -> None:
    stores = [open_store(make_postgres) for _ in range(2)]
    await asyncio.gather(*(stores[n % 2].transact(lambda tx, n=n: assign(tx, f"U{n}")) for n in range(20)))
    log = await stores[0].entries(TEAM, ADMIN_LOG)
    for store in stores:
        await store.close()

    assert (first_break(log), len(log)) == (None, 21)


async def written(url: str) -> None:
    store = open_store(url)
    for user in ("U7", "U8"):
        await store.transact(lambda tx, user=user: assign(tx, user))
    await store.close()


def damage(url: str, statement: str) -> None:
    engines = open_engine(url)
    with engines.writer.begin() as connection:
        connection.execute(text(statement))
    engines.dispose()


async def test_what_was_written_verifies(url: str) -> None:
    await written(url)

    assert verify_admin_at_rest(url, TEAM).sentence.startswith("The roster verifies: 3 entries, chain ends ")


def test_where_nothing_was_written_there_is_nothing_to_verify(url: str) -> None:
    with pytest.raises(NotFound, match="never filled"):
        verify_admin_at_rest(url, TEAM)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE entries SET body = replace(body, 'U8', 'U9') WHERE seq = 3", "entry 3 (roster_set)"),
        ("DELETE FROM entries WHERE seq = 3", "it ends with 3"),
        ("DELETE FROM entries", "it ends with nothing"),
        ("DELETE FROM meta", "ends with None"),
        ("UPDATE entries SET body = replace(body, 'roster_set', 'note') WHERE seq = 1", "entry 1 (note)"),
    ],
)
async def test_whoever_changes_it_is_found_out(make_url: Callable[[str], str], statement: str, named: str) -> None:
    url = make_url("sqlite")
    await written(url)
    damage(url, statement)

    verdict = verify_admin_at_rest(url, TEAM)
    assert not verdict.ok
    assert named in verdict.sentence
