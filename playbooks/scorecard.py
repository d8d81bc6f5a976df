"""Planned against actual: how an incident went, step by step. A pure function of the state.

Minutes are counted from T0 without the time in which the clock stood still. At practice speed `actual` is scaled to
the playbook's minutes, so that it compares with `planned`, while every `timedelta` here is real time.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from playbooks.entries import parse_moment
from playbooks.incident import Incident, StepState
from playbooks.model import Role
from playbooks.states import INCIDENT_LABELS, IncidentStatus, StepStatus

REVOKE = "revoke"  # the key of the step, and the beginning of the key of its answer, that figures are kept of
REVOKED_AT = "revoked_at"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


class Verdict(StrEnum):
    ON_TIME = "on time"
    LATE = "late"
    PROMPTED_LATE = "late, prompted late"
    SKIPPED = "skipped"
    NOT_DONE = "not done"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One step: when it was planned, when it was done, and how that is judged."""

    key: str
    mark: str  # T+3
    title: str
    planned: float  # minutes of the playbook
    owner: str | None
    status: str  # the step's label on the board
    verdict: Verdict
    counted: bool  # False: left out of the rate
    by_opening: bool  # done by the form that opened the incident
    prompted: float | None  # minutes of the playbook
    actual: float | None  # minutes of the playbook
    real: timedelta | None  # from T0, pauses left out
    late_by: timedelta | None  # real time after due, of a late step
    done_by: str | None
    reason: str | None  # why it was skipped or waived

    @property
    def said(self) -> str:
        """The verdict as people read it: `on time`, `late by 4 min`, `late, prompted late`."""
        return (
            f"late by {span_in_words(self.late_by)}" if self.verdict is Verdict.LATE and self.late_by else self.verdict
        )

    @property
    def actual_mark(self) -> str | None:
        """The minute in which it was done: `T+6`, or `T-2` when that was before T0."""
        return None if self.actual is None else minute_mark(self.actual)


@dataclass(frozen=True, kw_only=True)
class Awaited:
    """An answer that a submitted step still owes."""

    step: str
    mark: str
    what: str  # the field's label as it stands inside a sentence: support ticket ID
    who: str


@dataclass(frozen=True, kw_only=True)
class Scorecard:
    """How one incident went, as of entry number `entries`, whose hash is `head`."""

    label: str
    state: str
    running: bool  # open, so that steps may still come to count
    drill: bool
    speed: float
    lines: tuple[Line, ...]
    opened_after: timedelta  # from noticed to T0
    revoked_after: timedelta | None  # from T0; negative when the key was dead before
    to_come: tuple[Awaited, ...]
    entries: int
    head: str

    @property
    def judged(self) -> tuple[Line, ...]:
        """The steps that people were asked for, without the one that the opening itself did."""
        return tuple(line for line in self.lines if not line.by_opening)

    @property
    def counted(self) -> int:
        return sum(line.counted for line in self.lines)

    @property
    def on_time(self) -> int:
        return sum(line.counted and line.verdict is Verdict.ON_TIME for line in self.lines)

    @property
    def figures(self) -> tuple[str, ...]:
        """The headline, each part a phrase that can stand at the beginning of a sentence or after a dot."""
        return (*self._opening, *self._revoking, self.rate)

    @property
    def rate(self) -> str:
        """`4 of 5 steps on time`, and while it is still running `1 of 2 steps on time so far`."""
        so_far = " so far" if self.running else ""
        if not self.counted:
            return f"no step counted{so_far}"
        return f"{self.on_time} of {self.counted} {'step' if self.counted == 1 else 'steps'} on time{so_far}"

    @property
    def _opening(self) -> tuple[str]:
        if self.opened_after < timedelta(seconds=1):
            return ("Opened as soon as it was noticed",)
        return (f"Opened {span_in_words(self.opened_after)} after it was noticed",)

    @property
    def _revoking(self) -> tuple[str, ...]:
        if self.revoked_after is None:
            return ()
        if self.revoked_after < timedelta():
            return (f"key revoked {span_in_words(-self.revoked_after)} before T0",)
        return (f"key revoked at {minute_mark(_minutes(self.revoked_after) * self.speed)}",)

    @property
    def chain(self) -> str:
        """`58 entries, chain ends ab12 34cd …`."""
        return f"{self.entries} {'entry' if self.entries == 1 else 'entries'}, chain ends {short(self.head)}"


