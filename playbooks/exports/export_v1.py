"""The shape of a JSON export, version 1. docs/reference/schemas/incident-v1.schema.json is made from it.

What is written here never changes its meaning: whatever does gets a new version and a module of its own.
Moments are UTC, `2026-11-21T12:00:00.000000Z`; spans are real seconds; `planned` and `actual` are playbook minutes.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from playbooks.entries import SCHEMA, Actor, Entry, Kind, moment, parse_moment
from playbooks.exports.ordered import ordered
from playbooks.fold import fold
from playbooks.incident import Evidence, Incident, StepState, SuspectKey
from playbooks.model import Frozen, Role, Trigger
from playbooks.scorecard import Awaited, Line, Scorecard, Verdict, scorecard
from playbooks.states import INCIDENT_LABELS, IncidentStatus, StepStatus

FORMAT = "quarterdeck.incident"
VERSION = 1

Moment = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$")]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ActorV1(Frozen):
    id: str
    name: str | None


class EntryV1(Frozen):
    """One entry with everything that its hash covers (docs/reference/record.md)."""

    v: Literal[1]
    team: str
    incident: int
    seq: int
    at: Moment
    occurred_at: Moment
    actor: ActorV1
    kind: Kind
    step: str | None
    text: str
    data: dict[str, Any]
    source: str
    prev_hash: Hash
    hash: Hash

    def entry(self) -> Entry:
        """The entry as the machine knows it. Raises `ValueError` when a moment is none."""
        moments = {"at": parse_moment(self.at), "occurred_at": parse_moment(self.occurred_at)}
        actor = Actor(id=self.actor.id, name=self.actor.name)
        kept = {name: getattr(self, name) for name in EntryV1.model_fields if name not in ("v", "actor", *moments)}
        return Entry(actor=actor, **moments, **kept)


class KeyV1(Frozen):
    """One suspect key, masked."""

    text: str
    kind: str | None
    hint: str | None
    fingerprint: str | None
    vendor_id: str | None


class EvidenceV1(Frozen):
    answers: dict[str, Any]
    provenance: str
    by: str
    at: Moment
    seq: int
    corrects: int | None


class StepV1(Frozen):
    key: str
    mark: str
    title: str
    role: Role
    owner: str | None
    status: StepStatus
    label: str
    due_at: Moment
    prompted_at: Moment | None
    prompted_late: bool
    done_at: Moment | None
    done_by: str | None
    late: bool
    reason: str | None
    evidence: EvidenceV1 | None


class PlaybookV1(Frozen):
    id: str
    title: str
    provider: str
    version: int


class IncidentV1(Frozen):
    """The state after the last entry: what follows from folding them."""

    team: str
    number: int
    label: str
    status: IncidentStatus
    status_label: str
    drill: bool
    trigger: Trigger
    trigger_label: str
    text: str
    t0: Moment
    noticed_at: Moment
    speed: float
    paused_s: float
    detector: str
    membership_verified: bool
    source: str
    channel: str | None
    channel_name: str | None
    why_thread: str | None
    closed_at: Moment | None
    closed_by: str | None
    close_reason: str | None
    keys: tuple[KeyV1, ...]
    roster: dict[Role, tuple[str, ...]]
    members: tuple[str, ...]
    names: dict[str, str]
    playbook: PlaybookV1
    steps: tuple[StepV1, ...]


class LineV1(Frozen):
    key: str
    mark: str
    planned: float
    prompted: float | None
    actual: float | None
    verdict: Verdict
    counted: bool
    late_by_s: float | None


class AwaitedV1(Frozen):
    step: str
    what: str
    who: str


class ScorecardV1(Frozen):
    on_time: int
    counted: int
    opened_after_s: float
    revoked_after_s: float | None
    lines: tuple[LineV1, ...]
    to_come: tuple[AwaitedV1, ...]


class ExportV1(Frozen):
    """One incident. `as_of_seq` is the number of its last entry, `head` that entry's hash."""

    format: Literal["quarterdeck.incident"]
    version: Literal[1]
    as_of_seq: int
    head: Hash
    incident: IncidentV1
    scorecard: ScorecardV1
    entries: tuple[EntryV1, ...]


