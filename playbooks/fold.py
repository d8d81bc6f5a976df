"""The state is the result of the entries: one function per kind, and nothing else changes an incident.

`fold(entries)` gives the same incident that was stored after the last of them; `verify` relies on it. The parts:
`fold_clock.py` (what the clock and Slack did), `fold_jump.py` (the clock itself was set),
`fold_steps.py` (what people did to steps), `fold_messages.py` (messages that became part of the record), the whole
incident here.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta

from playbooks import fold_away, fold_clock, fold_jump, fold_messages, fold_steps
from playbooks.entries import SYSTEM, AdminKind, Entry, Kind, parse_moment
from playbooks.incident import Evidence, Home, Incident, Pause, StepState, SuspectKey
from playbooks.model import Playbook, Role, Trigger
from playbooks.states import INCIDENT_MOVES, StepStatus


def fold(entries: Iterable[Entry]) -> Incident:
    """The incident after these entries. Raises `ValueError` when the first is not `opened`."""
    incident: Incident | None = None
    for entry in entries:
        incident = apply(incident, entry)
    if incident is None:
        raise ValueError("no entries")
    return incident


def apply(incident: Incident | None, entry: Entry) -> Incident:
    """The incident after one more entry. Raises `ValueError` for one that cannot follow."""
    if isinstance(entry.kind, AdminKind):
        raise ValueError(f"entry {entry.seq} is {entry.kind}, which belongs to no incident")
    if incident is None:
        if entry.kind is not Kind.OPENED:
            raise ValueError(f"entry {entry.seq} is {entry.kind}, the first must be opened")
        after = _opened(entry)
    else:
        after = _FOLDS[entry.kind](incident, entry) if entry.kind in _FOLDS else incident
    names = {**after.names, entry.actor.id: entry.actor.name} if entry.actor.name else after.names
    return after.model_copy(update={"seq": entry.seq, "head": entry.hash, "names": names})


def _opened(entry: Entry) -> Incident:
    data = entry.data
    playbook = Playbook.model_validate(data["playbook"])
    roster = {Role(role): tuple(users) for role, users in data["roster"].items()}
    incident = Incident(
        team=entry.team,
        number=entry.incident,
        trigger=Trigger(data["trigger"]),
        text=entry.text,
        t0=entry.at,
        noticed_at=parse_moment(data["noticed_at"]),
        drill=data["drill"],
        speed=data["speed"],
        playbook=playbook,
        detector=entry.actor.id,
        membership_verified=data["membership_verified"],
        source=entry.source,
        roster=roster,
        names=data["names"],
        keys=tuple(SuspectKey.model_validate(key) for key in data["keys"]),
    )
    steps = tuple(_first_state(incident, step.key, entry) for step in playbook.steps)
    owners = (step.owner for step in steps if step.owner)
    members = tuple(dict.fromkeys([*incident.people(Role.DETECTOR), *owners]))
    return fold_messages.origin(incident.model_copy(update={"steps": steps, "members": members}), entry)


def _first_state(incident: Incident, key: str, entry: Entry) -> StepState:
    plan = incident.plan(key)
    state = StepState(key=key, owner=incident.owner_of(plan.role), due_at=incident.t0 + incident.span(plan.at))
    if plan.role is not Role.DETECTOR or plan.at > 0:
        return state
    answers = {"what": entry.text}
    evidence = Evidence(answers=answers, provenance="typed", by=entry.actor.id, at=entry.at, seq=entry.seq)
    done = {"status": StepStatus.DONE, "done_at": entry.at, "done_by": entry.actor.id, "evidence": evidence}
    return state.model_copy(update=done)


def _joined(incident: Incident, entry: Entry) -> Incident:
    new = tuple(SuspectKey.model_validate(key) for key in entry.data["keys"])
    joined = incident.model_copy(update={"keys": incident.keys + new})
    joined = joined if entry.actor.id == SYSTEM else joined.inviting([entry.actor.id])
    return fold_messages.origin(joined, entry)


def _channel_ready(incident: Incident, entry: Entry) -> Incident:
    return incident.model_copy(update={"home": Home(channel=entry.data["channel"], name=entry.data["name"])})


def _thread_serves(incident: Incident, entry: Entry) -> Incident:
    return incident.model_copy(update={"home": Home(thread=True, why_thread=entry.data["why"])})


def _closed(incident: Incident, entry: Entry) -> Incident:
    return incident.model_copy(
        update={
            "status": INCIDENT_MOVES[(entry.kind.value, incident.status)],
            "closed_at": entry.at,
            "closed_by": entry.actor.id,
            "close_reason": entry.text,
            "times_closed": incident.times_closed + 1,
            "closed_seq": entry.seq,
            "closed_head": entry.hash,
        }
    )


def _reopened(incident: Incident, entry: Entry) -> Incident:
    """The clock goes on where it stood: what was put aside comes back, moved by the time in between."""
    stood = Pause(began=incident.closed_at or entry.at, ended=entry.at)
    pause = stood.ended - stood.began
    claims = set(entry.data["claims"])
    return incident.model_copy(
        update={
            "status": INCIDENT_MOVES[(entry.kind.value, incident.status)],
            "closed_at": None,
            "closed_by": None,
            "close_reason": None,
            "pauses": (*incident.pauses, stood),
            "keys": tuple(k.model_copy(update={"claimed": k.fingerprint in claims}) for k in incident.keys),
            "steps": tuple(_unshelved(step, pause) for step in incident.steps),
        }
    )


def _unshelved(step: StepState, pause: timedelta) -> StepState:
    if step.shelved is None:
        return step
    posts = {
        key: post if post.posted_at else post.model_copy(update={"wanted_at": post.wanted_at + pause})
        for key, post in step.posts.items()
    }
    next_at = step.next_at + pause if step.next_at else None
    changes = {"status": step.shelved, "shelved": None, "reason": None, "due_at": step.due_at + pause}
    return step.model_copy(update={**changes, "next_at": next_at, "posts": posts})


_FOLDS: dict[Kind, Callable[[Incident, Entry], Incident]] = {
    Kind.JOINED: _joined,
    Kind.CHANNEL_READY: _channel_ready,
    Kind.THREAD_SERVES: _thread_serves,
    Kind.DUE: fold_clock.due,
    Kind.OVERDUE: fold_clock.overdue,
    Kind.FORWARDED: fold_clock.forwarded,
    Kind.CLOCK_JUMPED: fold_jump.jumped,
    Kind.UNANSWERED: fold_clock.unanswered,
    Kind.ASK_DUE: fold_clock.ask_due,
    **dict.fromkeys((Kind.PROMPTED, Kind.NUDGED, Kind.ESCALATED, Kind.REMINDED, Kind.ASKED), fold_clock.posted),
    Kind.SEND_FAILED: fold_clock.send_failed,
    Kind.UNREACHABLE: fold_away.unreachable,
    Kind.REMOVED: fold_away.removed,
    Kind.HINDERED: fold_away.hindered,
    Kind.UNHINDERED: fold_away.unhindered,
    **dict.fromkeys((Kind.COMPLETED, Kind.SUBMITTED), fold_steps.completed),
    Kind.ANSWERED: fold_steps.answered,
    Kind.WAIVED: fold_steps.waived,
    **dict.fromkeys((Kind.SKIPPED, Kind.SHELVED), fold_steps.skipped),
    Kind.CORRECTED: fold_steps.corrected,
    Kind.TAKEN_OVER: fold_steps.taken_over,
    Kind.HANDED_OVER: fold_steps.handed_over,
    Kind.ASSIGNED: fold_steps.assigned,
    Kind.MORE_TIME: fold_steps.more_time,
    Kind.PINNED: fold_messages.pinned,
    Kind.PINNED_TOO: fold_messages.pinned_too,
    Kind.UNPINNED: fold_messages.unpinned,
    Kind.MESSAGE_EDITED: fold_messages.edited,
    Kind.MESSAGE_DELETED: fold_messages.deleted,
    **dict.fromkeys((Kind.CLOSED, Kind.FALSE_ALARM), _closed),
    Kind.REOPENED: _reopened,
}
