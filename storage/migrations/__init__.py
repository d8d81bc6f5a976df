"""Bringing a database to this version, from code: there is no alembic.ini and nobody needs the alembic command.

Alembic is imported only when there is something to do, because that costs a quarter of a second at every start.
A new migration: write `versions/v0002_*.py` after the model changed, and set `tables.VERSION`.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, inspect, text

from storage.engine import AT_START_S, Address, Engines, address_of, open_engine
from storage.errors import ForeignDatabase, NewerDatabase, OldDatabase, translated
from storage.tables import VERSION, VERSION_TABLE, Base

FOLDER = Path(__file__).parent
_LOCK = 0x51444D47  # of PostgreSQL's advisory locks: two processes must not migrate at once


def current(url: str) -> str | None:
    """The version the database is at, None for an empty or absent one. Changes nothing.

    Raises `ForeignDatabase` when it holds something else, `DatabaseUnavailable`.
    """
    address = address_of(url)
    return _current_sqlite(address) if address.is_sqlite else _current_postgres(url)


def migrate(url: str) -> str:
    """Create the database's tables, or bring them to this version, in one transaction. Returns the version.

    Raises `ForeignDatabase`, `NewerDatabase`, `DatabaseUnavailable`.
    """
    found = current(url)
    if found != VERSION:
        engines = open_engine(url, AT_START_S)
        try:
            if found is None and engines.address.is_sqlite:
                _make(engines)
            else:
                _upgrade(engines, found)
        finally:
            engines.dispose()
    return VERSION


def require_current(url: str) -> None:
    """Raises `OldDatabase` or `NewerDatabase` unless the database is at this version."""
    found = current(url)
    where = address_of(url).where
    if found is None and address_of(url).is_sqlite and not Path(address_of(url).file).exists():
        advice = "Is QUARTERDECK_DATABASE_URL right? The first start makes it: quarterdeck run"
        raise OldDatabase(f"There is no database {where}. {advice}")
    if found is None or found < VERSION:
        raise OldDatabase(f"The database {where} is not at version {VERSION} yet. Run: quarterdeck migrate")
    if found > VERSION:
        raise _newer(where, found)


def _make(engines: Engines) -> None:
    """A new file gets the tables as they are today: all the migrations lead there too, but with them the process would
    keep the 14 MB of Alembic for as long as it runs."""
    column = "version_num VARCHAR(32) NOT NULL PRIMARY KEY"  # as Alembic makes it
    with translated(engines.address.where), engines.writer.begin() as connection:
        Base.metadata.create_all(connection, checkfirst=False)
        connection.execute(text(f"CREATE TABLE {VERSION_TABLE} ({column})"))
        connection.execute(text(f"INSERT INTO {VERSION_TABLE} VALUES ('{VERSION}')"))  # noqa: S608 - because both are ours


def _upgrade(engines: Engines, found: str | None) -> None:
    """From there by the migrations; from nothing by all of them."""
    where = engines.address.where
    config, known = _alembic()
    if found is not None and found not in known:
        raise _newer(where, found)
    from alembic import command

    with translated(where), engines.writer.begin() as connection:
        if not engines.address.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _alembic() -> tuple[Any, set[str]]:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    return config, {script.revision for script in scripts.walk_revisions()}


def _newer(where: str, found: str) -> NewerDatabase:
    return NewerDatabase(
        f"The database {where} is at version {found}, this Quarterdeck knows {VERSION}. Install the newer Quarterdeck."
    )


def _current_sqlite(address: Address) -> str | None:
    """With SQLite itself and read-only, since already our way of connecting would change a file that is not ours."""
    if not Path(address.file).exists():
        return None
    with translated(address.where):
        uri = f"file:{quote(str(Path(address.file).absolute()))}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=AT_START_S)) as db:
            names = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            _require_ours(names, address.where)
            if VERSION_TABLE not in names:
                return None
            found = db.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608 - because it is our constant
            return str(found[0]) if found else None


def _current_postgres(url: str) -> str | None:
    engines = open_engine(url)
    try:
        with translated(engines.address.where), engines.reader.connect() as connection:
            return _version_in(connection, engines.address.where)
    finally:
        engines.dispose()


def _version_in(connection: Connection, where: str) -> str | None:
    names = set(inspect(connection).get_table_names())
    _require_ours(names, where)
    if VERSION_TABLE not in names:
        return None
    found: str | None = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608 - because it is ours
    return found


def _require_ours(names: set[str], where: str) -> None:
    if names and VERSION_TABLE not in names:
        raise ForeignDatabase(
            f"The database {where} holds tables of another program ({', '.join(sorted(names)[:3])}), "
            "so Quarterdeck leaves it alone. Give it a database of its own."
        )
