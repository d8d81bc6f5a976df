"""The port: what the record promises, whichever engine keeps it.

`Tx` is everything that can be done inside one transaction, `Store` runs transactions and answers questions. Both
stores (`sql_store`, `memory_store`) pass the same tests, `tests/contract`. All moments are UTC and have a time zone.
`team` is the Slack workspace; nothing is ever shared between two of them.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from playbooks.entries import Entry
from playbooks.incident import Incident
from playbooks.outcome import Outcome
from storage.rows import Health, JobRow, Note, Repeat, Summary, SurfaceRow

T = TypeVar("T")
ALL, AT_ONCE = 1_000_000, 50


class Tx(ABC):
    """One transaction. Synchronous, and of no use outside the function given to `Store.transact`."""

    @abstractmethod
    def repeat(self, team: str, source_id: str) -> Repeat | None:
        """What was answered to this happening before, or None when it is new."""

    @abstractmethod
    def incident(self, team: str, number: int) -> Incident:
        """The incident, held against other writers until the end. Raises `NotFound`."""

    @abstractmethod
    def next_number(self, team: str) -> int:
        """The number a new incident takes: one more than the highest, from 1, without gaps."""

    @abstractmethod
    def open_with_key(
        self, team: str, fingerprints: Collection[str], vendor_ids: Collection[str], drill: bool
    ) -> int | None:
        """The newest open incident, drill or real as asked, that claims a fingerprint or knows a vendor's key id.

        Drills claim nothing: there any open one with the fingerprint is meant.
        """

    @abstractmethod
    def open_with_name(self, team: str, texts: Collection[str], hints: Collection[str], drill: bool) -> int | None:
        """The newest open incident, drill or real as asked, with an equal key text or hint, whatever their case."""

    @abstractmethod
    def free_keys(self, team: str, fingerprints: Collection[str], number: int) -> tuple[str, ...]:
        """Those of `fingerprints` that no open real incident other than `number` claims."""

    @abstractmethod
    def open_from(self, team: str, channel: str, ts: str, drill: bool) -> int | None:
        """The newest open incident, drill or real as asked, that was opened from that message or joined with it."""

    @abstractmethod
    def opened_by(self, team: str, author: str, since: datetime) -> list[int]:
        """The incidents that messages of `author` opened by themselves after `since`, newest first, open or not."""

    @abstractmethod
    def commit(
        self,
        outcome: Outcome,
        *,
        source_id: str,
        now: datetime,
        answer: str = "",
        payload: dict[str, Any] | None = None,
    ) -> None:
        """Write a whole outcome: state, entries, keys, surfaces, jobs and the happening it answers.

        The incident must have been read with `incident` in this transaction, or be new. A surface's wanted version
        always rises; a job whose key exists already is left alone. With an empty `source_id` nothing is remembered
        for a repeat. Raises `Conflict` when the number is taken, another open real incident claims one of its keys,
        an entry of that number is there, or the happening is known.
        """

    @abstractmethod
    def want(self, team: str, key: str, place: str, payload: dict[str, Any] | None, now: datetime) -> SurfaceRow:
        """Want a surface that belongs to no incident (its number is 0), showing `payload`; gives it as it is now."""

    @abstractmethod
    def remember(
        self,
        team: str,
        source_id: str,
        now: datetime,
        *,
        number: int | None = None,
        answer: str = "",
        refused: bool = False,
        payload: dict[str, Any] | None = None,
    ) -> None:
        """Remember a happening that changed no incident, for its repeat. Raises `Conflict` when it is known."""

    @abstractmethod
    def note(self, *notes: Note) -> None:
        """Write down what became of surfaces and jobs. A note about an id that is not there is ignored."""

    @abstractmethod
    def keep_conversation(self, team: str, user: str, channel: str) -> None:
        """Remember the conversation (`D…`) in which a person is written to."""

    @abstractmethod
    def admin_log(self, team: str) -> list[Entry]:
        """The workspace's admin log (`playbooks.roster`), held against other writers until the end."""

    @abstractmethod
    def append_admin(self, team: str, *entries: Entry) -> None:
        """Add to the admin log what follows from reading it in this transaction.

        How many entries there are and how the chain ends is kept beside them. Raises `Conflict` when an entry of that
        number is there.
        """

    @abstractmethod
    def clear(self, team: str, number: int) -> int:
        """Forget how an incident that is over was shown; how many surfaces and jobs that were. The record stays.

        The surfaces in `rows.KEPT` stay too, and so does what is still to be sent or done. Nothing happens to an
        incident that is open (again) or not there.
        """

    @abstractmethod
    def heartbeat(self, team: str, now: datetime, gap_s: float) -> None:
        """Say that Quarterdeck runs. When the last beat is more than `gap_s` seconds ago, that gap is recorded."""

    @abstractmethod
    def move_clock(self, team: str, by: timedelta) -> list[int]:
        """The machine's clock was set by `by`: whatever waits for a moment (retries, messages in doubt, jobs), the
        heartbeat and its gaps follow. Gives the incidents whose own clock runs, which are for `commit` to move."""

    @abstractmethod
    def may_repeat(self, team: str) -> None:
        """Whatever is to be posted and was not tried yet may stand in Slack already: it will say so."""

    @abstractmethod
    def set_meta(self, team: str, key: str, value: str) -> None:
        """Keep one small value. `team` is "" for what belongs to no workspace."""


