"""What somebody or something wants. Every happening becomes one of these and goes in through one door.

`at` is the moment (UTC) at which the wish was received, never read inside a decision. `source_id` names the
happening outside (a press, a form, an event), so that its repeat is recognised.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from playbooks.entries import SYSTEM_ACTOR, Actor
from playbooks.model import Role, Trigger


@dataclass(frozen=True, kw_only=True)
class Command:
    team: str
    at: datetime
    source_id: str
    by: Actor = SYSTEM_ACTOR
    source: str = ""  # a permalink, for the timeline


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The message in Slack that an incident is opened from; `auto`: by that message itself, without a person.

    `sha256` is the digest of its text (`playbooks.incident.digest_of`), which the report may only begin with.
    """

    channel: str
    ts: str
    author: str
    sha256: str
    auto: bool = False


@dataclass(frozen=True, kw_only=True)
class Open(Command):
    """Open an incident, or join the one that is open for the same key.

    `member` is False for guests and strangers, None when it could not be looked up. `separately` says that an
    offer to join an incident with the same key name was declined.
    """

    text: str
    trigger: Trigger
    keys: tuple[str, ...] = ()
    noticed_at: datetime
    drill: bool = False
    member: bool | None = True
    separately: bool = False
    origin: Origin | None = None


@dataclass(frozen=True, kw_only=True)
class OnIncident(Command):
    number: int


@dataclass(frozen=True, kw_only=True)
class Join(OnIncident):
    """A second report of the same key, or the answer to the offer to join.

    `elsewhere` maps fingerprints that another open incident claims to its number; `free_keys` are those that none
    claims, so that a third report of a key that came with the second finds its way here too.
    """

    text: str
    keys: tuple[str, ...] = ()
    member: bool | None = True
    elsewhere: dict[str, int] = field(default_factory=dict)
    free_keys: tuple[str, ...] = ()
    origin: Origin | None = None


@dataclass(frozen=True, kw_only=True)
class Tick(OnIncident):
    """The clock passed `next_due`."""


@dataclass(frozen=True, kw_only=True)
class ClockJumped(OnIncident):
    """The machine's clock was set: it says `at` where it would have said `before`."""

    before: datetime


@dataclass(frozen=True, kw_only=True)
class Posted(OnIncident):
    """A surface was shown for the first time, at `posted_at` (without it: at `at`). `link` leads to it."""

    surface: str
    posted_at: datetime | None = None
    late_s: float = 0.0
    late_why: str | None = None
    link: str = ""
    maybe_repeat: bool = False


@dataclass(frozen=True, kw_only=True)
class SendFailed(OnIncident):
    """A surface cannot be shown where it belongs; `error` is Slack's word, `why` a sentence.

    `gone` says that the person it is for has no account any more.
    """

    surface: str
    error: str
    why: str
    gone: bool = False


@dataclass(frozen=True, kw_only=True)
class ChannelReady(OnIncident):
    channel: str
    name: str


@dataclass(frozen=True, kw_only=True)
class ChannelRefused(OnIncident):
    """The incident channel cannot be had, for good."""

    error: str
    why: str


@dataclass(frozen=True, kw_only=True)
class JobFailed(OnIncident):
    job: str
    error: str
    why: str


@dataclass(frozen=True, kw_only=True)
class OnStep(OnIncident):
    step: str


@dataclass(frozen=True, kw_only=True)
class Complete(OnStep):
    answers: dict[str, Any] = field(default_factory=dict)
    provenance: str = "typed"


@dataclass(frozen=True, kw_only=True)
class Correct(OnStep):
    answers: dict[str, Any] = field(default_factory=dict)
    provenance: str = "typed"


@dataclass(frozen=True, kw_only=True)
class GiveAnswer(OnStep):
    """The answer that a "Submitted" step still owes."""

    answer: str


@dataclass(frozen=True, kw_only=True)
class Waive(OnStep):
    why: str


@dataclass(frozen=True, kw_only=True)
class TakeOver(OnStep):
    pass


@dataclass(frozen=True, kw_only=True)
class HandOver(OnStep):
    """`to_member` is False when the person is a guest, a stranger, a bot or deactivated."""

    to: Actor
    why: str
    to_member: bool = True


@dataclass(frozen=True, kw_only=True)
class MoreTime(OnStep):
    minutes: int
    why: str


@dataclass(frozen=True, kw_only=True)
class Skip(OnStep):
    why: str


@dataclass(frozen=True, kw_only=True)
class Try(OnIncident):
    """A press that would only have opened a form and was refused: the refusal is an entry, a yes is none."""

    act: str
    step: str | None = None
    member: bool = False


@dataclass(frozen=True, kw_only=True)
class Note(OnIncident):
    """`member` says that the person is known to be in the incident's channel."""

    text: str
    occurred_at: datetime
    member: bool = False


@dataclass(frozen=True, kw_only=True)
class OnMessage(OnIncident):
    """About one message in Slack, named by its conversation and its `ts`."""

    channel: str
    ts: str


@dataclass(frozen=True, kw_only=True)
class Pin(OnMessage):
    """📌 on a message: it belongs into the timeline, with its own time (`posted_at`) and its author."""

    text: str
    posted_at: datetime
    author: Actor
    thread_ts: str | None = None
    member: bool = False


@dataclass(frozen=True, kw_only=True)
class Unpin(OnMessage):
    """The 📌 of this person was removed."""


@dataclass(frozen=True, kw_only=True)
class MessageEdited(OnMessage):
    """`text` is what it says now."""

    text: str
    edited_at: datetime


@dataclass(frozen=True, kw_only=True)
class MessageDeleted(OnMessage):
    """Slack does not say by whom."""


@dataclass(frozen=True, kw_only=True)
class Assign(OnIncident):
    role: Role
    to: Actor
    to_member: bool = True


@dataclass(frozen=True, kw_only=True)
class Forward(OnIncident):
    """Puts the clock of a drill forward to the next moment at which something is due."""


@dataclass(frozen=True, kw_only=True)
class Close(OnIncident):
    reason: str


@dataclass(frozen=True, kw_only=True)
class FalseAlarm(OnIncident):
    reason: str


@dataclass(frozen=True, kw_only=True)
class Reopen(OnIncident):
    """`free_keys` are the fingerprints that no other open incident claims."""

    reason: str
    free_keys: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Export(OnIncident):
    """Wants the record as a file; `to` is where it goes: the person's own direct messages, or a local path."""

    format: str
    to: str


@dataclass(frozen=True, kw_only=True)
class Exported(OnIncident):
    """The file arrived where it was wanted."""

    job: str
    format: str
    as_of_seq: int
    to: str
    file: str = ""
