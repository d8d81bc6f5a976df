"""Whether the record can be used is told once, and in order, however many threads find it out."""

import threading
from contextlib import AbstractContextManager
from types import TracebackType

from structlog.testing import capture_logs

from storage.usable import READING, Usable


class Crowded(AbstractContextManager[bool]):
    """A lock that lets nobody in before two want it."""

    def __init__(self) -> None:
        self._lock, self._both = threading.Lock(), threading.Barrier(2)

    def __enter__(self) -> bool:
        self._both.wait(5)
        return self._lock.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()


def test_two_readers_that_find_it_mended_say_so_once() -> None:
    usable, told = Usable(), list[bool]()
    usable.on_change(told.append)
    usable.failed(READING, "The database is locked.")
    usable._lock = Crowded()  # type: ignore[assignment]  # because it stands for a lock
    with capture_logs() as logs:
        readers = [threading.Thread(target=usable.worked, args=(READING,)) for _ in range(2)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()

    assert told == [False, True]
    assert [line["action"] for line in logs] == ["record_up"]
    assert usable.why is None