def schema() -> dict[str, Any]:
    """The JSON Schema of an export."""
    made = ExportV1.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": f"{FORMAT}, version {VERSION}"}


def export_v1(entries: Sequence[Entry]) -> ExportV1:
    """The export of the incident that these entries make. Raises `ValueError` when they make none."""
    incident = fold(entries)
    return ExportV1(
        format="quarterdeck.incident",
        version=1,
        as_of_seq=incident.seq,
        head=incident.head,
        incident=_incident(incident),
        scorecard=_scorecard(scorecard(incident)),
        entries=tuple(_entry(entry) for entry in entries),
    )


def _incident(it: Incident) -> IncidentV1:
    playbook = it.playbook
    return IncidentV1(
        **{name: getattr(it, name) for name in _SAME if name in IncidentV1.model_fields},
        status_label=INCIDENT_LABELS[it.status],
        trigger_label=it.trigger.label,
        t0=moment(it.t0),
        noticed_at=moment(it.noticed_at),
        paused_s=it.paused.total_seconds(),
        channel=it.home.channel,
        channel_name=it.home.name,
        why_thread=it.home.why_thread,
        closed_at=moment(it.closed_at) if it.closed_at else None,
        keys=tuple(_key(key) for key in it.keys),
        roster={role: it.roster[role] for role in Role if role in it.roster},
        names=ordered(it.names),
        playbook=PlaybookV1(id=playbook.id, title=playbook.title, provider=playbook.provider, version=playbook.version),
        steps=tuple(_step(it, step) for step in it.steps),
    )


_SAME = (
    *("team", "number", "label", "status", "drill", "trigger", "text", "speed", "detector", "membership_verified"),
    *("source", "closed_by", "close_reason", "members"),
)


def _key(key: SuspectKey) -> KeyV1:
    return KeyV1(**key.model_dump(exclude={"claimed"}))


def _step(it: Incident, step: StepState) -> StepV1:
    plan = it.plan(step.key)
    return StepV1(
        key=step.key,
        mark=plan.mark,
        title=plan.title,
        role=plan.role,
        owner=step.owner,
        status=step.status,
        label=step.label,
        due_at=moment(step.due_at),
        prompted_at=moment(step.prompted_at) if step.prompted_at else None,
        prompted_late=step.prompted_late,
        done_at=moment(step.done_at) if step.done_at else None,
        done_by=step.done_by,
        late=step.late,
        reason=step.reason,
        evidence=_evidence(step.evidence) if step.evidence else None,
    )


def _evidence(left: Evidence) -> EvidenceV1:
    return EvidenceV1(
        answers=ordered(left.answers),
        provenance=left.provenance,
        by=left.by,
        at=moment(left.at),
        seq=left.seq,
        corrects=left.corrects,
    )


def _scorecard(card: Scorecard) -> ScorecardV1:
    return ScorecardV1(
        on_time=card.on_time,
        counted=card.counted,
        opened_after_s=card.opened_after.total_seconds(),
        revoked_after_s=None if card.revoked_after is None else card.revoked_after.total_seconds(),
        lines=tuple(_line(line) for line in card.lines),
        to_come=tuple(_awaited(awaited) for awaited in card.to_come),
    )


def _line(line: Line) -> LineV1:
    return LineV1(
        key=line.key,
        mark=line.mark,
        planned=line.planned,
        prompted=line.prompted,
        actual=line.actual,
        verdict=line.verdict,
        counted=line.counted,
        late_by_s=line.late_by.total_seconds() if line.late_by else None,
    )


def _awaited(awaited: Awaited) -> AwaitedV1:
    return AwaitedV1(step=awaited.step, what=awaited.what, who=awaited.who)


def _entry(entry: Entry) -> EntryV1:
    return EntryV1(
        v=SCHEMA,
        team=entry.team,
        incident=entry.incident,
        seq=entry.seq,
        at=moment(entry.at),
        occurred_at=moment(entry.occurred_at),
        actor=ActorV1(id=entry.actor.id, name=entry.actor.name),
        kind=entry.kind,
        step=entry.step,
        text=entry.text,
        data=ordered(entry.data),
        source=entry.source,
        prev_hash=entry.prev_hash,
        hash=entry.hash,
    )
