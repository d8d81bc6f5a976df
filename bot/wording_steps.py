"""What is said about an incident and its steps, in phrases that prompts, the board and `/incident status` share.

Everything is mrkdwn: people's words are escaped and shortened here.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.slack.text import clock, day_clock, escape, mention, said
from playbooks.answers import shown
from playbooks.entries import SYSTEM, parse_moment
from playbooks.incident import Incident, StepState, SuspectKey
from playbooks.model import Field, FieldKind, Role
from playbooks.scorecard import span_in_words
from playbooks.states import INCIDENT_LABELS, StepStatus

NO_OWNER = "no owner"
DRILL = "DRILL"
DRILL_RULE = "Drill: do not contact Anthropic, do not revoke anything"
_SAME_DAY = timedelta(hours=12)


def head(incident: Incident, step: str) -> str:
    """`INC-0007 · T+5 · Revoke the suspect key`, not escaped."""
    plan = incident.plan(step)
    return f"{incident.label} · {plan.mark} · {plan.title}"


def title_of(incident: Incident) -> str:
    """`INC-0007 · API key committed to a repository`, a drill marked first; not escaped."""
    return f"{DRILL + ' · ' if incident.drill else ''}{incident.label} · {incident.trigger.label}"


def state_of(incident: Incident) -> str:
    return INCIDENT_LABELS[incident.status]


def name_of(incident: Incident, user: str | None) -> str:
    """The person's name without notifying them; the id where the name is not known."""
    if user is None:
        return NO_OWNER
    return mention(user) if user == SYSTEM else said(incident.name(user), 60) or user


def leads(incident: Incident) -> str:
    lead = next(iter(incident.roster.get(Role.SECURITY_LEAD, ())), None)
    return f"led by {name_of(incident, lead)}" if lead else "nobody leads"


def moment_near(incident: Incident, at: datetime) -> str:
    """The time, with the day when it is another one than that of T0."""
    return clock(at) if abs(at - incident.t0) < _SAME_DAY else day_clock(at)


def key_name(key: SuspectKey) -> str:
    """How people call it: what was given, or of a pasted key what may be shown."""
    given = key.hint or f"{key.kind}-…" if key.text.startswith("[Anthropic key") else key.text
    hint = f" ({key.hint})" if key.hint and key.hint not in given else ""
    return said(f"{given}{hint}", 120)


def keys_of(incident: Incident, limit: int = 400) -> str:
    return said_list([key_name(key) for key in incident.keys], limit)


def said_list(items: list[str], limit: int) -> str:
    """Items (escaped before) one after the other, as many as fit, and how many do not."""
    kept: list[str] = []
    for item in items:
        if sum(map(len, kept)) + len(item) > limit and kept:
            return f"{', '.join(kept)} and {len(items) - len(kept)} more"
        kept.append(item)
    return ", ".join(kept)


def late_line(late_s: float, why: str | None) -> str:
    """`4 min late: Quarterdeck was not running`."""
    return f"{span_in_words(timedelta(seconds=late_s))} late" + (f": {escape(why)}" if why else "")


def outcome_of(incident: Incident, step: StepState, *, evidence: bool = True, limit: int = 400) -> str:
    """How an ended step ended: `Done 12:06 by Devi Rao, 1 min after due · …`; without `evidence` no words of people."""
    left = _left(incident, step, limit) if evidence else _owed(incident, step)
    return " · ".join([_ending(incident, step), *left])


def _ending(incident: Incident, step: StepState) -> str:
    at = f" {moment_near(incident, step.done_at)}" if step.done_at else ""
    by = f" by {name_of(incident, step.done_by)}" if step.done_by else ""
    when = f", {against_due(step)}" if step.done_at and step.status is not StepStatus.SKIPPED else ""
    return f"{step.label}{at}{by}{when}"


def against_due(step: StepState) -> str:
    """`1 min after due`, in real time."""
    ahead = step.due_at - (step.done_at or step.due_at)
    if abs(ahead) < timedelta(seconds=1):
        return "just when due"
    return f"{span_in_words(ahead)} {'before' if ahead > timedelta() else 'after'} due"


