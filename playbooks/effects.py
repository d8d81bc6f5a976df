"""What people must (again) see and what must be done after a decision: surfaces and jobs, from before and after.

Nothing here decides anything about the incident; it only keeps the outside world in step with the state.
"""

from collections.abc import Iterator

from playbooks.entries import SYSTEM, Entry, Kind
from playbooks.incident import Incident, StepState
from playbooks.ladder import called_in_channel, channel_key, prompt_key
from playbooks.model import Role
from playbooks.outcome import Job, Surface
from playbooks.states import StepStatus

# Entries that change nothing on the board; everything else redraws it.
_QUIET = {
    Kind.REFUSED,
    Kind.NOTE,
    Kind.PINNED,
    Kind.PINNED_TOO,
    Kind.UNPINNED,
    Kind.MESSAGE_EDITED,
    Kind.MESSAGE_DELETED,
    Kind.ANNOUNCED,
    Kind.EXPORT_WANTED,
    Kind.EXPORTED,
    Kind.JOB_FAILED,
    Kind.REMOVED,
    Kind.HINDERED,
    Kind.UNHINDERED,
}
_HEADLINE = {
    Kind.OPENED,
    Kind.CHANNEL_READY,
    Kind.THREAD_SERVES,
    Kind.CLOSED,
    Kind.FALSE_ALARM,
    Kind.REOPENED,
    Kind.ASSIGNED,
    Kind.CLOCK_JUMPED,
    Kind.UNREACHABLE,
}
_REPLANNED = {Kind.REOPENED, Kind.FORWARDED, Kind.CLOCK_JUMPED}  # steps are due at other moments than the briefs say
_MOVED_IN = {Kind.CHANNEL_READY, Kind.THREAD_SERVES}


def announcement_to(user: str) -> str:
    """The announcement for somebody who is told instead of the alerts channel."""
    return f"announcement:dm:{user}"


def joined_by(user: str) -> str:
    """The answer to somebody whose report joined."""
    return f"joined:dm:{user}"


def place_of(key: str) -> str:
    """Where a surface belongs: `dm:<user>`, `alerts`, or `incident`."""
    if ":dm:" in key:
        return "dm:" + key.split(":dm:", 1)[1]
    return "alerts" if key == "announcement" or key.endswith(":alerts") else "incident"


def unsaid_before(incident: Incident, key: str) -> list[str]:
    """The messages of the same step in the same place that were wanted before this one and are not there."""
    posts = next((step.posts for step in incident.steps if key in step.posts), {})
    earlier = (one for one, post in posts.items() if post.wanted_at < posts[key].wanted_at and not post.failed)
    return [one for one in earlier if place_of(one) == place_of(key) and posts[one].posted_at is None]


def surfaces(before: Incident | None, after: Incident, entries: tuple[Entry, ...]) -> tuple[Surface, ...]:
    """Every surface that these entries make wanted, new or to be redrawn, each once."""
    keys = dict.fromkeys(_keys(before, after, entries))
    return tuple(Surface(key=key, place=place_of(key)) for key in keys)


def again(
    before: Incident | None, after: Incident, entries: tuple[Entry, ...], wanted: tuple[Surface, ...]
) -> tuple[Surface, ...]:
    """What was said and is no longer true: brought up to date where it is still known, and said a second time nowhere.

    How an incident was shown is forgotten when it has long been over, so that a reopened one would say all of it anew.
    `wanted` is on its way in any case.
    """
    keys = dict.fromkeys(_said(before, after, entries)) if before is not None else {}
    known = {surface.key for surface in wanted}
    return tuple(Surface(key=key, place=place_of(key)) for key in keys if key not in known)


def jobs(before: Incident | None, after: Incident, entries: tuple[Entry, ...]) -> tuple[Job, ...]:
    """Deeds that follow: make the channel, invite who is new, send the file."""
    wanted = []
    if any(entry.kind is Kind.OPENED for entry in entries):
        wanted.append(Job(key="channel"))
    already = before.members if before and before.home.channel else ()
    if after.home.channel and (new := tuple(user for user in after.members if user not in already)):
        wanted.append(Job(key=f"invite:{after.seq}", args={"users": list(new)}))
    exports = [Job(key=f"export:{e.seq}", args=e.data) for e in entries if e.kind is Kind.EXPORT_WANTED]
    return (*wanted, *exports)


