"""The board: the whole plan in one pinned message, whatever the playbook and whatever people wrote."""

from bot import wording_steps as words
from bot.slack import ids
from bot.slack.blocks import Block, actions, button, header, section
from bot.slack.messages import Context, Message, message
from bot.slack.text import clock, escape, said
from playbooks.incident import Incident, StepState
from playbooks.states import StepStatus

MOST_EVIDENCE = 400  # characters in one row
ALL_EVIDENCE = 3000  # characters in all rows: Slack refuses messages that are too long as a whole


def board(incident: Incident, context: Context) -> Message:
    """In a thread of the alerts channel it shows states only: no words of people, no evidence."""
    title = f"{words.title_of(incident)} · {words.state_of(incident)}"
    rows = [_row(incident, step) for step in incident.steps]
    blocks = [header(title), section(_about(incident)), *rows, _buttons(incident)]
    short = [f"{incident.plan(step.key).mark} {step.label}" for step in incident.steps]
    return message([escape(title), " · ".join(short)], blocks, context)


def _about(incident: Incident) -> str:
    """Which key, when, by whom; and why it is a thread when it is one."""
    noticed, opened = words.moment_near(incident, incident.noticed_at), clock(incident.t0)
    parts = [f"noticed {noticed}, opened {opened} by {words.name_of(incident, incident.detector)}"]
    if incident.keys and not incident.home.thread:
        parts.insert(0, words.keys_of(incident))
    lines = [" · ".join([*parts, words.leads(incident)])]
    if incident.drill:
        lines.append(words.DRILL_RULE)
    if not incident.membership_verified:
        lines.append("membership unverified: it could not be looked up whether who opened this is a full member")
    if incident.home.thread:
        lines.append(words.thread_notice(incident.home.why_thread))
    return "\n".join([*lines, *_closed(incident)])


def _closed(incident: Incident) -> list[str]:
    if incident.closed_at is None:
        return []
    by = f"{words.name_of(incident, incident.closed_by)}, {words.moment_near(incident, incident.closed_at)}"
    why = "" if incident.home.thread else f": {said(incident.close_reason or '', 300)}"
    return [f"{words.state_of(incident)} by {by}{why}"]


def _row(incident: Incident, step: StepState) -> Block:
    plan = incident.plan(step.key)
    first = f"{plan.mark} · {words.moment_near(incident, step.due_at)} · *{said(plan.title, 100)}*"
    lines = [first, _state(incident, step), "" if step.status.ended else words.ladder_of(incident, step)]
    return section("\n".join(line for line in lines if line), _accessory(incident, step))


def _state(incident: Incident, step: StepState) -> str:
    if not step.status.ended:
        return f"{step.label} · {words.name_of(incident, step.owner)}"
    limit = min(MOST_EVIDENCE, ALL_EVIDENCE // len(incident.steps))
    return words.outcome_of(incident, step, evidence=not incident.home.thread, limit=limit)


def _accessory(incident: Incident, step: StepState) -> Block | None:
    plan, carried = incident.plan(step.key), ids.value(incident.number, step.key)
    if not step.status.ended:
        return button("Complete", ids.STEP_COMPLETE, carried, spoken=f"Complete {plan.mark} {plan.title}")
    if plan.fields or step.status is StepStatus.SKIPPED:
        return button("Correct", ids.STEP_CORRECT, carried, spoken=f"Correct {plan.mark} {plan.title}")
    return None


def _buttons(incident: Incident) -> Block:
    note = button("Add note", ids.BOARD_NOTE, ids.value(incident.number))
    close = button("Close incident", ids.BOARD_CLOSE, ids.value(incident.number))
    return actions(note, close) if incident.is_open else actions(note)
