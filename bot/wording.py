"""Every sentence that a person reads in answer to what they did. Everything here is mrkdwn, escaped and shortened.

What is said about an incident and its steps stands in `wording_steps.py`; lines for operators stand where they arise.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot import wording_steps as steps
from bot.slack import ids
from bot.slack.blocks import actions, button, section
from bot.slack.text import clock, day_clock, escape, link, mention, plain, said, shorten
from playbooks import commands as c
from playbooks.entries import Kind
from playbooks.errors import Refused, WrongAnswers
from playbooks.incident import Incident, label_of
from playbooks.outcome import Outcome
from playbooks.scorecard import minute_mark

ANSWER = 3500  # characters of an answer to a command

# --- what became of it


def done(command: c.Command, outcome: Outcome) -> str:
    """The answer to an act that was committed; empty for what no person asked for."""
    joined = any(entry.kind is Kind.JOINED for entry in outcome.entries)
    say = _joined if joined else _DONE.get(type(command))
    return say(command, outcome.incident) if say else ""


def _opened(_: c.Open, incident: Incident) -> str:
    return f"{incident.label} is open, nothing more for you to do."


def _joined(_: c.Command, incident: Incident) -> str:
    return f"Joined {incident.label}. It is open for the same matter; your report is in its timeline."


def _completed(command: c.Complete | c.Correct, incident: Incident) -> str:
    return f"{incident.plan(command.step).mark}: {steps.outcome_of(incident, incident.step(command.step))}"


def _owned(command: c.TakeOver | c.HandOver, incident: Incident) -> str:
    plan = incident.plan(command.step)
    return f"{plan.mark} {said(plan.title, 100)} belongs to {mention(incident.step(command.step).owner or '')} now."


def _more_time(command: c.MoreTime, incident: Incident) -> str:
    mark = incident.plan(command.step).mark
    return f"{command.minutes} more minutes for {mark} before the next level hears of it. Due and on time stay."


def _assigned(command: c.Assign, incident: Incident) -> str:
    return f"{mention(command.to.id)} is {command.role.value.replace('_', ' ')} of {incident.label} now."


def _exporting(command: c.Export, incident: Incident) -> str:
    return f"The export of {incident.label} ({escape(command.format)}) is coming to you privately."


def _forwarded(_: c.Forward, incident: Incident) -> str:
    return f"The clock of {incident.label} was put forward: what is due next is due now."


_DONE: dict[type[c.Command], Callable[[Any, Incident], str]] = {
    c.Open: _opened,
    c.Join: _joined,
    **dict.fromkeys((c.Complete, c.Correct, c.GiveAnswer, c.Waive, c.Skip), _completed),
    **dict.fromkeys((c.TakeOver, c.HandOver), _owned),
    c.MoreTime: _more_time,
    c.Note: lambda _, incident: f"Noted in the timeline of {incident.label}.",
    c.Assign: _assigned,
    c.Close: lambda _, incident: f"{incident.label} is closed. Its scorecard follows in its channel.",
    c.FalseAlarm: lambda _, incident: f"{incident.label} is called off as a false alarm; its open steps are skipped.",
    c.Reopen: lambda _, incident: f"{incident.label} is open again, its clock goes on where it stood.",
    c.Export: _exporting,
    c.Forward: _forwarded,
}


def refusal(refused: Refused) -> str:
    """Why not, with people as mentions and the moment in the reader's zone."""
    harmless = replace(refused, reason=said(refused.reason, 1500))
    return shorten(harmless.sentence(mention, clock), ANSWER)


def wrong(answers: WrongAnswers) -> str:
    """What was wrong with the words of a command."""
    return said(" ".join(answers.errors.values()), ANSWER)


# --- commands

_HELP = (
    ("/incident", "report an incident: opens the form; with a text it is filled in"),
    ("/incident drill", "the same as a drill"),
    ("/incident status", "the plan and where each step stands"),
    ("/incident list", "the incidents of this workspace"),
    ("/incident note <text>", "add to the timeline"),
    ("/incident assign <role> @person", "security_lead, dev_lead, auditor or recovery_owner"),
    ("/incident export [md|json|csv|html|pdf|png]", "the record, as a file for you alone"),
    ("/incident close <reason>", "when every step is done, submitted or skipped"),
    ("/incident false-alarm <reason>", "call it off; open steps are skipped"),
    ("/incident reopen <reason>", "its clock goes on where it stood"),
    ("/incident fast-forward", "a drill's clock to the next due moment"),
    ("/incident help", "this list"),
)


