"""A copy of a SQLite record as of one moment, while it is in use. https://www.sqlite.org/backup.html"""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from storage.engine import address_of
from storage.errors import DatabaseUnavailable, StorageError, translated

MADE_AT = "backup_made_at"  # in the copy's `meta`, so that a start on it knows
_WAIT_S = 30.0  # for a lock that another program holds
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS)  # a memory stick, some folders of other machines


def backup(url: str, target: Path) -> None:
    """Writes the record to the new file `target`: whole, checked and on the disk, or not at all.

    Raises `StorageError` on PostgreSQL (whose own tools do it), when there is nothing to copy or `target` is taken,
    and `DatabaseUnavailable`.
    """
    address = address_of(url)
    if not address.is_sqlite:
        raise StorageError("On PostgreSQL the server's own pg_dump makes the backup; this command copies SQLite files.")
    if not Path(address.file).exists():
        raise StorageError(f"There is no database {address.file} yet, so there is nothing to back up.")
    if not target.name:
        raise StorageError(f"“{target}” is a folder. Name a file in it.")
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with translated(address.where):
            _copy(Path(address.file), part)
        _check(part)
        _name(part, target)
        _sync_folder(target.absolute().parent)
    except FileExistsError:
        raise StorageError(f"{target} is there already, and nothing was written. Name another file.") from None
    except OSError as error:
        raise DatabaseUnavailable(f"{target} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def _copy(source: Path, part: Path) -> None:
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    uri = f"file:{quote(str(source.absolute()))}?mode=ro"
    with (
        closing(sqlite3.connect(uri, uri=True, timeout=_WAIT_S)) as database,
        closing(sqlite3.connect(part)) as copy,
        _room_for_the_copy(),
    ):
        database.backup(copy)  # in one step: it reads one moment, and nobody who writes has to wait
        _mark(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, until it is used again


@contextmanager
def _room_for_the_copy() -> Iterator[None]:
    """What is read is not written to, so a disk that is full is the copy's. Raises `OSError`."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname == "SQLITE_FULL":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise


def _mark(copy: sqlite3.Connection) -> None:
    """A file that is no record of ours is copied as it is."""
    if copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
        made_at = "strftime('%Y-%m-%dT%H:%M:%fZ')"
        insert = f"INSERT INTO meta (team, key, value) VALUES ('', ?, {made_at})"  # noqa: S608 - because it is ours
        copy.execute(f"{insert} ON CONFLICT (team, key) DO UPDATE SET value = excluded.value", (MADE_AT,))
        copy.commit()


def _check(part: Path) -> None:
    try:
        with closing(sqlite3.connect(part)) as copy:
            found = str(copy.execute("PRAGMA integrity_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        first = found.strip().splitlines()[0]
        raise StorageError(f"The copy is damaged, and so is the database it was made of: {first}. Nothing was kept.")
    with part.open("rb") as file:
        os.fsync(file.fileno())


def _name(part: Path, target: Path) -> None:
    """Unlike a rename alone it never takes the place of a file that is there."""
    try:
        os.link(part, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        part.replace(target)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
