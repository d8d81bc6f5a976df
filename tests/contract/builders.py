"""Small incidents made of the real types, so that each test says only what it is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from playbooks.entries import GENESIS, SYSTEM_ACTOR, Entry, Kind
from playbooks.incident import Incident, StepState, SuspectKey
from playbooks.model import Playbook, Role, Step, Trigger
from playbooks.outcome import Job, Outcome, Surface
from playbooks.states import IncidentStatus
from storage.store import Store, Tx

TEAM = "T1"
NOW = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
PLAYBOOK = Playbook(
    id="key-leak",
    title="Leaked key — 🔑",
    provider="Anthropic",
    version=1,
    steps=(
        Step(key="revoke", title="Revoke the key", at=0, role=Role.SECURITY_LEAD),
        Step(key="review", title="Review the bill", at=2.5, role=Role.AUDITOR),
    ),
)


def minutes(count: float) -> datetime:
    """That many minutes after NOW."""
    return NOW + timedelta(minutes=count)


def key(fingerprint: str | None = None, *, claimed: bool = True, text: str = "a key", **more: Any) -> SuspectKey:
    return SuspectKey(text=text, fingerprint=fingerprint, claimed=claimed, **more)


def incident(number: int = 1, **changes: Any) -> Incident:
    plain = Incident(
        team=TEAM,
        number=number,
        trigger=Trigger.KEY_COMMITTED,
        text="A key in a gist 🚨",
        t0=NOW,
        noticed_at=NOW,
        drill=False,
        speed=1.0,
        playbook=PLAYBOOK,
        detector="U1",
        roster={Role.SECURITY_LEAD: ("U2", "U3"), Role.AUDITOR: ("U4",)},
        steps=tuple(StepState(key=step.key, due_at=NOW + timedelta(minutes=step.at)) for step in PLAYBOOK.steps),
    )
    return plain.model_copy(update=changes)


def after(before: Incident, *, text: str = "", data: dict[str, Any] | None = None, **outcome: Any) -> Outcome:
    """One entry more. What is given beyond text and data goes into the outcome."""
    entry = Entry(
        team=before.team,
        incident=before.number,
        seq=before.seq + 1,
        at=NOW,
        occurred_at=NOW - timedelta(seconds=1),
        actor=SYSTEM_ACTOR,
        kind=Kind.NOTE if before.seq else Kind.OPENED,
        text=text,
        data=data or {},
    ).chained(before.head)
    state = before.model_copy(update={"seq": entry.seq, "head": entry.hash})
    return Outcome(incident=state, entries=(entry,), **outcome)


def opening(number: int = 1, *, surfaces: tuple[str, ...] = (), jobs: tuple[str, ...] = (), **changes: Any) -> Outcome:
    """A first entry, wanting those surfaces (at `dm:U2`) and jobs."""
    next_due = changes.pop("next_due", None)
    return after(
        incident(number, seq=0, head=GENESIS, **changes),
        next_due=next_due,
        surfaces=tuple(Surface(key=name, place="dm:U2") for name in surfaces),
        jobs=tuple(Job(key=name, args={"name": name}) for name in jobs),
    )


def closed(before: Incident) -> Outcome:
    return after(before.model_copy(update={"status": IncidentStatus.CLOSED, "closed_at": NOW}))


async def opened(store: Store, number: int = 1, **given: Any) -> Incident:
    """Opens it and returns it as committed."""
    outcome = opening(number, **given)
    await store.transact(lambda tx: tx.commit(outcome, source_id=f"open:{number}", now=NOW))
    return outcome.incident


def add_note(tx: Tx, number: int = 1, text: str = "", source_id: str = "") -> int:
    """Reads the incident, adds an entry, returns its number."""
    outcome = after(tx.incident(TEAM, number), text=text)
    tx.commit(outcome, source_id=source_id, now=NOW)
    return outcome.incident.seq