class Store(ABC):
    """The record: transactions, and questions that need none."""

    @abstractmethod
    async def transact(self, fn: Callable[[Tx], T]) -> T:
        """Run `fn` in a transaction and return what it returns, once that is on disk.

        All of it happens or, when `fn` raises, nothing; callers that wait at the same time share one commit without
        seeing each other fail. A caller that is cancelled leaves it wholly done or wholly undone. `fn` must touch
        nothing but its `Tx`: it runs in another thread, and may run again, because two writers met or one failed.
        Raises `Conflict`, `DatabaseUnavailable`, and whatever `fn` raises.
        """

    async def note(self, *notes: Note) -> None:
        """`Tx.note` in a transaction of its own: all of the notes or none."""
        if notes:
            await self.transact(lambda tx: tx.note(*notes))

    async def keep_conversation(self, team: str, user: str, channel: str) -> None:
        """`Tx.keep_conversation` in a transaction of its own."""
        await self.transact(lambda tx: tx.keep_conversation(team, user, channel))

    async def heartbeat(self, team: str, now: datetime, gap_s: float) -> None:
        """`Tx.heartbeat` in a transaction of its own."""
        await self.transact(lambda tx: tx.heartbeat(team, now, gap_s))

    async def set_meta(self, team: str, key: str, value: str) -> None:
        """`Tx.set_meta` in a transaction of its own."""
        await self.transact(lambda tx: tx.set_meta(team, key, value))

    @abstractmethod
    async def incident(self, team: str, number: int) -> Incident:
        """The incident as last committed. Raises `NotFound`, and whatever reading a damaged one stumbles over."""

    @abstractmethod
    async def number_in(self, team: str, channel: str) -> int | None:
        """The incident whose own channel this is, the newest of them."""

    @abstractmethod
    async def followed_at(self, team: str, channel: str, ts: str) -> list[int]:
        """The incidents, open or not, whose record follows the edits and the deletion of that message."""

    @abstractmethod
    async def incidents(
        self, team: str, *, open_only: bool = False, limit: int = 100, below: int | None = None
    ) -> list[Incident]:
        """Incidents, newest first, of numbers under `below`. One that cannot be read is left out, and logged once."""

    async def open_incidents(self, team: str, *, limit: int = ALL) -> AsyncIterator[list[Incident]]:
        """Open incidents, newest first, some at a time: a thousand at once would take 35 MB and a long while."""
        below: int | None = None
        while limit > 0:
            some = await self.incidents(team, open_only=True, limit=min(limit, AT_ONCE), below=below)
            if not some:
                return
            yield some
            limit, below = limit - len(some), some[-1].number

    @abstractmethod
    async def owing(self, team: str, *, limit: int = 100) -> list[Incident]:
        """Incidents that are over and whose clock still runs: something is still asked for. Longest due first."""

    @abstractmethod
    async def summaries(self, team: str, *, open_only: bool = False, limit: int = 100) -> list[Summary]:
        """The same as one line each, without reading their states; a line that cannot be read is left out."""

    @abstractmethod
    async def entries(self, team: str, number: int, upto: int | None = None) -> list[Entry]:
        """The timeline in order, as far as entry `upto`. Empty when there is no such incident."""

    @abstractmethod
    async def due(self, team: str, now: datetime, limit: int = 100) -> list[int]:
        """The incidents whose `next_due` has come, longest due first."""

    @abstractmethod
    async def next_due(self, team: str, *, after: datetime | None = None) -> datetime | None:
        """The earliest `next_due` of all, or of those that come after a moment."""

    @abstractmethod
    async def clearable(self, team: str, closed_before: datetime, numbers: range) -> list[int]:
        """Those of `numbers` that ended before then and ask for nothing, while `Tx.clear` has something left to do."""

    @abstractmethod
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
        """Live surfaces whose wanted version is not shown: not delayed, not in doubt, not in `busy` or those `lanes`.
        Before all others, in whatever lane, those whose message (`ts`) is in `first`. With `priority` first posts
        before updates, each by that of their kind (lowest first, one not named last); then as they were first wanted.
        """

    @abstractmethod
    async def in_doubt(self, team: str, now: datetime, *, busy: Collection[int] = ()) -> list[SurfaceRow]:
        """Live surfaces whose first post may or may not have arrived, by conversation, not delayed, not in `busy`."""

    @abstractmethod
    async def surfaces(self, team: str, number: int, keys: Collection[str] | None = None) -> list[SurfaceRow]:
        """The surfaces of an incident (all, or those named) in the order they were first wanted."""

    @abstractmethod
    async def surface(self, surface_id: int) -> SurfaceRow | None:
        """One surface by its id."""

    @abstractmethod
    async def surfaces_at(self, team: str, channel: str, ts: str) -> list[SurfaceRow]:
        """The surfaces that a message shows: none for one that is not ours, several for a merged list."""

    @abstractmethod
    async def surface_delivered(self, team: str, delivery_id: str) -> SurfaceRow | None:
        """The surface whose message carries this delivery id."""

    @abstractmethod
    async def jobs_to_do(
        self, team: str, now: datetime, *, limit: int = 20, busy: Collection[int] = ()
    ) -> list[JobRow]:
        """Waiting jobs that are neither delayed nor in `busy`, oldest first; `attempted_at` says which were begun."""

    @abstractmethod
    async def jobs(self, team: str, number: int, keys: Collection[str] | None = None) -> list[JobRow]:
        """The jobs of an incident (all, or those named), oldest first."""

    @abstractmethod
    async def conversations(self, team: str) -> dict[str, str]:
        """The conversations in which people are written to, by person."""

    @property
    def trouble(self) -> str | None:
        """Why the record cannot be used, as the last attempts to read and to write found; None when it can."""
        return None

    def on_trouble(self, listener: Callable[[bool], None]) -> None:  # noqa: ARG002 - because one in memory has no trouble
        """Call `listener`, in any thread, with False when such trouble begins and with True when it is over."""
        return

    @abstractmethod
    async def gaps(self, team: str, since: datetime) -> Sequence[tuple[datetime, datetime]]:
        """The stretches (start, end) that ended after `since` in which Quarterdeck did not run, newest last."""

    @abstractmethod
    async def meta(self, team: str, key: str) -> str | None:
        """What `set_meta` kept."""

    @abstractmethod
    async def health(self, team: str, now: datetime) -> Health:
        """How far behind the outside world and the clock are."""

    @abstractmethod
    async def close(self) -> None:
        """Finish what waits and let go of the database. Nothing can be asked afterwards."""
