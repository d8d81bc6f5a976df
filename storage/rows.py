"""What the store hands out and takes back: frozen values, no trace of SQL. All moments are UTC."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from playbooks.entries import Entry
from playbooks.incident import label_of
from playbooks.model import Trigger
from playbooks.states import IncidentStatus

ADMIN_END = "admin_end"  # the key in `meta`: what an incident's row says of its entries, for the admin log


def admin_end(last: Entry) -> str:
    """How many entries the admin log has, and the hash of its last."""
    return f"{last.seq} {last.hash}"


KEPT = ("board", "announcement", "topic")  # the surfaces that outlive their incident: they follow what is corrected


ASKING = ("prompt", "nudge", "escalation", "reminder", "ask")  # the surfaces that ask a person for a step


class SurfaceState(StrEnum):
    LIVE = "live"
    DROPPED = "dropped"  # nothing to show, and nothing is there; lives again when it is wanted again
    FAILED = "failed"  # cannot be shown at its place, for good; lives again when it is wanted at another place


class JobState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class SurfaceRow:
    """One thing that people see. To be sent while `wanted` > `shown`; in doubt while attempted without a `ts`.

    `number` is 0 when it belongs to no incident. `delivery_id` is opaque and goes into the message, so that a look
    back finds it again. `wanted_at` says since when it has been out of date.
    """

    id: int
    team: str
    number: int
    key: str
    kind: str
    place: str
    wanted: int
    shown: int
    delivery_id: str
    channel: str | None = None
    thread_ts: str | None = None
    ts: str | None = None
    attempted_at: datetime | None = None
    not_before: datetime | None = None
    payload: dict[str, Any] | None = None
    wanted_at: datetime
    state: SurfaceState = SurfaceState.LIVE
    maybe_repeat: bool = False  # it may stand there already: nobody could look before it was to be posted again

    @property
    def lane(self) -> str:
        """What is sent one after the other: a conversation."""
        return f"{self.number}:{self.place}" if self.place == "incident" else self.place


@dataclass(frozen=True, kw_only=True)
class JobRow:
    """One deed. `progress` is what a half-done one must remember, `attempts` how often it was begun."""

    id: int
    team: str
    number: int
    key: str
    kind: str
    args: dict[str, Any] = field(default_factory=dict)
    progress: dict[str, Any] = field(default_factory=dict)
    attempts: int = 0
    attempted_at: datetime | None = None
    not_before: datetime | None = None
    wanted_at: datetime
    state: JobState = JobState.WAITING


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """What was answered when this came in the first time."""

    number: int | None = None
    answer: str = ""
    refused: bool = False
    payload: dict[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Summary:
    """One line in a list of incidents."""

    number: int
    status: IncidentStatus
    trigger: Trigger
    drill: bool
    text: str
    t0: datetime
    closed_at: datetime | None = None

    @property
    def label(self) -> str:
        return label_of(self.number)


@dataclass(frozen=True, kw_only=True)
class Health:
    """How far the outside world and the clock are behind the record."""

    open_incidents: int
    unsent: int
    unsent_since: datetime | None
    waiting_jobs: int
    waiting_jobs_since: datetime | None
    overdue_since: datetime | None  # the earliest `next_due` that has passed, or since when somebody has not been asked
    last_beat: datetime | None


@dataclass(frozen=True, kw_only=True)
class Attempted:
    """The first post of a surface is about to leave. Must be on disk before it does."""

    id: int
    at: datetime
    channel: str
    thread_ts: str | None = None


@dataclass(frozen=True, kw_only=True)
class NotPosted:
    """It may be posted again: the look back did not find it, or (`blind`) could not look for so long."""

    id: int
    blind: bool = False


@dataclass(frozen=True, kw_only=True)
class Gone:
    """The message is there no more, or its place is one again: it is to be posted anew.

    `ts` is the message that is meant, if any: void when the surface has another by now.
    """

    id: int
    ts: str | None = None


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The version is there, in the message `ts`. `place` is given when another surface took it in (a merged list).

    `again` when the message was there before: void when the surface has left it meanwhile. `first` when it is what was
    just attempted: void when the surface has left that place meanwhile.
    """

    id: int
    ts: str
    version: int
    channel: str | None = None
    place: str | None = None
    again: bool = False
    first: bool = False


@dataclass(frozen=True, kw_only=True)
class Delayed:
    """Not before then. `in_doubt` is True when a first post may have arrived, so that it has to be looked for."""

    id: int
    not_before: datetime
    in_doubt: bool = False


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """Version `version` has nothing to show, and nothing is in doubt any more. Void when a newer one is wanted."""

    id: int
    version: int


@dataclass(frozen=True, kw_only=True)
class Failed:
    """Version `version` cannot be shown at its place, for good. Void when a newer one is wanted, unless that is still
    to go to the `place` that was refused."""

    id: int
    version: int
    place: str | None = None


@dataclass(frozen=True, kw_only=True)
class JobAttempted:
    """The job is about to begin (again): counts the attempt."""

    id: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class JobProgress:
    """Replaces what the job remembers."""

    id: int
    progress: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class JobDelayed:
    """The job is not to be tried before then."""

    id: int
    not_before: datetime


@dataclass(frozen=True, kw_only=True)
class JobDone:
    id: int


@dataclass(frozen=True, kw_only=True)
class JobFailed:
    id: int


SurfaceNote = Attempted | NotPosted | Gone | Shown | Delayed | Dropped | Failed
JobNote = JobAttempted | JobProgress | JobDelayed | JobDone | JobFailed
Note = SurfaceNote | JobNote
