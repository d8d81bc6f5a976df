"""The state of one incident: frozen, and always equal to the fold of its entries (`fold.py`)."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from playbooks.entries import GENESIS, SYSTEM
from playbooks.model import Field, Frozen, Playbook, Role, Step, Trigger
from playbooks.states import STEP_LABELS, IncidentStatus, StepStatus


class SuspectKey(Frozen):
    """One key under suspicion, never the key itself: `text` is what was given, masked."""

    text: str
    kind: str | None = None
    hint: str | None = None
    fingerprint: str | None = None
    vendor_id: str | None = None
    claimed: bool = False  # this incident is the one that a second report of the key joins

    @property
    def identity(self) -> str:
        """What makes two reports name the same key."""
        return self.fingerprint or self.vendor_id or self.text


class Evidence(Frozen):
    """What a step left behind. `answers` maps field keys to JSON values."""

    answers: dict[str, Any]
    provenance: str  # typed | read_back | vendor
    by: str
    at: datetime
    seq: int  # the entry that holds it
    corrects: int | None = None  # the entry that held it before, when it was corrected


class Post(Frozen):
    """One message of a step in one place, from being wanted to being there."""

    wanted_at: datetime
    posted_at: datetime | None = None
    failed: str | None = None
    late_s: float = 0.0  # real seconds after due, only when it is worth saying
    late_why: str | None = None
    repeat: bool = False  # posted without having been able to look whether it is there already


class StepState(Frozen):
    """Where one step stands.

    `level` is the newest rung of the ladder (`ladder.py`) that fired since the present owner has the step,
    `level_keys` the surfaces that carry it, `sent_at` when the first of them was really there. `next_at` is when the
    next rung fires; None while this one is not really sent, and when none is left.
    """

    key: str
    status: StepStatus = StepStatus.WAITING
    owner: str | None = None
    handed_by: str | None = None  # who gave it to the present owner, when somebody else did
    due_at: datetime
    level: str | None = None
    level_keys: tuple[str, ...] = ()
    sent_at: datetime | None = None
    next_at: datetime | None = None
    extra_minutes: float = 0.0  # asked for while a rung was on its way
    more_time_used: int = 0
    told: tuple[str, ...] = ()  # people who are nobody new to this step
    posts: dict[str, Post] = {}
    prompted_at: datetime | None = None
    prompted_late: bool = False
    done_at: datetime | None = None
    done_by: str | None = None
    late: bool = False
    evidence: Evidence | None = None
    reason: str | None = None  # of a skip or a waiver
    shelved: StepStatus | None = None  # the status a false alarm put aside
    ask_at: datetime | None = None
    asks: int = 0

    @property
    def label(self) -> str:
        return "Done late" if self.status is StepStatus.DONE and self.late else STEP_LABELS[self.status]


class Home(Frozen):
    """Where the incident lives in Slack: its channel, or the announcement's thread, or not yet anywhere."""

    channel: str | None = None
    name: str | None = None
    thread: bool = False
    why_thread: str | None = None


class Outside(Frozen):
    """What went away in Slack, as far as the incident has to remember it.

    `announced_to` are the people who were sent the announcement because the alerts channel does not take it,
    `removed` says how often a surface was deleted by somebody, `troubles` (name to sentence) what hinders now, `gone`
    since when somebody had no account any more.
    """

    announced_to: tuple[str, ...] = ()
    removed: dict[str, int] = {}
    troubles: dict[str, str] = {}
    gone: dict[str, datetime] = {}


class Captured(Frozen):
    """A message in Slack that became part of the record: pinned into it, or the one it was opened from.

    `seq` is the entry that holds it as it is now, `sha256` the digest of that text (`digest_of`). `pinned_by` are the
    people whose pin it carries. `auto` says that the incident was opened by this message, without a person.
    """

    channel: str
    ts: str
    thread_ts: str | None = None
    author: str
    seq: int
    sha256: str
    edited_at: datetime | None = None  # when it was last edited, as far as the record knows
    pinned_by: tuple[str, ...] = ()
    origin: bool = False
    auto: bool = False
    gone: bool = False

    @property
    def followed(self) -> bool:
        """Whether its edits and its deletion still belong into the record."""
        return not self.gone and (self.origin or bool(self.pinned_by))


class Pause(Frozen):
    """The clock stood still, from a closing to the reopening; or, ended before it began, a drill's was put forward."""

    began: datetime
    ended: datetime


