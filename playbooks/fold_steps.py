"""How the state follows from what people did to a step: done, skipped, corrected, handed over."""

from datetime import datetime
from typing import Any

from playbooks.entries import SYSTEM, Entry, Kind
from playbooks.incident import Evidence, Incident, Post, StepState
from playbooks.ladder import next_ask, next_moment, overdue_at, prompt_key, running
from playbooks.model import Role
from playbooks.states import STEP_MOVES, StepStatus


def completed(incident: Incident, entry: Entry) -> Incident:
    step = incident.step(entry.on_step)
    changes: dict[str, Any] = {
        "status": STEP_MOVES[(entry.kind.value, step.status)],
        "done_at": entry.at,
        "done_by": entry.actor.id,
        "late": entry.at > overdue_at(incident, step),
        "evidence": _evidence(entry, entry.data["answers"]),
        "next_at": None,
    }
    if entry.kind is Kind.SUBMITTED:
        changes["ask_at"] = next_ask(incident, step, entry.at)
    return incident.with_step(step.key, **changes)


def _evidence(entry: Entry, answers: dict[str, Any]) -> Evidence:
    provenance = entry.data.get("provenance", "typed")
    corrects = entry.data.get("corrects") if entry.kind is Kind.CORRECTED else None
    facts = {"by": entry.actor.id, "at": entry.at, "seq": entry.seq, "corrects": corrects}
    return Evidence(answers=answers, provenance=provenance, **facts)


def answered(incident: Incident, entry: Entry) -> Incident:
    step = incident.step(entry.on_step)
    before = step.evidence.answers if step.evidence else {}
    evidence = _evidence(entry, {**before, **entry.data["answers"]})
    return incident.with_step(step.key, status=STEP_MOVES[("answered", step.status)], evidence=evidence, ask_at=None)


def waived(incident: Incident, entry: Entry) -> Incident:
    step = incident.step(entry.on_step)
    return incident.with_step(step.key, status=STEP_MOVES[("waived", step.status)], reason=entry.text, ask_at=None)


def skipped(incident: Incident, entry: Entry) -> Incident:
    step = incident.step(entry.on_step)
    changes: dict[str, Any] = {"status": STEP_MOVES[(entry.kind.value, step.status)], "reason": entry.text}
    if entry.kind is Kind.SHELVED:
        return incident.with_step(step.key, shelved=step.status, **changes)
    return incident.with_step(step.key, done_at=entry.at, done_by=entry.actor.id, next_at=None, **changes)


def corrected(incident: Incident, entry: Entry) -> Incident:
    step = incident.step(entry.on_step)
    changes: dict[str, Any] = {"evidence": _evidence(entry, entry.data["answers"])}
    if step.status is StepStatus.SKIPPED:
        late = entry.at > overdue_at(incident, step)
        changes |= {"done_at": entry.at, "done_by": entry.actor.id, "late": late, "reason": None, "shelved": None}
    owing = entry.data.get("owing", False)
    changes["status"] = STEP_MOVES[("corrected_owing" if owing else "corrected", step.status)]
    if owing and step.ask_at is None:
        changes["ask_at"] = next_ask(incident, step, entry.at)
    return incident.with_step(step.key, **changes)


def new_owner(incident: Incident, step: StepState, to: str, entry: Entry) -> Incident:
    """After a hand-over the former owner is nobody new, and `within` starts anew where the step was prompted."""
    told = tuple(dict.fromkeys((*step.told, *((step.owner,) if step.owner else ()), to)))
    giver = entry.actor.id if entry.actor.id not in (to, SYSTEM) else None
    changes: dict[str, Any] = {"owner": to, "told": told, "handed_by": giver}
    if running(step):
        new = {post["key"]: Post(wanted_at=entry.at) for post in entry.data["posts"] if post["step"] == step.key}
        changes |= {"level": "prompt", "posts": {**step.posts, **new}, "extra_minutes": 0.0}
        changes |= _prompting(incident, step.model_copy(update=changes), entry.at)
    return incident.with_step(step.key, **changes).inviting([to])


def _prompting(incident: Incident, step: StepState, at: datetime) -> dict[str, Any]:
    """Whether the new owner's prompt is still on its way, is there already, or cannot reach them."""
    key = prompt_key(step.key, step.owner or "")
    post = step.posts[key]
    if post.failed:
        return {"level_keys": (), "sent_at": at, "next_at": at}
    if post.posted_at is None:
        return {"level_keys": (key,), "sent_at": None, "next_at": None}
    return {"level_keys": (), "sent_at": at, "next_at": next_moment(incident, step, at)}


def taken_over(incident: Incident, entry: Entry) -> Incident:
    return new_owner(incident, incident.step(entry.on_step), entry.actor.id, entry)


def handed_over(incident: Incident, entry: Entry) -> Incident:
    named = _named(incident, entry)
    return new_owner(named, named.step(entry.on_step), entry.data["to"], entry)


def _named(incident: Incident, entry: Entry) -> Incident:
    name = entry.data.get("to_name")
    names = {**incident.names, entry.data["to"]: name} if name else incident.names
    return incident.model_copy(update={"names": names})


def assigned(incident: Incident, entry: Entry) -> Incident:
    role, to = Role(entry.data["role"]), entry.data["to"]
    people = (to, *(user for user in incident.people(role) if user != to))
    after = _named(incident, entry).model_copy(update={"roster": {**incident.roster, role: people}})
    for key in entry.data["steps"]:
        after = new_owner(after, after.step(key), to, entry)
    return after


def more_time(incident: Incident, entry: Entry) -> Incident:
    step, minutes = incident.step(entry.on_step), float(entry.data["minutes"])
    changes: dict[str, Any] = {"more_time_used": step.more_time_used + 1}
    if step.next_at is not None:
        changes["next_at"] = step.next_at + incident.span(minutes)
    else:
        changes["extra_minutes"] = step.extra_minutes + minutes
    return incident.with_step(step.key, **changes)