def help_text() -> str:
    """Every command with its grammar."""
    lines = [f"`{escape(command)}` {meaning}" for command, meaning in _HELP]
    where = (
        "Put a number such as `INC-0001` before or after the command word; in an incident's own channel leave it out."
    )
    reactions = "🚨 on a message offers you the form; 📌 in an incident's channel takes a message into its timeline."
    return "\n".join(["*Quarterdeck runs the first fifteen minutes after a key leaked.*", *lines, where, reactions])


def did_you_mean(guess: str, text: str) -> dict[str, Any]:
    """A slip of the finger is asked about; the text (masked before) is kept in the button."""
    line = f"Did you mean `/incident {guess}`? Then send it again so."
    kept = section(f"{line}\nOr is it a report: “{said(text, 300)}”")
    report = button("Report it instead", ids.REPORT_OPEN, plain(text, 2000))
    return {"response_type": "ephemeral", "text": line, "blocks": [kept, actions(report)]}


def status(incident: Incident, now: datetime) -> str:
    """The plan in a few lines, for one person."""
    minute = minute_mark((now - incident.t0 - incident.paused).total_seconds() / 60 * incident.speed)
    running = f" · {minute}" if incident.is_open else ""
    first = f"*{escape(steps.title_of(incident))}* · {steps.state_of(incident)}{running}"
    about = f"Opened {day_clock(incident.t0)} by {steps.name_of(incident, incident.detector)} · {steps.leads(incident)}"
    lines = [first, about, *(_status_line(incident, step.key) for step in incident.steps)]
    return shorten("\n".join(lines), ANSWER)


def _status_line(incident: Incident, key: str) -> str:
    step, plan = incident.step(key), incident.plan(key)
    start = f"{plan.mark} · {steps.moment_near(incident, step.due_at)} · {said(plan.title, 60)}"
    if step.status.ended:
        return f"{start} · {steps.outcome_of(incident, step, evidence=False)}"
    return f"{start} · *{step.label}* · {steps.name_of(incident, step.owner)}"


def incident_list(incidents: Sequence[Incident], allowed: Iterable[int]) -> str:
    """One line an incident; who is not `allowed` to see more sees number, trigger and state."""
    seen = set(allowed)
    lines = [list_line(incident, full=incident.number in seen) for incident in incidents]
    return shorten("\n".join(lines), ANSWER) or "There are no incidents yet. `/incident` opens the form."


def list_line(incident: Incident, *, full: bool) -> str:
    """Number, trigger and state; with `full` also since when, who leads and what is left."""
    line = f"{escape(steps.title_of(incident))} · {steps.state_of(incident)}"
    if not full:
        return line
    left = f" · {len(incident.missing)} of {len(incident.steps)} steps open" if incident.is_open else ""
    return f"{line} · T0 {day_clock(incident.t0)} · {steps.leads(incident)}{left}"


def which_incident(word: str) -> str:
    return f"Which incident? Here it must be named: `/incident {escape(word)} INC-0001`. `/incident list` shows them."


def no_such_incident(number: int) -> str:
    return f"There is no incident {label_of(number)}. `/incident list` shows those that there are."


def no_such_step(incident: str) -> str:
    return f"{incident} has no such step. Its board shows the steps that it has."


def no_such_number(text: str) -> str:
    return (
        f"“{said(text, 60)}” is no incident number; write it as INC-0001. `/incident list` shows those that there are."
    )


def two_numbers(word: str, one: int, other: int) -> str:
    which = f"`/incident {label_of(one)} {escape(word)}` or `/incident {label_of(other)} {escape(word)}`"
    return f"Two incidents are named, and nothing was done to either. Say which one you mean: {which}."


def assign_usage(roles: Sequence[str], given: str = "") -> str:
    wrong = f"“{said(given, 60)}” is no role. " if given and given.lower().replace("-", "_") not in roles else ""
    usage = "Say which role and who: `/incident assign &lt;role&gt; @person`."
    return f"{wrong}{usage} Roles: {', '.join(map(escape, roles))}."


