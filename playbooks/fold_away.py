"""What entries about things that went away in Slack do to the state."""

from datetime import datetime
from typing import Any

from playbooks.entries import Entry
from playbooks.fold_steps import new_owner
from playbooks.incident import Incident, StepState
from playbooks.ladder import running


def announced_otherwise(incident: Incident, entry: Entry) -> Incident:
    """A failure that is about no step: the announcement, or its thread, went to people instead."""
    if entry.data["surface"] not in ("announcement", "thread"):
        return incident
    users = tuple(key.rpartition(":dm:")[2] for key in entry.data.get("instead", ()))
    return _outside(incident, announced_to=users or incident.outside.announced_to)


def unreachable(incident: Incident, entry: Entry) -> Incident:
    user = entry.data["user"]
    roster = {role: tuple(one for one in people if one != user) for role, people in incident.roster.items()}
    after = incident.model_copy(update={"roster": {role: people for role, people in roster.items() if people}})
    for one in entry.data["steps"]:
        step = after.step(one["step"])
        after = new_owner(after, step, one["to"], entry) if one["to"] else _nobodys(after, step, user, entry.at)
    return _outside(after, gone={**after.outside.gone, user: entry.at})


def _nobodys(incident: Incident, step: StepState, user: str, at: datetime) -> Incident:
    """Whoever is next on the ladder is told at once: nobody else would be."""
    changes: dict[str, Any] = {"owner": None, "handed_by": None}
    if running(step):
        left = tuple(key for key in step.level_keys if not key.endswith(f":dm:{user}"))
        changes |= {"level_keys": left, "sent_at": step.sent_at or at, "next_at": at}
    return incident.with_step(step.key, **changes)


def removed(incident: Incident, entry: Entry) -> Incident:
    times = {**incident.outside.removed, entry.data["surface"]: entry.data["times"]}
    return _outside(incident, removed=times)


def hindered(incident: Incident, entry: Entry) -> Incident:
    return _outside(incident, troubles={**incident.outside.troubles, entry.data["trouble"]: entry.text})


def unhindered(incident: Incident, entry: Entry) -> Incident:
    left = {name: why for name, why in incident.outside.troubles.items() if name != entry.data["trouble"]}
    return _outside(incident, troubles=left)


def _outside(incident: Incident, **changes: Any) -> Incident:
    return incident.model_copy(update={"outside": incident.outside.model_copy(update=changes)})