def scorecard(incident: Incident) -> Scorecard:
    """The scorecard of `incident` as it stands, closed or not."""
    return Scorecard(
        label=incident.label,
        state=INCIDENT_LABELS[incident.status],
        running=incident.status is IncidentStatus.OPEN,
        drill=incident.drill,
        speed=incident.speed,
        lines=tuple(_line(incident, step) for step in incident.steps),
        opened_after=incident.t0 - incident.noticed_at,
        revoked_after=_revoked_after(incident),
        to_come=tuple(_awaited(incident, step) for step in incident.steps if step.status is StepStatus.SUBMITTED),
        entries=incident.seq,
        head=incident.head,
    )


def span_in_words(span: timedelta) -> str:
    """Whole units, the larger first, rounded down: `40 s`, `4 min`, `1 h 5 min`, `3 d 4 h`."""
    seconds = int(abs(span).total_seconds())
    if seconds < 1:
        return "less than 1 s"
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    large, small, units = (_HOUR, _MINUTE, ("h", "min")) if seconds < 2 * _DAY else (_DAY, _HOUR, ("d", "h"))
    rest = seconds % large // small
    return f"{seconds // large} {units[0]}" + (f" {rest} {units[1]}" if rest else "")


def minute_mark(minutes: float) -> str:
    """The running minute as a clock would show it: `T+6` for anything from 6 to just under 7."""
    whole = int(minutes // 1)
    return f"T+{whole}" if whole >= 0 else f"T-{-whole}"


def short(head: str) -> str:
    """The beginning of a hash, for people to compare: `ab12 34cd …`."""
    return f"{head[:4]} {head[4:8]} …"


def _line(incident: Incident, step: StepState) -> Line:
    plan = incident.plan(step.key)
    done = step.status in (StepStatus.DONE, StepStatus.SUBMITTED) and step.done_at is not None
    real = incident.since_t0(step.done_at) if done and step.done_at else None
    prompted = incident.since_t0(step.prompted_at) if step.prompted_at else None
    by_opening = plan.role is Role.DETECTOR and plan.at == 0
    return Line(
        key=step.key,
        mark=plan.mark,
        title=plan.title,
        planned=plan.at,
        owner=step.owner,
        status=step.label,
        verdict=_verdict(step),
        counted=not by_opening and (done or step.status is StepStatus.OVERDUE),
        by_opening=by_opening,
        prompted=None if prompted is None else _minutes(prompted) * incident.speed,
        actual=None if real is None else _minutes(real) * incident.speed,
        real=real,
        late_by=real - incident.span(plan.at) if real is not None and step.late else None,
        done_by=step.done_by,
        reason=step.reason,
    )


def _verdict(step: StepState) -> Verdict:
    if step.status is StepStatus.SKIPPED:
        return Verdict.SKIPPED
    if not step.status.ended:
        return Verdict.NOT_DONE
    if not step.late:
        return Verdict.ON_TIME
    prompted = step.prompted_at is not None and step.done_at is not None and step.prompted_at <= step.done_at
    return Verdict.LATE if prompted and not step.prompted_late else Verdict.PROMPTED_LATE


def _revoked_after(incident: Incident) -> timedelta | None:
    """The moment that the answer gives counts; without one, when the step was done."""
    step = next((step for step in incident.steps if step.key == REVOKE), None)
    if step is None or step.done_at is None or step.status is StepStatus.SKIPPED:
        return None
    answer = step.evidence.answers.get(REVOKED_AT) if step.evidence else None
    try:
        revoked_at = parse_moment(answer) if isinstance(answer, str) else step.done_at
    except ValueError:  # a team's own playbook may ask for it in words
        revoked_at = step.done_at
    return incident.since_t0(revoked_at)


def _awaited(incident: Incident, step: StepState) -> Awaited:
    plan = incident.plan(step.key)
    label = plan.field(plan.pending.field).label if plan.pending else plan.title
    inside = label if label[1:2].isupper() else label[:1].lower() + label[1:]
    who = step.owner or step.done_by or incident.detector
    return Awaited(step=step.key, mark=plan.mark, what=inside, who=who)


def _minutes(span: timedelta) -> float:
    return span.total_seconds() / _MINUTE
