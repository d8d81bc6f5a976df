"""Why an act is not possible now: who may (`access.py`), and whether the state still allows it.

Asked twice: by a read when a button that opens a form is pressed, and again inside the decision on its submission.
"""

from playbooks.access import Act, may
from playbooks.errors import Refused
from playbooks.incident import Incident, StepState
from playbooks.ladder import next_moment_of_steps, running
from playbooks.states import INCIDENT_LABELS, IncidentStatus, StepStatus

MOST_MORE_TIME = 2
ONLY_MEMBERS_OPEN = Refused(
    title="Not for guests",
    reason="Only full members of this workspace can open an incident. Tell one of them what you saw.",
)
_AFTER_CLOSING = {Act.ANSWER, Act.WAIVE, Act.CORRECT, Act.NOTE, Act.STATUS, Act.EXPORT, Act.REOPEN}


def objection(
    incident: Incident, act: Act, user: str, step: str | None = None, *, member: bool = False
) -> Refused | None:
    """None when `user` may do `act` now."""
    if step is not None and step not in {s.key for s in incident.steps}:
        return Refused(reason=f"{incident.label} has no step “{step}”. Its board shows the steps it has.")
    if refused := may(incident, act, user, step, member=member):
        return refused
    if not incident.is_open and act not in _AFTER_CLOSING:
        return closed(incident)
    if step is not None:
        return _step_objection(incident, act, user, incident.step(step))
    return _whole_objection(incident, act)


def closed(incident: Incident) -> Refused:
    state = "a false alarm" if incident.status is IncidentStatus.FALSE_ALARM else "closed"
    reason = (
        f"{incident.label} is {state} since {{when}}. A security lead can start it again: /incident reopen <reason>"
    )
    return Refused(title=INCIDENT_LABELS[incident.status], reason=reason, when=incident.closed_at)


def _whole_objection(incident: Incident, act: Act) -> Refused | None:
    if act is Act.FORWARD and not incident.drill:
        reason = f"{incident.label} is no drill: its clock is the real one, and nobody can put it forward."
        return Refused(title="No drill", reason=reason)
    if act is Act.FORWARD and next_moment_of_steps(incident) is None:
        return Refused(title="Nothing to come", reason=f"Nothing is due in {incident.label} any more.")
    if act is Act.REOPEN and incident.is_open:
        return Refused(title="Already open", reason=f"{incident.label} is open already: there is nothing to reopen.")
    if act is Act.CLOSE and incident.missing:
        missing = ", ".join(f"{incident.plan(key).mark} {incident.plan(key).title}" for key in incident.missing)
        reason = f"{incident.label} cannot be closed yet. Still to do: {missing}. Complete or skip them first."
        return Refused(title="Not finished", reason=reason)
    return None


def _step_objection(incident: Incident, act: Act, user: str, step: StepState) -> Refused | None:
    mark = incident.plan(step.key).mark
    if act in (Act.ANSWER, Act.WAIVE):
        if step.status is StepStatus.SUBMITTED:
            return None
        return Refused(title="Nothing to come", reason=f"Nothing is still to come for {mark}: it was given or waived.")
    if act is Act.CORRECT:
        if step.status.ended:
            return None
        return Refused(title="Not done yet", reason=f"{mark} is not done yet, so there is nothing to correct.")
    if step.status.ended:
        return _ended(incident, step)
    if act is Act.TAKE_OVER and step.owner == user:
        return Refused(title="Yours already", reason=f"{mark} is yours already.")
    if act is Act.MORE_TIME:
        return _no_more_time(step, mark)
    return None


def _ended(incident: Incident, step: StepState) -> Refused:
    verb = "skipped" if step.status is StepStatus.SKIPPED else "completed"
    who = (step.done_by or incident.detector,)
    return Refused(
        title=f"Already {verb}", reason=f"Already {verb} by {{who}} at {{when}}.", who=who, when=step.done_at
    )


def _no_more_time(step: StepState, mark: str) -> Refused | None:
    if not running(step):
        return Refused(title="Not due yet", reason=f"{mark} is not due before {{when}}.", when=step.due_at)
    if step.sent_at is None and step.level is None:
        reason = f"{mark} stands in the summary of what was missed and has no next level; complete it or hand it over."
        return Refused(title="Nothing to move", reason=reason)
    if step.sent_at is not None and step.next_at is None:
        return Refused(
            title="Nothing to move", reason=f"Everybody was told about {mark}; more time would change nothing."
        )
    if step.more_time_used >= MOST_MORE_TIME:
        reason = f"More time was given twice for {mark}, and that is the most. Hand it over, or let a deputy take over."
        return Refused(title="No more time", reason=reason)
    return None
