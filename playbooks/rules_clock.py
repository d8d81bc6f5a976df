"""What follows when the clock passed `ladder.next_due`: steps come due, rungs fire, answers are asked for."""

from datetime import datetime, timedelta
from typing import Any

from playbooks import commands as c
from playbooks.access import Act
from playbooks.draft import Draft
from playbooks.entries import Kind, moment
from playbooks.ladder import (
    CHANNEL_WAIT,
    Rung,
    asked_for,
    first_rung,
    next_moment_of_steps,
    next_rung,
    overdue_at,
    running,
)
from playbooks.states import StepStatus

MISSED_AFTER = timedelta(hours=24)  # real time: what is overdue longer becomes one summary


def tick(draft: Draft, command: c.Tick) -> None:
    """Everything that is due by now, each thing once. At most one rung a step, because the next waits for this one."""
    at, incident = command.at, draft.incident
    if not incident.home.channel and not incident.home.thread and incident.t0 + CHANNEL_WAIT <= at:
        draft.add(Kind.THREAD_SERVES, why="there was no channel 150 s after the opening", error="timeout")
    missed = []
    for key in (step.key for step in incident.steps):
        if incident.is_open:
            missed += [*_come_due(draft, key, at), *_climb(draft, key, at)]
        _ask(draft, key, at)
    if missed:
        draft.add(Kind.MISSED, steps=missed)


def forward(draft: Draft, command: c.Forward) -> None:
    """Only drills: what is due next is due now. Nothing happens when something is due already."""
    if draft.objects(Act.FORWARD):
        return
    due = next_moment_of_steps(draft.incident)
    if due is not None and due > command.at:
        draft.add(Kind.FORWARDED, by_s=(due - command.at).total_seconds())


def jumped(draft: Draft, command: c.ClockJumped) -> None:
    """The machine's clock was set. What was to come comes as much later or sooner by it, which is when it was to."""
    by_s = (command.at - command.before).total_seconds()
    draft.add(Kind.CLOCK_JUMPED, by_s=by_s, before=moment(command.before))


def _come_due(draft: Draft, key: str, at: datetime) -> list[str]:
    step = draft.incident.step(key)
    missed = step.status is StepStatus.WAITING and at - step.due_at > MISSED_AFTER
    if step.status is StepStatus.WAITING and step.due_at <= at:
        rung = Rung(level="missed", keys=()) if missed else first_rung(draft.incident, step)
        draft.add(Kind.DUE, step=key, **_facts(rung))
    step = draft.incident.step(key)
    if step.status is StepStatus.DUE and overdue_at(draft.incident, step) <= at:
        draft.add(Kind.OVERDUE, step=key)
    return [key] if missed else []


def _climb(draft: Draft, key: str, at: datetime) -> list[str]:
    """The next rung; one that is long past ends the ladder and stands in the summary instead."""
    step = draft.incident.step(key)
    if not running(step) or step.next_at is None or step.next_at > at:
        return []
    missed = at - step.next_at > MISSED_AFTER
    rung = None if missed else next_rung(draft.incident, step)
    draft.add(Kind.UNANSWERED, step=key, **_facts(rung or Rung(level=step.level or "prompt", keys=())))
    return [key] if missed else []


def _ask(draft: Draft, key: str, at: datetime) -> None:
    step = draft.incident.step(key)
    if step.status is StepStatus.SUBMITTED and step.ask_at is not None and step.ask_at <= at:
        draft.add(Kind.ASK_DUE, step=key, keys=[f"ask:{key}:{step.asks + 1}:dm:{asked_for(draft.incident, step)}"])


def _facts(rung: Rung) -> dict[str, Any]:
    return {"level": rung.level, "keys": list(rung.keys), "told": list(rung.told)}
