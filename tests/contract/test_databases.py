"""What is promised only of real databases: schema, durability, and one clear sentence when something is wrong."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, inspect

from storage import tables
from storage.engine import address_of, open_engine
from storage.errors import (
    DamagedDatabase,
    DatabaseUnavailable,
    ForeignDatabase,
    NewerDatabase,
    OldDatabase,
    StorageError,
)
from storage.migrations import _upgrade, current, migrate
from storage.sql_courier import to_send
from storage.sql_store import SqlStore, open_store
from tests.contract.builders import NOW, TEAM, add_note, opened
from tests.contract.schema import run, shape


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A SQLite record of this version."""
    migrate(f"sqlite:///{tmp_path / 'record.db'}")
    return tmp_path / "record.db"


def test_migrations_build_what_the_models_say(empty_url: str) -> None:
    engines = open_engine(empty_url)
    tables.Base.metadata.create_all(engines.writer)
    engines.dispose()
    declared = shape(empty_url)
    run(empty_url, *(f"DROP TABLE {name}" for name in tables.Base.metadata.tables))

    _upgrade(engines := open_engine(empty_url), None)
    engines.dispose()
    assert current(empty_url) == tables.VERSION
    assert shape(empty_url) == declared


def test_a_new_database_is_what_the_migrations_lead_to(tmp_path: Path) -> None:
    made, led = (f"sqlite:///{tmp_path / name}.db" for name in ("made", "led"))
    _upgrade(engines := open_engine(led), None)
    engines.dispose()

    assert migrate(made) == current(made) == tables.VERSION
    assert shape(made) == shape(led)


def test_a_new_file_is_made_without_alembic(tmp_path: Path) -> None:
    made = f"import sys; from storage.migrations import migrate; migrate('sqlite:///{tmp_path}/new.db')"
    words = [sys.executable, "-c", f"{made}; print('alembic' in sys.modules)"]

    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == "False\n"


def test_the_newest_migration_is_the_version_we_say() -> None:
    from storage.migrations import _alembic

    assert max(_alembic()[1]) == tables.VERSION


def test_migrating_twice_changes_nothing(url: str) -> None:
    before = shape(url)

    assert migrate(url) == tables.VERSION
    assert shape(url) == before


def test_an_empty_database_has_no_version_and_is_not_opened(empty_url: str) -> None:
    assert current(empty_url) is None
    with pytest.raises(OldDatabase, match=r"Run: quarterdeck migrate|There is no database"):
        open_store(empty_url)


def test_a_newer_database_is_left_alone(url: str) -> None:
    run(url, f"UPDATE {tables.VERSION_TABLE} SET version_num = '9999'")

    with pytest.raises(NewerDatabase, match="version 9999"):
        open_store(url)
    with pytest.raises(NewerDatabase, match="version 9999"):
        migrate(url)


def test_a_database_of_another_program_is_left_alone(empty_url: str) -> None:
    run(empty_url, "CREATE TABLE recipes (id INTEGER)")
    before = shape(empty_url)

    with pytest.raises(ForeignDatabase, match="recipes"):
        migrate(empty_url)
    assert shape(empty_url) == before


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear Sir or Madam, " * 100)

    with pytest.raises(DamagedDatabase, match=r"letter\.txt is not a SQLite database"):
        migrate(f"sqlite:///{file}")
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="cannot be opened"):
        migrate(f"sqlite:///{tmp_path / 'absent' / 'record.db'}")


@pytest.mark.parametrize("wrong", ["nonsense", "mysql://u:secret@h/d", "sqlite://", "sqlite:///:memory:"])
def test_other_addresses_are_refused_without_telling_the_password(wrong: str) -> None:
    with pytest.raises(StorageError) as caught:
        address_of(wrong)
    assert "secret" not in str(caught.value)


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(DatabaseUnavailable) as caught:
        migrate("postgresql://u:secret@127.0.0.1:1/d")
    assert "127.0.0.1:1/d does not answer" in str(caught.value)
    assert "secret" not in str(caught.value)


async def test_what_was_committed_is_there_when_it_is_opened_again(url: str) -> None:
    first = open_store(url)
    committed = await opened(first, surfaces=("board",))
    await first.close()

    second = open_store(url)
    assert await second.incident(TEAM, 1) == committed
    assert [row.key for row in await second.surfaces_to_send(TEAM, NOW)] == ["board"]
    await second.close()


async def test_a_question_is_asked_without_a_transaction_around_it(file: Path) -> None:
    words = list[str]()
    engines = open_engine(f"sqlite:///{file}")
    event.listen(engines.reader, "before_cursor_execute", lambda *said: words.append(said[2].split()[0]))
    store = SqlStore(engines)

    assert await store.surface(1) is None
    assert words == ["SELECT"]
    with engines.reader.connect() as looking:  # whoever asks more than once sees one state
        looking.exec_driver_sql("SELECT 1")
    assert words == ["SELECT", "BEGIN", "SELECT"]
    await store.close()


