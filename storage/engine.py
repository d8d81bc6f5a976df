"""Opening a database. The settings here are the ones under which nothing acknowledged is lost.

SQLite: a write-ahead log, synced at every commit (NORMAL may lose the last ones when power fails); writers take the
lock at BEGIN, because `busy_timeout` does not cover a reader that turns writer half-way
(https://www.sqlite.org/isolation.html). PostgreSQL: psycopg 3, row locks, four connections.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from storage.errors import StorageError

BUSY_TIMEOUT_S = 1.0  # how long a lock held by another program is waited for: a person must be told within 3 s
AT_START_S = 5.0  # the same while nobody waits for an answer
ROW_LOCK_S = 5.0  # PostgreSQL: how long somebody else's row is waited for
SQLITE_READERS = 2
POSTGRES_CONNECTIONS = 4
ONE_QUESTION = "quarterdeck_one_question"  # a SELECT sees one state by itself; a BEGIN before it would double its cost
CUT_OFF: dict[str, Any] = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,  # ms; a network that swallows everything is noticed in that time, not in a quarter hour
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}
"""PostgreSQL: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS"""


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a database is. `where` is what people are told: the file, or the address without its password."""

    url: URL

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def file(self) -> str:
        return str(self.url.database)

    @property
    def where(self) -> str:
        return self.file if self.is_sqlite else self.url.render_as_string(hide_password=True)


@dataclass(frozen=True, kw_only=True)
class Engines:
    """One to write with and one to read with; the same one on PostgreSQL."""

    address: Address
    writer: Engine
    reader: Engine

    def dispose(self) -> None:
        self.writer.dispose()
        self.reader.dispose()


def address_of(url: str) -> Address:
    """`sqlite:///relative/file`, `sqlite:////absolute/file` or `postgresql://…`. Raises `StorageError` for others."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StorageError("The database address is none: expected sqlite:///file or postgresql://…") from None
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return Address(url=parsed.set(drivername="sqlite"))
    if backend == "postgresql":
        return Address(url=parsed.set(drivername="postgresql+psycopg"))
    raise StorageError(f"{parsed.render_as_string()} is not supported: expected sqlite:///file or postgresql://…")


def open_engine(url: str, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Engines:
    """Engines for the database; nothing is connected or created yet. `busy_timeout_s` is for SQLite."""
    address = address_of(url)
    if address.is_sqlite:
        timeout_ms = int(busy_timeout_s * 1000)
        return Engines(
            address=address,
            writer=_sqlite(address, timeout_ms, begin="BEGIN IMMEDIATE", connections=1),
            reader=_sqlite(address, timeout_ms, begin="BEGIN", connections=SQLITE_READERS),
        )
    engine = create_engine(
        address.url,
        pool_size=POSTGRES_CONNECTIONS,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={**CUT_OFF, "options": f"-c lock_timeout={int(ROW_LOCK_S * 1000)}"},
    )
    return Engines(address=address, writer=engine, reader=engine)


def _sqlite(address: Address, timeout_ms: int, *, begin: str, connections: int) -> Engine:
    engine = create_engine(
        address.url,
        pool_size=connections,
        max_overflow=0,
        # Python's own transactions begin too late, after the first SELECT; so they are off and we begin.
        connect_args={"isolation_level": None, "timeout": timeout_ms / 1000},
    )

    def on_connect(connection: Any, _record: Any) -> None:
        for pragma in _pragmas(timeout_ms, writes=begin != "BEGIN"):
            connection.execute(f"PRAGMA {pragma}")

    def on_begin(connection: Connection) -> None:
        if not connection.get_execution_options().get(ONE_QUESTION):
            connection.exec_driver_sql(begin)

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
    return engine


def _pragmas(timeout_ms: int, *, writes: bool) -> list[str]:
    common = [f"busy_timeout = {timeout_ms}", "foreign_keys = ON"]
    return [*common, "journal_mode = WAL", "synchronous = FULL"] if writes else [*common, "query_only = ON"]
