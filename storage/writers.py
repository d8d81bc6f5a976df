"""Who runs the transactions: threads, never the event loop. A transaction that began is never cut in half.

SQLite has one writer, so what waits for it goes into one commit: the sync to disk, which is what a commit costs, is
shared. When one piece fails all of them run again, each in a savepoint of its own. PostgreSQL has a few writers, and
runs a transaction again when two met.
"""

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Generic, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from storage.dialects import two_writers_met
from storage.errors import DatabaseUnavailable, translated

T = TypeVar("T")
Work = Callable[[Connection], T]
GROUP = 32  # more would make the first caller wait for too many others
TRIES = 20


class Writer(Protocol):
    def submit(self, work: Work[T]) -> "Future[T]":
        """Run `work` in a transaction; the future is done after its commit. Raises `RuntimeError` once closed."""

    def close(self) -> None:
        """Finish what was submitted, then stop."""


class _OneFailed(Exception):
    """A piece raised: nothing of its group may be committed as it is."""


class _Piece(Generic[T]):
    """One caller's work within a group."""

    def __init__(self, work: Work[T]) -> None:
        self.future: Future[T] = Future()
        self._work = work
        self._result: list[T] = []
        self._error: BaseException | None = None

    def run(self, connection: Connection, where: str) -> None:
        """Raises `_OneFailed`, or what concerns the whole group: SQLite may have rolled all of it back by itself."""
        self._result, self._error = [], None
        try:
            with translated(where):
                self._result.append(self._work(connection))
        except DatabaseUnavailable:
            raise
        except BaseException as error:
            self._error = error  # handed to the caller
            raise _OneFailed from error

    def run_apart(self, connection: Connection, where: str) -> None:
        """The same so that it can fail alone. Raises only what concerns the whole group."""
        # Always by the same name and past SQLAlchemy, which would put each of these words together anew.
        connection.exec_driver_sql("SAVEPOINT piece")
        try:
            self.run(connection, where)
        except _OneFailed:
            connection.exec_driver_sql("ROLLBACK TO piece")
        connection.exec_driver_sql("RELEASE piece")

    def settle(self, group_error: BaseException | None) -> None:
        if error := group_error or self._error:
            self.future.set_exception(error)
        else:
            self.future.set_result(self._result[0])


class GroupWriter:
    """One thread; whatever waits when it is free goes into one commit, and what waits while one fails fails with it."""

    def __init__(self, engine: Engine, where: str, thread: Executor | None = None) -> None:
        self._engine = engine
        self._where = where
        self._file = _identity(where)
        self._log = f"{os.path.realpath(where)}-wal"
        self._waiting: deque[_Piece[object]] = deque()
        self._thread = thread or ThreadPoolExecutor(1, thread_name_prefix="record-writer")

    def submit(self, work: Work[T]) -> "Future[T]":
        piece = _Piece(work)
        self._waiting.append(piece)  # type: ignore[arg-type]  # because a group mixes result types, each future keeps its own
        self._thread.submit(self._commit_group)  # a turn that finds nothing waiting costs nothing
        return piece.future

    def close(self) -> None:
        self._thread.shutdown()

    def _commit_group(self) -> None:
        group = self._take()
        if not group:
            return
        failure: BaseException | None = None
        try:
            self._require_same_file()
            with translated(self._where):
                self._write(group)
        except BaseException as error:  # noqa: BLE001, RUF100 - because every caller gets it
            failure = error
        # Whoever came meanwhile has waited as long: one after the other would wait longer than Slack does.
        spoilt = self._take(len(self._waiting)) if isinstance(failure, DatabaseUnavailable) else []
        for piece in (*group, *spoilt):
            piece.settle(failure)

    def _write(self, group: list[_Piece[object]]) -> None:
        """Savepoints would be a quarter of all statements, and are wanted for hardly any group."""
        try:
            self._write_all(group, _Piece.run)
        except _OneFailed:
            if len(group) > 1:
                self._write_all(group, _Piece.run_apart)

    def _write_all(self, group: list[_Piece[object]], run: Callable[[_Piece[object], Connection, str], None]) -> None:
        with self._engine.begin() as connection:
            self._require_same_log(connection)
            for piece in group:
                run(piece, connection, self._where)

    def _require_same_file(self) -> None:
        """SQLite would go on writing into a file that nobody finds any more."""
        if _identity(self._where) != self._file:
            advice = "Stop Quarterdeck, put it back and start again."
            raise DatabaseUnavailable(f"The file {self._where} was moved or deleted while it was in use. {advice}")

    def _require_same_log(self, connection: Connection) -> None:
        """What stands only in a log that nobody finds any more is lost with this process, if it does not end in order.

        A log lives as long as the connection that began with it.
        """
        found = _identity(self._log)
        if connection.info.setdefault("log", found) != found:
            advice = "Stop Quarterdeck in order, never with kill -9: that saves what was in it. Then start again."
            raise DatabaseUnavailable(f"The file {self._log} was moved or deleted while it was in use. {advice}")

    def _take(self, most: int = GROUP) -> list[_Piece[object]]:
        return [self._waiting.popleft() for _ in range(min(len(self._waiting), most))]


def _identity(file: str) -> tuple[int, int] | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_dev, found.st_ino


class PoolWriter:
    """A few threads, one connection each; two that met on a row are told apart by trying again."""

    def __init__(self, engine: Engine, where: str, threads: int) -> None:
        self._engine = engine
        self._where = where
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="record-writer")

    def submit(self, work: Work[T]) -> "Future[T]":
        return self._threads.submit(self._run, work)

    def close(self) -> None:
        self._threads.shutdown()

    def _run(self, work: Work[T]) -> T:
        with translated(self._where):
            for _ in range(TRIES - 1):
                try:
                    return self._once(work)
                except DBAPIError as error:
                    if not two_writers_met(error):
                        raise
            return self._once(work)

    def _once(self, work: Work[T]) -> T:
        with self._engine.begin() as connection:
            return work(connection)