# --- when something did not work

FAULT_TITLE = "Something went wrong"
OTHER_WORKSPACE_TITLE = "Another workspace"


def other_workspace() -> str:
    return "This Quarterdeck serves another workspace, so nothing was done. Use the one of your own workspace."


def another_matter(incident: Incident) -> Refused:
    """The offer to join does not fit what the form carries."""
    kind = "a drill" if incident.drill else "no drill"
    reason = f"{incident.label} is {kind} and names other keys than this report. Open an incident of its own."
    return Refused(title="Another matter", reason=reason)


def unknown_button() -> Refused:
    return Refused(title="Nothing to open", reason="This button leads nowhere any more. The board shows what is left.")


def unknown_person() -> Refused:
    reason = "Slack did not say in time who you are, so nothing was done. Press again, or ask a colleague to."
    return Refused(title="Not now", reason=reason)


def dismissed_before(who: str, when: datetime) -> Refused:
    return Refused(title="Said already", reason="Already called no incident by {who} at {when}.", who=(who,), when=when)


def opened_before(number: int) -> Refused:
    reason = f"{label_of(number)} was opened from this message already. `/incident {label_of(number)} status` shows it."
    return Refused(title="Open already", reason=reason)


def export_refused(label: str, why: str) -> str:
    """To whoever asked for a file that cannot be sent; `why` is no person's words."""
    return f"The export of {label} could not be sent: {escape(why)}. Ask for it again when that is put right."


def pinned_but_gone(label: str) -> str:
    """📌 came, and the message is deleted by then."""
    return (
        f"The message you put 📌 on was deleted before it could be added to {label}. "
        f"If what it said matters, add it: `/incident {label} note …`"
    )


def door(title: str, *, is_form: bool) -> str:
    """Slack's ticket ran out before the form could be opened."""
    what = f"The form “{title}”" if is_form else f"The answer “{title}”"
    return f"{what} could not be opened in time. It is kept for you here."


def later(title: str, notice: str, *, refused: bool) -> str:
    """At once, when Slack neither opens a form nor takes a direct message; a `notice` says itself what it says."""
    if notice:
        return notice
    why = "Slack does not accept Quarterdeck's token" if refused else "Slack does not answer Quarterdeck"
    then = "Tell whoever runs Quarterdeck" if refused else "If it did not open, wait a little"
    return (
        f"The form “{said(title, 60)}” cannot be opened now: {why}. Nothing is recorded yet. {then}; it is kept with "
        "what you typed, and comes as a button in a direct message as soon as that works again."
    )


def secret_found(tokens: Sequence[str], url: str) -> list[str]:
    """To whoever pasted a key: what was found (masked) and what to do at once."""
    what = "a key" if len(tokens) == 1 else f"{len(tokens)} keys"
    found = f"What you wrote held {what}: {said(', '.join(tokens[:10]), 1500)}"
    keeps = "Quarterdeck did not keep it, only what is shown here. Revoke it if it is still in use."
    where = f" ({link(url, 'this message')})" if url else " wherever you pasted it"
    return [f"*Delete your message{where}, it held a key.*", found, keeps]


def with_keys(answer: str | dict[str, Any], tokens: Sequence[str]) -> str | dict[str, Any]:
    """The answer to a command, and what is told to whoever typed a key in it."""
    told = key_in_command(tokens)
    if isinstance(answer, str):
        return f"{answer}\n{told}" if answer else told
    return {**answer, "text": f"{answer['text']}\n{told}", "blocks": [*answer["blocks"], section(told)]}


def key_in_command(tokens: Sequence[str]) -> str:
    """To whoever typed a key behind `/incident`: nobody else saw it, and it is in no message."""
    found = said(", ".join(tokens[:10]), 1000)
    return f"What you typed held {'a key' if len(tokens) == 1 else 'keys'}, kept only as {found}. Nobody else saw it."


def fault(number: str) -> str:
    return (
        f"Something went wrong in Quarterdeck, and nothing was changed. Try again; if it stays, quote fault {number}."
    )


def database_unavailable(number: str) -> str:
    return (
        "Quarterdeck cannot use its record just now, so nothing was changed. Try again in a minute; "
        f"if it stays, tell whoever runs Quarterdeck (fault {number})."
    )