async def test_a_closed_store_says_so(url: str) -> None:
    store = open_store(url)
    await store.close()

    with pytest.raises(DatabaseUnavailable, match="closed by Quarterdeck itself"):
        await store.transact(add_note)
    with pytest.raises(DatabaseUnavailable, match="closed by Quarterdeck itself"):
        await store.incident(TEAM, 1)


async def test_a_locked_file_is_said_and_work_goes_on_when_it_is_free(file: Path) -> None:
    store = open_store(f"sqlite:///{file}", busy_timeout_s=0.01)
    await opened(store)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseUnavailable, match=r"record\.db is locked by another program"):
            await store.transact(add_note)
        other.execute("ROLLBACK")

    assert await store.transact(add_note) == 2
    await store.close()


async def test_a_file_that_was_moved_away_takes_no_more_acts(file: Path) -> None:
    store = open_store(f"sqlite:///{file}")
    await opened(store)
    shutil.move(file, file.with_name("elsewhere.db"))
    with pytest.raises(DatabaseUnavailable, match=r"record\.db was moved or deleted while it was in use"):
        await store.transact(add_note)
    shutil.move(file.with_name("elsewhere.db"), file)

    assert await store.transact(add_note) == 2
    await store.close()


async def test_a_log_that_was_deleted_takes_no_more_acts_and_an_end_in_order_saves_it(file: Path) -> None:
    store = open_store(f"sqlite:///{file}")
    await opened(store)
    await store.transact(add_note)
    os.unlink(f"{file}-wal")

    with pytest.raises(DatabaseUnavailable, match=r"record\.db-wal was moved or deleted while it was in use"):
        await store.transact(add_note)
    assert "never with kill -9" in (store.trouble or "")
    await store.close()

    again = open_store(f"sqlite:///{file}")
    await again.transact(add_note)
    assert len(await again.entries(TEAM, 1)) == 3
    await again.close()


async def test_a_read_only_file_is_said(file: Path) -> None:
    """Root may write to any file, so SQLite is told instead of the file system."""
    store = open_store(f"sqlite:///{file}")
    await opened(store)
    with store._engines.writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")

    with pytest.raises(DatabaseUnavailable, match=r"record\.db is read-only"):
        await store.transact(add_note)
    assert (await store.incident(TEAM, 1)).seq == 1
    await store.close()


async def test_a_full_disk_is_said_and_nothing_is_half_done(file: Path) -> None:
    store = open_store(f"sqlite:///{file}")
    await opened(store)
    with store._engines.writer.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(DatabaseUnavailable, match="the disk is full"):
        await store.transact(lambda tx: add_note(tx, text="x" * 100_000))
    assert len(await store.entries(TEAM, 1)) == 1
    await store.close()


def test_every_key_and_index_carries_the_workspace(url: str) -> None:
    engines = open_engine(url)
    keys = list(_keys(engines.reader))
    engines.dispose()

    assert keys
    assert [found for found in keys if found[1] != ["id"] and found[1][0] != "team"] == []


def _keys(engine: Engine) -> Iterator[tuple[str, list[str | None]]]:
    inspector = inspect(engine)
    for name in tables.Base.metadata.tables:
        yield name, list(inspector.get_pk_constraint(name)["constrained_columns"])
        for index in inspector.get_indexes(name):
            yield name, index["column_names"]


def test_sqlite_syncs_every_commit(file: Path) -> None:
    engines = open_engine(f"sqlite:///{file}")
    with engines.writer.connect() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("journal_mode", "synchronous")]
    engines.dispose()

    assert found == ["wal", 2]


def test_the_courier_reads_through_its_index(file: Path) -> None:
    """A partial index is used only when the query says its condition word for word."""
    seen: list[str] = []
    engines = open_engine(f"sqlite:///{file}")
    with engines.reader.connect() as db:
        event.listen(db, "before_cursor_execute", lambda _c, _cur, statement, *_: seen.append(statement))
        to_send(db, TEAM, NOW, 20, (), {"prompt": 0})
        plan = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {seen[-1]}", ("?",) * seen[-1].count("?")).all()
    engines.dispose()

    assert "ix_surfaces_unsent" in str(plan)


def test_a_copied_file_is_a_record_too(file: Path, tmp_path: Path) -> None:
    shutil.copy(file, tmp_path / "copy.db")

    assert current(f"sqlite:///{tmp_path / 'copy.db'}") == tables.VERSION
    assert os.path.getsize(tmp_path / "copy.db") > 0


async def test_a_chain_can_be_checked_without_quarterdeck(file: Path) -> None:
    """As docs/reference/record-tables.md shows."""
    store = open_store(f"sqlite:///{file}")
    await opened(store)
    await store.transact(lambda tx: add_note(tx, text="é 🚨"))
    await store.close()

    previous = "0" * 64
    with closing(sqlite3.connect(file)) as db:
        rows = db.execute(
            "SELECT body, prev_hash, hash FROM entries WHERE team = ? AND number = ? ORDER BY seq", (TEAM, 1)
        )
        for body, prev_hash, digest in rows:
            assert prev_hash == previous
            assert digest == hashlib.sha256(f"{prev_hash}\n{body}".encode()).hexdigest()
            previous = digest
    assert previous != "0" * 64
