"""What follows when Slack did or refused something: a message arrived, a channel is there, a file was sent."""

from typing import Any

from playbooks import commands as c
from playbooks import rules_away
from playbooks.draft import Draft
from playbooks.entries import Kind
from playbooks.outcome import Job

# The surfaces whose first showing is an entry, since it is a promise kept; the others are merely shown.
_FIRST_SHOWN = {
    "announcement": Kind.ANNOUNCED,
    "prompt": Kind.PROMPTED,
    "nudge": Kind.NUDGED,
    "escalation": Kind.ESCALATED,
    "reminder": Kind.REMINDED,
    "ask": Kind.ASKED,
}


def posted(draft: Draft, command: c.Posted) -> None:
    surface = command.surface
    kind = _FIRST_SHOWN.get(surface.split(":", 1)[0])
    if surface == "board":  # one that is posted anew is another message
        draft.want(Job(key=f"pin:{draft.incident.seq}"))
    if kind is None:
        return
    step = None if kind is Kind.ANNOUNCED else surface.split(":")[1]
    facts: dict[str, Any] = {"surface": surface}
    if command.late_why:
        facts |= {"late_s": round(command.late_s, 3), "late_why": command.late_why}
    if command.maybe_repeat:
        facts["maybe_repeat"] = True
    draft.add(kind, step=step, occurred_at=command.posted_at or command.at, source=command.link, **facts)


def send_failed(draft: Draft, command: c.SendFailed) -> None:
    parts = command.surface.split(":")
    step = parts[1] if parts[0] in _FIRST_SHOWN and parts[0] != "announcement" else None
    instead = rules_away.instead(draft.incident, command.surface)
    if command.surface == rules_away.ANNOUNCEMENT and instead is None:
        return  # known already, and told to others
    facts: dict[str, Any] = {"surface": command.surface, "error": command.error}
    facts |= {"instead": instead} if instead else {}
    draft.add(Kind.SEND_FAILED, step=step, text=command.why, **facts)
    if command.gone and ":dm:" in command.surface:
        user = command.surface.rpartition(":dm:")[2]
        rules_away.pass_on(draft, user, error=command.error, why=command.why)


def channel_ready(draft: Draft, command: c.ChannelReady) -> None:
    home = draft.incident.home
    if home.channel is None:
        kind = Kind.CHANNEL_UNUSED if home.thread else Kind.CHANNEL_READY
        draft.add(kind, channel=command.channel, name=command.name)


def channel_refused(draft: Draft, command: c.ChannelRefused) -> None:
    home = draft.incident.home
    if home.channel is None and not home.thread:
        draft.add(Kind.THREAD_SERVES, why=command.why, error=command.error)


def job_failed(draft: Draft, command: c.JobFailed) -> None:
    draft.add(Kind.JOB_FAILED, text=command.why, job=command.job, error=command.error)


def exported(draft: Draft, command: c.Exported) -> None:
    facts: dict[str, Any] = {
        "format": command.format,
        "as_of_seq": command.as_of_seq,
        "to": command.to,
        "file": command.file,
    }
    draft.add(Kind.EXPORTED, job=command.job, **facts)
