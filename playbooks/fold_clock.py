"""How the state follows from what the clock decided and what Slack did: rungs that fired, messages that arrived."""

from datetime import datetime, timedelta
from typing import Any

from playbooks import fold_away
from playbooks.entries import Entry, Kind
from playbooks.incident import Incident, Pause, Post, StepState
from playbooks.ladder import next_ask, next_moment, next_rung, prompt_key, running
from playbooks.states import STEP_MOVES, StepStatus

LATE_AFTER_S = 30.0  # real seconds at speed 1 from which a prompt says that it is late


def _fired(step: StepState, entry: Entry, wanted_at: datetime) -> dict[str, Any]:
    """A rung fired: its surfaces are wanted and it counts as unsent."""
    data = entry.data
    posts = {key: step.posts.get(key) or Post(wanted_at=wanted_at) for key in data["keys"]}
    return {
        "level": data["level"],
        "level_keys": tuple(data["keys"]),
        "sent_at": None,
        "next_at": None,
        "extra_minutes": 0.0,
        "told": tuple(dict.fromkeys((*step.told, *data["told"]))),
        "posts": {**step.posts, **posts},
    }


def due(incident: Incident, entry: Entry) -> Incident:
    step = incident.step(entry.on_step)
    changes: dict[str, Any] = {"status": STEP_MOVES[("due", step.status)]}
    if entry.data["keys"]:
        changes |= _fired(step, entry, step.due_at)
    else:  # told in the summary of what was missed: whoever is late with it was prompted late
        changes["prompted_late"] = True
    return incident.with_step(step.key, **changes).inviting(entry.data["told"])


def forwarded(incident: Incident, entry: Entry) -> Incident:
    """What is still to come moves nearer, what is due stays where it was. A pause that ends before it began."""
    by = timedelta(seconds=entry.data["by_s"])
    pauses = (*incident.pauses, Pause(began=entry.at, ended=entry.at - by))
    steps = tuple(step if step.status.ended and not step.ask_at else _nearer(step, by) for step in incident.steps)
    return incident.model_copy(update={"pauses": pauses, "steps": steps})


def _nearer(step: StepState, by: timedelta) -> StepState:
    moments = {"next_at": step.next_at, "ask_at": step.ask_at}
    moved = {name: moment - by for name, moment in moments.items() if moment is not None}
    return step.model_copy(update={**moved, **({"due_at": step.due_at - by} if _is_to_come(step) else {})})


def _is_to_come(step: StepState) -> bool:
    return (step.shelved or step.status) is StepStatus.WAITING


def overdue(incident: Incident, entry: Entry) -> Incident:
    step = incident.step(entry.on_step)
    return incident.with_step(step.key, status=STEP_MOVES[("overdue", step.status)])


def unanswered(incident: Incident, entry: Entry) -> Incident:
    step = incident.step(entry.on_step)
    fired = _fired(step, entry, step.next_at or entry.at)
    return incident.with_step(step.key, **fired).inviting(entry.data["told"])


def ask_due(incident: Incident, entry: Entry) -> Incident:
    step = incident.step(entry.on_step)
    posts = {**step.posts, **{key: Post(wanted_at=step.ask_at or entry.at) for key in entry.data["keys"]}}
    return incident.with_step(step.key, ask_at=None, asks=step.asks + 1, posts=posts)


def posted(incident: Incident, entry: Entry) -> Incident:
    """A message of a step is really there: the ladder counts from the first one of its rung."""
    if entry.step is None:
        return incident
    step, key, at = incident.step(entry.step), entry.data["surface"], entry.occurred_at
    known = step.posts.get(key) or Post(wanted_at=at)
    late = {"late_s": entry.data.get("late_s", 0.0), "late_why": entry.data.get("late_why")}
    repeat = entry.data.get("maybe_repeat", False)
    post = known.model_copy(update={"posted_at": at, "failed": None, "repeat": repeat, **late})
    changes: dict[str, Any] = {"posts": {**step.posts, key: post}}
    if entry.kind is Kind.PROMPTED and step.prompted_at is None:
        late_after = timedelta(seconds=LATE_AFTER_S / incident.speed)
        changes |= {"prompted_at": at, "prompted_late": at - step.due_at > late_after}
    if entry.kind is Kind.ASKED and step.status is StepStatus.SUBMITTED:
        changes["ask_at"] = next_ask(incident, step, at)
    if key in step.level_keys and step.sent_at is None and running(step):
        changes |= {"sent_at": at, "next_at": next_moment(incident, step, at), "extra_minutes": 0.0}
    return incident.with_step(step.key, **changes)


def send_failed(incident: Incident, entry: Entry) -> Incident:
    if entry.step is None:
        return fold_away.announced_otherwise(incident, entry)
    step, key, at = incident.step(entry.step), entry.data["surface"], entry.at
    post = (step.posts.get(key) or Post(wanted_at=at)).model_copy(update={"failed": entry.data["error"]})
    instead = tuple(entry.data.get("instead", ()))
    left = (*(k for k in step.level_keys if k != key), *(instead if key in step.level_keys else ()))
    new = {k: step.posts.get(k) or Post(wanted_at=at) for k in instead}
    changes: dict[str, Any] = {"posts": {**step.posts, key: post, **new}, "level_keys": left}
    if key.startswith("ask:") and step.status is StepStatus.SUBMITTED:
        changes["ask_at"] = next_ask(incident, step, at)
    unreachable = step.owner is not None and key == prompt_key(step.key, step.owner)
    if key in step.level_keys and running(step) and (unreachable or (step.sent_at is None and not left)):
        changes |= {"sent_at": step.sent_at or at, "next_at": _at_once(incident, step, at)}
    return incident.with_step(step.key, **changes)


def _at_once(incident: Incident, step: StepState, at: datetime) -> datetime | None:
    """Nobody could be told, so the next rung does not wait, unless it is a reminder to the same person."""
    rung = next_rung(incident, step)
    if rung is None or rung.level.startswith("reminder"):
        return next_moment(incident, step, at)
    return at
