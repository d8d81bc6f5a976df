"""Who may do what (spec: "Who may"). Unknown means no."""

from enum import StrEnum

from playbooks.entries import SYSTEM
from playbooks.errors import Refused
from playbooks.incident import Incident
from playbooks.model import Role


class Act(StrEnum):
    """What people ask for. The value is the verb in "Only ... can <verb> ..."."""

    COMPLETE = "complete"
    CORRECT = "correct"
    ANSWER = "answer for"
    WAIVE = "waive"
    MORE_TIME = "ask for more time for"
    HAND_OVER = "hand over"
    TAKE_OVER = "take over"
    SKIP = "skip"
    NOTE = "add to the timeline of"
    STATUS = "see the status of"
    ASSIGN = "assign people in"
    CLOSE = "close"
    FALSE_ALARM = "call off"
    REOPEN = "reopen"
    EXPORT = "export"
    FORWARD = "put forward the clock of"


_LEAD = {Act.ASSIGN, Act.CLOSE, Act.FALSE_ALARM, Act.REOPEN, Act.EXPORT}


def who_may(incident: Incident, act: Act, step: str | None = None) -> tuple[str, ...]:
    """The people who may, in the order in which they are named to somebody who may not."""
    lead = incident.people(Role.SECURITY_LEAD)
    if act is Act.ASSIGN and not lead:
        return (incident.detector,)  # nobody leads: whoever opened it is asked to name people
    if act in _LEAD:
        return lead
    if act is Act.TAKE_OVER:
        return incident.everyone
    if act is Act.FORWARD:
        return _unique((*incident.everyone, incident.detector))
    if act in (Act.NOTE, Act.STATUS):
        return _unique((*incident.everyone, incident.detector, *incident.members))
    if step is None:
        raise ValueError(f"{act} is about a step and needs one")
    plan = incident.plan(step)
    if act is Act.SKIP and plan.skip_roles:
        return _unique(tuple(user for role in plan.skip_roles for user in incident.people(role)))
    owner = incident.step(step).owner
    return _unique(((owner,) if owner else ()) + incident.people(plan.role) + lead)


def may(incident: Incident, act: Act, user: str, step: str | None = None, *, member: bool = False) -> Refused | None:
    """None when `user` may; `member` says that they are known to be in the incident's channel."""
    who = who_may(incident, act, step)
    if user == SYSTEM or user in who or (member and act in (Act.NOTE, Act.STATUS)):
        return None
    what = incident.plan(step).mark if step else incident.label
    if not who:
        return _nobody(incident, act, what)
    if act is Act.TAKE_OVER:
        return Refused(
            title="Not yours to take over", reason=f"Only people on the roster can take over {what}: {{who}}.", who=who
        )
    if act in (Act.NOTE, Act.STATUS):
        reason = f"Only members of the incident's channel and people on the roster can {act} {what}."
        return Refused(title="Not for you to see", reason=reason)
    hint = " You can take it over if you are on the roster." if act is Act.COMPLETE else ""
    return Refused(title=f"Not yours to {act}", reason=f"Only {{who}} can {act} {what}.{hint}", who=who)


def _nobody(incident: Incident, act: Act, what: str) -> Refused:
    """Nobody is named who could: says who can name somebody."""
    name = f"{{who}} can name one: /incident {incident.label} assign security_lead @person"
    reason = f"Only a security lead can {act} {what}, and nobody leads {incident.label}. {name}"
    return Refused(title="Nobody leads yet", reason=reason, who=(incident.detector,))


def _unique(users: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(users))
