"""What may be sent now and what waits for Slack's limits: kept in memory, so that waiting costs the record nothing."""

from collections import Counter
from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from bot.pacing import Call, Key, Pacing
from bot.places import Places
from bot.showing import LAST, PRIORITY
from storage.rows import JobRow, SurfaceRow

LOOK_AGAIN = timedelta(seconds=5)  # what waits is listed again that often: something heavier may have come or gone
MOST_HELD = 10_000  # each goes along with every question for the others
ROUNDING = timedelta(milliseconds=1)
_JOBS = {
    "channel": ("conversations.create",),
    "invite": ("conversations.invite",),
    "pin": ("pins.add",),
    "export": ("files.getUploadURLExternal", "files.completeUploadExternal"),
}
_RANKS = {"channel": 5, "invite": 5, "pin": 9, "export": 3}

Row = SurfaceRow | JobRow


class Waiting:
    """`surfaces` and `jobs` are the ids of what waits, and need not be listed meanwhile."""

    def __init__(self, pacing: Pacing, places: Places) -> None:
        self._pacing = pacing
        self._places = places
        self._surfaces: dict[int, datetime] = {}
        self._jobs: dict[int, datetime] = {}

    def begin(self, now: datetime) -> None:
        """A new round: whose time has come, waits no more. Nor does anything when the clock was set back."""
        far = now + LOOK_AGAIN
        self._surfaces = {row: until for row, until in self._surfaces.items() if now < until <= far}
        self._jobs = {row: until for row, until in self._jobs.items() if now < until <= far}

    def __len__(self) -> int:
        return len(self._surfaces) + len(self._jobs)

    @property
    def surfaces(self) -> Collection[int]:
        return self._surfaces.keys()

    @property
    def jobs(self) -> Collection[int]:
        return self._jobs.keys()

    @property
    def until(self) -> datetime | None:
        """When the first of them is to be looked at again."""
        return min((*self._surfaces.values(), *self._jobs.values()), default=None)

    def must(self, row: Row, rank: int, now: datetime) -> bool:
        """Whether it has to wait at that rank; then it is remembered until when, as one of not too many."""
        wait_s = self._pacing.wait_s(self._calls(row), rank)
        if wait_s and len(self) < MOST_HELD:
            held = self._jobs if isinstance(row, JobRow) else self._surfaces
            held[row.id] = now + min(timedelta(seconds=wait_s) + ROUNDING, LOOK_AGAIN)
        return wait_s > 0

    def room(self, row: SurfaceRow) -> float:
        """How many first posts its place takes at this moment."""
        return self._pacing.room(self._places.known(row))

    def promise(self, row: Row) -> Counter[Key]:
        """What it needs is its own from now on."""
        return self._pacing.promise(self._calls(row))

    def keeping(self, promise: Counter[Key]) -> AbstractContextManager[None]:
        """Inside, what was promised is used up."""
        return self._pacing.keeping(promise)

    def _calls(self, row: Row) -> list[Call]:
        if isinstance(row, JobRow):
            return [(method, None) for method in _JOBS[row.kind]]
        if row.key == "topic":
            return [("conversations.setTopic", None)]
        if row.ts is not None:
            return [("chat.update", None)]
        if row.attempted_at is not None:
            return [("conversations.replies" if row.thread_ts else "conversations.history", None)]
        channel = self._places.known(row)
        opening: list[Call] = [("conversations.open", None)] if row.place.startswith("dm:") and not channel else []
        return [("chat.postMessage", channel), *opening]


def rank(row: Row) -> int:
    """0 goes first. A message that is there already is as urgent as a board, whatever it is."""
    if isinstance(row, JobRow):
        return _RANKS[row.kind]
    first = PRIORITY.get(row.kind, LAST)
    return first if row.ts is None else max(first, PRIORITY["board"])