class Incident(Frozen):
    """One record. Everything else that is shown, judged or exported follows from it and from its entries."""

    team: str
    number: int
    status: IncidentStatus = IncidentStatus.OPEN
    trigger: Trigger
    text: str
    t0: datetime
    noticed_at: datetime
    drill: bool
    speed: float
    playbook: Playbook
    detector: str
    membership_verified: bool = True
    source: str = ""
    roster: dict[Role, tuple[str, ...]]  # reachable people in order; the first is the owner
    names: dict[str, str] = {}
    members: tuple[str, ...] = ()
    keys: tuple[SuspectKey, ...] = ()
    home: Home = Home()
    steps: tuple[StepState, ...] = ()
    pauses: tuple[Pause, ...] = ()
    closed_at: datetime | None = None
    closed_by: str | None = None
    close_reason: str | None = None
    times_closed: int = 0
    closed_seq: int = 0  # the entry that closed it, and its hash: what the closing message can be held to
    closed_head: str = GENESIS
    seq: int = 0
    head: str = GENESIS
    captured: tuple[Captured, ...] = ()
    outside: Outside = Outside()

    @property
    def label(self) -> str:
        return label_of(self.number)

    @property
    def is_open(self) -> bool:
        return self.status is IncidentStatus.OPEN

    @property
    def paused(self) -> timedelta:
        """Real time for which the clock stood still, up to the last reopening."""
        return sum((pause.ended - pause.began for pause in self.pauses), timedelta())

    def since_t0(self, at: datetime) -> timedelta:
        """Real time from T0 to `at` without what of the pauses lies before it; negative before T0."""
        stood = (min(at, pause.ended) - pause.began for pause in self.pauses if pause.began <= at)
        return at - self.t0 - sum(stood, timedelta())

    def forwarded_since(self, at: datetime) -> timedelta:
        """By how much the clock of a drill was put forward after `at`."""
        jumps = (pause.began - pause.ended for pause in self.pauses if pause.ended < pause.began and pause.began > at)
        return sum(jumps, timedelta())

    def step(self, key: str) -> StepState:
        """Raises `KeyError` when the playbook has no such step."""
        for step in self.steps:
            if step.key == key:
                return step
        raise KeyError(key)

    def with_step(self, key: str, **changes: Any) -> "Incident":
        steps = tuple(s.model_copy(update=changes) if s.key == key else s for s in self.steps)
        return self.model_copy(update={"steps": steps})

    def captured_at(self, channel: str, ts: str) -> Captured | None:
        """The message as the record knows it."""
        return next((one for one in self.captured if (one.channel, one.ts) == (channel, ts)), None)

    def capturing(self, message: Captured) -> "Incident":
        """The same with `message` in the place of what was known of it."""
        others = tuple(one for one in self.captured if (one.channel, one.ts) != (message.channel, message.ts))
        return self.model_copy(update={"captured": (*others, message)})

    def inviting(self, people: Iterable[str]) -> "Incident":
        """The same with `people` among the members of the incident's channel."""
        return self.model_copy(update={"members": tuple(dict.fromkeys((*self.members, *people)))})

    def plan(self, key: str) -> Step:
        return self.playbook.step(key)

    def field(self, step: str, key: str) -> Field:
        return self.plan(step).field(key)

    def span(self, minutes: float) -> timedelta:
        """Real time that `minutes` of the playbook take at this incident's practice speed."""
        return timedelta(minutes=minutes / self.speed)

    def people(self, role: Role) -> tuple[str, ...]:
        if role is Role.DETECTOR:
            return () if self.detector == SYSTEM else (self.detector,)
        return self.roster.get(role, ())

    def owner_of(self, role: Role) -> str | None:
        return next(iter(self.people(role)), None)

    @property
    def everyone(self) -> tuple[str, ...]:
        """Everybody on the roster, each once, in order."""
        return tuple(dict.fromkeys(user for role in Role for user in self.roster.get(role, ())))

    @property
    def missing(self) -> tuple[str, ...]:
        """The keys of the steps that still keep the incident from being closed."""
        return tuple(step.key for step in self.steps if not step.status.ended)

    def name(self, user: str) -> str:
        """The person's name where it is known, else the id."""
        return self.names.get(user, user)


def digest_of(text: str) -> str:
    """SHA-256 of a message's text (masked) in UTF-8: what is compared to find out whether it was changed."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def label_of(number: int) -> str:
    """`INC-0007`: at least four digits."""
    return f"INC-{number:04d}"
