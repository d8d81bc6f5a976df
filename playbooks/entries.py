"""What happened: the append-only, hash-chained timeline of one incident, and the admin log, which is about none.

The exact bytes (docs/reference/record.md has a worked example):

    hash = hex(SHA-256(prev_hash as ASCII + "\\n" + canonical JSON of the entry without `hash` and `prev_hash`, UTF-8))

Canonical JSON: keys sorted, no white space between tokens, no ASCII escaping, moments as
`2026-11-21T12:00:00.000000Z`. The first entry's `prev_hash` is 64 zeros.
"""

import hashlib
import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from playbooks.model import Frozen

GENESIS = "0" * 64
SCHEMA = 1
SYSTEM = "system"


class Kind(StrEnum):
    """Every kind of entry. docs/reference/record.md says what each carries; a test holds it complete."""

    OPENED = "opened"
    JOINED = "joined"
    SAME_KEY = "same_key"
    CHANNEL_READY = "channel_ready"
    CHANNEL_UNUSED = "channel_unused"
    THREAD_SERVES = "thread_serves"
    DUE = "due"
    OVERDUE = "overdue"
    UNANSWERED = "unanswered"
    ASK_DUE = "ask_due"
    MISSED = "missed"
    ANNOUNCED = "announced"
    PROMPTED = "prompted"
    NUDGED = "nudged"
    ESCALATED = "escalated"
    REMINDED = "reminded"
    ASKED = "asked"
    SEND_FAILED = "send_failed"
    UNREACHABLE = "unreachable"
    REMOVED = "removed"
    HINDERED = "hindered"
    UNHINDERED = "unhindered"
    COMPLETED = "completed"
    SUBMITTED = "submitted"
    ANSWERED = "answered"
    WAIVED = "waived"
    SKIPPED = "skipped"
    SHELVED = "shelved"
    CORRECTED = "corrected"
    TAKEN_OVER = "taken_over"
    HANDED_OVER = "handed_over"
    ASSIGNED = "assigned"
    MORE_TIME = "more_time"
    NOTE = "note"
    PINNED = "pinned"
    PINNED_TOO = "pinned_too"
    UNPINNED = "unpinned"
    MESSAGE_EDITED = "message_edited"
    MESSAGE_DELETED = "message_deleted"
    REFUSED = "refused"
    FORWARDED = "forwarded"
    CLOCK_JUMPED = "clock_jumped"
    CLOSED = "closed"
    FALSE_ALARM = "false_alarm"
    REOPENED = "reopened"
    EXPORT_WANTED = "export_wanted"
    EXPORTED = "exported"
    JOB_FAILED = "job_failed"


class AdminKind(StrEnum):
    """Every kind of entry in the admin log of a workspace (`roster.py`); none of them is part of an incident."""

    ROSTER_SET = "roster_set"
    ROSTER_REFUSED = "roster_refused"


class Actor(Frozen):
    """Who did it: a Slack user id and the name if known without asking, or `system`."""

    id: str
    name: str | None = None


SYSTEM_ACTOR = Actor(id=SYSTEM, name="Quarterdeck")


class Entry(Frozen):
    """One thing that happened. Never changed, never removed; a correction is a new entry naming the old one."""

    team: str
    incident: int
    seq: int
    at: datetime  # recorded, UTC
    occurred_at: datetime  # when it happened, UTC
    actor: Actor
    kind: Kind | AdminKind
    step: str | None = None
    text: str = ""
    data: dict[str, Any] = {}
    source: str = ""
    prev_hash: str = GENESIS
    hash: str = ""

    def chained(self, prev_hash: str) -> "Entry":
        """The same entry, bound to the one before it."""
        entry = self.model_copy(update={"prev_hash": prev_hash})
        return entry.model_copy(update={"hash": entry.digest()})

    def digest(self) -> str:
        """What `hash` must be, computed afresh."""
        return hashlib.sha256(self.prev_hash.encode("ascii") + b"\n" + self.canonical()).hexdigest()

    @property
    def on_step(self) -> str:
        """The step that the entry is about. Raises `ValueError` when it is about none."""
        if self.step is None:
            raise ValueError(f"entry {self.seq} ({self.kind}) names no step")
        return self.step

    def canonical(self) -> bytes:
        """The bytes that are hashed, see the head of this file."""
        return json.dumps(
            {
                "actor": {"id": self.actor.id, "name": self.actor.name},
                "at": moment(self.at),
                "data": self.data,
                "incident": self.incident,
                "kind": self.kind.value,
                "occurred_at": moment(self.occurred_at),
                "seq": self.seq,
                "source": self.source,
                "step": self.step,
                "team": self.team,
                "text": self.text,
                "v": SCHEMA,
            },
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
            allow_nan=False,
        ).encode("utf-8")


def moment(at: datetime) -> str:
    """UTC with microseconds: `2026-11-21T12:00:00.000000Z`. Raises `ValueError` on a naive datetime."""
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_moment(text: str) -> datetime:
    """The reverse of `moment`. Raises `ValueError` on anything else."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None or moment(at) != text:
        raise ValueError(f"{text!r} is no moment such as 2026-11-21T12:00:00.000000Z")
    return at.astimezone(UTC)


def first_break(entries: list[Entry]) -> str | None:
    """The first thing that does not fit in a chain, as a sentence, or None."""
    previous = GENESIS
    for position, entry in enumerate(entries, start=1):
        if entry.seq != position:
            return f"entry {position}: its seq is {entry.seq}, so an entry is missing, repeated or moved"
        if entry.prev_hash != previous:
            return f"entry {entry.seq} ({entry.kind}): prev_hash is not the hash of entry {entry.seq - 1}"
        if entry.hash != entry.digest():
            return f"entry {entry.seq} ({entry.kind}): its content does not give its hash, so it was changed"
        previous = entry.hash
    return None
