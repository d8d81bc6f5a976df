"""Whether the record can be used, as the last attempts say. Said once in the log, however long it lasts."""

import threading
from collections.abc import Callable

import structlog

log = structlog.get_logger()
READING, WRITING = "reading", "writing"


class Usable:
    """Told of every attempt, by any thread. `why` is the sentence about what does not work, None when all does."""

    def __init__(self) -> None:
        self._why: dict[str, str] = {}
        self._lock = threading.Lock()
        self._listeners: list[Callable[[bool], None]] = []

    @property
    def why(self) -> str | None:
        return next(iter(self._why.values()), None)

    def on_change(self, listener: Callable[[bool], None]) -> None:
        """Call `listener`, in whatever thread finds it out, with False when the trouble begins, True when it ends."""
        self._listeners.append(listener)

    def failed(self, doing: str, why: str) -> None:
        with self._lock:
            if self._why.get(doing) == why:
                return
            began = not self._why
            self._why[doing] = why
            log.error("the record cannot be used", action="record_down", why=why)
            self._tell(usable=False, changed=began)

    def worked(self, doing: str) -> None:
        if doing not in self._why:
            return
        with self._lock:
            if self._why.pop(doing, None) is None:
                return  # another thread was first
            if ended := not self._why:
                log.info("the record can be used again", action="record_up")
            self._tell(usable=True, changed=ended)

    def _tell(self, *, usable: bool, changed: bool) -> None:
        """With the lock held: in another order, a trouble that is over would never end for who listens."""
        for listener in self._listeners if changed else ():
            listener(usable)
