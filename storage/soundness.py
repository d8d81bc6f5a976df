"""Whether a SQLite file is what SQLite wrote. https://www.sqlite.org/pragma.html#pragma_quick_check"""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from storage.engine import AT_START_S, address_of
from storage.errors import damaged, translated

LONGEST_S = 0.5  # at a start, where people wait; a record of some hundred megabytes is looked at in part
_STEPS = 10_000  # of SQLite's machine, between two looks at the time


def require_sound(url: str, longest_s: float = LONGEST_S) -> None:
    """Looks through every page, or through as many as that time allows. Does nothing on PostgreSQL.

    Raises `DamagedDatabase`, `DatabaseUnavailable`.
    """
    address = address_of(url)
    if not address.is_sqlite:
        return
    uri = f"file:{quote(str(Path(address.file).absolute()))}?mode=ro"
    with translated(address.where), closing(sqlite3.connect(uri, uri=True, timeout=AT_START_S)) as database:
        end = time.monotonic() + longest_s
        database.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
        try:
            found = database.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname == "SQLITE_INTERRUPT":
                return
            raise
    if found != "ok":
        raise damaged(address.where)
