"""A backup is the record of one moment, made while others write, and never half a file."""

import asyncio
import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.at_rest import verify_at_rest
from storage.backup import backup
from storage.errors import DatabaseUnavailable, StorageError
from storage.migrations import migrate
from storage.sql_store import open_store
from storage.store import Store
from tests.contract.builders import TEAM, add_note, opened
from tests.contract.test_at_rest import write
from tests.unit.stories import closed_story


@pytest.fixture
def url(tmp_path: Path) -> str:
    made = f"sqlite:///{tmp_path / 'record.db'}"
    migrate(made)
    return made


async def test_the_copy_verifies(url: str, tmp_path: Path) -> None:
    await write(url, closed_story())
    copy = tmp_path / "copy.db"
    backup(url, copy)

    assert verify_at_rest(f"sqlite:///{copy}", closed_story().incident.team, 1).ok
    assert copy.stat().st_mode & 0o077 == 0
    assert [name for name in os.listdir(tmp_path) if "part" in name] == []


async def test_it_is_made_while_others_write_and_holds_only_whole_commits(url: str, tmp_path: Path) -> None:
    store = open_store(url)
    await opened(store)
    writing = asyncio.create_task(_notes(store))
    for number in range(5):
        await asyncio.to_thread(backup, url, tmp_path / f"copy{number}.db")
    await writing
    await store.close()

    for number in range(5):
        copy = open_store(f"sqlite:///{tmp_path / f'copy{number}.db'}")
        incident, entries = await copy.incident(TEAM, 1), await copy.entries(TEAM, 1)
        await copy.close()
        assert (incident.seq, incident.head) == (len(entries), entries[-1].hash)


async def _notes(store: Store) -> None:
    for _ in range(100):
        await store.transact(add_note)


def test_a_file_that_is_there_is_never_written_over(url: str, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(StorageError, match="is there already, and nothing was written"):
        backup(url, tmp_path / "taken")
    assert (tmp_path / "taken").read_text() == "mine"


@pytest.mark.parametrize("folder", ["", ".", "/"])
def test_a_folder_is_no_place_for_it(url: str, folder: str) -> None:
    with pytest.raises(StorageError, match="Name a file in it"):
        backup(url, Path(folder))


def test_where_there_are_no_hard_links_it_is_made_all_the_same(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", no_links)
    backup(url, tmp_path / "copy.db")
    assert migrate(f"sqlite:///{tmp_path / 'copy.db'}")
    with pytest.raises(StorageError, match="is there already"):
        backup(url, tmp_path / "copy.db")
    assert [name for name in os.listdir(tmp_path) if "part" in name] == []


def test_a_disk_without_room_for_the_copy_is_named_as_the_copys(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect

    def with_little_room(name: object, **options: object) -> sqlite3.Connection:
        made = connect(name, **options)  # type: ignore[arg-type,call-overload]  # because it hands on what it got
        if "copy" in str(name):
            made.execute("PRAGMA max_page_count = 2")
        return made  # type: ignore[no-any-return]  # because of the line above

    monkeypatch.setattr(sqlite3, "connect", with_little_room)
    with pytest.raises(DatabaseUnavailable, match=r"copy\.db cannot be written: No space left on device"):
        backup(url, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_nothing_to_back_up_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="There is no database"):
        backup(f"sqlite:///{tmp_path / 'absent.db'}", tmp_path / "copy.db")


def test_a_folder_that_is_not_there_is_said(url: str, tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="cannot be written: No such file or directory"):
        backup(url, tmp_path / "absent" / "copy.db")


def test_postgres_has_its_own_tool(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="pg_dump"):
        backup("postgresql://u@127.0.0.1:1/d", tmp_path / "copy.db")


async def test_a_damaged_record_gives_no_backup(url: str, tmp_path: Path) -> None:
    await write(url, closed_story())
    file = tmp_path / "record.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode = DELETE")
    content = bytearray(file.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 6000] = os.urandom(6000)
    file.write_bytes(content)

    with pytest.raises(StorageError):
        backup(url, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()
