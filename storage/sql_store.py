"""The record on SQLite or PostgreSQL: transactions go to a `Writer`, questions to threads that only read."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection

from playbooks.entries import Entry
from playbooks.incident import Incident, label_of
from storage import sql_captures, sql_clearing, sql_courier, sql_questions
from storage.engine import BUSY_TIMEOUT_S, ONE_QUESTION, POSTGRES_CONNECTIONS, SQLITE_READERS, Engines, open_engine
from storage.errors import DatabaseUnavailable, NoMoment, damaged, translated
from storage.migrations import require_current
from storage.rows import Health, JobRow, Summary, SurfaceRow
from storage.sql_tx import SqlTx, read_incident
from storage.store import Store, Tx
from storage.usable import READING, WRITING, Usable
from storage.writers import GroupWriter, PoolWriter, Writer

T = TypeVar("T")
log = structlog.get_logger()


def open_store(url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> "SqlStore":
    """The record at `url`, which `migrations.migrate` must have made or brought up to date.

    Raises `OldDatabase`, `NewerDatabase`, `ForeignDatabase` or `DatabaseUnavailable`.
    """
    require_current(url)
    return SqlStore(open_engine(url, busy_timeout_s))


class SqlStore(Store):
    """See `Store`."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._where = engines.address.where
        self._writer: Writer
        if engines.address.is_sqlite:
            self._writer = GroupWriter(engines.writer, self._where)
        else:
            self._writer = PoolWriter(engines.writer, self._where, POSTGRES_CONNECTIONS)
        self._reader = engines.reader.execution_options(**{ONE_QUESTION: True})
        self._readers: Executor = ThreadPoolExecutor(SQLITE_READERS, thread_name_prefix="record-reader")
        self._usable = Usable()
        self._damaged: set[tuple[str, int]] = set()  # incidents of which the log says so already

    async def transact(self, fn: Callable[[Tx], T]) -> T:
        try:
            future = self._writer.submit(lambda connection: fn(SqlTx(connection)))
        except RuntimeError as error:
            raise DatabaseUnavailable(f"The database {self._where} was closed by Quarterdeck itself.") from error
        future.add_done_callback(self._wrote)
        # A cancelled caller stops waiting; the transaction goes on to its end.
        return await asyncio.shield(asyncio.wrap_future(future))

    async def _ask(self, question: Callable[[Connection], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers, self._answer, question)
        except RuntimeError as error:
            raise DatabaseUnavailable(f"The database {self._where} was closed by Quarterdeck itself.") from error

    def _answer(self, question: Callable[[Connection], T]) -> T:
        try:
            with translated(self._where), self._reader.connect() as connection:
                answer = question(connection)
        except DatabaseUnavailable as error:
            self._usable.failed(READING, str(error))
            raise
        except NoMoment as error:
            found = damaged(self._where)
            self._usable.failed(READING, str(found))
            raise found from error
        self._usable.worked(READING)
        return answer

    def _wrote(self, future: "Future[Any]") -> None:
        error = future.exception()
        if isinstance(error, DatabaseUnavailable):
            self._usable.failed(WRITING, str(error))
        else:
            self._usable.worked(WRITING)

    @property
    def trouble(self) -> str | None:
        return self._usable.why

    def on_trouble(self, listener: Callable[[bool], None]) -> None:
        self._usable.on_change(listener)

    async def incident(self, team: str, number: int) -> Incident:
        return await self._ask(lambda db: read_incident(db, team, number))

    async def number_in(self, team: str, channel: str) -> int | None:
        return await self._ask(lambda db: sql_questions.number_in(db, team, channel))

    async def followed_at(self, team: str, channel: str, ts: str) -> list[int]:
        return await self._ask(lambda db: sql_captures.followed_at(db, team, channel, ts))

    async def incidents(
        self, team: str, *, open_only: bool = False, limit: int = 100, below: int | None = None
    ) -> list[Incident]:
        found = await self._ask(lambda db: sql_questions.incidents_of(db, team, open_only, limit, below))
        return self._readable(team, found)

    async def owing(self, team: str, *, limit: int = 100) -> list[Incident]:
        return self._readable(team, await self._ask(lambda db: sql_questions.owing(db, team, limit)))

    async def summaries(self, team: str, *, open_only: bool = False, limit: int = 100) -> list[Summary]:
        return self._readable(team, await self._ask(lambda db: sql_questions.summaries(db, team, open_only, limit)))

    def _readable(self, team: str, many: sql_questions.Many[T]) -> list[T]:
        """Those that could be read. The log names each of the others once."""
        found, unreadable = many
        for number, why in unreadable.items():
            if (team, number) not in self._damaged:
                self._damaged.add((team, number))
                log.error("cannot be read", action="incident_unreadable", incident=label_of(number), why=why)
        return found

    async def entries(self, team: str, number: int, upto: int | None = None) -> list[Entry]:
        return await self._ask(lambda db: sql_questions.timeline(db, team, number, upto))

    async def due(self, team: str, now: datetime, limit: int = 100) -> list[int]:
        return await self._ask(lambda db: sql_questions.due(db, team, now, limit))

    async def next_due(self, team: str, *, after: datetime | None = None) -> datetime | None:
        return await self._ask(lambda db: sql_questions.next_due(db, team, after))

    async def clearable(self, team: str, closed_before: datetime, numbers: range) -> list[int]:
        return await self._ask(lambda db: sql_clearing.clearable(db, team, closed_before, numbers))

    async def surfaces_to_send(
        self,
        team: str,
        now: datetime,
        *,
        limit: int = 20,
        busy: Collection[int] = (),
        lanes: Collection[str] = (),
        first: Collection[str] = (),
        priority: Mapping[str, int] | None = None,
    ) -> list[SurfaceRow]:
        rank = priority or {}
        return await self._ask(lambda db: sql_courier.to_send(db, team, now, limit, busy, rank, lanes, first))

    async def in_doubt(self, team: str, now: datetime, *, busy: Collection[int] = ()) -> list[SurfaceRow]:
        return await self._ask(lambda db: sql_courier.in_doubt(db, team, now, busy))

    async def surfaces(self, team: str, number: int, keys: Collection[str] | None = None) -> list[SurfaceRow]:
        return await self._ask(lambda db: sql_courier.surfaces_of(db, team, number, keys))

    async def surface(self, surface_id: int) -> SurfaceRow | None:
        return await self._ask(lambda db: sql_courier.surface(db, surface_id))

    async def surfaces_at(self, team: str, channel: str, ts: str) -> list[SurfaceRow]:
        return await self._ask(lambda db: sql_courier.surfaces_at(db, team, channel, ts))

    async def surface_delivered(self, team: str, delivery_id: str) -> SurfaceRow | None:
        return await self._ask(lambda db: sql_courier.delivered(db, team, delivery_id))

    async def jobs_to_do(
        self, team: str, now: datetime, *, limit: int = 20, busy: Collection[int] = ()
    ) -> list[JobRow]:
        return await self._ask(lambda db: sql_courier.jobs_to_do(db, team, now, limit, busy))

    async def jobs(self, team: str, number: int, keys: Collection[str] | None = None) -> list[JobRow]:
        return await self._ask(lambda db: sql_courier.jobs_of(db, team, number, keys))

    async def conversations(self, team: str) -> dict[str, str]:
        return await self._ask(lambda db: sql_questions.conversations_of(db, team))

    async def gaps(self, team: str, since: datetime) -> Sequence[tuple[datetime, datetime]]:
        return await self._ask(lambda db: sql_questions.gaps_since(db, team, since))

    async def meta(self, team: str, key: str) -> str | None:
        return await self._ask(lambda db: sql_questions.meta_value(db, team, key))

    async def health(self, team: str, now: datetime) -> Health:
        return await self._ask(lambda db: sql_questions.health(db, team, now))

    async def close(self) -> None:
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._writer.close()
        self._readers.shutdown()
        self._engines.dispose()
