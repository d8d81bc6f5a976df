"""The states and every legal move between them. The diagram in the docs is drawn from these tables."""

from enum import StrEnum


class StepStatus(StrEnum):
    WAITING = "waiting"
    DUE = "due"
    OVERDUE = "overdue"
    SUBMITTED = "submitted"
    DONE = "done"
    SKIPPED = "skipped"

    @property
    def ended(self) -> bool:
        """True when nothing is asked of the step any more, bar an answer that is still to come."""
        return self in (StepStatus.SUBMITTED, StepStatus.DONE, StepStatus.SKIPPED)


class IncidentStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    FALSE_ALARM = "false_alarm"


_W, _DUE, _OVER = StepStatus.WAITING, StepStatus.DUE, StepStatus.OVERDUE
_SUB, _DONE, _SKIP = StepStatus.SUBMITTED, StepStatus.DONE, StepStatus.SKIPPED
_RUNNING = (_W, _DUE, _OVER)

# (what happened, the state before) -> the state after. What is not here cannot happen.
STEP_MOVES: dict[tuple[str, StepStatus], StepStatus] = {
    ("due", _W): _DUE,
    ("overdue", _DUE): _OVER,
    **{("completed", s): _DONE for s in _RUNNING},
    **{("submitted", s): _SUB for s in _RUNNING},
    ("answered", _SUB): _DONE,
    ("waived", _SUB): _DONE,
    **{("skipped", s): _SKIP for s in _RUNNING},
    **{("shelved", s): _SKIP for s in _RUNNING},  # by a false alarm; taken back by a reopening
    ("corrected", _SUB): _SUB,
    ("corrected", _DONE): _DONE,
    ("corrected", _SKIP): _DONE,
    **{("corrected_owing", s): _SUB for s in (_SUB, _DONE, _SKIP)},  # with an answer that is still to come
}

INCIDENT_MOVES: dict[tuple[str, IncidentStatus], IncidentStatus] = {
    ("closed", IncidentStatus.OPEN): IncidentStatus.CLOSED,
    ("false_alarm", IncidentStatus.OPEN): IncidentStatus.FALSE_ALARM,
    ("reopened", IncidentStatus.CLOSED): IncidentStatus.OPEN,
    ("reopened", IncidentStatus.FALSE_ALARM): IncidentStatus.OPEN,
}

STEP_LABELS = {
    StepStatus.WAITING: "Waiting",
    StepStatus.DUE: "Due now",
    StepStatus.OVERDUE: "Overdue",
    StepStatus.SUBMITTED: "Submitted",
    StepStatus.DONE: "Done",  # "Done late" when it was: see `StepState.label`
    StepStatus.SKIPPED: "Skipped",
}

INCIDENT_LABELS = {
    IncidentStatus.OPEN: "Open",
    IncidentStatus.CLOSED: "Closed",
    IncidentStatus.FALSE_ALARM: "False alarm",
}
