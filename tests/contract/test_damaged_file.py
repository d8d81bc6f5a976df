"""A file that is not what SQLite wrote: one sentence that names it and says what to do, whoever looks at it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from storage.at_rest import verify_at_rest
from storage.backup import backup
from storage.errors import DamagedDatabase, StorageError
from storage.migrations import migrate
from storage.soundness import require_sound
from storage.sql_store import open_store
from tests.contract.builders import TEAM, add_note, opened
from tests.contract.test_at_rest import write
from tests.unit.stories import closed_story

RESTORE = "restore a backup: docs/how-to/back-up-and-restore.md"
PAGE = 4096


def header(file: Path) -> None:
    _overwrite(file, 0, b"This was a database once.")


def pages_in_the_middle(file: Path) -> None:
    _overwrite(file, PAGE, b"\xff" * (file.stat().st_size - 3 * PAGE))


def cut(file: Path) -> None:
    with file.open("r+b") as content:
        content.truncate(file.stat().st_size // 2)


def emptied_in_part(file: Path) -> None:
    _overwrite(file, 2 * PAGE, bytes(file.stat().st_size - 2 * PAGE))


def _overwrite(file: Path, place: int, what: bytes) -> None:
    with file.open("r+b") as content:
        content.seek(place)
        content.write(what)


DAMAGES = [header, pages_in_the_middle, cut, emptied_in_part]


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    """A record that holds an incident, closed as it is after an ordinary end."""
    path = tmp_path / "record.db"
    migrate(f"sqlite:///{path}")
    await write(f"sqlite:///{path}", closed_story())
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = DELETE")
    return path


def begin(url: str) -> None:
    migrate(url)
    require_sound(url)


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_start_is_refused(damage: Callable[[Path], None], file: Path) -> None:
    url = f"sqlite:///{file}"
    require_sound(url)
    damage(file)

    with pytest.raises(DamagedDatabase) as caught:
        begin(url)
    assert str(caught.value).count(str(file)) == 1
    assert str(caught.value).endswith(f"{RESTORE}.")


@pytest.mark.parametrize("damage", DAMAGES)
async def test_whoever_reads_it_gets_a_sentence(damage: Callable[[Path], None], file: Path) -> None:
    url, team = f"sqlite:///{file}", closed_story().incident.team
    damage(file)

    with pytest.raises(StorageError):
        assert verify_at_rest(url, team, 1).ok
    with pytest.raises(StorageError):
        await _entries(url, team)
    with pytest.raises(StorageError):
        backup(url, file.with_name("copy.db"))
    assert not file.with_name("copy.db").exists()


async def _entries(url: str, team: str) -> None:
    store = open_store(url)
    try:
        assert await store.entries(team, 1)
    finally:
        await store.close()


async def test_damage_that_is_found_while_it_runs_is_said_and_stays_said(tmp_path: Path) -> None:
    file = tmp_path / "record.db"
    migrate(f"sqlite:///{file}")
    store = open_store(f"sqlite:///{file}")
    await opened(store)
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    pages_in_the_middle(file)

    with pytest.raises(DamagedDatabase):
        await store.transact(add_note)
    assert store.trouble is not None
    assert store.trouble.endswith(f"{RESTORE}.")
    with pytest.raises(DamagedDatabase):
        await store.entries(TEAM, 1)
    await store.close()


def test_a_look_that_takes_too_long_is_given_up(file: Path) -> None:
    pages_in_the_middle(file)
    header_intact = f"sqlite:///{file}"

    with pytest.raises(DamagedDatabase):
        require_sound(header_intact)
    with closing(sqlite3.connect(file.with_name("large.db"))) as large, large:
        large.execute("CREATE TABLE many (n INTEGER PRIMARY KEY, text TEXT)")
        large.executemany("INSERT INTO many (text) VALUES (?)", (("x" * 50,) for _ in range(50_000)))
    require_sound(f"sqlite:///{file.with_name('large.db')}", longest_s=0)
