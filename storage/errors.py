"""What can go wrong with the record, as a tree. Every leaf is one sentence a person can act on.

StorageError
├── NotFound             no such incident
├── Conflict             somebody else wrote first, and trying again did not help
├── AlreadyRunning       another Quarterdeck holds this database
├── DatabaseUnavailable  locked, read-only, full or not answering: trying later may help
│   └── DamagedDatabase  it, or its beginning, is not what SQLite wrote: only a backup helps
├── ForeignDatabase      it belongs to another program
├── OldDatabase          it was not brought up to this version yet
└── NewerDatabase        it was brought up to a version that this program does not know

Errors of the drivers are turned into these once, in `translated`. What is our own mistake (wrong SQL, a value of the
wrong type) is let through as it is.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, InternalError, OperationalError


class StorageError(Exception):
    """Something is wrong with the record."""


class NotFound(StorageError):
    """There is no such incident."""


class Conflict(StorageError):
    """Somebody else wrote the same thing first."""


class AlreadyRunning(StorageError):
    """Another Quarterdeck is running on this database."""


class DatabaseUnavailable(StorageError):
    """The database cannot be used at the moment."""


class DamagedDatabase(DatabaseUnavailable):
    """The file is damaged, or none of SQLite's at all."""


class ForeignDatabase(StorageError):
    """The database belongs to another program."""


class OldDatabase(StorageError):
    """The database was not brought up to this version."""


class NewerDatabase(StorageError):
    """The database was written by a newer version."""


class NoMoment(ValueError):
    """Where a moment belongs the database holds something else; whoever knows its name says `damaged`."""


_SQLITE = {
    "SQLITE_BUSY": "is locked by another program",
    "SQLITE_LOCKED": "is locked by another program",
    "SQLITE_READONLY": "is read-only",
    "SQLITE_FULL": "cannot grow: the disk is full",
    "SQLITE_CANTOPEN": "cannot be opened: is the folder there, and may this user write to it?",
    "SQLITE_IOERR": "cannot be read or written: the disk reports an error",
    "SQLITE_PERM": "may not be opened by this user",
    "SQLITE_AUTH": "may not be opened by this user",
}


_SPOILT = {"SQLITE_NOTADB", "SQLITE_CORRUPT"}
RESTORE = "put it aside and restore a backup: docs/how-to/back-up-and-restore.md"


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Turn the driver's errors inside into ours. `where` is the file or the address without its password."""
    try:
        yield
    except IntegrityError as error:
        raise Conflict(f"Somebody else wrote to {where} first: {error.orig}") from error
    except (OperationalError, InternalError, InterfaceError) as error:
        if _sqlite_name(error.orig) in _SPOILT:
            raise _from_file(error.orig, where) or error from error
        raise DatabaseUnavailable(f"The database {where} {_reason(error)}.") from error
    except DBAPIError as error:
        raise _from_file(error.orig, where) or error from error
    except sqlite3.Error as error:
        raise _from_file(error, where) or error from error


def _from_file(error: BaseException | None, where: str) -> StorageError | None:
    name = _sqlite_name(error)
    if name == "SQLITE_NOTADB":
        what = (
            f"The file {where} is not a SQLite database, or its beginning is damaged, so Quarterdeck leaves it alone."
        )
        return DamagedDatabase(f"{what} If it is your record, {RESTORE}.")
    if name == "SQLITE_CORRUPT":
        return damaged(where)
    if name in _SQLITE:
        return DatabaseUnavailable(f"The database {where} {_SQLITE[name]}.")
    return None


def damaged(where: str) -> DamagedDatabase:
    return DamagedDatabase(f"The database {where} is damaged. Stop Quarterdeck, {RESTORE}.")


def _reason(error: DBAPIError) -> str:
    if known := _SQLITE.get(_sqlite_name(error.orig)):
        return known
    first_line = str(error.orig).strip().split("\n")[0].rstrip(".")
    return f"does not answer: {first_line}"


def _sqlite_name(error: BaseException | None) -> str:
    """`SQLITE_READONLY_DBMOVED` and its like are told apart by SQLite, not by us."""
    name = str(getattr(error, "sqlite_errorname", ""))
    return "_".join(name.split("_")[:2])