def _left(incident: Incident, step: StepState, limit: int) -> list[str]:
    waived = "waived: " if step.status is StepStatus.DONE else ""
    reason = f"{waived}{said(step.reason, 200)}" if step.reason else ""
    return [
        part
        for part in (*_owed(incident, step), reason, _corrected(incident, step), evidence_of(incident, step, limit))
        if part
    ]


def _corrected(incident: Incident, step: StepState) -> str:
    left = step.evidence
    if left is None or left.corrects is None:
        return ""
    return f"corrected {moment_near(incident, left.at)} by {name_of(incident, left.by)}"


def _owed(incident: Incident, step: StepState) -> list[str]:
    if step.status is not StepStatus.SUBMITTED:
        return []
    again = f", asked again at {moment_near(incident, step.ask_at)}" if step.ask_at else ""
    return [f"no {owed_name(incident, step.key)} yet{again}"]


def owed_name(incident: Incident, step: str) -> str:
    """The answer that is still to come, as it stands inside a sentence: `support ticket ID`."""
    pending = incident.plan(step).pending
    label = incident.field(step, pending.field).label if pending else incident.plan(step).title
    return escape(label if label[1:2].isupper() else label[:1].lower() + label[1:])


def evidence_of(incident: Incident, step: StepState, limit: int) -> str:
    """The answers in the order of the form: `Which key: prod-gateway · Revoked at: 12:06`."""
    if step.evidence is None:
        return ""
    answers = step.evidence.answers
    plan = incident.plan(step.key)
    if not plan.fields:
        return " · ".join(f"“{said(str(value), 150)}”" for value in answers.values() if value)
    stand_in = plan.pending.tick if plan.pending else None
    given = [field for field in plan.fields if answers.get(field.key) and field.key != stand_in]
    parts = [_answer(incident, field, answers[field.key]) for field in given]
    return _fitting(parts, limit)


def _fitting(parts: list[str], limit: int) -> str:
    kept: list[str] = []
    for part in parts:
        if sum(map(len, kept)) + len(part) > limit and kept:
            return " · ".join([*kept, "…"])
        kept.append(part)
    return " · ".join(kept)


def _answer(incident: Incident, field: Field, value: object) -> str:
    label = escape(field.label)
    if field.kind is FieldKind.TICK:
        return label
    return f"{label}{'' if label.endswith('?') else ':'} {_value(incident, field, value)}"


def _value(incident: Incident, field: Field, value: object) -> str:
    if field.kind is FieldKind.DATETIME and isinstance(value, str):
        try:
            return moment_near(incident, parse_moment(value))
        except ValueError:
            return said(value, 60)
    return said(shown(field, value), 150)


def ladder_of(incident: Incident, step: StepState) -> str:
    """Who was told while nobody answered: `nudged 12:07, told Max Lind, reminder 2 of 6`."""
    return ", ".join(_told(incident, step))


def _told(incident: Incident, step: StepState) -> Iterator[str]:
    sent = {key: post.posted_at for key, post in step.posts.items() if post.posted_at}
    if (at := sent.get(f"nudge:{step.key}:dm:{step.owner}")) is not None:
        yield f"nudged {moment_near(incident, at)}"
    kinds = ("prompt", "escalation")
    users = dict.fromkeys(key.split(":dm:")[1] for key in sent if ":dm:" in key and key.split(":")[0] in kinds)
    if others := [name_of(incident, user) for user in users if user != step.owner]:
        yield f"told {said_list(others, 150)}"
    if f"escalation:{step.key}:alerts" in sent:
        yield "the alerts channel told"
    if reminders := [key for key in sent if key.startswith("reminder:")]:
        yield f"reminder {len(reminders)} of {incident.playbook.reminders}"
    if failed := [key for key, post in step.posts.items() if post.failed and key not in sent]:
        yield f"{len(failed)} {'message' if len(failed) == 1 else 'messages'} could not be sent"


def thread_notice(why: str | None) -> str:
    """Why there is no channel, and what that changes."""
    because = f" ({said(why, 200)})" if why else ""
    return f"There is no channel{because}, so this thread serves. Evidence goes by direct message."
