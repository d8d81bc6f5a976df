"""The rules of an incident: people's acts here, the clock's in `rules_clock.py`, Slack's in `rules_slack.py`,
messages that become part of the record in `rules_messages.py`, what goes away in `rules_away.py`.

Who may stands in `access.py` and `objections.py`, who is next and when in `ladder.py`, the legal moves in `states.py`.

`open_incident` and `advance` take a command and give the whole outcome. They read no clock and touch nothing: the
command carries the moment. A rule only says which entries follow; the state is the fold of the entries (`fold.py`) and
what people see follows from the state (`effects.py`).

Two things are no outcome: `WrongAnswers` (a form filled in wrongly, nothing is committed) and a command that changes
nothing, whose outcome has no entries.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from playbooks import commands as c
from playbooks import commands_away as away
from playbooks import rules_away, rules_clock, rules_messages, rules_slack
from playbooks.access import Act
from playbooks.answers import is_pending, read_answers
from playbooks.draft import Draft
from playbooks.entries import Actor, Kind, moment
from playbooks.errors import Refused, WrongAnswers
from playbooks.incident import Incident
from playbooks.ladder import overdue_at, prompts_for
from playbooks.model import Playbook, Role
from playbooks.objections import ONLY_MEMBERS_OPEN, closed
from playbooks.outcome import Outcome
from playbooks.states import StepStatus
from playbooks.suspects import claimed, suspect_keys

CLOCKS_DIFFER = timedelta(minutes=2)  # between a person's device and us


def open_incident(
    command: c.Open, *, number: int, playbook: Playbook, roster: Mapping[Role, tuple[Actor, ...]], speed: float
) -> Outcome | Refused:
    """Opens incident `number`, or refuses guests and strangers (no record exists then that could hold the refusal).

    `roster` holds only people who can be reached. Keys in the text count as suspect too.
    """
    if command.member is False:
        return ONLY_MEMBERS_OPEN
    if command.noticed_at > command.at + CLOCKS_DIFFER:
        raise WrongAnswers({"noticed_at": "This lies in the future. Say when somebody saw it."})
    draft = Draft(None, command, number)
    people = {role: [person.id for person in persons] for role, persons in roster.items() if persons}
    names = {person.id: person.name for persons in roster.values() for person in persons if person.name}
    data: dict[str, Any] = {
        "trigger": command.trigger.value,
        "noticed_at": moment(min(command.noticed_at, command.at)),
        "drill": command.drill,
        "speed": speed,
        "playbook": playbook.model_dump(mode="json"),
        "membership_verified": command.member is True,
        "roster": {role.value: users for role, users in people.items()},
        "names": names,
        "keys": [claimed(key, command.drill) for key in suspect_keys(command.keys, command.text)],
        **rules_messages.origin(command.origin),
    }
    draft.add(Kind.OPENED, text=command.text, **data)
    return draft.outcome()


def advance(incident: Incident, command: c.OnIncident) -> Outcome:
    """What follows from `command`. Raises `WrongAnswers` and changes nothing when a form was filled in wrongly."""
    draft = Draft(incident, command, incident.number)
    _RULES[type(command)](draft, command)
    return draft.outcome()


# --- people and their steps


def _complete(draft: Draft, command: c.Complete) -> None:
    if draft.objects(Act.COMPLETE, command.step):
        return
    answers = _answers(draft, command.step, command.answers)
    step, plan = draft.incident.step(command.step), draft.incident.plan(command.step)
    draft.add(
        Kind.SUBMITTED if is_pending(plan, answers) else Kind.COMPLETED,
        step=command.step,
        answers=answers,
        provenance=command.provenance,
        due_at=moment(step.due_at),
        late=command.at > overdue_at(draft.incident, step),
        prompted_late=step.prompted_late,
    )


def _correct(draft: Draft, command: c.Correct) -> None:
    if draft.objects(Act.CORRECT, command.step):
        return
    step, plan = draft.incident.step(command.step), draft.incident.plan(command.step)
    answers = _answers(draft, command.step, command.answers)
    corrects = step.evidence.seq if step.evidence else None
    owing = is_pending(plan, answers)
    if step.status is StepStatus.SUBMITTED and not owing:
        draft.add(Kind.ANSWERED, step=command.step, answers=answers, corrects=corrects)
        return
    facts: dict[str, Any] = {"provenance": command.provenance, "corrects": corrects, "owing": owing}
    draft.add(Kind.CORRECTED, step=command.step, answers=answers, **facts)


def _answers(draft: Draft, step: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    return read_answers(draft.incident.plan(step), raw, t0=draft.incident.t0, now=draft.at)


def _give_answer(draft: Draft, command: c.GiveAnswer) -> None:
    if draft.objects(Act.ANSWER, command.step):
        return
    pending, evidence = draft.incident.plan(command.step).pending, draft.incident.step(command.step).evidence
    field = pending.field if pending else ""
    answer = _needed(field, command.answer, "Fill this in, or press Waive when there will be none.")
    answers = _answers(draft, command.step, {**(evidence.answers if evidence else {}), field: answer})
    draft.add(Kind.ANSWERED, step=command.step, answers=answers, corrects=evidence.seq if evidence else None)


def _waive(draft: Draft, command: c.Waive) -> None:
    if not draft.objects(Act.WAIVE, command.step):
        draft.add(Kind.WAIVED, step=command.step, text=_why(command.why))


def _skip(draft: Draft, command: c.Skip) -> None:
    if not draft.objects(Act.SKIP, command.step):
        draft.add(Kind.SKIPPED, step=command.step, text=_why(command.why))


def _more_time(draft: Draft, command: c.MoreTime) -> None:
    if draft.objects(Act.MORE_TIME, command.step):
        return
    if command.minutes not in (2, 5, 10):
        raise WrongAnswers({"minutes": "Choose 2, 5 or 10 minutes."})
    draft.add(Kind.MORE_TIME, step=command.step, text=_why(command.why), minutes=command.minutes)


def _take_over(draft: Draft, command: c.TakeOver) -> None:
    if draft.objects(Act.TAKE_OVER, command.step):
        return
    former = draft.incident.step(command.step).owner
    posts = prompts_for(draft.incident, (command.step,), command.by.id)
    draft.add(Kind.TAKEN_OVER, step=command.step, former=former, posts=posts)


def _hand_over(draft: Draft, command: c.HandOver) -> None:
    if draft.objects(Act.HAND_OVER, command.step):
        return
    step = draft.incident.step(command.step)
    if not command.to_member:
        raise WrongAnswers({"to": "Choose an active full member of this workspace: no guest, no bot."})
    if command.to.id == step.owner:
        raise WrongAnswers({"to": "This person owns the step already. Choose somebody else."})
    posts = prompts_for(draft.incident, (command.step,), command.to.id)
    facts: dict[str, Any] = {"former": step.owner, "to": command.to.id, "to_name": command.to.name, "posts": posts}
    draft.add(Kind.HANDED_OVER, step=command.step, text=_why(command.why), **facts)


def _why(text: str) -> str:
    return _needed("why", text, "Say why, in a few words.")


def _needed(field: str, text: str, sentence: str) -> str:
    if not text.strip():
        raise WrongAnswers({field: sentence})
    return text.strip()


# --- people and the incident


def _try(draft: Draft, command: c.Try) -> None:
    draft.objects(Act(command.act), command.step, member=command.member)


def _join(draft: Draft, command: c.Join) -> None:
    if command.member is False:
        reason = "Only full members of this workspace can join an incident."
        draft.refuse("join", Refused(title="Not for guests", reason=reason))
        return
    if not draft.incident.is_open:
        draft.refuse("join", closed(draft.incident))
        return
    known = {key.identity for key in draft.incident.keys}
    free = () if draft.incident.drill else command.free_keys
    new = [key for key in suspect_keys(command.keys, command.text) if key.identity not in known]
    keys = [key.model_copy(update={"claimed": key.fingerprint in free}) for key in new]
    facts = {"keys": [key.model_dump(mode="json") for key in keys], **rules_messages.origin(command.origin)}
    draft.add(Kind.JOINED, text=command.text, **facts)
    for key in keys:
        if key.fingerprint in command.elsewhere:
            draft.add(Kind.SAME_KEY, text=key.text, other=command.elsewhere[key.fingerprint])


def _note(draft: Draft, command: c.Note) -> None:
    if not draft.objects(Act.NOTE, member=command.member):
        text = _needed("text", command.text, "Say what to note: /incident note <text>")
        draft.add(Kind.NOTE, text=text, occurred_at=command.occurred_at)


def _assign(draft: Draft, command: c.Assign) -> None:
    if draft.objects(Act.ASSIGN):
        return
    if not command.to_member:
        raise WrongAnswers({"to": "Only an active full member of this workspace can take a role: no guest, no bot."})
    if command.role is Role.DETECTOR:
        raise WrongAnswers({"role": "The detector is who opened the incident, and stays so."})
    plans = [plan.key for plan in draft.incident.playbook.steps if plan.role is command.role]
    over = (StepStatus.DONE, StepStatus.SKIPPED)  # a submitted step is still asked about
    steps = tuple(key for key in plans if draft.incident.step(key).status not in over)
    steps = tuple(key for key in steps if draft.incident.step(key).owner != command.to.id)
    posts = prompts_for(draft.incident, steps, command.to.id)
    facts: dict[str, Any] = {"role": command.role.value, "to": command.to.id, "to_name": command.to.name}
    draft.add(Kind.ASSIGNED, **facts, steps=list(steps), posts=posts)


def _close(draft: Draft, command: c.Close) -> None:
    if not draft.objects(Act.CLOSE):
        draft.add(Kind.CLOSED, text=_needed("reason", command.reason, "Say how it ended: /incident close <reason>"))


def _false_alarm(draft: Draft, command: c.FalseAlarm) -> None:
    if draft.objects(Act.FALSE_ALARM):
        return
    reason = _needed("reason", command.reason, "Say why it is none: /incident false-alarm <reason>")
    for key in draft.incident.missing:
        draft.add(Kind.SHELVED, step=key, text=reason)
    draft.add(Kind.FALSE_ALARM, text=reason)


def _reopen(draft: Draft, command: c.Reopen) -> None:
    if draft.objects(Act.REOPEN):
        return
    reason = _needed("reason", command.reason, "Say why: /incident reopen <reason>")
    draft.add(Kind.REOPENED, text=reason, claims=[] if draft.incident.drill else sorted(command.free_keys))


def _export(draft: Draft, command: c.Export) -> None:
    if not draft.objects(Act.EXPORT):
        as_of = draft.incident.seq
        draft.add(Kind.EXPORT_WANTED, format=command.format, as_of_seq=as_of, to=command.to)


_RULES: dict[type[c.OnIncident], Callable[[Draft, Any], None]] = {
    c.Complete: _complete,
    c.Correct: _correct,
    c.GiveAnswer: _give_answer,
    c.Waive: _waive,
    c.Skip: _skip,
    c.MoreTime: _more_time,
    c.TakeOver: _take_over,
    c.HandOver: _hand_over,
    c.Try: _try,
    c.Join: _join,
    c.Note: _note,
    c.Assign: _assign,
    c.Close: _close,
    c.FalseAlarm: _false_alarm,
    c.Reopen: _reopen,
    c.Export: _export,
    c.Pin: rules_messages.pin,
    c.Unpin: rules_messages.unpin,
    c.MessageEdited: rules_messages.edited,
    c.MessageDeleted: rules_messages.deleted,
    c.Posted: rules_slack.posted,
    c.SendFailed: rules_slack.send_failed,
    away.PersonGone: rules_away.person_gone,
    away.PlaceLost: rules_away.place_lost,
    away.Removed: rules_away.removed,
    away.Hindered: rules_away.hindered,
    away.Unhindered: rules_away.unhindered,
    c.ChannelReady: rules_slack.channel_ready,
    c.ChannelRefused: rules_slack.channel_refused,
    c.JobFailed: rules_slack.job_failed,
    c.Exported: rules_slack.exported,
    c.Tick: rules_clock.tick,
    c.Forward: rules_clock.forward,
    c.ClockJumped: rules_clock.jumped,
}
