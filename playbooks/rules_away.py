"""What follows when something goes away in Slack: a person, a place, a message, a permission.

Nothing is dropped: the step goes to the next person, the message to the next place, and the timeline says why, once.
"""

from typing import Any

from playbooks import commands_away as c
from playbooks.draft import Draft
from playbooks.effects import announcement_to
from playbooks.entries import SYSTEM, Kind
from playbooks.incident import Incident
from playbooks.ladder import prompts_for, running
from playbooks.model import Role
from playbooks.outcome import Job
from playbooks.states import StepStatus

ANNOUNCEMENT = "announcement"
LASTING = ("announcement", "board")  # kinds that are posted anew when somebody deletes them
PIN = "pin"  # the board's, as a surface that can be taken away
MOST_ANEW = 3  # somebody who deletes it again and again means it
_OF_STEPS = ("prompt", "nudge", "escalation", "reminder", "ask")


def instead(incident: Incident, surface: str) -> list[str] | None:
    """What goes to people by direct message when the alerts channel does not take `surface`; None for nothing."""
    if surface == ANNOUNCEMENT:
        return None if incident.outside.announced_to else [announcement_to(user) for user in _who_leads(incident)]
    return [f"{surface}:dm:{user}" for user in _who_leads(incident)] if surface.endswith(":alerts") else None


def _who_leads(incident: Incident) -> tuple[str, ...]:
    """The security leads; where there is none whoever is on the roster first, and at last who reported it."""
    somebody = incident.people(Role.SECURITY_LEAD) or incident.everyone[:1]
    return somebody or tuple(user for user in (incident.detector,) if user != SYSTEM)


def place_lost(draft: Draft, command: c.PlaceLost) -> None:
    """The channel gives way to the thread under the announcement, that in the alerts channel to one with a lead.

    Nothing follows for a closed incident, whose channel may well be archived, unless something new is to be said.
    """
    incident = draft.incident
    if not (incident.is_open or command.unsaid) or command.channel != incident.home.channel:
        return
    if incident.home.channel:
        draft.add(Kind.THREAD_SERVES, why=command.why, error=command.error, left=incident.home.channel)
    elif incident.home.thread and (keys := instead(incident, ANNOUNCEMENT)):
        draft.add(Kind.SEND_FAILED, text=command.why, surface="thread", error=command.error, instead=keys)


def person_gone(draft: Draft, command: c.PersonGone) -> None:
    pass_on(draft, command.user, error=command.error, why=command.why)


def pass_on(draft: Draft, user: str, *, error: str, why: str) -> None:
    """Whatever was theirs is the next one's in the role, or nobody's; they are asked nothing more."""
    incident = draft.incident
    over = (StepStatus.DONE, StepStatus.SKIPPED)
    owned = [step.key for step in incident.steps if step.owner == user and step.status not in over]
    roles = [role for role in Role if role is not Role.DETECTOR and user in incident.people(role)]
    if not owned and not roles:
        return
    heirs = {key: _next(incident, key, user) for key in owned}
    posts = [post for key, to in heirs.items() if to for post in prompts_for(incident, (key,), to)]
    facts: dict[str, Any] = {
        "user": user,
        "error": error,
        "roles": [role.value for role in roles],
        "steps": [{"step": key, "to": to} for key, to in heirs.items()],
        "posts": posts,
    }
    draft.add(Kind.UNREACHABLE, text=why, **facts)


def _next(incident: Incident, step: str, user: str) -> str | None:
    return next((one for one in incident.people(incident.plan(step).role) if one != user), None)


def anew(incident: Incident, surface: str) -> bool:
    """Whether a message that somebody deletes now is posted again, or the pin put back."""
    return incident.outside.removed.get(surface, 0) < _most(surface)


def _most(surface: str) -> int:
    """How often that is done."""
    return 1 if surface == PIN else MOST_ANEW if surface.split(":")[0] in LASTING else 0


def removed(draft: Draft, command: c.Removed) -> None:
    """Noted as often as it is put right, and once more; of a step's messages while the step is still asked for."""
    incident, surface = draft.incident, command.surface
    kind, *rest = surface.split(":")
    step = rest[0] if kind in _OF_STEPS else None
    matters = running(incident.step(step)) if step else kind in (*LASTING, PIN)
    times = incident.outside.removed.get(surface, 0)
    if not matters or times > _most(surface):
        return
    again = anew(incident, surface)
    draft.add(Kind.REMOVED, step=step, surface=surface, times=times + 1, anew=again)
    if surface == PIN and again:
        draft.want(Job(key=f"pin:{draft.incident.seq}"))


def hindered(draft: Draft, command: c.Hindered) -> None:
    """Once, until it is over."""
    if draft.incident.is_open and command.trouble not in draft.incident.outside.troubles:
        draft.add(Kind.HINDERED, text=command.why, trouble=command.trouble)


def unhindered(draft: Draft, command: c.Unhindered) -> None:
    if command.trouble in draft.incident.outside.troubles:
        draft.add(Kind.UNHINDERED, text=draft.incident.outside.troubles[command.trouble], trouble=command.trouble)
