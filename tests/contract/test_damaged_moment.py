"""A moment in the file that is none: said as damage, so that it is waited for and ends no loop."""

from pathlib import Path

import pytest

from storage.errors import RESTORE, DamagedDatabase
from storage.migrations import migrate
from storage.sql_store import open_store
from tests.contract.builders import NOW, TEAM, opened
from tests.contract.schema import run


@pytest.fixture
def url(tmp_path: Path) -> str:
    """PostgreSQL takes nothing but a moment."""
    made = f"sqlite:///{tmp_path / 'record.db'}"
    migrate(made)
    return made


@pytest.mark.parametrize("moment", ["noon", "9999-99-99 00:00:00.000000", ""])
async def test_it_is_named_as_damage_by_whoever_reads_it(url: str, moment: str) -> None:
    store = open_store(url)
    await opened(store, surfaces=("prompt:revoke:dm:U2",), jobs=("channel",), next_due=NOW)
    for table, column in (("incidents", "next_due_at"), ("surfaces", "wanted_at"), ("jobs", "wanted_at")):
        run(url, f"UPDATE {table} SET {column} = '{moment}'")

    asking = (store.next_due(TEAM), store.surfaces_to_send(TEAM, NOW), store.jobs_to_do(TEAM, NOW))
    for question in asking:
        with pytest.raises(DamagedDatabase, match=RESTORE):
            await question
    assert (store.trouble or "").endswith(f"{RESTORE}.")
    await store.close()