def _keys(before: Incident | None, after: Incident, entries: tuple[Entry, ...]) -> Iterator[str]:
    kinds = {entry.kind for entry in entries}
    if before is None:
        yield from _opening(after)
    if kinds & _HEADLINE:
        yield from ("announcement", *(announcement_to(user) for user in after.outside.announced_to), "topic")
    if kinds - _QUIET:
        yield "board"
    if kinds & _MOVED_IN:
        yield from _opening(after)
    for entry in entries:
        if entry.kind is Kind.JOINED and entry.actor.id not in (SYSTEM, after.detector):
            yield joined_by(entry.actor.id)
        if entry.kind in (Kind.CLOSED, Kind.FALSE_ALARM):
            yield f"scorecard:{after.times_closed}"
        if entry.kind is Kind.REOPENED:
            yield f"reopened:{after.times_closed}"
        if entry.kind is Kind.SEND_FAILED:
            yield from entry.data.get("instead", ())
        if entry.kind is Kind.MISSED:
            yield from (f"missed:{entry.seq}:channel", f"missed:{entry.seq}:alerts")
    for step in after.steps:
        yield from _step_keys(before.step(step.key) if before else None, step)


def _said(before: Incident, after: Incident, entries: tuple[Entry, ...]) -> Iterator[str]:
    kinds = {entry.kind for entry in entries}
    if kinds & _MOVED_IN:  # people whom the state does not know apart from others
        yield from (joined_by(user) for user in after.members)
    if kinds & _REPLANNED:
        yield from _briefs(after)
    yield from _named(before, after)
    for step in after.steps:
        if _look(before.step(step.key)) != _look(step):
            yield from _sent(step)


def _opening(incident: Incident) -> Iterator[str]:
    yield from (f"receipt:dm:{user}" for user in incident.people(Role.DETECTOR))
    yield from _briefs(incident)


def _briefs(incident: Incident) -> Iterator[str]:
    """One private brief per owner, as the incident was opened; later owners learn of it by the prompt itself."""
    owners = {s.owner for s in incident.steps if s.owner and incident.plan(s.key).role is not Role.DETECTOR}
    return (f"brief:dm:{owner}" for owner in sorted(owners))


def _named(before: Incident, after: Incident) -> Iterator[str]:
    """Where somebody stood as an id whose name is known now, as Slack did not say it before."""
    new = {user for user, name in after.names.items() if before.names.get(user) != name}
    if not new & {after.detector, *after.everyone}:
        return
    yield from ("announcement", *(announcement_to(user) for user in after.outside.announced_to), "board")
    for step in after.steps:
        if new & {step.owner, step.done_by, step.handed_by}:
            yield from (key for key, post in step.posts.items() if not post.failed)


def _step_keys(before: StepState | None, after: StepState) -> Iterator[str]:
    """What is new, and after a change what was never said, and the prompt of whoever has the step now."""
    known = before.posts if before else {}
    yield from (key for key in after.posts if key not in known)
    if before is not None and _look(before) != _look(after):
        sent = _sent(after)
        yield from (key for key, post in after.posts.items() if not post.failed and key not in sent)
        yield from (key for key in sent if key == _asking(after))


def _sent(step: StepState) -> list[str]:
    return [key for key, post in step.posts.items() if post.posted_at is not None and not post.failed]


def _asking(step: StepState) -> str | None:
    """The prompt that its owner needs, or that stands in the channel for them."""
    if step.status not in (StepStatus.DUE, StepStatus.OVERDUE):
        return None
    in_channel = step.owner is None or called_in_channel(step)
    return channel_key(step.key) if in_channel else prompt_key(step.key, step.owner or "")


def _look(step: StepState) -> tuple[object, ...]:
    """What the messages of a step show."""
    ended = (step.late, step.evidence, step.done_by, step.reason)
    return (step.status, step.owner, step.due_at, step.ask_at, *ended)
