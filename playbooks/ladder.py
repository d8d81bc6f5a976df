"""Who hears of a step next, and when. Pure functions of the incident.

The rungs, in order: `prompt` (the owner, and a copy in the channel), `nudge` (the owner again, and the first deputy
gets the prompt), `role` (the rest of the step's role), `lead` (security_lead), `alerts` (the alerts channel), then
`reminder:1` ... A rung with nobody new is passed over.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from playbooks.incident import Incident, StepState
from playbooks.model import Role
from playbooks.states import StepStatus

CHANNEL_WAIT = timedelta(seconds=150)  # real time, then the thread under the announcement serves


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One level: the surfaces to be shown and the people who are nobody new afterwards."""

    level: str
    keys: tuple[str, ...]
    told: tuple[str, ...] = ()


def prompt_key(step: str, user: str) -> str:
    return f"prompt:{step}:dm:{user}"


def prompts_for(incident: Incident, steps: tuple[str, ...], user: str) -> list[dict[str, str]]:
    """The prompts that a new owner still needs: for steps that were prompted, unless they have one already."""
    needed = [step for step in steps if running(incident.step(step))]
    keys = [(step, prompt_key(step, user)) for step in needed]
    return [{"step": step, "key": key} for step, key in keys if key not in incident.step(step).posts]


def called_in_channel(step: StepState) -> bool:
    """The owner's prompt could not be sent to them, so they are called where the incident is worked on."""
    post = step.posts.get(prompt_key(step.key, step.owner)) if step.owner else None
    return post is not None and post.failed is not None


def channel_key(step: str) -> str:
    return f"prompt:{step}:channel"


def first_rung(incident: Incident, step: StepState) -> Rung:
    """The prompt; for a step that nobody owns, the first escalation together with the channel's copy."""
    if step.owner is not None:
        keys = (prompt_key(step.key, step.owner), channel_key(step.key))
        return Rung(level="prompt", keys=keys, told=(step.owner,))
    rung = next(rung for rung in _rungs(incident, step) if rung.level not in ("nudge", "role"))
    return Rung(level=rung.level, keys=(channel_key(step.key), *rung.keys), told=rung.told)


def next_rung(incident: Incident, step: StepState) -> Rung | None:
    """What fires after `step.level`, or None when the ladder is at its end."""
    order = _order(incident)
    passed = order.index(step.level) if step.level else -1
    ahead = (rung for rung in _rungs(incident, step) if order.index(rung.level) > passed)
    return next((rung for rung in (_unsaid(step, rung) for rung in ahead) if rung.keys), None)


def next_moment(incident: Incident, step: StepState, sent_at: datetime) -> datetime | None:
    """When the next rung fires, counted from when this one was really sent."""
    rung = next_rung(incident, step)
    if rung is None:
        return None
    plan = incident.plan(step.key)
    reminding = rung.level.startswith("reminder")
    minutes = (incident.playbook.remind_every if reminding else plan.within) + step.extra_minutes
    return sent_at + incident.span(minutes)


def next_ask(incident: Incident, step: StepState, at: datetime) -> datetime | None:
    """When the answer that is still to come is asked for again."""
    pending = incident.plan(step.key).pending
    return at + incident.span(pending.every) if pending else None


def asked_for(incident: Incident, step: StepState) -> str:
    """Who is asked for the answer still to come: the owner, or who comes next when that one is out of reach."""
    failed = {key.rpartition(":dm:")[2] for key, post in step.posts.items() if post.failed and key.startswith("ask:")}
    role, lead = incident.people(incident.plan(step.key).role), incident.people(Role.SECURITY_LEAD)
    people = [user for user in (step.owner, step.done_by, *role, *lead, incident.detector) if user]
    return next((user for user in people if user not in failed), people[0])


def overdue_at(incident: Incident, step: StepState) -> datetime:
    """The last moment at which the step is done on time is just this one."""
    return step.due_at + incident.span(incident.plan(step.key).within) - incident.forwarded_since(step.due_at)


def running(step: StepState) -> bool:
    """Prompted or about to be, also while a false alarm has put it aside: what is sent meanwhile still counts."""
    return (step.shelved or step.status) in (StepStatus.DUE, StepStatus.OVERDUE)


def _unsaid(step: StepState, rung: Rung) -> Rung:
    """Once only per step, person and place: what was said before a step went back and forth is not said again."""
    return replace(rung, keys=tuple(key for key in rung.keys if key not in step.posts))


def _order(incident: Incident) -> list[str]:
    reminders = [f"reminder:{n}" for n in range(1, incident.playbook.reminders + 1)]
    return ["prompt", "nudge", "role", "lead", "alerts", *reminders]


def _rungs(incident: Incident, step: StepState) -> Iterator[Rung]:
    role = [user for user in incident.people(incident.plan(step.key).role) if user not in step.told]
    if step.owner is not None:
        deputy = tuple(role[:1])
        keys = (f"nudge:{step.key}:{_owners_place(step)}", *(prompt_key(step.key, user) for user in deputy))
        yield Rung(level="nudge", keys=keys, told=deputy)
    if role:
        yield _escalation("role", step.key, role)
    if lead := [user for user in incident.people(Role.SECURITY_LEAD) if user not in step.told]:
        yield _escalation("lead", step.key, lead)
    yield Rung(level="alerts", keys=(f"escalation:{step.key}:alerts",))
    place = _owners_place(step)
    for n in range(1, incident.playbook.reminders + 1):
        yield Rung(level=f"reminder:{n}", keys=(f"reminder:{step.key}:{n}:{place}",))


def _owners_place(step: StepState) -> str:
    return "channel" if step.owner is None or called_in_channel(step) else f"dm:{step.owner}"


def _escalation(level: str, step: str, people: list[str]) -> Rung:
    return Rung(level=level, keys=tuple(f"escalation:{step}:dm:{user}" for user in people), told=tuple(people))


def next_due(incident: Incident) -> datetime | None:
    """When the clock is wanted again (UTC), or None. Follows from the state alone; nothing is ever cancelled."""
    of_steps, of_channel = next_moment_of_steps(incident), incident.t0 + CHANNEL_WAIT
    if incident.home.channel is not None or incident.home.thread:
        return of_steps
    return min(of_steps, of_channel) if of_steps else of_channel


def next_moment_of_steps(incident: Incident) -> datetime | None:
    """The same without the wait for a channel, which is real time also in a drill."""
    moments = [step.ask_at for step in incident.steps if step.status is StepStatus.SUBMITTED]
    if incident.is_open:
        for step in incident.steps:
            moments += _moments(incident, step)
    return min((moment for moment in moments if moment is not None), default=None)


def _moments(incident: Incident, step: StepState) -> list[datetime | None]:
    match step.status:
        case StepStatus.WAITING:
            return [step.due_at]
        case StepStatus.DUE:
            return [overdue_at(incident, step), step.next_at]
        case StepStatus.OVERDUE:
            return [step.next_at]
        case _:
            return []
