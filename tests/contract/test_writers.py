"""The one writer of a SQLite file: what waits shares a commit, and only a failure makes it careful."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from storage.engine import Engines, open_engine
from storage.writers import GroupWriter


class Later(Executor):
    """Runs what it was given when it is told to, so that it is known what waits meanwhile."""

    def __init__(self) -> None:
        self._waiting: list[Callable[[], Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        self._waiting.append(lambda: fn(*args, **kwargs))
        return Future()

    def catch_up(self) -> None:
        while self._waiting:
            self._waiting.pop(0)()


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[Engines]:
    engines = open_engine(f"sqlite:///{tmp_path / 'numbers.db'}")
    with engines.writer.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE numbers (number INTEGER PRIMARY KEY)")
    yield engines
    engines.dispose()


def add(number: int) -> Callable[[Connection], int]:
    def work(connection: Connection) -> int:
        connection.exec_driver_sql("INSERT INTO numbers VALUES (?)", (number,))
        if number < 0:
            raise LookupError(number)
        return number

    return work


def written(engines: Engines, *numbers: int) -> tuple[list[Future[int]], list[str]]:
    """What became of them, all of which waited at once, and the first word of each statement."""
    thread, words = Later(), list[str]()
    writer = GroupWriter(engines.writer, engines.address.where, thread)
    event.listen(engines.writer, "before_cursor_execute", lambda *said: words.append(said[2].split()[0]))
    futures = [writer.submit(add(number)) for number in numbers]
    thread.catch_up()
    return futures, words


def test_a_group_in_which_nobody_fails_is_one_transaction_without_savepoints(engines: Engines) -> None:
    futures, words = written(engines, 1, 2, 3)

    assert [future.result(0) for future in futures] == [1, 2, 3]
    assert words == ["BEGIN", "INSERT", "INSERT", "INSERT"]


def test_one_that_fails_takes_nobody_along_and_leaves_nothing(engines: Engines) -> None:
    futures, words = written(engines, 1, -2, 3)

    with pytest.raises(LookupError):
        futures[1].result(0)
    assert [futures[0].result(0), futures[2].result(0)] == [1, 3]
    assert words.count("SAVEPOINT") == 3
    with engines.reader.connect() as db:
        assert [number for (number,) in db.exec_driver_sql("SELECT number FROM numbers")] == [1, 3]


def test_one_that_fails_alone_is_not_tried_twice(engines: Engines) -> None:
    [future], words = written(engines, -1)

    with pytest.raises(LookupError):
        future.result(0)
    assert words == ["BEGIN", "INSERT"]
