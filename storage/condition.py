"""Whether a database could be written, found out without writing: it may be somebody else's who is at work."""

import os
from pathlib import Path

from sqlalchemy import text

from storage.engine import Address, address_of, open_engine
from storage.errors import translated


def why_not_writable(url: str, *, made: bool) -> str | None:
    """One sentence, or None. `made` says whether its tables are there. Raises `DatabaseUnavailable`."""
    address = address_of(url)
    return _file(address) if address.is_sqlite else _server(url, made=made)


def files_of(url: str) -> list[Path]:
    """The files that belong to a SQLite database and are there; none on PostgreSQL."""
    address = address_of(url)
    ends = ("", "-wal", "-shm", ".lock", ".secret") if address.is_sqlite else ()
    return [path for end in ends if (path := Path(f"{address.file}{end}")).exists()]


def folder_of(url: str) -> Path | None:
    """Where a SQLite database lies or will: the nearest folder that is there. None on PostgreSQL."""
    address = address_of(url)
    if not address.is_sqlite:
        return None
    return next(folder for folder in Path(address.file).absolute().parents if folder.is_dir())


def _file(address: Address) -> str | None:
    """SQLite writes its journal beside the file, so the folder counts too. access(2) knows of read-only disks."""
    file = Path(address.file)
    if file.is_dir():
        return f"{file} is a folder."
    if file.exists() and not os.access(file, os.R_OK | os.W_OK):
        return f"This user may not write the file {file}."
    folder = next(folder for folder in file.absolute().parents if folder.exists())
    if not os.access(folder, os.W_OK | os.X_OK) or not folder.is_dir():
        return f"This user may not make files in {folder}."
    return None


def _server(url: str, *, made: bool) -> str | None:
    right = "has_table_privilege('entries', 'INSERT')" if made else "has_schema_privilege(current_schema(), 'CREATE')"
    engines = open_engine(url)
    try:
        with translated(engines.address.where), engines.reader.connect() as connection:
            if connection.scalar(text("SELECT current_setting('transaction_read_only') = 'on'")):
                return f"The database {engines.address.where} is read-only."
            if not connection.scalar(text(f"SELECT {right}")):
                return f"This user may not write to the database {engines.address.where}."
        return None
    finally:
        engines.dispose()
